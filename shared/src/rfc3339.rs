//! Reads times as RFC 3339 writes them, to the microsecond. Further digits of a second are dropped, as the clock drops its own.

use crate::{day::Day, session::Timestamp};

/// Reads a time such as `2026-11-30T12:00:00Z` or `2026-11-30T09:00:00.25-03:00`. `None` if it is none, or the offset is missing.
pub fn parse(text: &str) -> Option<Timestamp> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't'])?;
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let (hours, minutes, seconds) = (two(clock, 0)?, two(clock, 3)?, two(clock, 6)?);
    if clock.as_bytes()[2] != b':' || clock.as_bytes()[5] != b':' || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let (micros, rest) = fraction(rest)?;
    let local = Day::parse(date)?.number() * 86_400 + hours * 3_600 + minutes * 60 + seconds;
    let utc = local - offset(rest)?;
    // A leap second is the last one of a day in UTC.
    if seconds == 60 && utc.rem_euclid(86_400) != 0 {
        return None;
    }
    Some(Timestamp(utc * 1_000_000 + micros))
}

/// The microseconds after the point, and what follows them.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(count);
    let micros = digits.bytes().chain([b'0'; 6]).take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (count > 0).then_some((micros, rest))
}

/// The seconds by which a clock is ahead of UTC.
fn offset(text: &str) -> Option<i64> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let rest = text.strip_prefix(['+', '-']).filter(|rest| rest.len() == 5 && rest.as_bytes()[2] == b':')?;
    let (hours, minutes) = (two(rest, 0)?, two(rest, 3)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// The number of two digits.
fn two(text: &str, at: usize) -> Option<i64> {
    let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-30T12:00:00Z
    const NOON: i64 = 1_796_040_000_000_000;

    #[test]
    fn a_time_has_a_day_a_clock_and_an_offset() {
        for (text, after_noon) in [
            ("2026-11-30T12:00:00Z", 0),
            ("2026-11-30t12:00:00z", 0),
            ("2026-11-30T09:00:00-03:00", 0),
            ("2026-12-01T02:00:00+14:00", 0),
            ("2026-11-30T12:00:00.000001Z", 1),
            ("2026-11-30T12:00:00.25+00:00", 250_000),
            ("2026-11-30T12:00:00.1234567890Z", 123_456),
            ("2026-11-30T12:00:01Z", 1_000_000),
            ("2026-11-30T23:59:60Z", 43_200_000_000),
            ("2026-11-30T20:59:60-03:00", 43_200_000_000),
        ] {
            assert_eq!(parse(text), Some(Timestamp(NOON + after_noon)), "{text}");
        }
        for text in [
            "",
            "2026-11-30",
            "2026-11-30T12:00:00",
            "2026-11-30 12:00:00Z",
            "2026-11-30T12:00Z",
            "2026-11-30T24:00:00Z",
            "2026-11-30T12:60:00Z",
            "2026-11-30T12:00:60Z",
            "2026-11-30T12:00:61Z",
            "2026-11-31T12:00:00Z",
            "2026-11-30T12:00:00.Z",
            "2026-11-30T12:00:00+3:00",
            "2026-11-30T12:00:00+0300",
            "2026-11-30T12:00:00+24:00",
            "2026-11-30T12:00:00Zz",
            "2026-11-30T12-00-00Z",
            "2026-11-30T1é:00:00Z",
            "1796040000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[0-9TZ:.+é-]{0,40}") {
            let _ = parse(&text);
        }
    }
}
