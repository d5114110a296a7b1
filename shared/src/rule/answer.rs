//! Rules that matched, as the API sends them and as they are stored with a decision.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    decide::{Hit, Verdict},
    lines::Because,
    model::{ActionKind, Rule},
    shown::Style,
};

/// A rule that matched, as `matchedRules` and `testRules` have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchedRule {
    /// The rule's name.
    pub rule: String,
    /// The version that was used.
    pub version: u32,
    /// Its action.
    pub action: ActionKind,
    /// Its weight, 0 to 100.
    pub weight: u8,
    /// Each of its conditions, with what it saw.
    pub because: Vec<Because>,
    /// Why it did not decide although it matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<PassedOver>,
}

/// Why a rule did not decide although it matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassedOver {
    /// The customer passed its flow lately.
    Grace,
}

impl Hit<'_> {
    /// As the API sends it: in English and in minor units.
    pub fn answer(&self) -> MatchedRule {
        MatchedRule {
            rule: self.rule.name.clone(),
            version: self.version,
            action: self.rule.then.kind(),
            weight: self.rule.weight(),
            because: self.evaluation.texts(self.rule, Style::Api),
            passed_over: self.passed_over.then_some(PassedOver::Grace),
        }
    }
}

/// A rule that matched, as it is stored with the decision: `["name",version,flags,[what each condition saw]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredMatch(
    /// The rule's name.
    pub String,
    /// The version that was used.
    pub u32,
    /// 1: passed over. 2: in TEST.
    u8,
    /// What its conditions saw.
    Json,
);

const PASSED_OVER: u8 = 1;
const IN_TEST: u8 = 2;

impl StoredMatch {
    fn new(one: &Hit<'_>, test: u8) -> Self {
        let passed_over = if one.passed_over { PASSED_OVER } else { 0 };
        Self(one.rule.name.clone(), one.version, passed_over | test, one.evaluation.to_stored())
    }

    /// Whether it was in TEST.
    pub const fn is_test(&self) -> bool {
        self.2 & IN_TEST != 0
    }

    /// The match, judged again under this version of the rule. `None` if the version does not belong to it, or does not match.
    pub fn recall<'r>(&self, rule: &'r Rule) -> Option<Hit<'r>> {
        let evaluation = rule.from_stored(&self.3).filter(|evaluation| evaluation.matched && rule.name == self.0)?;
        Some(Hit { rule, version: self.1, evaluation, passed_over: self.2 & PASSED_OVER != 0 })
    }
}

impl Verdict<'_> {
    /// The rules that matched, as JSON for the row of the decision: first those that count, then those in TEST.
    pub fn to_stored(&self) -> String {
        let tests = self.tests.iter().map(|one| StoredMatch::new(one, IN_TEST));
        let all: Vec<StoredMatch> = self.matched.iter().map(|one| StoredMatch::new(one, 0)).chain(tests).collect();
        serde_json::to_string(&all).expect("texts and numbers serialise")
    }
}

/// Reads what [`Verdict::to_stored`] wrote. `None` if it is anything else.
pub fn stored_matches(json: &str) -> Option<Vec<StoredMatch>> {
    serde_json::from_str(json).ok()
}
