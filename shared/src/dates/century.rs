//! The years that dates can have, and the century of a year of two digits.

use crate::day::Day;

/// The years that a date may have. Any other is a number that was misread.
pub(super) const YEARS: std::ops::RangeInclusive<u32> = 1850..=2150;

/// Which century a year of two digits is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Century {
    /// The last such day up to this one: for days that have passed, such as those of birth and issue.
    Past(Day),
    /// The such day that is nearest to this one: for days that may lie ahead, such as those of expiry.
    Near(Day),
}

impl Century {
    /// The day of a year of two digits. `None` if there is no such day.
    pub fn day(self, year: u32, month: u32, day: u32) -> Option<Day> {
        let (Self::Past(today) | Self::Near(today)) = self;
        let century = today.parts().0 / 100;
        let days = (century.saturating_sub(1)..=century + 1).filter_map(|century| Day::of(century * 100 + year, month, day));
        match self {
            Self::Past(today) => days.filter(|day| *day <= today).max(),
            Self::Near(today) => days.min_by_key(|day| (day.number() - today.number()).abs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_a_year() {
        let today = Day::of(2026, 12, 1).expect("a day");
        for (century, year, expected) in [
            (Century::Past(today), 26, "1926-12-02"),
            (Century::Past(today), 25, "2025-12-02"),
            (Century::Past(today), 99, "1999-12-02"),
            (Century::Near(today), 26, "2026-12-02"),
            (Century::Near(today), 75, "2075-12-02"),
            (Century::Near(today), 76, "1976-12-02"),
        ] {
            assert_eq!(century.day(year, 12, 2).map(|day| day.to_string()).as_deref(), Some(expected), "{century:?} {year}");
        }
        assert_eq!(Century::Past(today).day(0, 2, 29), Day::of(2000, 2, 29));
        assert_eq!(Century::Past(today).day(1, 2, 29), None);
    }
}
