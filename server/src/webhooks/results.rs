//! The results of tries, until they are written. Many are written by one commit: results wait for each other a few milliseconds, and a
//! try never waits for the commit of another.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use shared::{
    ids::{EndpointId, EventId},
    session::Timestamp,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::{ids::DeliveryId, model::Claim, store::places};

/// The longest that a result waits for others before they are written.
const WAIT: Duration = Duration::from_millis(5);
/// This many results do not wait for others if as many tries have ended as still run.
const ENOUGH: usize = 16;

/// The result of a try.
pub struct Ended {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The claim under which it was tried.
    pub claim: Claim,
    /// The event, where it could be read.
    pub event: Option<EventId>,
    /// When the try began.
    pub started_at: Timestamp,
    /// The HTTP status, or why there was none.
    pub outcome: Result<u16, String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
}

/// The results that are not written yet. They are as many as tries have ended since the last commit began.
#[derive(Default)]
pub struct Results {
    ended: Mutex<Waiting>,
    came: Notify,
}

/// Results, and since when the oldest waits.
#[derive(Default)]
struct Waiting {
    ended: Vec<Ended>,
    since: Option<Instant>,
}

impl Results {
    /// Adds a result.
    pub fn push(&self, ended: Ended) {
        let mut waiting = self.lock();
        waiting.since.get_or_insert_with(Instant::now);
        waiting.ended.push(ended);
        drop(waiting);
        self.came.notify_one();
    }

    /// Takes the oldest results, as many as one statement writes.
    pub fn take(&self) -> Vec<Ended> {
        let mut waiting = self.lock();
        let count = waiting.ended.len().min(places::MOST);
        if count == waiting.ended.len() {
            waiting.since = None;
        }
        waiting.ended.drain(..count).collect()
    }

    /// Waits until there are results to be written: a whole batch, or all that came within 5 ms. `running` counts the tries that run.
    pub async fn gathered(&self, running: impl Fn() -> usize) {
        loop {
            let came = self.came.notified();
            let (count, since) = {
                let waiting = self.lock();
                (waiting.ended.len(), waiting.since)
            };
            if count >= places::MOST || (count >= ENOUGH && count >= running()) {
                return;
            }
            match since {
                None => came.await,
                Some(since) => tokio::select! {
                    () = came => {}
                    () = sleep_until(since + WAIT) => return,
                },
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.ended.lock().expect("nothing panics while it holds this lock")
    }
}
