//! Changes a session's status. No other file does. It locks the session's row, asks [`SessionState`] whether the transition is
//! allowed, and writes with `WHERE status = from`. The audit row, the event and the work of the followers commit in the same
//! transaction and carry the same time.
//!
//! Every transaction locks rows in one order, so that no two can deadlock: the customer, then the session, then the session's
//! money transactions. A follower may lock only rows that come after the session. Operators have an order of their own, which
//! `operators` states.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt as _;
use shared::{
    event::EventType,
    risk::Decision,
    session::{InvalidTransition, Outcome, SessionState, Status, Timestamp},
};
use tracing::{info, warn};

use super::{
    announce::announce,
    at_once::AtOnce,
    follower::{FollowError, Follower},
};
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    ids::SessionRef,
    kit::Kit,
    model::{Change, ChangeKind, Session, Submission},
    store::{self, StoreError, Tx},
};

/// How long a follower that failed waits before it is tried again.
pub const FOLLOW_UP_SECONDS: i64 = 5;

/// A change that the lifecycle allows.
#[derive(Clone, Debug)]
pub enum Transition {
    /// PENDING → PROCESSING: the customer completes by this request.
    Submit(Submission),
    /// PROCESSING → COMPLETED: the last check is done.
    Complete(Outcome),
    /// PENDING → EXPIRED: its time is up.
    Expire,
    /// An operator decides. The status stays COMPLETED, the decision changes.
    Review {
        /// The operator's decision.
        decision: Decision,
        /// The number of the review within the session, from 1.
        number: i64,
    },
}

impl Transition {
    const fn kind(&self) -> ChangeKind {
        match self {
            Self::Submit(_) => ChangeKind::Submitted,
            Self::Complete(_) => ChangeKind::Completed,
            Self::Expire => ChangeKind::Expired,
            Self::Review { .. } => ChangeKind::Reviewed,
        }
    }
}

