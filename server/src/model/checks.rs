//! The results of checks, and the queued work that runs all checks of a session together.

use serde_json::Value;
use shared::{catalogue::CheckName, risk::CheckResult, session::Timestamp};

use super::{sessions::Session, webhooks::Claim};
use crate::ids::SessionRef;

/// The checks of one session, claimed together by this process.
#[derive(Clone, Debug)]
pub struct CheckRun {
    /// The session.
    pub session: SessionRef,
    /// The lease on it.
    pub claim: Claim,
    /// Its row, if this process has just submitted it: nothing has run yet.
    pub submitted: Option<Session>,
}

/// What a try of a check returns.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The check is done.
    Found(Finding),
    /// The check has asked an outside service and waits for its answer.
    Waiting {
        /// If there is no answer by then, the check ends as ERROR.
        until: Timestamp,
    },
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The worst result of its reasons.
    pub result: CheckResult,
    /// Its reasons, in the order in which the check found them.
    pub reasons: Vec<FoundReason>,
}

/// One reason that a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundReason {
    /// A stable code, such as `cpf.check_digits`.
    pub code: String,
    /// The field it is about, if it is about one.
    pub field: Option<String>,
    /// Details for operators. They may be personal data, so they are stored encrypted.
    pub details: Option<Value>,
}

/// A check of a session as stored, without the details of its reasons.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// The check's name.
    pub name: CheckName,
    /// The version of the check that ran.
    pub version: u32,
    /// The result; none while the check waits for an outside service.
    pub result: Option<CheckResult>,
    /// The codes of its reasons, each with the field it is about.
    pub reasons: Vec<(String, Option<String>)>,
    /// Until when the outside service may answer.
    pub waiting_until: Option<Timestamp>,
}
