//! A length of time as a rule writes it. It keeps how it was written, because 24h and 1d are the same time and not the same words.

use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

use crate::duration::parse_within;

const DAY_S: i64 = 86_400;
/// How long a session of a rule may stay open: 1 s to 30 d.
pub const TTL: RangeInclusive<i64> = 1..=30 * DAY_S;
/// How far an aggregate looks back: 1 min to 90 d.
pub const WITHIN: RangeInclusive<i64> = 60..=90 * DAY_S;
/// How old a session may be: 1 s to 3,650 d.
pub const AGE: RangeInclusive<i64> = 1..=3_650 * DAY_S;

/// A length of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    seconds: i64,
    written: String,
}

/// The unit in which a length of time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `s`
    Seconds,
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
}

impl Span {
    /// Reads one within these seconds, such as `24h`.
    pub fn parse(text: &str, allowed: &RangeInclusive<i64>) -> Option<Self> {
        parse_within(text, allowed).map(|seconds| Self { seconds, written: text.to_owned() })
    }

    /// Its seconds.
    pub const fn seconds(&self) -> i64 {
        self.seconds
    }

    /// Its microseconds, as times are counted.
    pub const fn micros(&self) -> i64 {
        self.seconds * 1_000_000
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Its number and its unit, as they were written.
    pub fn parts(&self) -> (i64, Unit) {
        match self.written.chars().last() {
            Some('d') => (self.seconds / DAY_S, Unit::Days),
            Some('h') => (self.seconds / 3_600, Unit::Hours),
            Some('m') => (self.seconds / 60, Unit::Minutes),
            _ => (self.seconds, Unit::Seconds),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_has_its_bounds() {
        for (text, allowed, fits) in [
            ("1s", &TTL, true),
            ("30d", &TTL, true),
            ("31d", &TTL, false),
            ("59s", &WITHIN, false),
            ("60s", &WITHIN, true),
            ("1m", &WITHIN, true),
            ("90d", &WITHIN, true),
            ("2161h", &WITHIN, false),
            ("3650d", &AGE, true),
            ("3651d", &AGE, false),
            ("0s", &AGE, false),
        ] {
            assert_eq!(Span::parse(text, allowed).is_some(), fits, "{text}");
        }
    }

    #[test]
    fn it_keeps_its_unit() {
        let parts = |text: &str| Span::parse(text, &AGE).map(|span| span.parts());
        for (text, expected) in [("24h", (24, Unit::Hours)), ("1d", (1, Unit::Days)), ("090m", (90, Unit::Minutes)), ("5s", (5, Unit::Seconds))] {
            assert_eq!(parts(text), Some(expected), "{text}");
        }
    }
}
