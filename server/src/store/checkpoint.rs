//! Copies what SQLite's writer has committed from the write-ahead log into the database's file, beside the writer. By default the writer does
//! that itself after each 1,000 pages, and every transaction waits for the disk meanwhile. A connection of its own copies without keeping
//! anybody waiting (<https://sqlite.org/c3ref/wal_checkpoint_v2.html>, PASSIVE). The log begins anew only once all of it is copied, in a
//! moment without a commit; where none comes, the writer copies the rest when the log is long.

use std::time::Duration;

use sqlx::{AnyConnection, Connection as _, Row as _};
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    task::JoinHandle,
    time::{Instant, sleep},
};
use tracing::warn;

use super::file::File;

/// After how many commits a pass begins.
const COMMITS: u32 = 32;
/// How long it rests after a pass, at least. A page that changes meanwhile again is copied once.
const REST: Duration = Duration::from_millis(100);
/// From how many pages on the log is to begin anew: 16 MiB.
const LONG: i64 = 4_096;
/// How many passes follow each other at once, so that the log can begin anew.
const PASSES: u32 = 8;

/// The task that copies. It ends when this is closed or dropped.
pub(super) struct Checkpoints {
    commits: u32,
    begin: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

impl Checkpoints {
    /// Starts the task. It opens its connection when it is needed.
    pub fn start(file: File) -> Self {
        let (begin, asked) = mpsc::channel(1);
        Self { commits: 0, begin, task: tokio::spawn(run(file, asked)) }
    }

    /// Counts a commit. Whether a pass is under way does not matter: what it does not copy, the next one does.
    pub fn committed(&mut self) {
        self.commits += 1;
        if self.commits >= COMMITS && !matches!(self.begin.try_send(()), Err(TrySendError::Full(()))) {
            self.commits = 0;
        }
    }

    /// Waits for a pass that is under way, and closes the connection.
    pub async fn close(self) {
        drop(self.begin);
        let _ = self.task.await;
    }
}

async fn run(file: File, mut asked: mpsc::Receiver<()>) {
    let mut connection: Option<AnyConnection> = None;
    while asked.recv().await.is_some() {
        let mut is_behind = true;
        while is_behind && !asked.is_closed() {
            let began = Instant::now();
            (connection, is_behind) = match passes(&file, connection.take()).await {
                Ok((connection, is_behind)) => (Some(connection), is_behind),
                Err(error) => {
                    warn!(%error, "the write-ahead log could not be copied; the writer copies it when it is long");
                    (None, false)
                }
            };
            sleep(REST.max(began.elapsed())).await;
        }
    }
    if let Some(connection) = connection {
        let _ = connection.close().await;
    }
}

/// Copies, until the log can begin anew or that seems not to come. Returns whether the log is long and not copied whole.
async fn passes(file: &File, open: Option<AnyConnection>) -> Result<(AnyConnection, bool), sqlx::Error> {
    let mut connection = match open {
        Some(open) => open,
        None => file.connect().await?,
    };
    for _ in 0..PASSES {
        let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&mut connection).await?;
        let (log, copied): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        if log < LONG || log == copied {
            return Ok((connection, false));
        }
    }
    Ok((connection, true))
}
