//! Finds what can be the number of a document.

use super::{
    found::Found,
    label::Page,
    model::{DocumentType, Label},
};
use crate::{
    cpf::Cpf,
    dates::{Century, parse},
    day::Day,
};

/// The fewest digits of a number, and the most characters.
const FEWEST_DIGITS: usize = 4;
const LONGEST: usize = 20;

/// The numbers beside a label, then those whose shape is one of the type's that no other number has. Only letters and digits are kept.
pub(super) fn numbers_on(page: &Page<'_>, kind: Option<&DocumentType>, today: Day) -> Vec<Found<String>> {
    let shapes = kind.map(|kind| kind.numbers.as_slice()).unwrap_or_default();
    // The number of the new identity card is the holder's CPF.
    let is_own = shapes.iter().any(|shape| shape == "999.999.999-99");
    let mut found: Vec<Found<String>> = Vec::new();
    for piece in page.pieces.iter().filter(|piece| page.label(piece) == Some(Label::DocumentNumber)) {
        if let Some(token) = token(&piece.text).filter(|token| parse(token, Century::Past(today)).is_none()) {
            let value = shapes.iter().find_map(|shape| fitted(&plain(token), &plain(shape))).unwrap_or_else(|| plain(token));
            found.push(Found { value, line: piece.line, is_labelled: true });
        }
    }
    for piece in &page.pieces {
        // A shape of digits only would take any number.
        for token in piece.text.split_whitespace().filter(|token| shapes.iter().any(|shape| is_telling(shape) && fits(token, shape))) {
            let is_cpf = !is_own && Cpf::parse(token).is_some_and(|cpf| cpf.is_plausible());
            let is_other = is_cpf || parse(token, Century::Past(today)).is_some();
            let value = plain(token);
            if !is_other && !found.iter().any(|number| number.value == value) {
                found.push(Found { value, line: piece.line, is_labelled: false });
            }
        }
    }
    found
}

/// The number that stands first in a text. Two or three letters may stand before it, such as a state's.
fn token(text: &str) -> Option<&str> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let is_prefix = first.len() <= 3 && first.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let token = match words.next() {
        Some(second) if is_prefix => &text[..first.len() + text[first.len()..].find(second)? + second.len()],
        _ => first,
    };
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    (digits >= FEWEST_DIGITS && token.len() <= LONGEST && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .-/".contains(&byte))).then_some(token)
}

/// Only the letters and digits.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether few other numbers have this shape: it begins with letters, or it has points and a hyphen.
fn is_telling(shape: &str) -> bool {
    shape.starts_with('A') || (shape.contains('.') && shape.contains('-'))
}

fn fits(token: &str, shape: &str) -> bool {
    token.chars().count() == shape.chars().count()
        && token.chars().zip(shape.chars()).all(|(c, place)| match place {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            other => c == other,
        })
}

/// The number with letters where the shape has letters, and digits where it has digits. `None` if it cannot have the shape.
fn fitted(number: &str, shape: &str) -> Option<String> {
    let read = number.chars().zip(shape.chars()).map(|(c, place)| match (place, c) {
        ('9', 'O' | 'Q' | 'D') => '0',
        ('9', 'I' | 'L') => '1',
        ('9', 'Z') => '2',
        ('9', 'S') => '5',
        ('9', 'B') => '8',
        ('A', '0') => 'O',
        ('A', '1') => 'I',
        ('A', '5') => 'S',
        ('A', '8') => 'B',
        _ => c,
    });
    let read: String = read.collect();
    (number.len() == shape.len() && fits(&read, shape)).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_from_text() {
        for (text, expected) in [
            ("12.345.678-9 SSP/SP", Some("12.345.678-9")),
            ("MG 12.345.678 PCMG", Some("MG 12.345.678")),
            ("FA123456", Some("FA123456")),
            ("MARIA DA SILVA", None),
            ("123", None),
            ("", None),
        ] {
            assert_eq!(token(text), expected);
        }
    }

    #[test]
    fn a_shape_says_what_is_a_letter_and_what_a_digit() {
        for (number, shape, expected) in [
            ("FA123456", "AA999999", Some("FA123456")),
            ("FAI234S6", "AA999999", Some("FA123456")),
            ("F8123456", "AA999999", Some("FB123456")),
            ("FA12345", "AA999999", None),
            ("12345678X", "99999999X", Some("12345678X")),
        ] {
            assert_eq!(fitted(number, shape).as_deref(), expected, "{number}");
        }
    }
}
