//! The name of each check and the meaning of each reason code, in each language: one line for each code, so that a new check only adds
//! its lines to the three languages. A code without words is shown as it is.

pub mod en;
pub mod es;
pub mod pt_br;

use shared::language::Language;

/// What a reason code means; nothing for a code that has no words.
pub fn reason(language: Language, code: &str) -> Option<&'static str> {
    look_up(reasons(language), code)
}

/// What a check is called; nothing for a check that has no words.
pub fn check(language: Language, name: &str) -> Option<&'static str> {
    look_up(checks(language), name)
}

/// Every reason code with its words.
pub const fn reasons(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::PtBr => pt_br::REASONS,
        Language::En => en::REASONS,
        Language::Es => es::REASONS,
    }
}

/// Every check with its name in words.
pub const fn checks(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::PtBr => pt_br::CHECKS,
        Language::En => en::CHECKS,
        Language::Es => es::CHECKS,
    }
}

fn look_up(table: &[(&str, &'static str)], code: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == code).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_three_languages_have_words_for_the_same_codes() {
        for table in [reasons, checks] {
            let codes = |language| table(language).iter().map(|(code, _)| *code).collect::<BTreeSet<_>>();
            for language in Language::ALL {
                assert_eq!(codes(language), codes(Language::En), "{}", language.tag());
                assert_eq!(codes(language).len(), table(language).len(), "{}: each code once", language.tag());
                assert!(table(language).iter().all(|(_, words)| !words.trim().is_empty()), "{}", language.tag());
            }
        }
    }

    #[test]
    fn a_code_reads_as_its_line_and_an_unknown_one_as_nothing() {
        assert_eq!(reason(Language::En, "cpf.check_digits"), Some("The check digits of the CPF are wrong"));
        assert_eq!(check(Language::Es, "evidence"), Some("Archivos"));
        assert_eq!((reason(Language::En, "cpf"), check(Language::PtBr, "")), (None, None));
    }
}
