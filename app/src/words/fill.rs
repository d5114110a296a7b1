//! Puts values into a text: `{name}` becomes the value of that name. A value from right to left is isolated, so that it does not reorder
//! the words around it.

/// Replaces each `{name}` by its value. A name without a value stays as a word.
pub fn fill(word: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (at, piece) in word.split(['{', '}']).enumerate() {
        let is_name = at % 2 == 1;
        let value = values.iter().find(|(name, _)| is_name && *name == piece);
        match value {
            Some((_, value)) => text.push_str(&isolated(value)),
            None => text.push_str(piece),
        }
    }
    text
}

/// Fills in a day of `YYYY-MM-DD`, or of a longer text that begins with it: `{day}`, `{month}` by its name, `{year}`, `{time}`.
pub fn fill_date(pattern: &str, date: &str, months: &str) -> String {
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    let month = part(5..7).parse::<usize>().ok().and_then(|month| months.split(',').nth(month.checked_sub(1)?)).unwrap_or_default();
    fill(pattern, &[("day", part(8..10).trim_start_matches('0')), ("month", month), ("year", part(0..4)), ("time", part(11..16))])
}

/// A text for a place where no `<bdi>` can be, such as a title or the middle of a sentence. If something in it is written from right to
/// left, it stands between the two characters that isolate it (UAX #9, FSI and PDI).
pub fn isolated(text: &str) -> String {
    let is_leftward = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    if text.contains(is_leftward) { ["\u{2068}", text, "\u{2069}"].concat() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_from_right_to_left_is_isolated() {
        assert_eq!(fill("Back to {company}", &[("company", "Acme")]), "Back to Acme");
        assert_eq!(fill("Back to {company}: {n}", &[("company", "שלום"), ("n", "1")]), "Back to \u{2068}שלום\u{2069}: 1");
        assert_eq!(fill_date("{day} {month} {year}", "1990-05-07", "January,February,March,April,May"), "7 May 1990");
    }
}
