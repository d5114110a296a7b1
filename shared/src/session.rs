//! The lifecycle as a type: PENDING → PROCESSING → COMPLETED, or PENDING → EXPIRED, and nothing else. Each variant has the data that exists
//! in that state. A transition consumes the state, and can be refused.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::risk::Decision;

/// A time, in microseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time this many seconds later; earlier if negative.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// The time after a wait.
    pub fn plus(self, wait: std::time::Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// The name of a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Open for the customer.
    #[default]
    Pending,
    /// Submitted; the checks run.
    Processing,
    /// Checked, with a score and a decision.
    Completed,
    /// Its time ran out before it was submitted, or an operator expired it.
    Expired,
}

impl Status {
    /// As stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Whether the status can never change again.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Expired)
    }
}

/// The outcome of a completed session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// 0 (no risk found) to 100.
    pub risk_score: u8,
    /// The decision: by the score and the flow's bands, or by an operator.
    pub decision: Decision,
    /// The distinct codes of the reasons that the checks found.
    pub reasons: BTreeSet<String>,
}

/// The state of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Open for the customer until `expires_at`.
    Pending {
        /// When its time is up.
        expires_at: Timestamp,
    },
    /// Submitted; the checks run.
    Processing {
        /// When the customer completed it.
        submitted_at: Timestamp,
    },
    /// All checks are done.
    Completed {
        /// When the last check was done.
        completed_at: Timestamp,
        /// Score, decision and reasons.
        outcome: Outcome,
    },
    /// Its time ran out before it was submitted, or an operator expired it.
    Expired {
        /// When the server recorded it, which is at or after `expires_at`.
        expired_at: Timestamp,
    },
}

/// The lifecycle does not allow this transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session that is {} cannot become {}", from.as_str(), to.as_str())]
pub struct InvalidTransition {
    /// The session's status.
    pub from: Status,
    /// The status that it should have got.
    pub to: Status,
}

impl SessionState {
    /// The status as stored: a PENDING session may be past its time. See [`SessionState::status_at`].
    pub const fn status(&self) -> Status {
        match self {
            Self::Pending { .. } => Status::Pending,
            Self::Processing { .. } => Status::Processing,
            Self::Completed { .. } => Status::Completed,
            Self::Expired { .. } => Status::Expired,
        }
    }

    /// The status as of `now`: a PENDING session past its time is EXPIRED, even if the expiry job has not recorded it yet.
    pub fn status_at(&self, now: Timestamp) -> Status {
        match self {
            Self::Pending { expires_at } if now >= *expires_at => Status::Expired,
            other => other.status(),
        }
    }

    /// PENDING → PROCESSING. Refused once the time is up.
    ///
    /// # Errors
    /// From every other state, and from PENDING past its time.
    pub fn submit(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self.status_at(now) {
            Status::Pending => Ok(Self::Processing { submitted_at: now }),
            from => Err(InvalidTransition { from, to: Status::Processing }),
        }
    }

    /// PROCESSING → COMPLETED, once the last check is done.
    ///
    /// # Errors
    /// From every other state.
    pub fn complete(self, now: Timestamp, outcome: Outcome) -> Result<Self, InvalidTransition> {
        match self {
            Self::Processing { .. } => Ok(Self::Completed { completed_at: now, outcome }),
            other => Err(InvalidTransition { from: other.status_at(now), to: Status::Completed }),
        }
    }

