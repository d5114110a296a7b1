//! Limits how many event streams are open: for each session and for the process. Dropping a stream frees its place.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

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

/// The number of open streams, by session and side.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<(SessionRef, Side), usize>>);

/// The place of one open stream. Dropping it frees the place.
pub struct Place {
    streams: Arc<Streams>,
    session: (SessionRef, Side),
}

impl Streams {
    /// Takes a place for one more stream.
    ///
    /// # Errors
    /// The limit that is reached, as a sentence.
    pub fn enter(self: &Arc<Self>, session: (SessionRef, Side)) -> Result<Place, &'static str> {
        let mut open = self.0.lock().expect("nothing panics while it holds this lock");
        if open.get(&session).is_some_and(|count| *count >= MAX_PER_SESSION) {
            return Err("A session has at most 4 event streams.");
        }
        if open.values().sum::<usize>() >= MAX_PER_PROCESS {
            return Err("There are at most 1,000 event streams at once.");
        }
        *open.entry(session).or_default() += 1;
        Ok(Place { streams: Arc::clone(self), session })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().expect("nothing panics while it holds this lock");
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
        let mut open: Vec<Place> = (0..MAX_PER_PROCESS).map(|at| streams.enter(session(at / MAX_PER_SESSION)).expect("there is room")).collect();
        assert!(streams.enter(session(0)).is_err_and(|limit| limit.contains("4 event streams")));
        drop(open.pop());
        let operators = streams.enter((session(0).0, Side::Operators)).expect("operators take no place from the customer");
        open.push(operators);
        assert!(streams.enter(session(MAX_PER_PROCESS)).is_err_and(|limit| limit.contains("1,000 event streams")));
        open.truncate(MAX_PER_PROCESS - MAX_PER_SESSION);
        assert!(streams.enter(session(MAX_PER_PROCESS)).is_ok());
        open.clear();
        assert!(streams.0.lock().unwrap().is_empty(), "nothing is kept of sessions that nobody follows");
    }
}
