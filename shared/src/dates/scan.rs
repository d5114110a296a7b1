//! Finds dates in a line of text.

use super::{
    century::{Century, YEARS},
    token::{Token, tokens},
};
use crate::day::Day;

/// A date that stands in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The day.
    pub day: Day,
    /// Where it begins in the line, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The day that a whole text is. `None` if it is anything else, or if there is no such day. Digits without anything between them are no date:
/// most such numbers are others.
pub fn parse(text: &str, century: Century) -> Option<Day> {
    let text = text.trim().trim_end_matches(['.', ',', ';']);
    let tokens = tokens(text);
    let (day, used) = at(&tokens, century).or_else(|| unseparated(&tokens))?;
    let starts = tokens.first().is_some_and(|token| token.start == 0);
    (used == tokens.len() && starts && tokens[used - 1].end == text.len()).then_some(day)
}

/// Every date in a line, from left to right.
pub fn find(line: &str, century: Century) -> Vec<Found> {
    let tokens = tokens(line);
    let mut found = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        match at(&tokens[next..], century).filter(|(_, used)| stands_free(&tokens, next, next + used)) {
            Some((day, used)) => {
                found.push(Found { day, start: tokens[next].start, end: tokens[next + used - 1].end });
                next += used;
            }
            None => next += 1,
        }
    }
    found
}

/// Whether no other number is tied to these tokens, as in `10.1.2024.3`.
fn stands_free(tokens: &[Token], from: usize, to: usize) -> bool {
    let is_tied = |gap: &str, neighbour: &Token| matches!(gap, "." | "-" | "/" | "") && neighbour.digits.is_some();
    let before = from.checked_sub(1).is_some_and(|before| is_tied(&tokens[from].gap, &tokens[before]));
    let after = tokens.get(to).is_some_and(|after| is_tied(&after.gap, after));
    !before && !after
}

/// The date with which these tokens begin, and how many of them it takes.
fn at(tokens: &[Token], century: Century) -> Option<(Day, usize)> {
    in_digits(tokens, century).map(|day| (day, 3)).or_else(|| in_words(tokens, century)).or_else(|| month_first(tokens, century))
}

fn in_digits(tokens: &[Token], century: Century) -> Option<Day> {
    let [one, two, three, ..] = tokens else { return None };
    let gaps = [two.gap.as_str(), three.gap.as_str()];
    if tokens[..3].iter().any(|token| token.is_ordinal) || !gaps.iter().all(|gap| matches!(*gap, "/" | "." | "-" | " ")) {
        return None;
    }
    let middle = two.number(1, 2)?;
    if let Some((year, last)) = one.number(4, 4).zip(three.number(1, 2)) {
        return full(year, middle, last);
    }
    let first = one.number(1, 2)?;
    if let Some(year) = three.number(4, 4) {
        return full(year, middle, first).or_else(|| full(year, first, middle));
    }
    let year = three.number(2, 2).filter(|_| !gaps.contains(&" "))?;
    century.day(year, middle, first).or_else(|| century.day(year, first, middle))
}

/// `12 AGO/AUG 1990`, `3 de março de 1985`.
fn in_words(tokens: &[Token], century: Century) -> Option<(Day, usize)> {
    let day = tokens.first()?.number(1, 2)?;
    let mut next = 1 + small_words(&tokens[1..]);
    let (month, used) = month(tokens.get(next..)?)?;
    next += used;
    next += small_words(tokens.get(next..)?);
    Some((year(tokens.get(next)?, month, day, century)?, next + 1))
}

/// `May 17, 1990`.
fn month_first(tokens: &[Token], century: Century) -> Option<(Day, usize)> {
    let (month, used) = month(tokens)?;
    let day = tokens.get(used)?.number(1, 2)?;
    let next = tokens.get(used + 1).filter(|next| next.number(4, 4).is_some())?;
    Some((year(next, month, day, century)?, used + 2))
}

/// How many of `de`, `del`, `of` come next.
fn small_words(tokens: &[Token]) -> usize {
    usize::from(tokens.first().is_some_and(|token| matches!(token.word.as_str(), "DE" | "DEL" | "OF")))
}

/// The month, in one language or in two with a stroke between them, of which only one has to be known.
fn month(tokens: &[Token]) -> Option<(u32, usize)> {
    let first = tokens.first()?;
    let second = tokens.get(1).filter(|second| second.gap == "/" && second.digits.is_none());
    match (first.month, second.map(|second| second.month)) {
        (Some(one), Some(Some(other))) => (one == other).then_some((one, 2)),
        (Some(one), Some(None)) | (None, Some(Some(one))) if first.digits.is_none() => Some((one, 2)),
        (month, _) => month.map(|month| (month, 1)),
    }
}

fn year(token: &Token, month: u32, day: u32, century: Century) -> Option<Day> {
    match token.number(4, 4) {
        Some(year) => full(year, month, day),
        None => century.day(token.number(2, 2)?, month, day),
    }
}

/// `17/051990`, `1705-1990`: one of the two separators was lost. In a line of other numbers that would be a telephone number.
fn unseparated(tokens: &[Token]) -> Option<(Day, usize)> {
    let [one, two] = tokens else { return None };
    let digits = format!("{}{}", one.digits.as_ref()?, two.digits.as_ref()?);
    let is_split = matches!(two.gap.as_str(), "/" | "." | "-") && matches!(one.digits.as_ref()?.len(), 2 | 4);
    let number = |from: usize, to: usize| digits.get(from..to)?.parse().ok();
    let day = full(number(4, 8)?, number(2, 4)?, number(0, 2)?)?;
    (is_split && digits.len() == 8).then_some((day, 2))
}

fn full(year: u32, month: u32, day: u32) -> Option<Day> {
    Day::of(year, month, day).filter(|_| YEARS.contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stand_in_lines() {
        let century = Century::Past(Day::of(2026, 12, 1).expect("a day"));
        for (line, days) in [
            ("Data de nascimento: 17/05/1990  Validade 02/03/2031", "1990-05-17 2031-03-02"),
            ("NASC 17/05/1990CPF", ""),
            ("12 AGO/AUG 1990 M", "1990-08-12"),
            ("RG 12.10.56-7 SSP/SP", ""),
            ("tel. 3105-1985", ""),
            ("IP 10.1.2024.3", ""),
            ("São Paulo, 3 de março de 1985", "1985-03-03"),
            ("17/05/1990 02/03/2020", "1990-05-17 2020-03-02"),
            ("nada", ""),
        ] {
            let found: Vec<String> = find(line, century).iter().map(|found| found.day.to_string()).collect();
            assert_eq!(found.join(" "), days, "{line}");
        }
        let line = "Data: 17/05/1990.";
        assert_eq!(find(line, century).first().map(|found| &line[found.start..found.end]), Some("17/05/1990"));
    }
}
