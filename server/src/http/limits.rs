//! Limits on requests a minute, counted in this process's memory: reads and writes of a session, unknown ids of an address,
//! tries to sign in, requests of an API key. A window begins with the first request that counts in it and lasts a minute. Time comes in from outside.

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
use crate::model::SessionRef;

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(60);
/// How often windows that ended are dropped, at most.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// Windows kept of one limit. While so many are open, what would need one more is not counted and so not refused: no
/// crowd of strangers can lock a customer out.
const KEPT: usize = 100_000;

const READS: u32 = 120;
const WRITES: u32 = 30;
const UNKNOWN: u32 = 20;
const SIGN_INS: u32 = 10;
const OF_A_KEY: u32 = 600;

/// Requests so far, since when.
struct Window {
    began: Instant,
    count: u32,
}

struct Windows<K> {
    open: HashMap<K, Window>,
    swept: Option<Instant>,
}

/// So many a minute of each key.
struct Limit<K> {
    most: u32,
    kept: usize,
    windows: Mutex<Windows<K>>,
}

impl<K: Eq + Hash> Limit<K> {
    fn new(most: u32, kept: usize) -> Self {
        Self { most, kept, windows: Mutex::new(Windows { open: HashMap::new(), swept: None }) }
    }

    /// Counts one.
    ///
    /// # Errors
    /// How long it is until there is room again.
    fn count(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut windows = self.windows.lock().expect("nothing panics while it holds this lock");
        let is_over = |window: &Window| now.saturating_duration_since(window.began) >= WINDOW;
        if let Some(window) = windows.open.get_mut(&key).filter(|window| !is_over(window)) {
            if window.count >= self.most {
                return Err(WINDOW - now.saturating_duration_since(window.began));
            }
            window.count += 1;
            return Ok(());
        }
        if windows.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= SWEEP_EVERY) {
            windows.open.retain(|_, window| !is_over(window));
            windows.swept = Some(now);
        }
        if windows.open.len() < self.kept || windows.open.contains_key(&key) {
            windows.open.insert(key, Window { began: now, count: 1 });
        }
        Ok(())
    }
}

/// All of them.
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
    /// Counts from nothing; where they are off, nothing is ever refused.
    pub fn new(on: bool) -> Self {
        Self {
            reads: Limit::new(READS, KEPT),
            writes: Limit::new(WRITES, KEPT),
            unknown: Limit::new(UNKNOWN, KEPT),
            sign_ins_of_address: Limit::new(SIGN_INS, KEPT),
            sign_ins_of_account: Limit::new(SIGN_INS, KEPT),
            of_key: Limit::new(OF_A_KEY, KEPT),
            on,
        }
    }

    /// A request to a session that there is.
    ///
    /// # Errors
    /// 429 where the session had its reads, or its writes, of this minute.
    pub fn known(&self, session: SessionRef, method: &Method, now: Instant) -> Result<(), ApiError> {
        if method.is_safe() {
            self.count(&self.reads, session, now, "A session takes 120 reads a minute.")
        } else {
            self.count(&self.writes, session, now, "A session takes 30 writes a minute.")
        }
    }

    /// A request with an id that opens nothing. Never asked about one that does.
    ///
    /// # Errors
    /// 429 where the address had its guesses of this minute.
    pub fn unknown(&self, address: IpAddr, now: Instant) -> Result<(), ApiError> {
        self.count(&self.unknown, address, now, "An address may ask for 20 unknown ids a minute.")
    }

    /// A try to sign in, whether there is such an account or not.
    ///
    /// # Errors
    /// 429 where the address, or the account, had its tries of this minute.
    pub fn sign_in(&self, address: IpAddr, email: &str, now: Instant) -> Result<(), ApiError> {
        const SENTENCE: &str = "An address, and an account, has 10 tries to sign in a minute.";
        self.count(&self.sign_ins_of_address, address, now, SENTENCE)?;
        let account = Sha256::digest(email.trim().to_lowercase().as_bytes()).into();
        self.count(&self.sign_ins_of_account, account, now, SENTENCE)
    }

    /// A request with a key of the API.
    ///
    /// # Errors
    /// 429 where the key had its requests of this minute.
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
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn so_many_pass_in_a_minute_and_the_next_waits_for_its_end() {
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
    fn a_full_memory_forgets_what_is_over_and_refuses_nobody() {
        let (limit, start) = (Limit::new(1, 100), Instant::now());
        for key in 0..1_000 {
            assert_eq!(limit.count(key, start), Ok(()));
        }
        assert_eq!(limit.windows.lock().unwrap().open.len(), 100);
        assert_eq!(limit.count(5_000, start), Ok(()), "not counted");
        assert_eq!(limit.count(5_000, start), Ok(()), "and so not refused");
        assert_eq!(limit.count(7, start), Err(WINDOW), "who was counted still is");
        assert_eq!(limit.count(5_000, start + WINDOW), Ok(()));
        assert_eq!(limit.windows.lock().unwrap().open.len(), 1, "windows that ended are dropped");
    }

    #[test]
    fn reads_writes_and_strangers_are_counted_apart() {
        let (limits, now) = (Limits::new(true), Instant::now());
        let (session, address) = (SessionRef::from_u128(1), IpAddr::from([192, 0, 2, 1]));
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
        limits.known(SessionRef::from_u128(2), &Method::GET, now).expect("another session");
    }

    #[test]
    fn switched_off_they_refuse_nothing() {
        let (limits, now) = (Limits::new(false), Instant::now());
        assert!((0..500).all(|_| limits.known(SessionRef::from_u128(1), &Method::POST, now).is_ok() && limits.unknown([1, 1, 1, 1].into(), now).is_ok()));
    }
}