/// Why a session did not change.
#[derive(Debug, thiserror::Error)]
pub enum TransitionError {
    /// The lifecycle does not allow this transition from the session's status.
    #[error(transparent)]
    Refused(#[from] InvalidTransition),
    /// A required follower failed ([`Follower::can_wait`] is false).
    #[error("{follower} could not follow: {reason}")]
    Follower {
        /// The follower's name.
        follower: &'static str,
        /// Why it failed.
        reason: String,
    },
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(TransitionError);

/// A session whose row this transaction has locked: no other transaction changes it, or what belongs to it, until this one ends.
#[derive(Debug)]
pub struct Held(pub Session);

/// Locks a session's row; `None` if there is no such session. Pass `touched` if the change may show in the customer's progress:
/// it sets `touched_at`, which tells event streams to read the progress again.
///
/// # Errors
/// If the store does not answer.
pub async fn hold(tx: &mut Tx, session: SessionRef, touched: Option<Timestamp>) -> Result<Option<Held>, StoreError> {
    Ok(store::sessions::hold(tx, session, touched).await?.map(Held))
}

/// As [`hold`], for a transition that may settle the money transactions that wait for the session: it locks their customer's row first.
///
/// # Errors
/// If the store does not answer.
pub async fn hold_to_settle(tx: &mut Tx, session: SessionRef, touched: Option<Timestamp>) -> Result<Option<Held>, StoreError> {
    store::step_ups::hold_customer(tx, session).await?;
    hold(tx, session, touched).await
}

/// Why a session's row was not locked for its customer.
#[derive(Debug, thiserror::Error)]
pub enum NotOpen {
    /// The session accepts nothing more.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(NotOpen);

/// Locks the row of an open session, for a change that its customer makes. An unknown session counts as expired.
///
/// # Errors
/// [`NotOpen::Closed`] if the session accepts nothing more.
pub async fn hold_open(tx: &mut Tx, session: SessionRef, now: Timestamp) -> Result<Held, NotOpen> {
    let held = hold(tx, session, Some(now)).await?.ok_or(Closed::Expired)?;
    require_open(held.0.state.status_at(now))?;
    Ok(held)
}

/// The same if nothing has changed in the session since this row was read, else `None`: every change that a customer makes sets
/// `touched_at`.
///
/// # Errors
/// As [`hold_open`].
pub async fn hold_unchanged(tx: &mut Tx, session: &Session, now: Timestamp) -> Result<Option<Held>, NotOpen> {
    let Some(held) = store::sessions::hold_unchanged(tx, session.r#ref, session.touched_at, now).await? else { return Ok(None) };
    require_open(held.state.status_at(now))?;
    Ok(Some(Held(held)))
}

/// One change of several that commit together.
#[derive(Clone, Debug)]
pub struct Step {
    /// The change.
    pub transition: Transition,
    /// Who makes it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Changes statuses and runs the followers.
#[derive(Clone, Default)]
pub struct Lifecycle {
    followers: Arc<[Arc<dyn Follower>]>,
    pub(super) at_once: Option<Arc<dyn AtOnce>>,
}

impl Lifecycle {
    /// A lifecycle that runs these followers in this order.
    pub fn new(followers: Vec<Arc<dyn Follower>>) -> Self {
        Self { followers: followers.into(), at_once: None }
    }

    /// The same lifecycle, which completes a session together with its submission where it can.
    #[must_use]
    pub fn with_checks(self, at_once: Arc<dyn AtOnce>) -> Self {
        Self { at_once: Some(at_once), ..self }
    }

    /// The follower of this name.
    pub(super) fn follower(&self, name: &str) -> Option<&Arc<dyn Follower>> {
        self.followers.iter().find(|follower| follower.name() == name)
    }

    /// Changes a locked session. The caller commits.
    ///
    /// # Errors
    /// [`TransitionError::Refused`] if the lifecycle does not allow the transition.
    pub async fn change(&self, kit: &Kit, tx: &mut Tx, held: Held, transition: Transition, by: Actor, now: Timestamp) -> Result<Session, TransitionError> {
        self.change_through(kit, tx, held, &[Step { transition, by, at: now }]).await
    }

    /// Makes several changes of a locked session, one after the other. Its followers see it as it is after the last. The caller commits.
    ///
    /// # Errors
    /// [`TransitionError::Refused`] if the lifecycle does not allow one of them.
    pub async fn change_through(&self, kit: &Kit, tx: &mut Tx, held: Held, steps: &[Step]) -> Result<Session, TransitionError> {
        let Held(mut session) = held;
        for (number, step) in steps.iter().enumerate() {
            if number > 0 {
                // Two statements that write one row are not sent together.
                tx.send().await?;
            }
            session = make(kit, tx, session, step).await?;
        }
        for step in steps {
            let change = Change { kind: step.transition.kind(), at: step.at };
            for follower in &*self.followers {
                if follower.concerns(tx, &session, change.kind).await? {
                    follow(&**follower, kit, tx, &session, change).await?;
                }
            }
        }
        Ok(session)
    }
}

/// Makes one change.
async fn make(kit: &Kit, tx: &mut Tx, mut session: Session, Step { transition, by, at }: &Step) -> Result<Session, TransitionError> {
    let (r#ref, from) = (session.r#ref, session.state.status());
    let (state, act, event) = decide(session.state, r#ref, transition, *at)?;
    session.state = state;
    // It reads first. What is written from here on is sent together.
    if let Some((event_type, occurrence)) = event {
        announce(kit, tx, &session, event_type, occurrence, *at).await?;
    }
    match transition {
        Transition::Submit(submission) => {
            session.submitted_at = Some(*at);
            store::sessions::submit(tx, r#ref, *at, submission).await?;
        }
        _ => store::sessions::change(tx, r#ref, from, &session.state).await?,
    }
    tx.audit(Entry::new(&kit.ambient, *at, *by, act)).await?;
    info!(session = %r#ref, from = from.as_str(), to = session.state.status().as_str(), "session changed");
    Ok(session)
}

/// The event of a transition, if it has one, and its occurrence: 1, or the number of the review.
type Event = Option<(EventType, i64)>;

/// Asks [`SessionState`] for the new state, and names the audit act and the event.
fn decide(state: SessionState, session: SessionRef, transition: &Transition, now: Timestamp) -> Result<(SessionState, Act, Event), InvalidTransition> {
    Ok(match transition {
        Transition::Submit(_) => (state.submit(now)?, Act::SessionSubmitted(session), None),
        Transition::Complete(outcome) => (state.complete(now, outcome.clone())?, Act::SessionCompleted(session), Some((EventType::SessionCompleted, 1))),
        Transition::Expire => (state.expire(now)?, Act::SessionExpired(session), Some((EventType::SessionExpired, 1))),
        &Transition::Review { decision, number } => {
            (state.review(now, decision)?, Act::SessionReviewed { session, decision }, Some((EventType::SessionReviewed, number)))
        }
    })
}

async fn follow(follower: &dyn Follower, kit: &Kit, tx: &mut Tx, session: &Session, change: Change) -> Result<(), TransitionError> {
    if !follower.can_wait() {
        return follower.follow(kit, tx, session, change).await.map_err(|error| match error {
            FollowError::Store(error) => error.into(),
            FollowError::Own(reason) | FollowError::Partly(reason) => TransitionError::Follower { follower: follower.name(), reason },
        });
    }
    tx.savepoint().await?;
    // What it has written is sent here, so that it fails here if the database refuses it.
    let followed = async {
        let left = match follower.follow(kit, tx, session, change).await {
            Err(FollowError::Partly(reason)) => Some(reason),
            done => done.map(|()| None)?,
        };
        tx.send().await?;
        Ok::<_, FollowError>(left)
    };
    let (reason, stays) = match AssertUnwindSafe(followed).catch_unwind().await {
        Ok(Ok(None)) => return Ok(tx.release_savepoint().await?),
        Ok(Ok(Some(reason))) => (reason, true),
        Ok(Err(error)) => (error.to_string(), false),
        Err(_) => ("it panicked".to_owned(), false),
    };
    // A database that is gone fails here, and the transition with it.
    if stays {
        tx.release_savepoint().await?
    } else {
        tx.rollback_to_savepoint().await?
    }
    warn!(session = %session.r#ref, follower = follower.name(), reason, "a follower failed; it is tried again");
    let due_at = change.at.plus_seconds(FOLLOW_UP_SECONDS);
    Ok(store::follow_ups::insert(tx, kit.ambient.id(), follower.name(), session.r#ref, change, due_at).await?)
}

/// Checks that a session of this status still accepts data from its customer.
///
/// # Errors
/// Why it does not.
pub const fn require_open(status: Status) -> Result<(), Closed> {
    match status {
        Status::Pending => Ok(()),
        Status::Expired => Err(Closed::Expired),
        Status::Processing | Status::Completed => Err(Closed::Submitted),
    }
}

/// Why a session accepts nothing more from its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Its time is up.
    #[error("the session has expired")]
    Expired,
    /// It was submitted before.
    #[error("the session was submitted before")]
    Submitted,
}
