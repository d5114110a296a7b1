//! Numbers as people type them in their language: with a point or a comma, and with groups of three digits or without.

use super::super::shown::Style;
use crate::language::Language;

/// The sign between groups of digits, and the one before the fraction.
fn signs(language: Language) -> (&'static str, &'static str) {
    let words = Style::Page(language).words();
    (words.group, words.point)
}

/// A number of units of ten to the power of minus `digits`. `None` if it is none, has more digits, or groups that are not of three: it was
/// then meant otherwise.
pub fn parse(text: &str, digits: usize, language: Language) -> Option<i64> {
    let (group, point) = signs(language);
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, fraction) = text.split_once(point).unwrap_or((&text, ""));
    let mut groups = whole.split(group);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let in_groups = rest.is_empty() || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    let number = format!("{first}{}{fraction:0<digits$}", rest.concat());
    let fits = in_groups && !first.is_empty() && fraction.len() <= digits && number.bytes().all(|digit| digit.is_ascii_digit());
    fits.then(|| number.parse().ok()).flatten()
}

/// The same number in this language.
pub fn shown(number: i64, digits: usize, language: Language) -> String {
    Style::Page(language).decimal(number.into(), digits)
}

/// A number with a fraction.
pub fn parse_number(text: &str, language: Language) -> Option<f64> {
    let (group, point) = signs(language);
    let text = text.trim();
    // A group could be meant as a fraction, so there are none.
    if text.contains(group) {
        return None;
    }
    text.replace(point, ".").parse().ok().filter(|number: &f64| number.is_finite())
}

/// The same number in this language.
pub fn shown_number(number: f64, language: Language) -> String {
    number.to_string().replace('.', signs(language).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_typed_as_people_do_and_never_mistaken() {
        let (pt, en) = (Language::PtBr, Language::En);
        for (text, digits, language, expected) in [
            ("1.250,00", 2, pt, Some(125_000)),
            ("1250", 2, pt, Some(125_000)),
            ("1250,5", 2, pt, Some(125_050)),
            ("1,250.00", 2, en, Some(125_000)),
            (" 12 500.75 ", 2, en, Some(1_250_075)),
            ("1250,50", 2, en, None),
            ("1250.50", 2, pt, None),
            ("1,25", 2, en, None),
            ("12.345", 2, en, None),
            ("1.250", 3, en, Some(1_250)),
            ("1,250", 0, en, Some(1_250)),
            ("1.5", 0, en, None),
            ("-5", 2, en, None),
            ("", 2, en, None),
            (".5", 2, en, None),
            ("1e3", 2, en, None),
            ("99999999999999999999", 2, en, None),
        ] {
            assert_eq!(parse(text, digits, language), expected, "{text} {digits} {}", language.tag());
        }
        for language in Language::ALL {
            for (number, digits) in [(0, 2), (5, 2), (125_000, 2), (1_234_567, 0), (1_234_567, 3)] {
                assert_eq!(parse(&shown(number, digits, language), digits, language), Some(number));
            }
            for number in [0.5, -3.25, 31.0] {
                assert_eq!(parse_number(&shown_number(number, language), language), Some(number));
            }
        }
        assert_eq!((parse_number("0.5", pt), parse_number("1,000", en)), (None, None));
    }
}
