//! Limits on requests a minute: reads and writes of a session, unknown session ids from an address, tries to sign in, requests with an
//! API key. Each process counts in its own memory. A window begins with the first request that counts in it, and lasts a minute. The
//! time is a parameter, so that tests can set it.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use axum::http::Method;
use sha2::{Digest as _, Sha256};
use shared::ids::KeyId;

use super::problems::ApiError;
use crate::ids::SessionRef;

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(60);
/// The least time between two removals of windows that have ended.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// The most open windows of one limit. A request that would need one more is neither counted nor refused, so that a flood of requests
/// cannot lock customers out.
const MAX_WINDOWS: usize = 100_000;

const READS: u32 = 120;
const WRITES: u32 = 30;
const UNKNOWN: u32 = 20;
const SIGN_INS: u32 = 10;
const KEY_REQUESTS: u32 = 600;

/// How many requests were counted since `began`.
struct Window {
    began: Instant,
    count: u32,
}

struct Windows<K> {
    open: HashMap<K, Window>,
    swept: Option<Instant>,
}

/// A limit on requests a minute, counted separately for each key.
struct Limit<K> {
    per_minute: u32,
    max_windows: usize,
    windows: Mutex<Windows<K>>,
}

impl<K: Eq + Hash> Limit<K> {
    fn new(per_minute: u32, max_windows: usize) -> Self {
        Self { per_minute, max_windows, windows: Mutex::new(Windows { open: HashMap::new(), swept: None }) }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// The time until the next request is allowed, if the limit is reached.
    fn count(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut windows = self.windows.lock().expect("nothing panics while it holds this lock");
        let is_over = |window: &Window| now.saturating_duration_since(window.began) >= WINDOW;
        if let Some(window) = windows.open.get_mut(&key).filter(|window| !is_over(window)) {
            if window.count >= self.per_minute {
                return Err(WINDOW - now.saturating_duration_since(window.began));
            }
            window.count += 1;
            return Ok(());
        }
        if windows.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= SWEEP_EVERY) {
            windows.open.retain(|_, window| !is_over(window));
            windows.swept = Some(now);
        }
        if windows.open.len() < self.max_windows || windows.open.contains_key(&key) {
            windows.open.insert(key, Window { began: now, count: 1 });
        }
        Ok(())
    }
}

/// All limits on requests.
pub struct Limits {
    reads: Limit<SessionRef>,
    writes: Limit<SessionRef>,
    unknown: Limit<IpAddr>,
    sign_ins_of_address: Limit<IpAddr>,
    sign_ins_of_account: Limit<[u8; 32]>,
    of_key: Limit<KeyId>,
    on: bool,
}

impl Limits {
    /// New limits, with nothing counted yet. If `on` is false, they refuse nothing.
    pub fn new(on: bool) -> Self {
        Self {
            reads: Limit::new(READS, MAX_WINDOWS),
            writes: Limit::new(WRITES, MAX_WINDOWS),
            unknown: Limit::new(UNKNOWN, MAX_WINDOWS),
            sign_ins_of_address: Limit::new(SIGN_INS, MAX_WINDOWS),
            sign_ins_of_account: Limit::new(SIGN_INS, MAX_WINDOWS),
            of_key: Limit::new(KEY_REQUESTS, MAX_WINDOWS),
            on,
        }
    }

    /// Counts a request to a session that exists.
    ///
    /// # Errors
    /// 429 if the session has reached its reads, or its writes, of this minute.
    pub fn known(&self, session: SessionRef, method: &Method, now: Instant) -> Result<(), ApiError> {
        if method.is_safe() {
            self.count(&self.reads, session, now, "A session takes 120 reads a minute.")
        } else {
            self.count(&self.writes, session, now, "A session takes 30 writes a minute.")
        }
    }

