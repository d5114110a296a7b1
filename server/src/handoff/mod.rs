//! Hands work that a transaction has queued to the job of this process that does it, as soon as the transaction has committed. The
//! transaction claims the work as it queues it, so that no second transaction has to. If the process dies, the lease ends, and another
//! one claims the work from the queue. Work for which there is no place is queued without a claim, and claimed by whichever process has
//! room.

mod places;

use std::{
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

pub use places::{Place, Places};

/// Between those who queue the work of one kind, and its job.
pub struct Handoff<L: Clone + Eq + Hash, T> {
    places: Arc<Places<L>>,
    /// How many items of a lane may be under way when another one is handed over.
    most: usize,
    items: Mutex<Vec<(Place<L>, T)>>,
    /// Wakes the job.
    came: Arc<Notify>,
    /// Jobs of this process that take items.
    jobs: AtomicUsize,
    /// Something was queued without a claim.
    has_queued: AtomicBool,
}

impl<L: Clone + Eq + Hash, T> Handoff<L, T> {
    /// A handoff to a job that has `places` in each lane. Items are handed over while fewer than `most` of a lane are under way.
    pub fn new(places: usize, most: usize) -> Self {
        Self {
            places: Arc::new(Places::new(places)),
            most,
            items: Mutex::default(),
            came: Arc::default(),
            jobs: AtomicUsize::new(0),
            has_queued: AtomicBool::new(false),
        }
    }

    /// A place for an item that is about to be queued; `None` if the job does not run, or has enough to do in this lane.
    pub fn reserve(&self, lane: L) -> Option<Place<L>> {
        (self.jobs.load(Ordering::Acquire) > 0 && self.places.taken(&lane) < self.most).then(|| self.places.take(lane))
    }

    /// Hands over an item that is queued and claimed.
    pub fn give(&self, place: Place<L>, item: T) {
        self.lock().push((place, item));
        self.came.notify_one();
    }

    /// Says that an item was queued without a claim.
    pub fn queued(&self) {
        self.has_queued.store(true, Ordering::Release);
        self.came.notify_one();
    }

    /// Whether something was queued without a claim since the last call.
    pub fn has_queued(&self) -> bool {
        self.has_queued.swap(false, Ordering::AcqRel)
    }

    /// What was handed over. The job takes its places anew.
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.lock()).into_iter().map(|(_, item)| item).collect()
    }

    /// What wakes the job.
    pub fn came(&self) -> Arc<Notify> {
        Arc::clone(&self.came)
    }

    /// A job begins to take items, and has these places.
    pub fn open(&self) -> Arc<Places<L>> {
        self.jobs.fetch_add(1, Ordering::AcqRel);
        Arc::clone(&self.places)
    }

    /// A job ends. It gets what was handed over and not taken.
    pub fn close(&self) -> Vec<T> {
        self.jobs.fetch_sub(1, Ordering::AcqRel);
        self.take()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Place<L>, T)>> {
        self.items.lock().expect("nothing panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_needs_a_job_and_a_place() {
        let handoff: Handoff<&str, u32> = Handoff::new(2, 1);
        assert!(handoff.reserve("a").is_none(), "no job runs");
        let places = handoff.open();
        let place = handoff.reserve("a").expect("a place");
        assert!(handoff.reserve("a").is_none(), "another is under way");
        assert!(handoff.reserve("b").is_some(), "lanes do not share");
        handoff.give(place, 1);
        assert_eq!(places.taken(&"a"), 1, "it counts while it waits");
        assert_eq!(handoff.take(), [1]);
        assert_eq!(places.taken(&"a"), 0);
        drop(handoff.reserve("a"));
        assert!(handoff.reserve("a").is_some(), "a place that is not used comes back");
        assert_eq!((handoff.close(), handoff.reserve("a").is_none()), (vec![], true));
    }

    #[test]
    fn what_was_queued_is_looked_for_once() {
        let handoff: Handoff<(), u32> = Handoff::new(1, 1);
        handoff.queued();
        assert_eq!((handoff.has_queued(), handoff.has_queued()), (true, false));
    }
}
