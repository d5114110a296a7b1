//! Finds CPFs in a line. Only a number whose check digits hold is one: one that was misread hardly ever has them.

use crate::cpf::Cpf;

/// A CPF in a line, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct CpfAt {
    pub cpf: Cpf,
    pub start: usize,
    pub end: usize,
    /// Whether it is written with its points and hyphen.
    pub is_formatted: bool,
}

/// The digits after which a CPF has a point, a hyphen or a space.
const GAPS: [usize; 3] = [3, 6, 9];

/// Every valid CPF of a text, from left to right.
pub(super) fn cpfs_in(text: &str) -> Vec<CpfAt> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    let mut next = 0;
    while next < characters.len() {
        let is_inside = next > 0 && characters[next - 1].1.is_alphanumeric();
        match at(&characters[next..], text.len()).filter(|_| !is_inside) {
            Some((used, cpf)) => {
                next += used;
                found.push(cpf);
            }
            None => next += 1,
        }
    }
    found
}

/// The CPF with which these characters begin, and how many of them it takes.
fn at(characters: &[(usize, char)], length: usize) -> Option<(usize, CpfAt)> {
    let mut digits = String::new();
    let mut certain = 0;
    let mut gaps = 0;
    let mut used = 0;
    while digits.len() < 11 {
        let (_, c) = *characters.get(used)?;
        match digit(c) {
            Some(read) => {
                digits.push(read);
                certain += usize::from(c.is_ascii_digit());
            }
            None if is_gap(c) && GAPS.contains(&digits.len()) && characters.get(used + 1).is_some_and(|(_, next)| digit(*next).is_some()) => gaps += 1,
            None => return None,
        }
        used += 1;
    }
    let end = characters.get(used).map_or(length, |(at, _)| *at);
    let goes_on = characters.get(used).is_some_and(|(_, c)| c.is_alphanumeric());
    let cpf = Cpf::parse(&digits).filter(|cpf| cpf.is_plausible() && !goes_on && certain >= 9)?;
    Some((used, CpfAt { cpf, start: characters.first()?.0, end, is_formatted: gaps >= 2 }))
}

const fn is_gap(c: char) -> bool {
    matches!(c, '.' | '-' | ' ' | '/' | ',' | '–' | '·')
}

/// A digit, or a letter that is one misread.
const fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'o' => Some('0'),
        'I' | 'l' | '|' => Some('1'),
        'S' => Some('5'),
        'B' => Some('8'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_numbers_are_found() {
        for (text, cpfs) in [
            ("CPF 529.982.247-25", "52998224725"),
            ("52998224725", "52998224725"),
            ("529.982.247/25 e 123.456.789-09", "52998224725 12345678909"),
            ("529 982 247 25", "52998224725"),
            ("S29.982.247-2S", "52998224725"),
            ("529.982.247-26", ""),
            ("111.111.111-11", ""),
            ("152998224725", ""),
            ("529982247251", ""),
            ("52.998.224-725", ""),
            ("A52998224725", ""),
        ] {
            let found: Vec<String> = cpfs_in(text).iter().map(|found| found.cpf.digits()).collect();
            assert_eq!(found.join(" "), cpfs, "{text}");
        }
    }
}
