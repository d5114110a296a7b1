//! Computes the score and the decision from the results of checks. The score uses only integers, so that the same reasons always give the
//! same score, in any order.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The reason of a session whose customer declined that faces are compared. It weighs nothing, and nobody is approved with it but by a person.
pub const NO_CONSENT: &str = "face.no_consent";

/// The result of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckResult {
    /// The check found nothing.
    Passed,
    /// A person may want to look at something.
    Warning,
    /// Something is wrong.
    Failed,
    /// The check could not be done.
    Error,
    /// There was nothing to check.
    Skipped,
}

impl CheckResult {
    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Warning => "WARNING",
            Self::Failed => "FAILED",
            Self::Error => "ERROR",
            Self::Skipped => "SKIPPED",
        }
    }

    /// The order of results, from 0: SKIPPED, PASSED, WARNING, FAILED, ERROR.
    pub const fn severity(self) -> u8 {
        match self {
            Self::Skipped => 0,
            Self::Passed => 1,
            Self::Warning => 2,
            Self::Failed => 3,
            Self::Error => 4,
        }
    }

    /// The worse of two results. The result of a check of several things is the worst of theirs.
    #[must_use]
    pub const fn worse_of(self, other: Self) -> Self {
        if self.severity() < other.severity() { other } else { self }
    }
}

impl std::str::FromStr for CheckResult {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Passed, Self::Warning, Self::Failed, Self::Error, Self::Skipped].into_iter().find(|r| r.as_str() == text).ok_or(())
    }
}

/// The decision about a session: by its score, or later by an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// By the score: it is below the band for review, and every check could be done.
    Approved,
    /// An operator should decide.
    Review,
    /// By the score: it reaches the band for rejection.
    Rejected,
}

impl Decision {
    /// As stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Review => "REVIEW",
            Self::Rejected => "REJECTED",
        }
    }
}

impl std::str::FromStr for Decision {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Approved, Self::Review, Self::Rejected].into_iter().find(|d| d.as_str() == text).ok_or(())
    }
}

/// The scores at which review and rejection begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// The lowest score that an operator should review.
    pub review: u8,
    /// The lowest score that is rejected.
    pub reject: u8,
}

impl Default for Bands {
    fn default() -> Self {
        Self { review: 25, reject: 70 }
    }
}

/// The weight of each reason code, 0 to 100.
pub type Weights = BTreeMap<String, u8>;

const ONE: u64 = 1_000_000;

/// 100·(1 − ∏(1 − wᵢ/100)) over the distinct reasons sorted by code, in steps of 1e-6, rounded half up: 0 to 100.
/// A reason without a weight adds nothing.
pub fn score(reasons: &BTreeSet<String>, weights: &Weights) -> u8 {
    let left = reasons.iter().filter_map(|code| weights.get(code)).fold(ONE, |left, &weight| {
        let keep = 100 - u64::from(weight.min(100));
        (left * keep + 50) / 100
    });
    let percent = ((ONE - left) * 100 + ONE / 2) / ONE;
    u8::try_from(percent.min(100)).unwrap_or(100)
}

/// What each reason adds to the score of the reasons before it: code, weight, points. The points add up to the score before rounding.
pub fn contributions(reasons: &BTreeSet<String>, weights: &Weights) -> Vec<(String, u8, f32)> {
    let mut left = 100.0;
    let weighed = reasons.iter().map(|code| (code.clone(), weights.get(code).copied().unwrap_or_default().min(100)));
    weighed
        .map(|(code, weight)| {
            let adds = left * f32::from(weight) / 100.0;
            left -= adds;
            (code, weight, adds)
        })
        .collect()
}

