//! Checks that only compute run while the session is submitted: it is completed in the same transaction, by one commit instead of three,
//! and its event leaves with the answer.

use shared::{
    answers::Answers,
    session::{Outcome, Timestamp},
};

use crate::{
    kit::Kit,
    model::{Flow, Session},
    store::checks::NewCheck,
    vault::Key,
};

/// A session that is being submitted.
pub struct Submitted<'a> {
    /// Its row.
    pub session: &'a Session,
    /// Its key.
    pub key: &'a Key,
    /// Its flow.
    pub flow: &'a Flow,
    /// What was entered.
    pub answers: &'a Answers,
    /// When.
    pub at: Timestamp,
}

/// What its checks found.
pub struct Checked {
    /// What all results lead to.
    pub outcome: Outcome,
    /// The results.
    pub results: Vec<NewCheck>,
}

/// The checks of a session that is being submitted.
pub trait AtOnce: Send + Sync {
    /// Runs all of them, if all of them only compute. Else `None`: the session waits in PROCESSING for its checks.
    fn check(&self, kit: &Kit, submitted: &Submitted<'_>) -> Option<Checked>;
}
