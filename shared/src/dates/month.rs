//! The names of months in Portuguese, Spanish and English, whole or shortened to at least three letters.

use crate::letters::folded;

/// The names of each month, from January on.
const NAMES: [&[&str]; 12] = [
    &["JANEIRO", "ENERO", "JANUARY"],
    &["FEVEREIRO", "FEBRERO", "FEBRUARY"],
    &["MARCO", "MARZO", "MARCH"],
    &["ABRIL", "APRIL"],
    &["MAIO", "MAYO", "MAY"],
    &["JUNHO", "JUNIO", "JUNE"],
    &["JULHO", "JULIO", "JULY"],
    &["AGOSTO", "AUGUST"],
    &["SETEMBRO", "SEPTIEMBRE", "SETIEMBRE", "SEPTEMBER"],
    &["OUTUBRO", "OCTUBRE", "OCTOBER"],
    &["NOVEMBRO", "NOVIEMBRE", "NOVEMBER"],
    &["DEZEMBRO", "DICIEMBRE", "DECEMBER"],
];

/// The month, 1 to 12, that a word names. Digits in it are letters that were misread.
pub(super) fn month_of(word: &str) -> Option<u32> {
    let letters = folded(word).replace('0', "O").replace('5', "S").replace('8', "B");
    ["L", "I"].iter().find_map(|one| named(&letters.replace('1', one)))
}

fn named(word: &str) -> Option<u32> {
    let is_short = word.len() < 3;
    let at = NAMES.iter().position(|names| names.iter().any(|name| name.starts_with(word)))?;
    (!is_short).then_some(at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_months() {
        for (word, month) in [
            ("ago", Some(8)),
            ("AG0", Some(8)),
            ("JU1", Some(7)),
            ("março", Some(3)),
            ("SEPT", Some(9)),
            ("Dezembro", Some(12)),
            ("MAI", Some(5)),
            ("MA", None),
            ("MARIA", None),
            ("", None),
        ] {
            assert_eq!(month_of(word), month, "{word}");
        }
    }

    #[test]
    fn three_letters_name_one_month() {
        for (at, names) in NAMES.iter().enumerate() {
            for name in *names {
                assert_eq!(month_of(&name[..3]), Some(at as u32 + 1), "{name}");
            }
        }
    }
}
