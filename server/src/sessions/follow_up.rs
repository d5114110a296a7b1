//! The job that runs a follower again after it failed with `FollowError::Own` or `Partly` in a transition. The rows are in `follow_ups`.

use std::time::Duration;

use tracing::{error, warn};

use super::{
    follower::FollowError,
    transition::{self, FOLLOW_UP_SECONDS, Lifecycle},
};
use crate::{
    failure::Failure,
    ids::FollowUpId,
    kit::Kit,
    model::Claim,
    store::{
        self, StoreError,
        queue::{self, Queue},
    },
    work::{Job, Pace, Places},
};

/// Rows that one process works on at once.
const AT_ONCE: usize = 4;
/// How long a claim lasts between two renewals.
const LEASE_SECONDS: i64 = 30;
/// How many tries before the job gives up. The pauses double from 5 s; together they are about six hours.
const TRIES: u32 = 12;
/// How many claims without a recorded try before the job gives up. Such a claim means that the process died during the try.
const CLAIMS: u32 = 20;

/// The job that tries followers again.
pub struct FollowUps {
    kit: Kit,
    lifecycle: Lifecycle,
}

impl FollowUps {
    /// A job for the followers of this lifecycle.
    pub const fn new(kit: Kit, lifecycle: Lifecycle) -> Self {
        Self { kit, lifecycle }
    }

    /// Records a failed try. The row is due again later, or never after the last try.
    async fn failed(&self, (id, claim): &(FollowUpId, Claim), reason: &str) -> Result<(), Failure> {
        let tries = claim.tries + 1;
        let next = if tries >= TRIES || claim.claims >= CLAIMS {
            error!(follow_up = %id, reason, "a follower failed at every try; it is not tried again");
            None
        } else {
            warn!(follow_up = %id, tries, reason, "a follower failed; it will be tried again");
            Some(self.kit.ambient.now().plus_seconds(FOLLOW_UP_SECONDS << tries))
        };
        let mut tx = self.kit.store.write().await?;
        queue::record(&mut tx, Queue::FollowUps, &id.to_string(), claim.lease, next).await?;
        Ok(tx.commit().await?)
    }
}

impl Job for FollowUps {
    type Item = (FollowUpId, Claim);
    type Lane = ();

    fn name(&self) -> &'static str {
        "follow-ups"
    }

    fn pace(&self) -> Pace {
        Pace { at_once: AT_ONCE, poll: Duration::from_secs(1), wake: None, renew: Some(Duration::from_secs(10)) }
    }

    async fn claim(&self, places: &Places<()>) -> Result<Vec<Self::Item>, Failure> {
        let free = i64::try_from(places.free(&())).unwrap_or(i64::MAX);
        if free == 0 {
            return Ok(Vec::new());
        }
        let now = self.kit.ambient.now();
        let mut tx = self.kit.store.write().await?;
        let claimed = queue::claim(&mut tx, Queue::FollowUps, now, now.plus_seconds(LEASE_SECONDS), self.kit.ambient.id(), free).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    fn lane(&self, _: &Self::Item) {}

    async fn run(&self, item: &Self::Item) -> Result<(), Failure> {
        let (id, claim) = item;
        let Some(follow_up) = store::follow_ups::get(&mut *self.kit.store.read().await?, *id).await? else { return Ok(()) };
        let Some(follower) = self.lifecycle.follower(&follow_up.follower) else {
            return self.failed(item, "this version of the server has no such follower").await;
        };
        if claim.claims >= CLAIMS {
            return self.failed(item, "the process died at each try").await;
        }
        let mut tx = self.kit.store.write().await?;
        let Some(held) = transition::hold_to_settle(&mut tx, follow_up.session, None).await? else {
            drop(tx);
            return self.failed(item, "there is no such session").await;
        };
        match follower.follow(&self.kit, &mut tx, &held.0, follow_up.change).await {
            Ok(()) => {
                queue::remove(&mut tx, Queue::FollowUps, &id.to_string(), claim.lease).await?;
                Ok(tx.commit().await?)
            }
            Err(FollowError::Store(error @ StoreError::Unavailable(_))) => Err(error.into()),
            Err(FollowError::Partly(reason)) => {
                tx.commit().await?;
                self.failed(item, &reason).await
            }
            Err(error) => {
                drop(tx);
                self.failed(item, &error.to_string()).await
            }
        }
    }

    async fn panicked(&self, item: &Self::Item) -> Result<(), Failure> {
        self.failed(item, "it panicked").await
    }

    async fn renew(&self, (id, claim): &Self::Item) -> Result<(), Failure> {
        let mut tx = self.kit.store.write().await?;
        queue::renew(&mut tx, Queue::FollowUps, &id.to_string(), claim.lease, self.kit.ambient.now().plus_seconds(LEASE_SECONDS)).await?;
        Ok(tx.commit().await?)
    }
}
