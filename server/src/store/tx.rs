//! Connections and transactions. A transaction collects the jobs to wake, and its commit wakes them, so that a job never looks before
//! the rows are there.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Any, AnyConnection, Executor as _, Transaction};
use tokio::sync::Notify;

use super::{acting::still_may, error::Result, group::Member};

/// Which database it is. The SQL is the same except where rows are claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, with one writer at a time.
    Sqlite,
    /// A database server that any number of processes use.
    Postgres,
}

/// A connection, as store functions take it.
pub type Db = AnyConnection;

/// A transaction. If it is dropped without [`Tx::commit`], it rolls back.
pub struct Tx {
    part: Part,
    wakes: Vec<Arc<Notify>>,
}

/// Runs a statement in a task of its own, so that it ends also if the caller is dropped.
pub(super) async fn apart<T: Send + 'static>(statement: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static) -> Result<T, sqlx::Error> {
    tokio::spawn(statement).await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
}

/// What a transaction is for the database.
pub(super) enum Part {
    /// On SQLite, a member of a group that shares a commit.
    Member(Member),
    /// On PostgreSQL, a transaction of its own.
    Own(Transaction<'static, Any>),
}

impl Tx {
    pub(super) const fn new(part: Part) -> Self {
        Self { part, wakes: Vec::new() }
    }

    pub(super) const fn engine(&self) -> Engine {
        match self.part {
            Part::Member(_) => Engine::Sqlite,
            Part::Own(_) => Engine::Postgres,
        }
    }

    /// Wakes this job once the transaction has committed.
    pub fn wake(&mut self, job: &Arc<Notify>) {
        self.wakes.push(Arc::clone(job));
    }

    /// Commits, then wakes the jobs, also if the caller is dropped meanwhile.
    ///
    /// # Errors
    /// If the database refuses, or if this is the request of an operator who may no longer do it; then nothing was written.
    pub async fn commit(mut self) -> Result<()> {
        let locks = if self.engine() == Engine::Postgres { "FOR SHARE" } else { "" };
        still_may(&mut self, locks).await?;
        let Self { part, wakes } = self;
        match part {
            Part::Member(member) => member.keep(wakes).await?,
            Part::Own(transaction) => {
                let committing = async move {
                    transaction.commit().await?;
                    wakes.iter().for_each(|job| job.notify_one());
                    Ok::<_, sqlx::Error>(())
                };
                apart(committing).await?;
            }
        }
        Ok(())
    }

    /// Begins a savepoint: a part of the transaction that can be rolled back by itself.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn savepoint(&mut self) -> Result<()> {
        self.execute("SAVEPOINT part").await?;
        Ok(())
    }

    /// Releases the savepoint, and so keeps what was written since [`Tx::savepoint`].
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn release_savepoint(&mut self) -> Result<()> {
        self.execute("RELEASE SAVEPOINT part").await?;
        Ok(())
    }

    /// Rolls back to the savepoint: undoes what was written since [`Tx::savepoint`], and continues the transaction.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn rollback_to_savepoint(&mut self) -> Result<()> {
        self.execute("ROLLBACK TO SAVEPOINT part").await?;
        self.release_savepoint().await
    }
}

impl Deref for Tx {
    type Target = Db;
    fn deref(&self) -> &Db {
        match &self.part {
            Part::Member(member) => member.connection(),
            Part::Own(transaction) => transaction,
        }
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Db {
        match &mut self.part {
            Part::Member(member) => member.connection_mut(),
            Part::Own(transaction) => transaction,
        }
    }
}
