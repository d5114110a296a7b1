//! Makes the outcome of all rules: the first that matches decides, in the order of priority and name, and every one that matched adds to the
//! score.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    evaluate::Evaluation,
    facts::Facts,
    model::{Action, Mode, Rule},
};
use crate::risk::{self, Weights};

/// The status of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransactionStatus {
    /// It may pass. Final.
    Approved,
    /// A person decides.
    Review,
    /// It is held until the customer has given evidence.
    AwaitingUser,
    /// It is stopped. Final.
    Blocked,
}

impl TransactionStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Approved, Self::Review, Self::AwaitingUser, Self::Blocked];

    /// As stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Review => "REVIEW",
            Self::AwaitingUser => "AWAITING_USER",
            Self::Blocked => "BLOCKED",
        }
    }

    /// Whether it can never change again.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Approved | Self::Blocked)
    }

    /// What an action makes of a transaction.
    pub const fn of(action: &Action) -> Self {
        match action {
            Action::Allow => Self::Approved,
            Action::Review => Self::Review,
            Action::StepUp(_) => Self::AwaitingUser,
            Action::Block => Self::Blocked,
        }
    }
}

impl std::str::FromStr for TransactionStatus {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Its version.
    pub version: u32,
    /// Why it matched.
    pub evaluation: Evaluation,
    /// The customer passed its flow lately, and is not asked again. It does not decide.
    pub passed_over: bool,
}

/// The outcome of all rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict<'r> {
    /// What becomes of the transaction.
    pub status: TransactionStatus,
    /// The score of all active rules that matched, 0 to 100.
    pub risk_score: u8,
    /// The active rules that matched, by priority, then name.
    pub matched: Vec<Hit<'r>>,
    /// Those in TEST that matched, in the same order. They change nothing.
    pub tests: Vec<Hit<'r>>,
}

impl<'r> Verdict<'r> {
    /// The rule that decided. None: the transaction is approved because nothing was against it.
    pub fn decided_by(&self) -> Option<&Hit<'r>> {
        self.matched.iter().find(|one| !one.passed_over)
    }
}

/// Evaluates rules, each with its version, and decides. Rules that are DISABLED are left out. Of a rule with `grace` the customer's last
/// session has to be among the facts.
pub fn decide<'r>(rules: impl IntoIterator<Item = (&'r Rule, u32)>, facts: &Facts) -> Verdict<'r> {
    let mut all: Vec<Hit<'r>> = rules
        .into_iter()
        .filter(|(rule, _)| rule.mode() != Mode::Disabled)
        .map(|(rule, version)| Hit { rule, version, evaluation: rule.evaluate(facts), passed_over: is_passed_over(rule, facts) })
        .filter(|one| one.evaluation.matched)
        .collect();
    all.sort_by(|one, other| (one.rule.priority(), &one.rule.name).cmp(&(other.rule.priority(), &other.rule.name)));
    let (tests, matched): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.rule.mode() == Mode::Test);
    let weights: Weights = matched.iter().map(|one| (one.rule.name.clone(), one.rule.weight())).collect();
    let names: BTreeSet<String> = weights.keys().cloned().collect();
    let first = matched.iter().find(|one| !one.passed_over);
    let status = first.map_or(TransactionStatus::Approved, |one| TransactionStatus::of(&one.rule.then));
    Verdict { status, risk_score: risk::score(&names, &weights), matched, tests }
}

/// Whether the customer passed the rule's flow lately: the last session of it was approved, and its grace is not over.
fn is_passed_over(rule: &Rule, facts: &Facts) -> bool {
    rule.step_up().is_some_and(|step_up| {
        let last = facts.sessions.get(&Some(step_up.flow.clone()));
        last.is_some_and(|last| last.decision == risk::Decision::Approved && step_up.spares(last.completed_at, facts.now))
    })
}
