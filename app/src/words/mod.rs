//! Every word of the product, in each language: one struct, and one `static` of it for each language, so that a missing word
//! does not compile. The island gets [`FlowWords`] of one language. [`PageWords`] and the dashboard's words never leave the server.

#[cfg(feature = "ssr")]
pub mod dashboard;
mod en;
mod es;
mod fill;
mod flow;
mod page;
mod pt_br;
#[cfg(feature = "ssr")]
pub mod reasons;
mod sentences;

use shared::language::Language;

#[cfg(feature = "ssr")]
use page::page_words;
pub use {
    fill::{fill, fill_date, isolated},
    flow::{FlowTexts, FlowWords},
    page::PageWords,
    sentences::takes_photo,
};

/// All words of a language that customers read.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The words of the island.
    pub flow: &'static FlowTexts,
    /// The words of the server's pages.
    pub page: &'static PageWords,
}

/// The words of a language.
pub const fn words(language: Language) -> Words {
    match language {
        Language::PtBr => Words { flow: &pt_br::FLOW, page: &pt_br::PAGE },
        Language::En => Words { flow: &en::FLOW, page: &en::PAGE },
        Language::Es => Words { flow: &es::FLOW, page: &es::PAGE },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No word is empty, and the three languages fill in the same values. The `same` words are equal in two languages.
    fn hold_against_each_other(names: &[&str], of: impl Fn(Language) -> Vec<String>, same: &[&str]) {
        let places = |word: &str| {
            let mut found: Vec<String> = word.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_lowercase).collect();
            found.sort();
            found
        };
        let english = of(Language::En);
        for language in Language::ALL {
            for ((name, word), reference) in names.iter().zip(of(language)).zip(&english) {
                assert!(!word.trim().is_empty(), "{} {name}", language.tag());
                assert_eq!(places(&word), places(reference), "{} {name}", language.tag());
                let is_own = language == Language::En || word != *reference || same.contains(&word.as_str());
                assert!(is_own, "{} {name} is not translated", language.tag());
            }
        }
    }

    #[test]
    fn every_word_is_there_with_the_same_places() {
        let of = |language| -> Vec<String> {
            let Words { flow, page } = words(language);
            [flow.all(), page.all()].concat()
        };
        hold_against_each_other(&[FlowTexts::NAMES, PageWords::NAMES].concat(), of, &["No", "Error:"]);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn every_word_of_the_dashboard_is_there_with_the_same_places() {
        use dashboard::{
            AccountWords, BacktestWords, DashboardWords, ListWords, PostedWords, PresetWords, RecordWords, RuleWords, TransactionWords, account_words,
            backtest_words, list_words, posted_words, preset_words, rule_words, transaction_words,
        };
        hold_against_each_other(DashboardWords::NAMES, |language| dashboard::words(language).all(), &["Webhooks", "E-mail", "Menu"]);
        hold_against_each_other(RecordWords::NAMES, |language| dashboard::words(language).records.all(), &[]);
        hold_against_each_other(AccountWords::NAMES, |language| account_words(language).all(), &[]);
        hold_against_each_other(BacktestWords::NAMES, |language| backtest_words(language).all(), &[]);
        hold_against_each_other(ListWords::NAMES, |language| list_words(language).all(), &[]);
        hold_against_each_other(PostedWords::NAMES, |language| posted_words(language).all(), &[]);
        hold_against_each_other(PresetWords::NAMES, |language| preset_words(language).all(), &[]);
        hold_against_each_other(RuleWords::NAMES, |language| rule_words(language).all(), &[]);
        hold_against_each_other(TransactionWords::NAMES, |language| transaction_words(language).all(), &["Canal"]);
    }
}
