//! Queues the checks of a session when it is submitted.

use std::{future::ready, sync::Arc};

use futures::future::BoxFuture;
use shared::session::Status;

use super::runner::LEASE_SECONDS;
use crate::{
    kit::Kit,
    model::{Change, ChangeKind, CheckRun, Claim, Session},
    sessions::follower::{FollowError, Follower},
    store::{self, StoreError, Tx},
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

    /// Its checks may have run at once.
    fn concerns<'a>(&'a self, _: &'a mut Tx, session: &'a Session, kind: ChangeKind) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(ready(Ok(kind == ChangeKind::Submitted && session.state.status() == Status::Processing)))
    }

    fn follow<'a>(&'a self, kit: &'a Kit, tx: &'a mut Tx, session: &'a Session, _: Change) -> BoxFuture<'a, Result<(), FollowError>> {
        Box::pin(async move { Ok(queue(kit, tx, session).await?) })
    }
}

/// Claims the checks for this process if it has room, so that they run as soon as the session is submitted.
async fn queue(kit: &Kit, tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    let (now, checks) = (kit.ambient.now(), Arc::clone(&kit.handoffs.checks));
    let Some(place) = checks.reserve(()) else {
        store::checks::queue(tx, session.r#ref, now, None).await?;
        tx.then(move || checks.queued());
        return Ok(());
    };
    let claim = Claim { lease: kit.ambient.id(), tries: 0, claims: 1 };
    store::checks::queue(tx, session.r#ref, now.plus_seconds(LEASE_SECONDS), Some(claim.lease)).await?;
    let run = CheckRun { session: session.r#ref, claim, submitted: Some(session.clone()) };
    tx.then(move || checks.give(place, run));
    Ok(())
}
