//! The words for states of sessions, decisions, checks, deliveries and roles.

use std::collections::BTreeSet;

use shared::{
    catalogue::Evidence,
    risk::{CheckResult, Decision},
    role::Role,
    session::Status,
};

use super::texts::DashboardWords;
use crate::words::fill;

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried again. It had `tries` tries so far, of at most `most`.
    Pending { tries: u32, most: u32 },
    /// The endpoint accepted it.
    Delivered,
    /// It will not be tried again.
    Failed,
}

impl DashboardWords {
    /// Why a session without reasons is not approved: the evidence that no check examines.
    pub fn unexamined(&self, evidence: &BTreeSet<Evidence>) -> Option<&'static str> {
        Some(match (evidence.contains(&Evidence::Document), evidence.contains(&Evidence::Selfie)) {
            (false, false) => return None,
            (true, false) => self.unexamined_document,
            (false, true) => self.unexamined_selfie,
            (true, true) => self.unexamined_both,
        })
    }

    /// The status of a session.
    pub const fn status_of(&self, status: Status) -> &'static str {
        match status {
            Status::Pending => self.pending,
            Status::Processing => self.processing,
            Status::Completed => self.completed,
            Status::Expired => self.expired,
        }
    }

    /// What an island says when a session has a status, by the status's name.
    pub fn live_texts(&self) -> Vec<(String, String)> {
        let all = [Status::Pending, Status::Processing, Status::Completed, Status::Expired];
        all.map(|status| (status.as_str().to_owned(), fill(self.status_now, &[("status", self.status_of(status))]))).to_vec()
    }

    /// The name of a decision.
    pub const fn decision_of(&self, decision: Decision) -> &'static str {
        match decision {
            Decision::Approved => self.approved,
            Decision::Review => self.in_review,
            Decision::Rejected => self.rejected,
        }
    }

    /// The name of a check's result.
    pub const fn result_of(&self, result: CheckResult) -> &'static str {
        match result {
            CheckResult::Passed => self.passed,
            CheckResult::Warning => self.warning,
            CheckResult::Failed => self.failed,
            CheckResult::Error => self.error,
            CheckResult::Skipped => self.skipped,
        }
    }

    /// The name of a role.
    pub const fn role_of(&self, role: Role) -> &'static str {
        match role {
            Role::Admin => self.admin,
            Role::Reviewer => self.reviewer,
            Role::Agent => self.agent,
            Role::Auditor => self.auditor,
        }
    }

    /// What a role may do.
    pub const fn role_may(&self, role: Role) -> &'static str {
        match role {
            Role::Admin => self.admin_may,
            Role::Reviewer => self.reviewer_may,
            Role::Agent => self.agent_may,
            Role::Auditor => self.auditor_may,
        }
    }

    /// The state of a delivery.
    pub fn delivery_of(&self, state: DeliveryState) -> String {
        match state {
            DeliveryState::Pending { tries: 0, .. } => self.sending.to_owned(),
            DeliveryState::Pending { tries, most } => fill(self.retrying, &[("at", &(tries + 1).to_string()), ("of", &most.to_string())]),
            DeliveryState::Delivered => self.delivered.to_owned(),
            DeliveryState::Failed => self.undelivered.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::language::Language;

    use super::{super::words, *};

    #[test]
    fn a_delivery_says_which_try_comes_next() {
        let words = words(Language::En);
        for (state, text) in [
            (DeliveryState::Pending { tries: 0, most: 11 }, "Sending"),
            (DeliveryState::Pending { tries: 1, most: 11 }, "Retrying (2 of 11)"),
            (DeliveryState::Pending { tries: 10, most: 11 }, "Retrying (11 of 11)"),
            (DeliveryState::Delivered, "Delivered"),
            (DeliveryState::Failed, "Failed"),
        ] {
            assert_eq!(words.delivery_of(state), text);
        }
    }
}