/// The decision for a score. `must_look`, because a check could not be done or nobody examined the evidence, turns an approval into a
/// review.
pub fn decide(score: u8, bands: Bands, must_look: bool) -> Decision {
    if score >= bands.reject {
        Decision::Rejected
    } else if score >= bands.review || must_look {
        Decision::Review
    } else {
        Decision::Approved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scored(weights_of: &[u8]) -> u8 {
        let weights: Weights = weights_of.iter().enumerate().map(|(at, w)| (format!("r{at}"), *w)).collect();
        score(&weights.keys().cloned().collect(), &weights)
    }

    #[test]
    fn scores() {
        for (weights, expected) in [(&[][..], 0), (&[60], 60), (&[60, 80], 92), (&[30, 30], 51), (&[100, 1], 100), (&[0], 0), (&[5, 10], 15), (&[99, 99], 100)]
        {
            assert_eq!(scored(weights), expected, "{weights:?}");
        }
    }

    /// Each step is rounded half up to 1e-6, for ever: another rounding gives these one more or one less.
    #[test]
    fn each_step_of_a_score_is_rounded_half_up() {
        for (weights, expected) in [(&[1, 29, 31][..], 51), (&[43, 49, 57], 87), (&[1, 2, 5, 17], 23), (&[1, 7, 7, 20], 31), (&[2, 5, 17, 67], 74)] {
            assert_eq!(scored(weights), expected, "{weights:?}");
        }
    }

    #[test]
    fn a_weight_has_100_at_most_and_a_reason_without_one_adds_nothing() {
        let own = Weights::from([("a".to_owned(), 255), ("b".to_owned(), 40)]);
        let reasons = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!((score(&reasons(&["a"]), &own), score(&reasons(&["b", "x"]), &own), score(&reasons(&["x"]), &own)), (100, 40, 0));
        assert_eq!(contributions(&reasons(&["a", "x"]), &own), [("a".to_owned(), 100, 100.0), ("x".to_owned(), 0, 0.0)]);
    }

    #[test]
    fn results_and_decisions_are_read_as_they_are_written() {
        let results = [CheckResult::Passed, CheckResult::Warning, CheckResult::Failed, CheckResult::Error, CheckResult::Skipped];
        assert_eq!(results.map(CheckResult::as_str), ["PASSED", "WARNING", "FAILED", "ERROR", "SKIPPED"]);
        assert_eq!(results.map(|result| result.as_str().parse()), results.map(Ok));
        let decisions = [Decision::Approved, Decision::Review, Decision::Rejected];
        assert_eq!(decisions.map(Decision::as_str), ["APPROVED", "REVIEW", "REJECTED"]);
        assert_eq!(decisions.map(|decision| decision.as_str().parse()), decisions.map(Ok));
        for word in ["", "passed", "APPROVED "] {
            assert_eq!((word.parse::<CheckResult>(), word.parse::<Decision>()), (Err(()), Err(())), "{word:?}");
        }
    }

    #[test]
    fn contributions_sum_to_the_score() {
        let own = Weights::from([("a".to_owned(), 60), ("b".to_owned(), 30), ("c".to_owned(), 0)]);
        let reasons = own.keys().cloned().collect();
        let parts = contributions(&reasons, &own);
        assert_eq!(parts.iter().map(|(_, _, adds)| adds.round() as u8).collect::<Vec<_>>(), [60, 12, 0]);
        assert_eq!(parts.iter().map(|(_, _, adds)| adds).sum::<f32>().round() as u8, score(&reasons, &own));
    }

    #[test]
    fn decisions() {
        for (score, must_look, expected) in [
            (0, false, Decision::Approved),
            (24, false, Decision::Approved),
            (24, true, Decision::Review),
            (25, false, Decision::Review),
            (69, true, Decision::Review),
            (70, false, Decision::Rejected),
            (100, true, Decision::Rejected),
        ] {
            assert_eq!(decide(score, Bands::default(), must_look), expected, "{score} {must_look}");
        }
    }

    #[test]
    fn the_worst_of_two_results() {
        let sorted = [CheckResult::Skipped, CheckResult::Passed, CheckResult::Warning, CheckResult::Failed, CheckResult::Error];
        for (at, low) in sorted.into_iter().enumerate() {
            for high in &sorted[at..] {
                assert_eq!((low.worse_of(*high), high.worse_of(low)), (*high, *high), "{low:?} {high:?}");
            }
            assert_eq!(usize::from(low.severity()), at);
        }
    }

    proptest! {
        #[test]
        fn one_more_reason_never_lowers_the_score(mut all in proptest::collection::vec(0u8..=100, 0..12), extra in 0u8..=100) {
            let before = scored(&all);
            all.push(extra);
            let after = scored(&all);
            prop_assert!(before <= after && after <= 100);
        }
    }
}
