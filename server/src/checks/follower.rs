//! Queues the checks of a session when it is submitted.

use futures::future::BoxFuture;

use crate::{
    kit::Kit,
    model::{Change, ChangeKind, Session},
    sessions::transition::{FollowError, Follower},
    store::{self, Tx},
};

/// The follower that queues the checks of a submitted session.
pub struct QueueChecks;

impl Follower for QueueChecks {
    fn name(&self) -> &'static str {
        "queue checks"
    }

    /// False: a session without queued checks would stay in PROCESSING for ever.
    fn can_wait(&self) -> bool {
        false
    }

    fn follow<'a>(&'a self, kit: &'a Kit, tx: &'a mut Tx, session: &'a Session, change: Change) -> BoxFuture<'a, Result<(), FollowError>> {
        Box::pin(async move {
            if change.kind == ChangeKind::Submitted {
                store::checks::queue(tx, session.r#ref, change.at).await?;
                tx.wake(&kit.wakes.checks);
            }
            Ok(())
        })
    }
}
