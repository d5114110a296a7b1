//! What an audit row of a session reads like in its timeline: with the names of the step, the file and the customer that it is about.

use app::{
    dashboard::{damaged::Line, evidence::ArtifactRow},
    words::dashboard::Happened,
};
use shared::{flow::Step, ids::ArtifactId};

use super::people::Customers;
use crate::{actor::Act, ids::CustomerId};

/// The names of what a session's audit rows refer to.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Customers' references, masked.
    pub customers: &'a Customers,
    /// The steps of the session's flow.
    pub steps: &'a [Step],
    /// The session's files.
    pub artifacts: &'a [Line<ArtifactRow>],
}

/// The customer that an act is about, besides its session.
pub const fn customer_of(act: Act) -> Option<CustomerId> {
    match act {
        Act::SessionLinked { customer, .. }
        | Act::SessionUnlinked { customer, .. }
        | Act::ArtifactLinked { customer, .. }
        | Act::ArtifactUnlinked { customer, .. } => Some(customer),
        _ => None,
    }
}

impl Names<'_> {
    /// A step's title, or its place in the flow.
    fn step(&self, number: u16) -> String {
        let step = usize::from(number).checked_sub(1).and_then(|at| self.steps.get(at));
        step.map_or_else(|| number.to_string(), |step| step.title.clone())
    }

    /// The label of the field that a file answers, or the id of a file that is gone or answers none.
    fn file(&self, id: ArtifactId) -> String {
        let id = id.to_string();
        let label = self.artifacts.iter().flatten().find(|artifact| artifact.id == id).and_then(|artifact| artifact.field.clone());
        label.unwrap_or(id)
    }

    /// An act, as the timeline shows it; `None` for one that is not about a session.
    pub fn happened(&self, act: Act) -> Option<Happened> {
        let reference = || self.customers.shown(customer_of(act)).map(|(_, reference)| reference).unwrap_or_default();
        Some(match act {
            Act::SessionCreated(_) => Happened::Created,
            Act::StepSaved { step, .. } => Happened::StepSaved(self.step(step)),
            Act::StepOverwritten { step, .. } => Happened::StepOverwritten(self.step(step)),
            Act::SessionOverwritten(_) => Happened::Overwritten,
            Act::ArtifactUploaded { artifact, .. } => Happened::Uploaded(self.file(artifact)),
            Act::ArtifactReplaced { artifact, .. } => Happened::Replaced(self.file(artifact)),
            Act::ArtifactOverwritten { artifact, .. } => Happened::FileOverwritten(self.file(artifact)),
            Act::ArtifactViewed { artifact, .. } => Happened::Viewed(self.file(artifact)),
            Act::LinkShown(_) => Happened::LinkShown,
            Act::SessionRead(_) => Happened::Read,
            Act::SessionSubmitted(_) => Happened::Submitted,
            Act::SessionCompleted(_) => Happened::Completed,
            Act::SessionExpired(_) => Happened::Expired,
            Act::SessionRevealed(_) => Happened::Revealed,
            Act::SessionReviewed { decision, .. } => Happened::Reviewed(decision),
            Act::SessionLinked { .. } => Happened::Linked(reference()),
            Act::SessionUnlinked { .. } => Happened::Unlinked(reference()),
            Act::ArtifactLinked { artifact, .. } => Happened::ArtifactLinked(artifact, reference()),
            Act::ArtifactUnlinked { artifact, .. } => Happened::ArtifactUnlinked(artifact, reference()),
            _ => return None,
        })
    }
}
