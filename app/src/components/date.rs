//! Days and times as people read them: with the name of the month.

use crate::words::{PageWords, fill_date};

/// The day of `YYYY-MM-DD`, or of a longer text that begins with it.
pub fn day(date: &str, words: &PageWords) -> String {
    fill_date(words.day, date, words.months)
}

/// The time of `2026-11-30T12:00:00Z`.
pub fn time(rfc3339: &str, words: &PageWords) -> String {
    fill_date(words.date_time, rfc3339, words.months)
}
