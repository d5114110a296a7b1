//! Windows of a minute, in which a limit counts. A window begins with the first request that counts in it.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash},
    sync::Mutex,
    time::{Duration, Instant},
};

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(60);
/// The least time between two removals of windows that have ended.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// The most open windows of one limit.
const MAX_WINDOWS: usize = 100_000;
/// The windows that share the requests for which there is no window left.
const SHARED: usize = 1_024;

/// What happens to a request that would need one window too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// It is neither counted nor refused, so that a flood cannot lock anybody out.
    Passes,
    /// It counts in one of 1,024 shared windows, so that a flood cannot switch the limit off.
    Shares,
}

/// How many requests were counted since `began`.
#[derive(Clone, Copy)]
struct Window {
    began: Instant,
    count: u32,
}

impl Window {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= WINDOW
    }

    /// Counts so many more requests in a window that is not over.
    fn count(&mut self, many: u32, per_minute: u32, now: Instant) -> Result<(), Duration> {
        if self.count.saturating_add(many) > per_minute {
            return Err(WINDOW - now.saturating_duration_since(self.began));
        }
        self.count += many;
        Ok(())
    }
}

struct Windows<K> {
    open: HashMap<K, Window>,
    shared: Vec<Option<Window>>,
    swept: Option<Instant>,
}

/// A limit on requests a minute, counted separately for each key.
pub struct Limit<K> {
    per_minute: u32,
    full: Full,
    max_windows: usize,
    windows: Mutex<Windows<K>>,
}

impl<K: Eq + Hash> Limit<K> {
    /// So many requests a minute.
    pub fn new(per_minute: u32, full: Full) -> Self {
        Self::with_windows(per_minute, full, MAX_WINDOWS)
    }

    fn with_windows(per_minute: u32, full: Full, max_windows: usize) -> Self {
        let shared = vec![None; if full == Full::Shares { SHARED } else { 0 }];
        Self { per_minute, full, max_windows, windows: Mutex::new(Windows { open: HashMap::new(), shared, swept: None }) }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// The time until the next request is allowed, if the limit is reached.
    pub fn count(&self, key: K, now: Instant) -> Result<(), Duration> {
        self.count_many(key, 1, now)
    }

    /// Counts so many requests, all of them or none. They are no more than a minute takes.
    ///
    /// # Errors
    /// As [`Limit::count`].
    pub fn count_many(&self, key: K, many: u32, now: Instant) -> Result<(), Duration> {
        let windows = &mut *self.windows.lock().expect("nothing panics while it holds this lock");
        if let Some(window) = windows.open.get_mut(&key).filter(|window| !window.is_over(now)) {
            return window.count(many, self.per_minute, now);
        }
        if windows.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= SWEEP_EVERY) {
            windows.open.retain(|_, window| !window.is_over(now));
            windows.swept = Some(now);
        }
        if windows.open.len() < self.max_windows || windows.open.contains_key(&key) {
            windows.open.insert(key, Window { began: now, count: many });
            return Ok(());
        }
        match self.full {
            Full::Passes => Ok(()),
            Full::Shares => {
                // The map's hasher has a random key, so nobody can choose whose window they share.
                let at = usize::try_from(windows.open.hasher().hash_one(&key) % SHARED as u64).unwrap_or_default();
                let window = windows.shared[at].filter(|window| !window.is_over(now)).unwrap_or(Window { began: now, count: 0 });
                windows.shared[at].insert(window).count(many, self.per_minute, now)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn requests_over_the_limit_wait_until_the_window_ends() {
        let (limit, start) = (Limit::with_windows(3, Full::Passes, 10), Instant::now());
        for at in 0..3 {
            assert_eq!(limit.count("a", start + SECOND * at), Ok(()));
        }
        assert_eq!(limit.count("a", start + SECOND * 20), Err(SECOND * 40));
        assert_eq!(limit.count("b", start + SECOND * 20), Ok(()), "each key has its own");
        assert_eq!(limit.count("a", start + WINDOW - Duration::from_nanos(1)), Err(Duration::from_nanos(1)), "what is refused lengthens nothing");
        assert_eq!(limit.count("a", start + WINDOW), Ok(()));
    }

    #[test]
    fn a_full_limit_that_passes_drops_ended_windows_and_refuses_no_new_key() {
        let (limit, start) = (Limit::with_windows(1, Full::Passes, 100), Instant::now());
        for key in 0..1_000 {
            assert_eq!(limit.count(key, start), Ok(()));
        }
        assert_eq!(limit.windows.lock().unwrap().open.len(), 100);
        assert_eq!(limit.count(5_000, start), Ok(()), "not counted");
        assert_eq!(limit.count(5_000, start), Ok(()), "and so not refused");
        assert_eq!(limit.count(7, start), Err(WINDOW), "an open window still counts");
        assert_eq!(limit.count(5_000, start + WINDOW), Ok(()));
        assert_eq!(limit.windows.lock().unwrap().open.len(), 1, "windows that ended are dropped");
    }

    #[test]
    fn a_full_limit_that_shares_still_bounds_every_key() {
        let (limit, start) = (Limit::with_windows(3, Full::Shares, 100), Instant::now());
        for key in 0..100 {
            assert_eq!(limit.count(key, start), Ok(()));
        }
        assert_eq!((0..50).filter(|_| limit.count(5_000, start).is_ok()).count(), 3, "one key without a window of its own");
        let allowed = (10_000..1_000_000).filter(|key| limit.count(*key, start).is_ok()).count();
        assert!(allowed < SHARED * 3, "{allowed} of a flood");
        assert_eq!(limit.count(7, start), Ok(()), "a key with a window of its own does not share");
        assert_eq!(limit.count(5_000, start + WINDOW), Ok(()));
    }
}
