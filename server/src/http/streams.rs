//! Limits how many event streams are open: for each session, for the process, and for an address while many are open. Dropping a stream frees its place.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use super::shares::{Full, Share, Shares};
use crate::ids::SessionRef;

/// The most streams of one session, for each [`Side`].
const MAX_PER_SESSION: usize = 4;
/// The most streams of the process.
const MAX_PER_PROCESS: usize = 1_000;

/// Who watches the session. The two are counted separately, so that operators take no place from the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The customer.
    Customer,
    /// Operators who look at the session.
    Operators,
}

/// The open streams.
pub struct Streams {
    /// Their number, by session and side.
    by_session: Mutex<HashMap<(SessionRef, Side), usize>>,
    process: Arc<Shares>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { by_session: Mutex::default(), process: Shares::new(MAX_PER_PROCESS) }
    }
}

/// The place of one open stream. Dropping it frees the place.
pub struct Place {
    streams: Arc<Streams>,
    session: (SessionRef, Side),
    _share: Share,
}

impl Streams {
    /// Takes a place for one more stream.
    ///
    /// # Errors
    /// The limit that is reached, as a sentence.
    pub fn enter(self: &Arc<Self>, session: (SessionRef, Side), address: IpAddr) -> Result<Place, &'static str> {
        let mut open = self.by_session.lock().expect("nothing panics while it holds this lock");
        if open.get(&session).is_some_and(|count| *count >= MAX_PER_SESSION) {
            return Err("A session has at most 4 event streams.");
        }
        let share = self.process.enter(address).map_err(|full| match full {
            Full::All => "There are at most 1,000 event streams at once.",
            Full::Share => "Of 1,000 event streams, an address has its share once 500 are open.",
        })?;
        *open.entry(session).or_default() += 1;
        Ok(Place { streams: Arc::clone(self), session, _share: share })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.by_session.lock().expect("nothing panics while it holds this lock");
        if let Some(count) = open.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::RowId as _;

    #[test]
    fn places_are_limited_by_session_and_in_total_and_become_free() {
        let streams = Arc::new(Streams::default());
        let session = |number: usize| (SessionRef::from_uuid(Uuid::from_u128(number as u128)), Side::Customer);
        let address = |number: usize| IpAddr::from(u32::try_from(0x0a00_0000 + number).unwrap().to_be_bytes());
        let one = address(0);
        let mut open: Vec<Place> = (0..MAX_PER_PROCESS).map(|at| streams.enter(session(at / MAX_PER_SESSION), address(at)).expect("there is room")).collect();
        assert!(streams.enter(session(0), one).is_err_and(|limit| limit.contains("4 event streams")));
        drop(open.pop());
        let operators = streams.enter((session(0).0, Side::Operators), address(5_000)).expect("operators take no place from the customer");
        open.push(operators);
        assert!(streams.enter(session(MAX_PER_PROCESS), one).is_err_and(|limit| limit.contains("1,000 event streams")));
        open.truncate(MAX_PER_PROCESS - MAX_PER_SESSION);
        assert!(streams.enter(session(MAX_PER_PROCESS), address(5_000)).is_ok());
        open.clear();
        assert!(streams.by_session.lock().unwrap().is_empty(), "nothing is kept of sessions that nobody follows");
    }
}
