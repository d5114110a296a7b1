//! Limits on requests a minute: reads and writes of a session, unknown session ids from an address, tries to sign in, searches of an
//! operator, requests with an API key. Each process counts in its own memory. The time is a parameter, so that tests can set it.

use std::{
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

use axum::http::Method;
use sha2::{Digest as _, Sha256};
use shared::ids::KeyId;

use super::{
    problems::ApiError,
    windows::{Full, Limit},
};
use crate::{
    ids::{OperatorId, SessionRef},
    operators::{DeviceNumber, folded},
};

const READS: u32 = 120;
const WRITES: u32 = 30;
const UNKNOWN: u32 = 20;
const SIGN_INS: u32 = 10;
const SEARCHES: u32 = 30;
const KEY_REQUESTS: u32 = 600;
const TRANSACTIONS: u32 = 60_000;
/// How many times as much as one address a whole IPv6 /48 may do: a customer of a provider often has all of it, and so many /64.
const NETWORK: u32 = 4;

/// A limit for each address. An IPv6 address counts as its /64, and its /48 has a limit of its own.
struct AddressLimit {
    addresses: Limit<IpAddr>,
    networks: Limit<IpAddr>,
}

impl AddressLimit {
    fn new(per_minute: u32) -> Self {
        Self { addresses: Limit::new(per_minute, Full::Shares), networks: Limit::new(per_minute * NETWORK, Full::Shares) }
    }

    fn count(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        self.addresses.count(prefix(address, 64), now)?;
        if address.is_ipv6() { self.networks.count(prefix(address, 48), now) } else { Ok(()) }
    }
}

/// The first bits of an IPv6 address; an IPv4 address as it is.
fn prefix(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> (128 - bits) << (128 - bits)).into(),
    }
}

/// All limits on requests. Strangers choose which address they use and which account they try, so those limits share counters when they
/// are full ([`Full::Shares`]). Nobody can make up a session, a key, an operator, an open link or a known device, so the others never refuse for lack
/// of room ([`Full::Passes`]).
pub struct Limits {
    reads: Limit<SessionRef>,
    writes: Limit<SessionRef>,
    unknown: AddressLimit,
    sign_ins_of_address: AddressLimit,
    sign_ins_of_account: Limit<[u8; 32]>,
    sign_ins_of_device: Limit<DeviceNumber>,
    passwords: Limit<OperatorId>,
    of_link: Limit<[u8; 32]>,
    searches: Limit<OperatorId>,
    of_key: Limit<KeyId>,
    transactions: Limit<KeyId>,
    on: bool,
}

impl Limits {
    /// New limits, with nothing counted yet. If `on` is false, they refuse nothing.
    pub fn new(on: bool) -> Self {
        Self {
            reads: Limit::new(READS, Full::Passes),
            writes: Limit::new(WRITES, Full::Passes),
            unknown: AddressLimit::new(UNKNOWN),
            sign_ins_of_address: AddressLimit::new(SIGN_INS),
            sign_ins_of_account: Limit::new(SIGN_INS, Full::Shares),
            sign_ins_of_device: Limit::new(SIGN_INS, Full::Passes),
            passwords: Limit::new(SIGN_INS, Full::Passes),
            of_link: Limit::new(SIGN_INS, Full::Passes),
            searches: Limit::new(SEARCHES, Full::Passes),
            of_key: Limit::new(KEY_REQUESTS, Full::Passes),
            transactions: Limit::new(TRANSACTIONS, Full::Passes),
            on,
        }
    }

    /// Counts a request to a session that exists.
    ///
    /// # Errors
    /// 429 if the session has reached its reads, or its writes, of this minute.
    pub fn known(&self, session: SessionRef, method: &Method, now: Instant) -> Result<(), ApiError> {
        if method.is_safe() {
            self.answer(|| self.reads.count(session, now), "A session takes 120 reads a minute.")
        } else {
            self.answer(|| self.writes.count(session, now), "A session takes 30 writes a minute.")
        }
    }

    /// Counts a request with an id that no session has.
    ///
    /// # Errors
    /// 429 if the address has reached its unknown ids of this minute.
    pub fn unknown(&self, address: IpAddr, now: Instant) -> Result<(), ApiError> {
        self.answer(|| self.unknown.count(address, now), "An address may ask for 20 unknown ids a minute.")
    }

    /// Counts a try to sign in, whether the account exists or not. However the e-mail address is written, the tries are those of the account
    /// that it finds. A device on which the operator signed in before is counted apart, so
    /// that nobody else can use up its tries.
    ///
    /// # Errors
    /// 429 if the address, the account or the device has reached its tries of this minute.
    pub fn sign_in(&self, address: IpAddr, email: &str, device: Option<DeviceNumber>, now: Instant) -> Result<(), ApiError> {
        if let Some(device) = device {
            return self.answer(|| self.sign_ins_of_device.count(device, now), "A device has 10 tries to sign in a minute.");
        }
        let account = Sha256::digest(folded(email).as_bytes()).into();
        let count = || self.sign_ins_of_address.count(address, now).and_then(|()| self.sign_ins_of_account.count(account, now));
        self.answer(count, "An address, and an account, has 10 tries to sign in a minute.")
    }

    /// Counts a try of an operator, who is signed in, to enter the current password.
    ///
    /// # Errors
    /// 429 if the operator has reached the tries of this minute.
    pub fn password(&self, operator: OperatorId, now: Instant) -> Result<(), ApiError> {
        self.answer(|| self.passwords.count(operator, now), "An operator has 10 tries at the current password a minute.")
    }

