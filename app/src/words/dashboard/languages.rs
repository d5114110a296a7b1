//! Which words belong to which language.

use shared::language::Language;

use super::{en, es, pt_br, texts::DashboardWords};

/// The words of a language.
pub fn words(language: Language) -> &'static DashboardWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}
