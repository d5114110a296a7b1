//! Days of the Gregorian calendar, and the bounds of a DATE field: a day, or one that is counted from today.

use std::fmt;

use crate::session::Timestamp;

/// A day from 0001-01-01 to 9999-12-31, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u32,
    month: u32,
    day: u32,
}

/// Whether a text is `YYYY-MM-DD`, and a day that exists.
pub fn is_day(text: &str) -> bool {
    Day::parse(text).is_some()
}

impl Day {
    /// Reads `YYYY-MM-DD`. `None` if there is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10 && bytes.iter().enumerate().all(|(at, b)| if at == 4 || at == 7 { *b == b'-' } else { b.is_ascii_digit() });
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
        let day = Self::of(number(0..4)?, number(5..7)?, number(8..10)?)?;
        shape.then_some(day)
    }

    /// The day of a year from 1 to 9999, a month and a day of the month. `None` if there is no such day.
    pub fn of(year: u32, month: u32, day: u32) -> Option<Self> {
        ((1..=9999).contains(&year) && day > 0 && day <= days_of(year, month)).then_some(Self { year, month, day })
    }

    /// The year, the month and the day of the month.
    pub const fn parts(self) -> (u32, u32, u32) {
        (self.year, self.month, self.day)
    }

    /// The earliest day that it is anywhere on Earth at this time: the day at UTC−12.
    pub fn earliest_today(now: Timestamp) -> Self {
        Self::at(now.plus_seconds(-12 * 3_600))
    }

    /// The latest day that it is anywhere on Earth at this time: the day at UTC+14.
    pub fn latest_today(now: Timestamp) -> Self {
        Self::at(now.plus_seconds(14 * 3_600))
    }

    /// The full years from this day to a later one; negative if that is earlier. Somebody born on 29 February is a year older on 1 March
    /// where the year has no such day.
    pub fn years_until(self, later: Self) -> i64 {
        let has_not_come = (later.month, later.day) < (self.month, self.day);
        i64::from(later.year) - i64::from(self.year) - i64::from(has_not_come)
    }

    /// The day at this time, in UTC.
    fn at(time: Timestamp) -> Self {
        Self::of_number(time.0.div_euclid(86_400_000_000))
    }

    /// The day of a number of days since 1970-01-01. Beyond the calendar, its first or last day.
    fn of_number(number: i64) -> Self {
        let number = number.clamp(-TO_1970, 2_932_896) + TO_1970;
        let (mut year, mut month) = ((number / 366 + 1) as u32, 1);
        while days_before(year + 1) <= number {
            year += 1;
        }
        let mut rest = (number - days_before(year)) as u32;
        while rest >= days_of(year, month) {
            rest -= days_of(year, month);
            month += 1;
        }
        Self { year, month, day: rest + 1 }
    }

    /// The number of days since 1970-01-01.
    pub(crate) fn number(self) -> i64 {
        let months: u32 = (1..self.month).map(|month| days_of(self.year, month)).sum();
        days_before(self.year) + i64::from(months + self.day - 1) - TO_1970
    }

    /// The same day some months later or earlier; the last day of that month where it has no such day.
    fn plus_months(self, months: i64) -> Self {
        let all = (i64::from(self.year) * 12 + i64::from(self.month) - 1 + months).clamp(12, 9_999 * 12 + 11);
        let (year, month) = ((all / 12) as u32, (all % 12) as u32 + 1);
        Self { year, month, day: self.day.min(days_of(year, month)) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The days from 0001-01-01 to 1970-01-01.
const TO_1970: i64 = 719_162;

/// The days from 0001-01-01 to the first day of a year.
fn days_before(year: u32) -> i64 {
    let years = i64::from(year - 1);
    years * 365 + years / 4 - years / 100 + years / 400
}

/// How many days a month has; 0 if there is no such month.
const fn days_of(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// The first or the last day that a DATE field takes, as a flow writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// This day.
    Day(Day),
    /// So many days after today.
    Days(i64),
    /// So many months after today. A year is twelve.
    Months(i64),
}

impl Bound {
    /// Reads `YYYY-MM-DD`, `today`, or `today` with a sign, a number of at most four digits and `d`, `m` or `y`: `today-18y`.
    pub fn parse(text: &str) -> Option<Self> {
        let Some(rest) = text.strip_prefix("today") else { return Day::parse(text).map(Self::Day) };
        if rest.is_empty() {
            return Some(Self::Days(0));
        }
        let sign = if rest.starts_with('-') { -1 } else { 1 };
        let (digits, unit) = rest.strip_prefix(['+', '-'])?.split_at_checked(rest.len().checked_sub(2)?)?;
        let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = sign * digits.parse::<i64>().ok().filter(|_| is_number)?;
        match unit {
            "d" => Some(Self::Days(number)),
            "m" => Some(Self::Months(number)),
            "y" => Some(Self::Months(number * 12)),
            _ => None,
        }
    }

    /// The day that it is, where this is today.
    pub fn on(self, today: Day) -> Day {
        match self {
            Self::Day(day) => day,
            Self::Days(days) => Day::of_number(today.number() + days),
            Self::Months(months) => today.plus_months(months),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    #[test]
    fn full_years() {
        for (from, to, years) in [
            ("2000-05-17", "2018-05-17", 18),
            ("2000-05-17", "2018-05-16", 17),
            ("2000-02-29", "2018-02-28", 17),
            ("2000-02-29", "2018-03-01", 18),
            ("2000-02-29", "2020-02-29", 20),
            ("2018-05-17", "2018-05-17", 0),
            ("2018-05-18", "2018-05-17", -1),
        ] {
            assert_eq!(day(from).years_until(day(to)), years, "{from} {to}");
        }
    }

    #[test]
    fn a_day_exists() {
        for text in ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "1582-10-10", "2011-12-30"] {
            assert_eq!(day(text).to_string(), text);
        }
        for text in
            ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "0000-01-01", "1992-3-9", "29/02/2024", "٢٠٠٠-٠١-٠١", "", "+024-01-01"]
        {
            assert!(!is_day(text), "{text}");
        }
    }

    #[test]
    fn a_bound_is_a_day_or_counted_from_today() {
        for (bound, today, expected) in [
            ("1990-05-17", "2026-11-30", "1990-05-17"),
            ("today", "2026-11-30", "2026-11-30"),
            ("today-18y", "2026-11-30", "2008-11-30"),
            ("today-18y", "2028-02-29", "2010-02-28"),
            ("today+1m", "2027-01-31", "2027-02-28"),
            ("today-1m", "2027-01-31", "2026-12-31"),
            ("today+90d", "2026-12-01", "2027-03-01"),
            ("today-1d", "2024-03-01", "2024-02-29"),
            ("today-9999y", "2026-11-30", "0001-01-30"),
            ("today+9999d", "9990-01-01", "9999-12-31"),
        ] {
            assert_eq!(Bound::parse(bound).map(|bound| bound.on(day(today)).to_string()).as_deref(), Some(expected), "{bound} {today}");
        }
        for text in [
            "",
            "tomorrow",
            "today-",
            "today18y",
            "today-18",
            "today-y",
            "today-18w",
            "today--1y",
            "today-12345d",
            "today-1é",
            "Today",
            "2024-02-30",
            "today - 1d",
        ] {
            assert_eq!(Bound::parse(text), None, "{text}");
        }
    }

    #[test]
    fn today_is_two_days_at_once() {
        let noon = Timestamp(1_796_040_000_000_000); // 2026-11-30T12:00:00Z
        assert_eq!((Day::earliest_today(noon).to_string(), Day::latest_today(noon).to_string()), ("2026-11-30".into(), "2026-12-01".into()));
        let before = noon.plus_seconds(-1);
        assert_eq!((Day::earliest_today(before).to_string(), Day::latest_today(before).to_string()), ("2026-11-29".into(), "2026-12-01".into()));
    }

    proptest! {
        #[test]
        fn days_are_numbered_in_order(number in -719_162i64..2_932_896) {
            let day = Day::of_number(number);
            prop_assert_eq!(day.number(), number);
            prop_assert!(day < Day::of_number(number + 1));
            prop_assert_eq!(Day::parse(&day.to_string()), Some(day));
        }
    }
}
