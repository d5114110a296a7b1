//! Durations as people write them on the command line and in flows: `45s`, `30m`, `12h`, `7d`.

use std::ops::RangeInclusive;

/// The shortest and the longest duration, in seconds: 1 second to 30 days.
const RANGE_S: RangeInclusive<i64> = 1..=30 * 86_400;

/// Reads a duration such as `7d`, in seconds.
///
/// # Errors
/// If it is not `[0-9]+(s|m|h|d)` between 1 s and 30 d: a sentence that names the text and what is allowed.
pub fn parse_seconds(text: &str) -> Result<i64, String> {
    parse_within(text, &RANGE_S).ok_or_else(|| format!("\"{text}\" is not a duration; allowed is a number and s, m, h or d, from 1s to 30d, such as 7d"))
}

/// Reads a duration within these seconds. `None` if it is another one, or no `[0-9]+(s|m|h|d)`.
pub fn parse_within(text: &str, allowed: &RangeInclusive<i64>) -> Option<i64> {
    let factor = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(factor).filter(|seconds| allowed.contains(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [("1s", 1), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800), ("30d", 2_592_000)] {
            assert_eq!(parse_seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "s", "0s", "31d", "1w", "-1s", "1.5h", "7 d", "99999999999999999999d", "d7", "1é"] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
    }
}
