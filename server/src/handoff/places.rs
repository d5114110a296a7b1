//! Limits how many items of a job run at once. An item takes a place, which becomes free when it is dropped, also after a panic.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::sync::Notify;

/// The places of a job. Each lane has the same number, so that a lane that hangs does not delay the others.
pub struct Places<L> {
    most: usize,
    taken: Mutex<HashMap<L, usize>>,
    freed: Notify,
}

impl<L: Clone + Eq + Hash> Places<L> {
    /// `most` places in each lane.
    pub fn new(most: usize) -> Self {
        Self { most, taken: Mutex::default(), freed: Notify::new() }
    }

    /// The number of free places in a lane.
    pub fn free(&self, lane: &L) -> usize {
        self.most.saturating_sub(self.taken(lane))
    }

    /// The number of taken places in a lane.
    pub fn taken(&self, lane: &L) -> usize {
        self.lock().get(lane).copied().unwrap_or_default()
    }

    /// The number of taken places in all lanes.
    pub fn in_all(&self) -> usize {
        self.lock().values().sum()
    }

    /// The lanes with a taken place.
    pub fn lanes(&self) -> Vec<L> {
        self.lock().keys().cloned().collect()
    }

    /// Waits until a place becomes free.
    pub async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Takes a place. It becomes free when the value is dropped.
    pub fn take(self: &Arc<Self>, lane: L) -> Place<L> {
        *self.lock().entry(lane.clone()).or_default() += 1;
        Place { places: Arc::clone(self), lane }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<L, usize>> {
        self.taken.lock().expect("nothing panics while it holds this lock")
    }
}

/// One item's place.
pub struct Place<L: Clone + Eq + Hash> {
    places: Arc<Places<L>>,
    lane: L,
}

impl<L: Clone + Eq + Hash> Drop for Place<L> {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(count) = taken.get_mut(&self.lane) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.lane);
            }
        }
        drop(taken);
        self.places.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_when_it_is_dropped_and_lanes_do_not_share() {
        let places = Arc::new(Places::new(2));
        let (one, two) = (places.take("a"), places.take("a"));
        assert_eq!((places.free(&"a"), places.free(&"b")), (0, 2));
        drop(one);
        assert_eq!(places.free(&"a"), 1);
        drop(two);
        assert!(places.lock().is_empty(), "nothing is kept of lanes without items");
    }
}
