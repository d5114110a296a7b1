//! The loop of every job. If it panics, the supervisor logs and counts the panic and starts the loop again.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use tokio::{
    sync::Notify,
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{health::Health, job::Job};
use crate::handoff::Places;

/// The pause before a job is started again after a panic, multiplied by its recent panics.
const REST: Duration = Duration::from_secs(1);

/// Runs a job in the background until `stop` is cancelled. Then it waits for the running items to end.
pub fn spawn<J: Job>(workers: &mut JoinSet<()>, job: J, health: &Arc<Health>, stop: &CancellationToken) {
    let (job, health, stop) = (Arc::new(job), Arc::clone(health), stop.clone());
    workers.spawn(async move {
        // Outside the rounds, so that items under way survive a panic of the loop.
        let places = job.places();
        let mut under_way = JoinSet::new();
        while AssertUnwindSafe(rounds(&job, &health, &stop, &places, &mut under_way)).catch_unwind().await.is_err() {
            let deaths = health.died(job.name(), Instant::now());
            error!(job = job.name(), deaths, "a job panicked; it is started again");
            let rest = REST * u32::try_from(deaths).unwrap_or(u32::MAX);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
        }
    });
}

async fn rounds<J: Job>(job: &Arc<J>, health: &Arc<Health>, stop: &CancellationToken, places: &Arc<Places<J::Lane>>, under_way: &mut JoinSet<()>) {
    let pace = job.pace();
    let wake = pace.wake.clone().unwrap_or_default();
    let start = |item: J::Item, under_way: &mut JoinSet<()>| {
        let place = places.take(job.lane(&item));
        let (job, health) = (Arc::clone(job), Arc::clone(health));
        under_way.spawn(async move {
            let _place = place;
            work(&*job, &health, pace.renew, &item).await;
        });
    };
    while !stop.is_cancelled() {
        match job.claim(places).await {
            Ok(claimed) => {
                claimed.into_iter().for_each(|item| start(item, under_way));
            }
            Err(error) => warn!(job = job.name(), %error, "work could not be claimed; the next round tries again"),
        }
        while let Some(ended) = under_way.try_join_next() {
            log_panic(&**job, health, ended);
        }
        rest(&**job, &wake, places, pace.poll, stop).await;
    }
    job.left().into_iter().for_each(|item| start(item, under_way));
    while let Some(ended) = under_way.join_next().await {
        log_panic(&**job, health, ended);
    }
    job.stopped().await;
}

/// An item whose failed try could not be recorded because that panicked as well. It comes back when its lease ends.
fn log_panic<J: Job>(job: &J, health: &Health, ended: Result<(), JoinError>) {
    if ended.is_err() {
        let panics = health.panicked(job.name());
        error!(job = job.name(), panics, "recording a failed try, or renewing a lease, panicked");
    }
}

async fn rest<J: Job>(job: &J, wake: &Notify, places: &Places<J::Lane>, poll: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = wake.notified() => {}
        () = job.ready(places) => {}
        () = tokio::time::sleep(poll) => {}
    }
}

/// Runs one item and renews its lease while it runs.
async fn work<J: Job>(job: &J, health: &Health, renew: Option<Duration>, item: &J::Item) {
    let run = AssertUnwindSafe(job.run(item)).catch_unwind();
    let renewing = async {
        loop {
            tokio::time::sleep(renew.unwrap_or(Duration::MAX)).await;
            if let Err(error) = job.renew(item).await {
                warn!(job = job.name(), %error, "the lease of an item could not be renewed");
            }
        }
    };
    let done = tokio::select! {
        done = run => done,
        () = renewing => return,
    };
    let recorded = if let Ok(recorded) = done {
        recorded
    } else {
        let panics = health.panicked(job.name());
        error!(job = job.name(), panics, "the run of an item panicked; it counts as a failed try");
        job.panicked(item).await
    };
    match recorded {
        Ok(()) => {}
        // Another worker, or another request, changed the row first; its result counts.
        Err(error) if error.is_conflict() => {}
        Err(error) => warn!(job = job.name(), %error, "the result of an item could not be recorded; it is done again"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::{failure::Failure, work::job::Pace};

    /// A job whose claim or items panic when they are told to.
    #[derive(Default)]
    struct Fragile {
        claims: AtomicUsize,
        claims_that_panic: usize,
        items: Mutex<Vec<u32>>,
        log: Mutex<Vec<String>>,
        changed: Notify,
    }

    impl Fragile {
        fn say(&self, what: impl Into<String>) {
            self.log.lock().unwrap().push(what.into());
            self.changed.notify_one();
        }
    }

    impl Job for Arc<Fragile> {
        type Item = u32;
        type Lane = ();

        fn name(&self) -> &'static str {
            "fragile"
        }

        fn pace(&self) -> Pace {
            Pace { at_once: 1, poll: Duration::from_millis(5), wake: None, renew: None }
        }

        async fn claim(&self, places: &Places<()>) -> Result<Vec<u32>, Failure> {
            let number = self.claims.fetch_add(1, Ordering::SeqCst);
            assert!(number >= self.claims_that_panic, "told to");
            let free = places.free(&());
            Ok(if free == 0 { Vec::new() } else { self.items.lock().unwrap().pop().into_iter().collect() })
        }

        fn lane(&self, _: &u32) {}

        async fn run(&self, item: &u32) -> Result<(), Failure> {
            assert!(*item != 13, "a hostile item");
            self.say(format!("done {item}"));
            Ok(())
        }

        async fn panicked(&self, item: &u32) -> Result<(), Failure> {
            self.say(format!("panicked {item}"));
            Ok(())
        }
    }

    async fn until(job: &Fragile, length: usize) -> Vec<String> {
        loop {
            let changed = job.changed.notified();
            let log = job.log.lock().unwrap().clone();
            if log.len() >= length {
                return log;
            }
            tokio::time::timeout(Duration::from_secs(20), changed).await.expect("the job goes on");
        }
    }

    #[tokio::test]
    async fn an_item_that_panics_gives_its_place_back_and_the_next_is_done() {
        let job = Arc::new(Fragile { items: Mutex::new(vec![2, 13, 1]), ..Fragile::default() });
        let (health, stop, mut workers) = (Arc::new(Health::default()), CancellationToken::new(), JoinSet::new());
        spawn(&mut workers, Arc::clone(&job), &health, &stop);
        assert_eq!(until(&job, 3).await, ["done 1", "panicked 13", "done 2"]);
        assert_eq!(health.dying(Instant::now()), None);
        stop.cancel();
        while workers.join_next().await.is_some() {}
    }

    #[tokio::test]
    async fn a_job_that_dies_is_started_again_and_said_to_be_dying_when_it_keeps_on() {
        let job = Arc::new(Fragile { claims_that_panic: 2, items: Mutex::new(vec![1]), ..Fragile::default() });
        let (health, stop, mut workers) = (Arc::new(Health::default()), CancellationToken::new(), JoinSet::new());
        spawn(&mut workers, Arc::clone(&job), &health, &stop);
        assert_eq!(until(&job, 1).await, ["done 1"], "it was started again twice");
        assert_eq!(health.dying(Instant::now()), None, "two deaths are not enough");

        let dying = Arc::new(Fragile { claims_that_panic: usize::MAX, ..Fragile::default() });
        spawn(&mut workers, Arc::clone(&dying), &health, &stop);
        let died = async {
            while health.dying(Instant::now()).is_none() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), died).await.expect("it is said");
        stop.cancel();
        while workers.join_next().await.is_some() {}
    }
}
