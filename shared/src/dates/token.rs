//! Splits a line into numbers and words, with what stands between them.

use super::month::month_of;
use crate::letters::folded;

/// A number or a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What stands between the token before it and this one, without spaces; a space if there are only spaces.
    pub gap: String,
    /// Where it begins in the line, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The digits, if it is a number. Letters among them are digits that were misread.
    pub digits: Option<String>,
    /// Whether it is written `1º`, `2nd`.
    pub is_ordinal: bool,
    /// The month that it names.
    pub month: Option<u32>,
    /// The word, in capital letters without accents.
    pub word: String,
}

impl Token {
    /// The number, if it has so many digits.
    pub(super) fn number(&self, least: usize, most: usize) -> Option<u32> {
        let digits = self.digits.as_ref()?;
        (least..=most).contains(&digits.len()).then(|| digits.parse().ok()).flatten()
    }
}

/// The tokens of a line, in order.
pub(super) fn tokens(line: &str) -> Vec<Token> {
    let is_part = |c: char| c.is_alphanumeric() || c == '|';
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut last_end = 0;
    while let Some(start) = line[at..].find(is_part).map(|found| found + at) {
        let end = line[start..].find(|c: char| !is_part(c)).map_or(line.len(), |found| found + start);
        for (from, to) in pieces(&line[start..end]) {
            let (from, to) = (start + from, start + to);
            tokens.push(token(&line[from..to], &line[last_end..from], from));
            last_end = to;
        }
        at = end;
    }
    tokens
}

/// Splits `12AGO1990` into its three pieces. Other runs stay whole.
fn pieces(run: &str) -> Vec<(usize, usize)> {
    let is_digit = |c: char| c.is_ascii_digit();
    let first = run.find(|c| !is_digit(c)).unwrap_or(run.len());
    let last = run.rfind(|c| !is_digit(c)).and_then(|at| Some(at + run[at..].chars().next()?.len_utf8())).unwrap_or(0);
    let middle = run.get(first..last).unwrap_or("");
    if first > 0 && month_of(middle).is_some() {
        return [(0, first), (first, last), (last, run.len())].into_iter().filter(|(from, to)| from < to).collect();
    }
    vec![(0, run.len())]
}

fn token(text: &str, gap: &str, start: usize) -> Token {
    let word = folded(text);
    let plain = ordinal(text);
    let gap: String = if !gap.is_empty() && gap.trim().is_empty() { " ".to_owned() } else { gap.split_whitespace().collect() };
    Token {
        gap,
        start,
        end: start + text.len(),
        digits: plain.map(str::to_owned).or_else(|| digits(text)),
        is_ordinal: plain.is_some(),
        month: if text.bytes().all(|byte| byte.is_ascii_digit()) { None } else { month_of(text) },
        word,
    }
}

/// The digits before `º`, `st`, `nd`, `rd` and `th`.
fn ordinal(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let ending = ["º", "ª", "°", "st", "nd", "rd", "th"].into_iter().find(|ending| lower.ends_with(ending));
    let digits = ending.map(|ending| &text[..text.len() - ending.len()]).or((text == "1o").then_some("1"))?;
    (matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// A number, with its misread digits put right. `None` if it has no digit at all and is longer than a day.
fn digits(text: &str) -> Option<String> {
    let read: String = text
        .chars()
        .map(|c| match c {
            '0'..='9' => Some(c),
            'O' | 'o' => Some('0'),
            'I' | 'l' | '|' => Some('1'),
            'Z' => Some('2'),
            'S' => Some('5'),
            'B' => Some('8'),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let has_digit = text.chars().any(|c| c.is_ascii_digit());
    (has_digit || (text.len() <= 2 && text.chars().all(|c| "OoIl|".contains(c)))).then_some(read)
}
