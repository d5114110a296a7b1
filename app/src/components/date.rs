//! Days and times as people read them: with the name of the month.

use crate::words::{PageWords, fill};

/// The day of `YYYY-MM-DD`, or of a longer text that begins with it.
pub fn day(date: &str, words: &PageWords) -> String {
    fill_in(words.day, date, words)
}

/// The time of `2026-11-30T12:00:00Z`.
pub fn time(rfc3339: &str, words: &PageWords) -> String {
    fill_in(words.date_time, rfc3339, words)
}

fn fill_in(pattern: &str, date: &str, words: &PageWords) -> String {
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    let month = part(5..7).parse::<usize>().ok().and_then(|month| words.months.split(',').nth(month.checked_sub(1)?)).unwrap_or_default();
    fill(pattern, &[("day", part(8..10).trim_start_matches('0')), ("month", month), ("year", part(0..4)), ("time", part(11..16))])
}
