//! Checks: what is verified of a submitted session, and the runner that does it.

mod cpf;
mod evidence;
pub mod runner;

use std::collections::BTreeSet;

use shared::{answers::Answers, definition::CheckName, flow::Step, risk::CheckResult};

use crate::{
    app::App,
    artifacts::ArtifactError,
    model::{Artifact, Finding, Session},
    sessions::SessionError,
    vault::Key,
};

/// Why a check could not be done this time.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Something of the session could not be read.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A file could not be read.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The work panicked.
    #[error("the check panicked")]
    Panicked,
}

/// What a check looks at.
pub struct Subject {
    /// The session.
    pub session: Session,
    /// Its data key.
    pub key: Key,
    /// Its flow's steps.
    pub steps: Vec<Step>,
    /// What was submitted.
    pub answers: Answers,
    /// What was uploaded.
    pub artifacts: Vec<Artifact>,
}

/// Runs one check.
///
/// # Errors
/// Where something it looks at could not be read; it is tried again then.
pub async fn run(app: &App, name: CheckName, subject: &Subject) -> Result<Finding, CheckError> {
    match name {
        CheckName::Cpf => Ok(cpf::check(&subject.steps, &subject.answers)),
        CheckName::Evidence => evidence::check(app, subject).await,
    }
}

/// A finding of reasons, each with the result it stands for: the worst counts.
fn finding(reasons: impl IntoIterator<Item = (&'static str, CheckResult)>) -> Finding {
    let mut finding = Finding { result: CheckResult::Passed, reasons: BTreeSet::new() };
    for (reason, result) in reasons {
        if finding.result != CheckResult::Failed {
            finding.result = result;
        }
        finding.reasons.insert(reason.to_owned());
    }
    finding
}