    /// Counts a request with an id that no session has.
    ///
    /// # Errors
    /// 429 if the address has reached its unknown ids of this minute.
    pub fn unknown(&self, address: IpAddr, now: Instant) -> Result<(), ApiError> {
        self.count(&self.unknown, address, now, "An address may ask for 20 unknown ids a minute.")
    }

    /// Counts a try to sign in, whether the account exists or not.
    ///
    /// # Errors
    /// 429 if the address, or the account, has reached its tries of this minute.
    pub fn sign_in(&self, address: IpAddr, email: &str, now: Instant) -> Result<(), ApiError> {
        const SENTENCE: &str = "An address, and an account, has 10 tries to sign in a minute.";
        self.count(&self.sign_ins_of_address, address, now, SENTENCE)?;
        let account = Sha256::digest(email.trim().to_lowercase().as_bytes()).into();
        self.count(&self.sign_ins_of_account, account, now, SENTENCE)
    }

    /// Counts a request with an API key.
    ///
    /// # Errors
    /// 429 if the key has reached its requests of this minute.
    pub fn key(&self, key: KeyId, now: Instant) -> Result<(), ApiError> {
        self.count(&self.of_key, key, now, "An API key takes 600 requests a minute.")
    }

    fn count<K: Eq + Hash>(&self, limit: &Limit<K>, key: K, now: Instant, sentence: &str) -> Result<(), ApiError> {
        let counted = if self.on { limit.count(key, now) } else { Ok(()) };
        counted.map_err(|wait| ApiError::rate_limited(sentence, wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::RowId as _;

    const SECOND: Duration = Duration::from_secs(1);

    fn numbered(number: u128) -> SessionRef {
        SessionRef::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn requests_over_the_limit_wait_until_the_window_ends() {
        let (limit, start) = (Limit::new(3, 10), Instant::now());
        for at in 0..3 {
            assert_eq!(limit.count("a", start + SECOND * at), Ok(()));
        }
        assert_eq!(limit.count("a", start + SECOND * 20), Err(SECOND * 40));
        assert_eq!(limit.count("b", start + SECOND * 20), Ok(()), "each key has its own");
        assert_eq!(limit.count("a", start + WINDOW - Duration::from_nanos(1)), Err(Duration::from_nanos(1)), "what is refused lengthens nothing");
        assert_eq!(limit.count("a", start + WINDOW), Ok(()));
    }

    #[test]
    fn when_full_it_drops_ended_windows_and_refuses_no_new_key() {
        let (limit, start) = (Limit::new(1, 100), Instant::now());
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
    fn reads_writes_and_unknown_ids_are_counted_separately() {
        let (limits, now) = (Limits::new(true), Instant::now());
        let (session, address) = (numbered(1), IpAddr::from([192, 0, 2, 1]));
        let refused = |counted: Result<(), ApiError>| counted.expect_err("refused").0;
        for _ in 0..120 {
            limits.known(session, &Method::GET, now).expect("a read");
        }
        assert!(refused(limits.known(session, &Method::HEAD, now)).detail.contains("120 reads"));
        for method in [Method::PUT, Method::POST].into_iter().cycle().take(30) {
            limits.known(session, &method, now).expect("a write");
        }
        assert!(refused(limits.known(session, &Method::POST, now)).detail.contains("30 writes"));
        for _ in 0..20 {
            limits.unknown(address, now).expect("a guess");
        }
        let problem = refused(limits.unknown(address, now + Duration::from_millis(100)));
        assert!(problem.detail.contains("20 unknown ids"), "{}", problem.detail);
        assert_eq!((problem.status, problem.retry_after), (429, Some(60)), "rounded up, so that it is never too early");
        limits.known(numbered(2), &Method::GET, now).expect("another session");
    }

    #[test]
    fn limits_that_are_off_refuse_nothing() {
        let (limits, now) = (Limits::new(false), Instant::now());
        assert!((0..500).all(|_| limits.known(numbered(1), &Method::POST, now).is_ok() && limits.unknown([1, 1, 1, 1].into(), now).is_ok()));
    }
}