    /// Counts a try to choose a password with an open link, which has this hash.
    ///
    /// # Errors
    /// 429 if the link has reached the tries of this minute.
    pub fn link(&self, hash: [u8; 32], now: Instant) -> Result<(), ApiError> {
        self.answer(|| self.of_link.count(hash, now), "A link has 10 tries to choose a password a minute.")
    }

    /// Counts a search of an operator, by an exact reference or id.
    ///
    /// # Errors
    /// 429 if the operator has reached the searches of this minute.
    pub fn search(&self, operator: OperatorId, now: Instant) -> Result<(), ApiError> {
        self.answer(|| self.searches.count(operator, now), "An operator may search for 30 references a minute.")
    }

    /// Counts a request with an API key.
    ///
    /// # Errors
    /// 429 if the key has reached its requests of this minute.
    pub fn key(&self, key: KeyId, now: Instant) -> Result<(), ApiError> {
        self.answer(|| self.of_key.count(key, now), "An API key takes 600 requests a minute.")
    }

    /// Counts transactions that a key posts or reads, all of them or none.
    ///
    /// # Errors
    /// 429 if they would pass the key's transactions of this minute.
    pub fn transactions(&self, key: KeyId, many: u32, now: Instant) -> Result<(), ApiError> {
        self.answer(|| self.transactions.count_many(key, many, now), "An API key takes 60,000 transactions a minute.")
    }

    fn answer(&self, count: impl FnOnce() -> Result<(), Duration>, sentence: &str) -> Result<(), ApiError> {
        let counted = if self.on { count() } else { Ok(()) };
        counted.map_err(|wait| ApiError::rate_limited(sentence, wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::RowId as _;

    fn numbered(number: u128) -> SessionRef {
        SessionRef::from_uuid(Uuid::from_u128(number))
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

    /// How many tries are allowed of those that these addresses and accounts make.
    fn allowed(limits: &Limits, tries: impl Iterator<Item = (IpAddr, String)>) -> usize {
        let now = Instant::now();
        tries.filter(|(address, email)| limits.sign_in(*address, email, None, now).is_ok()).count()
    }

    #[test]
    fn a_key_has_60_000_transactions_a_minute_and_a_batch_counts_whole_or_not_at_all() {
        let (limits, now) = (Limits::new(true), Instant::now());
        let [one, other] = [KeyId(1), KeyId(2)];
        let is_allowed = |key, many, at| limits.transactions(key, many, at).is_ok();
        assert!((0..119).all(|_| is_allowed(one, 500, now)) && is_allowed(one, 499, now));
        assert!(!is_allowed(one, 2, now), "a batch that would pass the limit is refused whole");
        assert!(is_allowed(one, 1, now) && !is_allowed(one, 1, now));
        assert!(is_allowed(other, 500, now), "another key has its own");
        assert!(is_allowed(one, 500, now + Duration::from_secs(60)));
    }

    #[test]
    fn an_ipv6_network_has_a_limit_of_its_own() {
        let limits = Limits::new(true);
        let address = |network: u128, at: u128| IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8 << 96 | network << 80 | at << 64 | 1));
        let tries = |network, count: u128| (0..count).map(move |at| (address(network, at), format!("somebody{network}-{at}@example.com")));
        assert_eq!(allowed(&limits, tries(1, 1_000)), 40, "1,000 of the 65,536 /64 of one /48");
        assert_eq!(allowed(&limits, tries(2, 30)), 30, "another network");
        let one = (0..30).map(|at| (address(3, 7), format!("somebody3-{at}@example.com")));
        assert_eq!(allowed(&limits, one), 10, "one /64");
        let now = Instant::now();
        assert_eq!((0..1_000).filter(|at| limits.unknown(address(4, *at), now).is_ok()).count(), 80);
        let v4 = (0..1_000).map(|at: u32| (IpAddr::from(at.to_be_bytes()), format!("somebody4-{at}@example.com")));
        assert_eq!(allowed(&limits, v4), 1_000, "IPv4 addresses have no network");
    }

    #[test]
    fn an_account_has_its_tries_once_however_its_address_is_written() {
        let limits = Limits::new(true);
        let spellings = [
            "josé@example.com",
            "JOSE\u{301}@Example.com",
            " jos\u{e9}@example.com\t",
            "\u{200b}jos\u{e9}@example.com\u{2060}",
            "\u{200f}jos\u{e9}@example.com",
        ];
        let tries = (0..50_u32).map(|at| (IpAddr::from((0x0a00_0000 + at).to_be_bytes()), spellings[at as usize % spellings.len()].to_owned()));
        assert_eq!(allowed(&limits, tries), 10);
    }

    #[test]
    fn a_flood_of_other_accounts_and_addresses_leaves_no_account_unlimited() {
        let limits = Limits::new(true);
        let flood = (0..150_000_u32).map(|at| (IpAddr::from((0x0100_0000 + at).to_be_bytes()), format!("{at}@example.com")));
        allowed(&limits, flood);
        let guesses = (0..20_000_u32).map(|at| (IpAddr::from((0x0200_0000 + at).to_be_bytes()), "ana@example.com".to_owned()));
        assert!(allowed(&limits, guesses) <= 10, "guesses at one account, each from another address");
        let device = Some([7; 16]);
        let now = Instant::now();
        assert_eq!((0..20).filter(|_| limits.sign_in([10, 0, 0, 1].into(), "ana@example.com", device, now).is_ok()).count(), 10, "a known device has its own");
    }
}
