//! Connections and transactions. A transaction collects what is to be done once it has committed, such as waking a job, so that a job never
//! looks before the rows are there.

use sqlx::{Any, AnyConnection, Executor as _, Transaction};

pub use super::engine::Engine;
use super::{
    acting::still_may,
    error::{Result, StoreError},
    group::{Member, Then},
    later::{Later, Values},
};

/// A connection, as store functions take it.
pub type Db = AnyConnection;

/// The most statements that are sent together.
const TOGETHER: usize = 16;

/// A transaction. If it is dropped without [`Tx::commit`], it rolls back.
pub struct Tx {
    part: Part,
    later: Later,
    /// Something that was written later was refused.
    is_lost: bool,
    then: Then,
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
    pub(super) fn new(part: Part) -> Self {
        Self { part, later: Later::default(), is_lost: false, then: Vec::new() }
    }

    pub(super) const fn engine(&self) -> Engine {
        match self.part {
            Part::Member(_) => Engine::Sqlite,
            Part::Own(_) => Engine::Postgres,
        }
    }

    /// The connection, for a statement that answers. What was written before is sent first.
    ///
    /// # Errors
    /// If the database refuses something that was written before.
    pub async fn db(&mut self) -> Result<&mut Db> {
        let engine = self.engine();
        let db = match &mut self.part {
            Part::Member(member) => member.connection_mut(),
            Part::Own(transaction) => &mut **transaction,
        };
        if self.is_lost {
            return Err(StoreError::Conflict);
        }
        self.is_lost = true;
        self.later.send(engine, db).await?;
        self.is_lost = false;
        Ok(db)
    }

    /// Writes by a statement that answers nothing. It is sent together with others (`later.rs`), so an error shows only then.
    pub(super) async fn later(&mut self, sql: &str) -> Result<Values<'_>> {
        if self.later.len() >= TOGETHER {
            self.send().await?;
        }
        Ok(self.later.add(sql, false))
    }

    /// The same for a statement that must change exactly one row. If it does not, the error is a conflict.
    pub(super) async fn later_one(&mut self, sql: &str) -> Result<Values<'_>> {
        if self.later.len() >= TOGETHER {
            self.send().await?;
        }
        Ok(self.later.add(sql, true))
    }

    /// Sends what was written. The commit would do so too.
    ///
    /// # Errors
    /// If the database refuses something.
    pub async fn send(&mut self) -> Result<()> {
        self.db().await.map(drop)
    }

    /// Does this once the transaction has committed. It is dropped if it does not.
    pub fn then(&mut self, done: impl FnOnce() + Send + 'static) {
        self.then.push(Box::new(done));
    }

    /// Commits, then does what was to be done then, also if the caller is dropped meanwhile.
    ///
    /// # Errors
    /// If the database refuses, or if this is the request of an operator who may no longer do it; then nothing was written.
    pub async fn commit(mut self) -> Result<()> {
        self.send().await?;
        let locks = if self.engine() == Engine::Postgres { "FOR SHARE" } else { "" };
        still_may(self.db().await?, locks).await?;
        let Self { part, then, .. } = self;
        match part {
            Part::Member(member) => member.keep(then).await?,
            Part::Own(transaction) => {
                let committing = async move {
                    transaction.commit().await?;
                    then.into_iter().for_each(|done| done());
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
        self.db().await?.execute("SAVEPOINT part").await?;
        Ok(())
    }

    /// Releases the savepoint, and so keeps what was written since [`Tx::savepoint`].
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn release_savepoint(&mut self) -> Result<()> {
        self.db().await?.execute("RELEASE SAVEPOINT part").await?;
        Ok(())
    }

    /// Rolls back to the savepoint: undoes what was written since [`Tx::savepoint`], and continues the transaction.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn rollback_to_savepoint(&mut self) -> Result<()> {
        self.later.clear();
        self.is_lost = false;
        self.db().await?.execute("ROLLBACK TO SAVEPOINT part").await?;
        self.release_savepoint().await
    }
}
