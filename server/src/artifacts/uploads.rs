//! Limits how many uploads are in memory at once: two of a session and sixteen of the process. Further uploads wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::ids::SessionRef;

/// The most uploads of one session at once.
const MAX_PER_SESSION: usize = 2;
/// The most uploads in memory at once.
const MAX_PER_PROCESS: usize = 16;

/// The permits of one session.
struct SessionPermits {
    semaphore: Arc<Semaphore>,
    /// How many uploads hold a permit or wait for one. At 0 the entry is removed.
    users: usize,
}

/// Gives permits to uploads.
pub struct Uploads {
    process: Semaphore,
    /// Only sessions that have uploads now.
    sessions: Mutex<HashMap<SessionRef, SessionPermits>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { process: Semaphore::new(MAX_PER_PROCESS), sessions: Mutex::default() }
    }
}

/// The permit of one upload. Dropping it lets the next upload in.
pub struct Permit<'a> {
    _process: SemaphorePermit<'a>,
    _session: tokio::sync::OwnedSemaphorePermit,
    _place: Place<'a>,
}

/// Counts one upload in [`SessionPermits::users`] until it is dropped.
struct Place<'a> {
    uploads: &'a Uploads,
    session: SessionRef,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut sessions = self.uploads.sessions.lock().expect("nothing panics while it holds this lock");
        if let Some(permits) = sessions.get_mut(&self.session) {
            permits.users -= 1;
            if permits.users == 0 {
                sessions.remove(&self.session);
            }
        }
    }
}

impl Uploads {
    /// Waits for a permit: first the session's, so that a session's waiting uploads do not occupy permits of the process.
    pub async fn permit(&self, session: SessionRef) -> Permit<'_> {
        let semaphore = {
            let mut sessions = self.sessions.lock().expect("nothing panics while it holds this lock");
            let permits = sessions.entry(session).or_insert_with(|| SessionPermits { semaphore: Arc::new(Semaphore::new(MAX_PER_SESSION)), users: 0 });
            permits.users += 1;
            Arc::clone(&permits.semaphore)
        };
        let place = Place { uploads: self, session };
        let session = semaphore.acquire_owned().await.expect("the semaphore is never closed");
        let process = self.process.acquire().await.expect("the semaphore is never closed");
        Permit { _process: process, _session: session, _place: place }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use uuid::Uuid;

    use super::*;
    use crate::ids::RowId as _;

    fn session(number: usize) -> SessionRef {
        SessionRef::from_uuid(Uuid::from_u128(number as u128))
    }

    #[tokio::test]
    async fn a_sessions_third_upload_waits_and_delays_no_other_session() {
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
    async fn the_processs_seventeenth_upload_waits() {
        let uploads = Uploads::default();
        let mut under_way = Vec::new();
        for number in 0..MAX_PER_PROCESS {
            under_way.push(uploads.permit(session(number)).await);
        }
        assert!(uploads.permit(session(99)).now_or_never().is_none());
        under_way.pop();
        assert!(uploads.permit(session(99)).now_or_never().is_some());
        under_way.clear();
        assert!(uploads.sessions.lock().unwrap().is_empty(), "an upload that stops waiting leaves no entry");
    }
}
