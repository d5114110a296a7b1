//! Durations as people write them on the command line and in flows: `45s`, `30m`, `12h`, `7d`.

/// The shortest and the longest duration, in seconds: 1 second to 30 days.
const RANGE_S: std::ops::RangeInclusive<i64> = 1..=30 * 86_400;

/// Reads a duration such as `7d`, in seconds.
///
/// # Errors
/// If it is not `[0-9]+(s|m|h|d)` between 1 s and 30 d: a sentence that names the text and what is allowed.
pub fn parse_seconds(text: &str) -> Result<i64, String> {
    let refused = || format!("\"{text}\" is not a duration; allowed is a number and s, m, h or d, from 1s to 30d, such as 7d");
    let unit = text.chars().last().ok_or_else(refused)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(refused()),
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refused());
    }
    let seconds = digits.parse::<i64>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(refused)?;
    if RANGE_S.contains(&seconds) { Ok(seconds) } else { Err(refused()) }
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
