//! Days and times as people read them.

use crate::words::{PageWords, fill};

/// `YYYY-MM-DD`, or what begins with it, with the month's name.
pub fn day(date: &str, words: &PageWords) -> String {
    fill_in(words.day, date, words)
}

/// `2026-11-30T12:00:00Z` with the month's name.
pub fn time(rfc3339: &str, words: &PageWords) -> String {
    fill_in(words.date_time, rfc3339, words)
}

fn fill_in(pattern: &str, date: &str, words: &PageWords) -> String {
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    let month = part(5..7).parse::<usize>().ok().and_then(|month| words.months.split(',').nth(month.checked_sub(1)?)).unwrap_or_default();
    fill(pattern, &[("day", part(8..10).trim_start_matches('0')), ("month", month), ("year", part(0..4)), ("time", part(11..16))])
}