    /// PENDING → EXPIRED, once the time is up.
    ///
    /// # Errors
    /// From every other state, and from PENDING before its time.
    pub fn expire(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Pending { expires_at } if now >= expires_at => Ok(Self::Expired { expired_at: now }),
            other => Err(InvalidTransition { from: other.status(), to: Status::Expired }),
        }
    }

    /// A new decision of a COMPLETED session: the decision changes, the status does not.
    ///
    /// # Errors
    /// From every other state.
    pub fn review(self, now: Timestamp, decision: Decision) -> Result<Self, InvalidTransition> {
        match self {
            Self::Completed { completed_at, outcome } => Ok(Self::Completed { completed_at, outcome: Outcome { decision, ..outcome } }),
            other => Err(InvalidTransition { from: other.status_at(now), to: Status::Completed }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Timestamp = Timestamp(10);
    const END: Timestamp = Timestamp(20);

    fn outcome() -> Outcome {
        Outcome { risk_score: 0, decision: Decision::Approved, reasons: BTreeSet::new() }
    }

    #[test]
    fn a_time_is_moved_by_seconds_and_by_waits() {
        assert_eq!((EARLY.plus_seconds(2), EARLY.plus_seconds(-1)), (Timestamp(2_000_010), Timestamp(-999_990)));
        assert_eq!((Timestamp(i64::MAX).plus_seconds(1), EARLY.plus_seconds(i64::MIN)), (Timestamp(i64::MAX), Timestamp(i64::MIN + 10)));
        assert_eq!(EARLY.plus(std::time::Duration::from_millis(3)), Timestamp(3_010));
        assert_eq!(EARLY.plus(std::time::Duration::MAX), Timestamp(i64::MAX), "no wait is too long");
    }

    #[test]
    fn a_status_has_its_word_and_two_of_them_are_final() {
        let all = [Status::Pending, Status::Processing, Status::Completed, Status::Expired];
        assert_eq!(all.map(Status::as_str), ["PENDING", "PROCESSING", "COMPLETED", "EXPIRED"]);
        assert_eq!(all.map(Status::is_terminal), [false, false, true, true]);
    }

    /// A refusal says what the session is by then: past its time it is EXPIRED, whoever asks.
    #[test]
    fn a_refusal_names_the_status_at_that_time() {
        let state = || SessionState::Pending { expires_at: END };
        for (now, from) in [(EARLY, Status::Pending), (END, Status::Expired)] {
            assert_eq!(state().complete(now, outcome()), Err(InvalidTransition { from, to: Status::Completed }));
            assert_eq!(state().review(now, Decision::Review), Err(InvalidTransition { from, to: Status::Completed }));
        }
        assert_eq!(state().expire(EARLY), Err(InvalidTransition { from: Status::Pending, to: Status::Expired }));
        assert_eq!(state().expire(EARLY).unwrap_err().to_string(), "a session that is PENDING cannot become EXPIRED");
    }

    /// Every state against every transition, before and at the end: exactly these four are legal.
    #[test]
    fn only_four_transitions() {
        let states = || {
            [
                SessionState::Pending { expires_at: END },
                SessionState::Processing { submitted_at: EARLY },
                SessionState::Completed { completed_at: EARLY, outcome: outcome() },
                SessionState::Expired { expired_at: END },
            ]
        };
        let mut legal = Vec::new();
        for now in [EARLY, END] {
            for state in states() {
                let from = state.status();
                for next in [state.clone().submit(now), state.clone().complete(now, outcome()), state.expire(now)].into_iter().flatten() {
                    legal.push((now.0, from, next.status()));
                }
            }
        }
        assert_eq!(
            legal,
            [
                (10, Status::Pending, Status::Processing),
                (10, Status::Processing, Status::Completed),
                (20, Status::Pending, Status::Expired),
                (20, Status::Processing, Status::Completed),
            ]
        );
    }

    #[test]
    fn a_review_changes_the_decision_of_a_completed_session_and_nothing_else() {
        let completed = SessionState::Completed { completed_at: EARLY, outcome: outcome() };
        let reviewed = completed.review(END, Decision::Rejected);
        assert_eq!(reviewed, Ok(SessionState::Completed { completed_at: EARLY, outcome: Outcome { decision: Decision::Rejected, ..outcome() } }));
        for state in [SessionState::Pending { expires_at: END }, SessionState::Processing { submitted_at: EARLY }, SessionState::Expired { expired_at: END }] {
            assert!(state.review(EARLY, Decision::Approved).is_err());
        }
    }

    #[test]
    fn past_its_time_it_never_reads_as_pending() {
        let state = SessionState::Pending { expires_at: END };
        assert_eq!(state.status_at(Timestamp(19)), Status::Pending);
        assert_eq!(state.status_at(END), Status::Expired);
        assert_eq!(state.submit(END), Err(InvalidTransition { from: Status::Expired, to: Status::Processing }));
    }
}
