//! The trait of a background job.

use std::{future::Future, hash::Hash, sync::Arc, time::Duration};

use tokio::sync::Notify;

use crate::{failure::Failure, handoff::Places};

/// How many items a job runs at once, and when it looks for more.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Items that run at once in each lane.
    pub at_once: usize,
    /// How often the job looks for work if nothing wakes it.
    pub poll: Duration,
    /// Wakes the job as soon as there is work, if something can.
    pub wake: Option<Arc<Notify>>,
    /// How often the lease of a running item is renewed; `None` if its lease outlasts every run.
    pub renew: Option<Duration>,
}

/// One kind of background work. The loop claims items, runs each in its own place and renews its lease meanwhile. It claims again
/// when something wakes it, when a place becomes free, and at each poll.
pub trait Job: Send + Sync + 'static {
    /// One piece of work.
    type Item: Send + Sync + 'static;
    /// Groups items: the items of one lane share its places.
    type Lane: Clone + Eq + Hash + Send + Sync + 'static;

    /// The job's name in logs and in `/readyz`.
    fn name(&self) -> &'static str;

    /// The job's limits and intervals.
    fn pace(&self) -> Pace;

    /// The places of its items.
    fn places(&self) -> Arc<Places<Self::Lane>> {
        Arc::new(Places::new(self.pace().at_once))
    }

    /// Claims due items, at most as many in a lane as it has free places. It must not fail because of one damaged row, so it reads
    /// the data of a single item only in [`Job::run`].
    fn claim(&self, places: &Places<Self::Lane>) -> impl Future<Output = Result<Vec<Self::Item>, Failure>> + Send;

    /// The item's lane.
    fn lane(&self, item: &Self::Item) -> Self::Lane;

    /// Does the work and records the result, also of a failed try, or keeps it for the next [`Job::claim`] to record. An error means that
    /// nothing was recorded: the item is due again when its lease ends.
    fn run(&self, item: &Self::Item) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Records a failed try of an item whose run panicked.
    fn panicked(&self, item: &Self::Item) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Waits until the job should claim again although nothing woke it: once a place became free.
    fn ready(&self, places: &Places<Self::Lane>) -> impl Future<Output = ()> + Send {
        places.freed()
    }

    /// The job was stopped. The items that this process has claimed and that have not begun.
    fn left(&self) -> Vec<Self::Item> {
        Vec::new()
    }

    /// The job was stopped and its last item has ended. Writes what is not written yet.
    fn stopped(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Renews the lease of a running item.
    fn renew(&self, _item: &Self::Item) -> impl Future<Output = Result<(), Failure>> + Send {
        std::future::ready(Ok(()))
    }
}
