//! Check `age`: the customer's date of birth is possible, and their age is one that the flow accepts. The age counts on the day on which the
//! session was submitted. It may be two days at once on Earth; the one that is better for the customer counts.

use futures::future::BoxFuture;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    day::Day,
    definition::Ages,
    flow::Meaning,
    risk::CheckResult,
    session::Timestamp,
};

use super::check::{self, CheckError, Submission, found, reason, skipped};
use crate::model::Verdict;

pub const INFO: CheckInfo = CheckInfo {
    name: "age",
    version: 1,
    reasons: &[
        Reason { code: "age.too_young", weight: 100, result: CheckResult::Failed },
        Reason { code: "age.too_old", weight: 40, result: CheckResult::Warning },
        Reason { code: "age.implausible", weight: 60, result: CheckResult::Failed },
    ],
    needs: Needs::Meanings(&[Meaning::BirthDate]),
    examines: &[],
};

/// Nobody is older than this, in years.
const OLDEST: i64 = 120;

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    fn only_computes(&self) -> bool {
        true
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        let entered = submission.entered(Meaning::BirthDate).and_then(|(field, text)| Some((field, Day::parse(text)?)));
        let verdict = entered.map_or_else(skipped, |(field, born)| {
            let code = look(born, submission.submitted_at, submission.settings.ages);
            found(&INFO, code.map(|code| reason(code, field)).into_iter().collect())
        });
        Box::pin(async { Ok(verdict) })
    }
}

/// What is wrong with this date of birth.
fn look(born: Day, at: Timestamp, ages: Ages) -> Option<&'static str> {
    let (least, greatest) = (born.years_until(Day::earliest_today(at)), born.years_until(Day::latest_today(at)));
    if greatest < 0 || least > OLDEST {
        Some("age.implausible")
    } else if ages.min.is_some_and(|min| greatest < i64::from(min)) {
        Some("age.too_young")
    } else if ages.max.is_some_and(|max| least > i64::from(max)) {
        Some("age.too_old")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        // 2026-11-30T12:00:00Z: 30 November until UTC+11:59, 1 December further east.
        let noon = Timestamp(1_796_040_000_000_000);
        let ages = |min, max| Ages { min, max };
        for (born, ages, expected) in [
            ("2008-11-30", ages(Some(18), None), None),
            ("2008-12-01", ages(Some(18), None), None),
            ("2008-12-02", ages(Some(18), None), Some("age.too_young")),
            ("2008-12-02", ages(None, Some(17)), None),
            ("1950-12-01", ages(None, Some(75)), None),
            ("1950-11-30", ages(None, Some(75)), Some("age.too_old")),
            ("1950-11-30", ages(Some(18), None), None),
            ("2026-12-01", ages(None, None), None),
            ("2026-12-02", ages(Some(18), None), Some("age.implausible")),
            ("1905-12-01", ages(None, None), None),
            ("1905-11-30", ages(None, Some(75)), Some("age.implausible")),
        ] {
            assert_eq!(look(Day::parse(born).expect("a day"), noon, ages), expected, "{born} {ages:?}");
        }
    }
}
