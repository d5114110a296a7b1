//! Compares a day as entered with a day as read.

use crate::day::Day;

/// How well two days agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The same day.
    Same,
    /// The same day of another century: a year was written with two digits.
    Century,
    /// The day and the month changed places.
    Swapped,
    /// One digit differs, and the two are easily misread for each other.
    Near,
    /// Another day.
    Different,
}

/// Digits that are easily misread for each other.
const ALIKE: [&str; 11] = ["06", "08", "09", "17", "14", "27", "38", "56", "68", "89", "35"];

/// Compares two days. Only [`Agreement::Same`] is the same day; the others say what may have gone wrong.
pub fn compare(entered: Day, read: Day) -> Agreement {
    let ((year, month, day), (read_year, read_month, read_day)) = (entered.parts(), read.parts());
    if entered == read {
        return Agreement::Same;
    }
    if (month, day) == (read_month, read_day) && year.abs_diff(read_year) == 100 {
        return Agreement::Century;
    }
    if (year, month, day) == (read_year, read_day, read_month) {
        return Agreement::Swapped;
    }
    let (one, other) = (entered.to_string(), read.to_string());
    let mut wrong = one.chars().zip(other.chars()).filter(|(one, other)| one != other);
    match (wrong.next(), wrong.next()) {
        (Some((one, other)), None) if ALIKE.iter().any(|pair| pair.contains(one) && pair.contains(other)) => Agreement::Near,
        _ => Agreement::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;

    #[test]
    fn days_agree() {
        for (entered, read, expected) in [
            ("1990-05-17", "1990-05-17", Agreement::Same),
            ("2024-05-17", "1924-05-17", Agreement::Century),
            ("1990-04-03", "1990-03-04", Agreement::Swapped),
            ("1990-05-17", "1990-06-17", Agreement::Near),
            ("1990-05-17", "1990-05-11", Agreement::Near),
            ("1990-05-17", "1990-05-18", Agreement::Different),
            ("1990-05-17", "1980-06-17", Agreement::Different),
            ("1990-05-17", "1991-05-17", Agreement::Different),
        ] {
            let day = |text| Day::parse(text).expect("a day");
            assert_eq!(compare(day(entered), day(read)), expected, "{entered} {read}");
            assert_eq!(compare(day(read), day(entered)), expected, "{read} {entered}");
        }
    }
}
