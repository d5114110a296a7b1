//! Looks a session up by its id, which every request of a customer does first. A single lookup is read at once; lookups that arrive
//! during a read join the next batch, so that many at once need few statements. The read for a lookup always begins after the
//! lookup arrived, so it sees everything that was committed before.

use std::{collections::HashMap, io, sync::Arc, time::Duration};

use sqlx::{AnyPool, any::AnyRow};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};

use super::{
    error::{Result, StoreError},
    sessions,
};
use crate::model::Session;

/// The most ids in one statement.
const BATCH: usize = 32;
/// Statements that run at once, so that a slow one does not delay every lookup.
pub const READERS: u32 = 2;
/// The time limit of one statement. If the database stops answering, a lookup fails after this time and its wait in the queue.
const TIMEOUT: Duration = Duration::from_secs(4);
/// Lookups that the queue holds. A further lookup waits until there is room.
const QUEUE: usize = 1024;

/// The SHA-256 of an id, and where to send the session.
type Request = (Vec<u8>, oneshot::Sender<Result<Option<Session>>>);

/// The queue of lookups. The tasks that read it end when the last copy is dropped.
#[derive(Clone, Debug)]
pub struct Lookup(mpsc::Sender<Request>);

impl Lookup {
    /// A queue whose tasks read from these connections.
    pub fn new(readers: &AnyPool) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..READERS {
            tokio::spawn(answer(readers.clone(), Arc::clone(&receiver)));
        }
        Self(sender)
    }

    /// The session whose id has this SHA-256.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn session(&self, hash: Vec<u8>) -> Result<Option<Session>> {
        let closed = || StoreError::Unavailable(sqlx::Error::PoolClosed);
        let (reply, answer) = oneshot::channel();
        self.0.send((hash, reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

async fn answer(readers: AnyPool, requests: Arc<Mutex<mpsc::Receiver<Request>>>) {
    let mut batch = Vec::with_capacity(BATCH);
    while requests.lock().await.recv_many(&mut batch, BATCH).await > 0 {
        let found = read(&readers, batch.iter().map(|(hash, _)| hash.clone()).collect()).await;
        for (hash, reply) in batch.drain(..) {
            // Sending fails if the caller stopped waiting. That is no error.
            let _ = reply.send(match &found {
                Ok(found) => found.get(&hash).map(Session::try_from).transpose(),
                // Every caller of the batch gets the reason. The error itself cannot be cloned.
                Err(error) => Err(StoreError::Unavailable(sqlx::Error::Io(io::Error::other(error.to_string())))),
            });
        }
    }
}

async fn read(readers: &AnyPool, hashes: Vec<Vec<u8>>) -> Result<HashMap<Vec<u8>, AnyRow>, sqlx::Error> {
    let read = async { sessions::by_hashes(&mut *readers.acquire().await?, hashes).await };
    let timed_out = |_| sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", TIMEOUT.as_secs())));
    timeout(TIMEOUT, read).await.map_err(timed_out)?
}
