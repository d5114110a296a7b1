//! The checks of a submitted session. Each check has one file, which declares it (`INFO`) and implements it ([`check::Check`]), and
//! one line in the registry below. [`runner`] runs them.

pub mod at_once;
pub mod check;
mod document;
pub mod follower;
mod results;
pub mod runner;
pub mod tried;

use shared::catalogue::Catalogue;

use self::check::Check;

/// Declares a module for each file, and makes the lists of implementations and declarations.
macro_rules! registry {
    ($($file:ident,)*) => {
        $(mod $file;)*

        /// Every check.
        pub const ALL: &[&dyn Check] = &[$(&$file::Check),*];

        /// The declaration of every check.
        pub const CATALOGUE: Catalogue = Catalogue::new(&[$(&$file::INFO),*]);
    };
}

registry! {
    age,
    barcode,
    blocklist,
    cpf,
    document_text,
    duplicate,
    evidence,
    face,
    face_match,
    metadata,
    mrz,
    velocity,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use app::words::reasons;
    use shared::language::Language;

    use super::*;

    #[test]
    fn every_check_and_reason_has_its_words_in_every_language() {
        let mut seen = BTreeSet::new();
        for info in CATALOGUE.checks() {
            for language in Language::ALL {
                assert!(reasons::check(language, info.name).is_some(), "{} has no name in {}", info.name, language.tag());
            }
            for reason in info.reasons {
                assert!(seen.insert(reason.code), "{} is declared twice", reason.code);
                for language in Language::ALL {
                    assert!(reasons::reason(language, reason.code).is_some(), "{} has no words in {}", reason.code, language.tag());
                }
            }
        }
    }

    #[test]
    fn every_check_implements_its_own_declaration() {
        let declared: Vec<_> = CATALOGUE.names().collect();
        let done: Vec<_> = ALL.iter().map(|check| check.info().name).collect();
        assert_eq!(declared, done);
    }
}
