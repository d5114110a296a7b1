//! The words about backtests, in each language.

mod en;
mod es;
mod pt_br;
mod texts;

use shared::language::Language;

pub use self::texts::BacktestWords;

/// The words about backtests of a language.
pub fn backtest_words(language: Language) -> &'static BacktestWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}
