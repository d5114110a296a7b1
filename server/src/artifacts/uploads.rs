//! How many uploads are worked on at once: two of a session, sixteen of the process. The next waits its turn.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::model::SessionRef;

/// Uploads of one session at once.
const OF_A_SESSION: usize = 2;
/// Uploads that a process holds in memory at once.
const OF_A_PROCESS: usize = 16;

/// A session's turns, and how many have one or wait for one.
struct Turns {
    turns: Arc<Semaphore>,
    users: usize,
}

/// The uploads under way.
pub struct Uploads {
    process: Semaphore,
    /// Of sessions with uploads under way, and of no other.
    sessions: Mutex<HashMap<SessionRef, Turns>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { process: Semaphore::new(OF_A_PROCESS), sessions: Mutex::default() }
    }
}

/// One upload's turn, until it is dropped.
pub struct Permit<'a> {
    _process: SemaphorePermit<'a>,
    _session: tokio::sync::OwnedSemaphorePermit,
    _place: Place<'a>,
}

/// A place in a session's queue.
struct Place<'a> {
    uploads: &'a Uploads,
    session: SessionRef,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut sessions = self.uploads.sessions.lock().expect("nothing panics while it holds this lock");
        if let Some(turns) = sessions.get_mut(&self.session) {
            turns.users -= 1;
            if turns.users == 0 {
                sessions.remove(&self.session);
            }
        }
    }
}

impl Uploads {
    /// Waits for a turn: first the session's, so that one session's queue takes no place of the process.
    pub async fn permit(&self, session: SessionRef) -> Permit<'_> {
        let turns = {
            let mut sessions = self.sessions.lock().expect("nothing panics while it holds this lock");
            let turns = sessions.entry(session).or_insert_with(|| Turns { turns: Arc::new(Semaphore::new(OF_A_SESSION)), users: 0 });
            turns.users += 1;
            Arc::clone(&turns.turns)
        };
        let place = Place { uploads: self, session };
        let session = turns.acquire_owned().await.expect("the semaphore is never closed");
        let process = self.process.acquire().await.expect("the semaphore is never closed");
        Permit { _process: process, _session: session, _place: place }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn session(number: usize) -> SessionRef {
        SessionRef::from_u128(number as u128)
    }

    #[tokio::test]
    async fn the_third_of_a_session_waits_and_holds_up_no_other() {
        let uploads = Uploads::default();
        let (first, second) = (uploads.permit(session(1)).await, uploads.permit(session(1)).await);
        let mut third = Box::pin(uploads.permit(session(1)));
        assert!(third.as_mut().now_or_never().is_none());
        assert!(uploads.permit(session(2)).now_or_never().is_some());
        drop(first);
        drop((third.await, second));
        assert!(uploads.sessions.lock().unwrap().is_empty(), "nothing is kept of sessions without uploads");
    }

    #[tokio::test]
    async fn the_seventeenth_of_the_process_waits() {
        let uploads = Uploads::default();
        let mut under_way = Vec::new();
        for number in 0..OF_A_PROCESS {
            under_way.push(uploads.permit(session(number)).await);
        }
        assert!(uploads.permit(session(99)).now_or_never().is_none());
        under_way.pop();
        assert!(uploads.permit(session(99)).now_or_never().is_some());
        under_way.clear();
        assert!(uploads.sessions.lock().unwrap().is_empty(), "who gives up waiting leaves nothing");
    }
}
