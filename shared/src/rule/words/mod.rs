//! The words in which rules and explanations are said: one struct, and one constant of it for each language, so that a missing word does not
//! compile. Each `{…}` is filled in.

mod en;
mod es;
mod form;
mod pt_br;

pub(super) use self::form::Words;
use crate::language::Language;

/// The words of a language.
pub(super) const fn words(language: Language) -> &'static Words {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

/// Replaces each `{name}` by its value.
pub(super) fn fill(word: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (at, piece) in word.split(['{', '}']).enumerate() {
        let value = values.iter().find(|(name, _)| at % 2 == 1 && *name == piece);
        text.push_str(value.map_or(piece, |(_, value)| value));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_with_the_same_places() {
        let places = |word: &str| {
            let mut found: Vec<String> = word.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect();
            found.sort();
            found
        };
        for language in Language::ALL {
            for ((name, word), english) in Words::NAMES.iter().zip(words(language).all()).zip(words(Language::En).all()) {
                assert!(!word.is_empty(), "{} {name}", language.tag());
                assert_eq!(places(word), places(english), "{} {name}", language.tag());
            }
            assert_eq!(words(language).days.split(',').count(), 7);
        }
    }
}
