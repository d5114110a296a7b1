//! Sweeps: work that repeats at an interval. The `sweeps` table has the time when each is due, and its lease, so only one process
//! runs a sweep at a time.

use std::time::Duration;

use futures::future::BoxFuture;
use tracing::warn;

use super::{
    Places,
    job::{Job, Pace},
};
use crate::{
    failure::Failure,
    kit::Kit,
    model::Claim,
    store::{
        self,
        queue::{self, Queue},
    },
};

/// How long the lease of a sweep lasts between two renewals.
const LEASE_SECONDS: i64 = 60;
/// The pause after a failed sweep.
const REST_SECONDS: i64 = 60;

/// Why a sweep failed, as a line for the log.
pub type SweepError = Box<dyn std::error::Error + Send + Sync>;

/// Work that repeats at an interval.
pub struct Sweep {
    /// Its name, which is also its row's id.
    pub name: &'static str,
    /// Seconds between two runs.
    pub every_seconds: i64,
    /// Runs the sweep.
    pub run: fn(&Kit) -> BoxFuture<'_, Result<(), SweepError>>,
}

/// The job that runs every sweep.
pub struct Sweeps {
    kit: Kit,
    sweeps: &'static [Sweep],
}

impl Sweeps {
    /// A job for these sweeps.
    pub const fn new(kit: Kit, sweeps: &'static [Sweep]) -> Self {
        Self { kit, sweeps }
    }

    /// Makes every sweep due now. Called at start, so that what the last process left is swept soon, not after a whole interval.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn due_now(&self) -> Result<(), Failure> {
        let now = self.kit.ambient.now();
        let mut tx = self.kit.store.write().await?;
        for sweep in self.sweeps {
            store::sweeps::due_now(&mut tx, sweep.name, now).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn again(&self, (name, claim): &(String, Claim), after_seconds: i64) -> Result<(), Failure> {
        let mut tx = self.kit.store.write().await?;
        let next = self.kit.ambient.now().plus_seconds(after_seconds);
        queue::record(&mut tx, Queue::Sweeps, name, claim.lease, Some(next)).await?;
        Ok(tx.commit().await?)
    }
}

impl Job for Sweeps {
    type Item = (String, Claim);
    type Lane = ();

    fn name(&self) -> &'static str {
        "sweeps"
    }

    fn pace(&self) -> Pace {
        Pace { at_once: 1, poll: Duration::from_secs(30), wake: None, renew: Some(Duration::from_secs(20)) }
    }

    async fn claim(&self, places: &Places<()>) -> Result<Vec<Self::Item>, Failure> {
        if places.free(&()) == 0 {
            return Ok(Vec::new());
        }
        let now = self.kit.ambient.now();
        let mut tx = self.kit.store.write().await?;
        let claimed = queue::claim(&mut tx, Queue::Sweeps, now, now.plus_seconds(LEASE_SECONDS), self.kit.ambient.id(), 1).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    fn lane(&self, _: &Self::Item) {}

    async fn run(&self, item: &Self::Item) -> Result<(), Failure> {
        // Another version of the server has this sweep, and runs it.
        let Some(sweep) = self.sweeps.iter().find(|sweep| sweep.name == item.0) else { return self.again(item, REST_SECONDS).await };
        match (sweep.run)(&self.kit).await {
            Ok(()) => self.again(item, sweep.every_seconds).await,
            Err(error) => {
                warn!(sweep = sweep.name, %error, "a sweep failed; it is done again");
                self.again(item, REST_SECONDS).await
            }
        }
    }

    async fn panicked(&self, item: &Self::Item) -> Result<(), Failure> {
        self.again(item, REST_SECONDS).await
    }

    async fn renew(&self, (name, claim): &Self::Item) -> Result<(), Failure> {
        let mut tx = self.kit.store.write().await?;
        queue::renew(&mut tx, Queue::Sweeps, name, claim.lease, self.kit.ambient.now().plus_seconds(LEASE_SECONDS)).await?;
        Ok(tx.commit().await?)
    }
}
