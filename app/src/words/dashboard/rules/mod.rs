//! The words of the pages of rules, in each language.

mod en;
mod es;
mod kinds;
mod pt_br;
mod texts;
mod why;

use shared::language::Language;

pub use self::texts::RuleWords;

/// The words of a language.
pub const fn rule_words(language: Language) -> &'static RuleWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}
