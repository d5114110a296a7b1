//! The words of a timeline: what happened to a session, and who did it.

use shared::{ids::ArtifactId, risk::Decision};

use super::texts::DashboardWords;
use crate::words::fill;

/// What happened to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The session was created.
    Created,
    /// The customer saved the step with this title.
    StepSaved(String),
    /// The step with this title was saved over another device's answers.
    StepOverwritten(String),
    /// It was submitted with answers in place of another device's.
    Overwritten,
    /// This file was uploaded.
    Uploaded(String),
    /// This file was uploaded in place of an earlier one.
    Replaced(String),
    /// This file was uploaded in place of another device's.
    FileOverwritten(String),
    /// An operator saw this file.
    Viewed(String),
    /// An operator saw the whole link.
    LinkShown,
    /// A program or a command read the result.
    Read,
    /// The customer completed it.
    Submitted,
    /// Its checks were done.
    Completed,
    /// Its time was up.
    Expired,
    /// An operator looked at what was entered.
    Revealed,
    /// An operator decided.
    Reviewed(Decision),
    /// It was linked to the customer with this reference.
    Linked(String),
    /// It was unlinked from the customer with this reference.
    Unlinked(String),
    /// This file was put into the dossier of the customer with this reference.
    ArtifactLinked(ArtifactId, String),
    /// This file was taken out of the dossier of the customer with this reference.
    ArtifactUnlinked(ArtifactId, String),
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoneBy {
    /// The customer.
    Customer,
    /// The server itself.
    System,
    /// A command on the server.
    CommandLine,
    /// Somebody who is not signed in.
    Visitor,
    /// A program with the API key of this name; a key without a name is named by its id.
    Key(String),
    /// The operator with this e-mail address.
    Operator(String),
}

impl DashboardWords {
    /// What happened.
    pub const fn happened(&self, what: &Happened) -> &'static str {
        match what {
            Happened::Created => self.session_created,
            Happened::StepSaved(_) => self.records.step_saved,
            Happened::StepOverwritten(_) => self.records.step_overwritten,
            Happened::Overwritten => self.records.session_overwritten,
            Happened::Uploaded(_) => self.records.artifact_uploaded,
            Happened::Replaced(_) => self.records.artifact_replaced,
            Happened::FileOverwritten(_) => self.records.artifact_overwritten,
            Happened::Viewed(_) => self.records.artifact_viewed,
            Happened::LinkShown => self.records.link_shown,
            Happened::Read => self.records.session_read,
            Happened::Submitted => self.session_submitted,
            Happened::Completed => self.session_completed,
            Happened::Expired => self.session_expired,
            Happened::Revealed => self.session_revealed,
            Happened::Reviewed(_) => self.session_reviewed,
            Happened::Linked(_) => self.session_linked,
            Happened::Unlinked(_) => self.session_unlinked,
            Happened::ArtifactLinked(..) => self.artifact_linked,
            Happened::ArtifactUnlinked(..) => self.artifact_unlinked,
        }
    }

    /// What it was about besides the session: a decision, a customer, a step, a file.
    pub fn detail_of(&self, what: &Happened) -> Option<String> {
        match what {
            Happened::Reviewed(decision) => Some(self.decision_of(*decision).to_owned()),
            Happened::Linked(reference) | Happened::Unlinked(reference) => Some(reference.clone()),
            Happened::ArtifactLinked(artifact, reference) | Happened::ArtifactUnlinked(artifact, reference) => Some(format!("{artifact} · {reference}")),
            Happened::StepSaved(title) | Happened::StepOverwritten(title) => Some(title.clone()),
            Happened::Uploaded(file) | Happened::Replaced(file) | Happened::FileOverwritten(file) | Happened::Viewed(file) => Some(file.clone()),
            Happened::Created
            | Happened::Overwritten
            | Happened::LinkShown
            | Happened::Read
            | Happened::Submitted
            | Happened::Completed
            | Happened::Expired
            | Happened::Revealed => None,
        }
    }

    /// Who did it.
    pub fn done_by(&self, who: &DoneBy) -> String {
        match who {
            DoneBy::Customer => self.by_customer.to_owned(),
            DoneBy::System => self.by_system.to_owned(),
            DoneBy::Visitor => self.by_visitor.to_owned(),
            DoneBy::CommandLine => self.by_command_line.to_owned(),
            DoneBy::Key(key) => fill(self.by_key, &[("key", key)]),
            DoneBy::Operator(email) => email.clone(),
        }
    }
}
