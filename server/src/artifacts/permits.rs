//! Permits for each key, such as a session: a key has a fixed number of them, and further users of that key wait. The wait has an end, so
//! that no request waits for ever.

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many users of one key may wait, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// The most users that wait.
    pub waiting: usize,
    /// The longest wait for a permit.
    pub longest_wait: Duration,
}

impl Queue {
    /// 64 users, two minutes.
    pub const LONG: Self = Self { waiting: 64, longest_wait: Duration::from_secs(120) };
}

/// No permit became free in time, or too many users wait for one. Contains the limit as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Busy(pub &'static str);

/// Permits for each key.
pub struct Permits<K: Copy + Eq + Hash> {
    of_each: usize,
    sentence: &'static str,
    queue: Queue,
    /// Only keys that have users now.
    keys: Mutex<HashMap<K, OfKey>>,
}

/// The permits of one key.
struct OfKey {
    semaphore: Arc<Semaphore>,
    /// How many users have a permit or wait for one. At 0 the entry is removed.
    users: usize,
}

/// A permit. Dropping it lets the next user of its key in.
pub struct Permit<K: Copy + Eq + Hash> {
    // Dropped in this order.
    _permit: OwnedSemaphorePermit,
    _user: User<K>,
}

/// Counts one user in [`OfKey::users`] until it is dropped.
struct User<K: Copy + Eq + Hash> {
    permits: Arc<Permits<K>>,
    key: K,
}

impl<K: Copy + Eq + Hash> Drop for User<K> {
    fn drop(&mut self) {
        let mut keys = self.permits.keys.lock().expect("nothing panics while it holds this lock");
        if let Some(of_key) = keys.get_mut(&self.key) {
            of_key.users -= 1;
            if of_key.users == 0 {
                keys.remove(&self.key);
            }
        }
    }
}

impl<K: Copy + Eq + Hash> Permits<K> {
    /// Each key gets this many permits, and this queue. `sentence` names the limit.
    pub fn new(of_each: usize, queue: Queue, sentence: &'static str) -> Arc<Self> {
        Arc::new(Self { of_each, sentence, queue, keys: Mutex::default() })
    }

    /// Takes a permit, and waits for it in the order of the calls.
    ///
    /// # Errors
    /// [`Busy`] after the longest wait, or at once if too many others wait.
    pub async fn take(self: &Arc<Self>, key: K) -> Result<Permit<K>, Busy> {
        let busy = Busy(self.sentence);
        let semaphore = {
            let mut keys = self.keys.lock().expect("nothing panics while it holds this lock");
            let of_key = keys.entry(key).or_insert_with(|| OfKey { semaphore: Arc::new(Semaphore::new(self.of_each)), users: 0 });
            if of_key.users >= self.of_each + self.queue.waiting {
                return Err(busy);
            }
            of_key.users += 1;
            Arc::clone(&of_key.semaphore)
        };
        let user = User { permits: Arc::clone(self), key };
        let permit = tokio::time::timeout(self.queue.longest_wait, semaphore.acquire_owned()).await.map_err(|_| busy)?;
        Ok(Permit { _permit: permit.expect("the semaphore is never closed"), _user: user })
    }

    /// Whether nobody has a permit or waits for one.
    #[cfg(test)]
    pub fn is_unused(&self) -> bool {
        self.keys.lock().expect("nothing panics while it holds this lock").is_empty()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn the_next_user_waits_and_delays_no_other_key() {
        let permits = Permits::new(2, Queue::LONG, "Two.");
        let (first, second) = (permits.take(1).await.unwrap(), permits.take(1).await.unwrap());
        let mut third = Box::pin(permits.take(1));
        assert!(third.as_mut().now_or_never().is_none());
        assert!(permits.take(2).now_or_never().is_some());
        drop(first);
        drop((third.await.unwrap(), second));
        assert!(permits.is_unused(), "nothing is kept of keys without users");
    }

    #[tokio::test]
    async fn the_wait_has_an_end_and_so_has_the_queue() {
        let permits = Permits::new(1, Queue { waiting: 5, longest_wait: Duration::from_millis(20) }, "One.");
        let held = permits.take(1).await.unwrap();
        let mut waiting: Vec<_> = (0..5).map(|_| Box::pin(permits.take(1))).collect();
        assert!(waiting.iter_mut().all(|one| one.as_mut().now_or_never().is_none()));
        assert_eq!(permits.take(1).now_or_never().map(|taken| taken.err()), Some(Some(Busy("One."))), "a sixth would wait");
        assert_eq!(waiting.remove(0).await.err(), Some(Busy("One.")));
        drop((waiting, held));
        assert!(permits.is_unused(), "a user that stops waiting leaves no entry");
    }
}
