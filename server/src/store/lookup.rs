//! Finding a session by its id, with which every request of a customer begins. Alone nobody waits; who asks while a read is
//! under way is read next, together with all who asked meanwhile, so that a crowd costs few statements. A read begins
//! after it was asked for: what was committed before is seen.

use std::{collections::HashMap, io, sync::Arc, time::Duration};

use sqlx::{AnyPool, any::AnyRow};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};

use super::{Result, StoreError, sessions};
use crate::model::Session;

/// Ids in one statement.
const TOGETHER: usize = 32;
/// Statements under way, so that a slow one does not hold everybody up.
const UNDER_WAY: usize = 2;
/// The most time for one of them, so that a database that has gone silent costs nobody more than this and the line before it.
const AT_MOST: Duration = Duration::from_secs(4);
/// Ids that may stand in line; who comes later waits for a place.
const IN_LINE: usize = 1024;

/// The SHA-256 of an id, and whoever waits for its session.
type Asked = (Vec<u8>, oneshot::Sender<Result<Option<Session>>>);

/// The line of those who ask. Its readers end with it.
#[derive(Clone, Debug)]
pub struct Lookup(mpsc::Sender<Asked>);

impl Lookup {
    /// Reads from these connections.
    pub fn new(readers: &AnyPool) -> Self {
        let (line, asked) = mpsc::channel(IN_LINE);
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..UNDER_WAY {
            tokio::spawn(answer(readers.clone(), Arc::clone(&asked)));
        }
        Self(line)
    }

    /// The session whose id has this SHA-256.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn session(&self, hash: Vec<u8>) -> Result<Option<Session>> {
        let gone = || StoreError::Unavailable(sqlx::Error::PoolClosed);
        let (answer, answered) = oneshot::channel();
        self.0.send((hash, answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn answer(readers: AnyPool, asked: Arc<Mutex<mpsc::Receiver<Asked>>>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while asked.lock().await.recv_many(&mut batch, TOGETHER).await > 0 {
        let found = read(&readers, batch.iter().map(|(hash, _)| hash.clone()).collect()).await;
        for (hash, asker) in batch.drain(..) {
            // Who no longer waits needs no answer.
            let _ = asker.send(match &found {
                Ok(found) => found.get(&hash).map(Session::try_from).transpose(),
                // Each is told why; the error itself cannot be copied.
                Err(error) => Err(StoreError::Unavailable(sqlx::Error::Io(io::Error::other(error.to_string())))),
            });
        }
    }
}

async fn read(readers: &AnyPool, hashes: Vec<Vec<u8>>) -> Result<HashMap<Vec<u8>, AnyRow>, sqlx::Error> {
    let read = async { sessions::by_hashes(&mut *readers.acquire().await?, hashes).await };
    let silent = |_| sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", AT_MOST.as_secs())));
    timeout(AT_MOST, read).await.map_err(silent)?
}
