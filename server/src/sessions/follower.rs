//! What runs in the transaction of each change of a session's status, such as queueing the checks of a submitted session.

use futures::future::BoxFuture;

use crate::{
    kit::Kit,
    model::{Change, ChangeKind, Session},
    store::{StoreError, Tx},
};

/// Why a follower failed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The database does not answer, or it refuses what the follower writes.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Any other reason, as a line for the log without personal data.
    #[error("{0}")]
    Own(String),
    /// The same, but what it has written stays: the rest is left for another try.
    #[error("{0}")]
    Partly(String),
}

/// Code that runs in the transaction of each transition, such as queueing the checks of a submitted session.
pub trait Follower: Send + Sync {
    /// The name that a row of `follow_ups` stores, so that a retry finds the follower again.
    fn name(&self) -> &'static str;

    /// Whether the transition may commit without this follower. If true, a failure or a panic leaves a row in `follow_ups`, and the
    /// job of `follow_up.rs` tries again. If false, every failure rolls the transition back.
    fn can_wait(&self) -> bool;

    /// Whether it has anything to do for such a change. If not, it is not run. It reads at most, and what fails here fails the transition.
    fn concerns<'a>(&'a self, tx: &'a mut Tx, session: &'a Session, kind: ChangeKind) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Follows one change. `session` is locked. In the transition it has its new state; at a later try it may have changed further,
    /// so what happened stands in `change`. It must be safe to run twice for the same change.
    fn follow<'a>(&'a self, kit: &'a Kit, tx: &'a mut Tx, session: &'a Session, change: Change) -> BoxFuture<'a, Result<(), FollowError>>;
}
