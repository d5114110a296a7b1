//! All SQL, and nothing but SQL: written once for SQLite and PostgreSQL over `sqlx::Any`. A function takes a connection, or
//! a transaction where it writes; rows become domain values by [`Columns`], and an impossible row is an error, never a
//! default.

pub mod answers;
pub mod api_keys;
pub mod artifacts;
pub mod checks;
pub mod consents;
pub mod customers;
pub mod flows;
pub mod operators;
pub mod reviews;
pub mod sessions;
pub mod webhooks;

mod columns;
mod leases;
mod lookup;
mod meta;
mod open;

use std::ops::{Deref, DerefMut};

use shared::{ids::SessionId, session::Timestamp};
use sqlx::{Any, AnyConnection, AnyPool, Transaction, pool::PoolConnection};
use uuid::Uuid;

pub use columns::InconsistentRow;
pub use open::OpenError;

use crate::model::Session;

/// Which database it is. The SQL is the same but for how rows are claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// An embedded file, one writer at a time.
    Sqlite,
    /// A server, any number of processes.
    Postgres,
}

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another transition was first, or the row is no longer ours.
    #[error("another transition was first")]
    Conflict,
    /// The database does not answer, or has no room.
    #[error("the database does not answer: {0}")]
    Unavailable(#[from] sqlx::Error),
    /// A row that the schema allows and the product never writes.
    #[error(transparent)]
    Inconsistent(#[from] InconsistentRow),
}

/// The result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A connection, as store functions take it.
pub type Db = AnyConnection;

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    readers: AnyPool,
    writer: AnyPool,
    lookup: lookup::Lookup,
}

impl Store {
    /// A connection for reading.
    ///
    /// # Errors
    /// Where none is free in time.
    pub async fn read(&self) -> Result<PoolConnection<Any>> {
        Ok(self.readers.acquire().await?)
    }

    /// The session that this id opens.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn session(&self, id: &SessionId) -> Result<Option<Session>> {
        self.lookup.session(sessions::id_hash(id)).await
    }

    /// A transaction for writing. Dropped without [`Tx::commit`], it leaves nothing behind.
    ///
    /// # Errors
    /// Where the database does not answer in time.
    pub async fn write(&self) -> Result<Tx> {
        let transaction = match self.engine {
            // A deferred transaction that upgrades to a writing one fails at once where another has written since.
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writer.begin().await?,
        };
        Ok(Tx { transaction, engine: self.engine })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<()> {
        let mut db = self.read().await?;
        sqlx::query("SELECT 1").execute(&mut *db).await?;
        Ok(())
    }

    /// Closes every connection; on SQLite this folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A transaction: what is written in it is there whole or not at all.
pub struct Tx {
    transaction: Transaction<'static, Any>,
    engine: Engine,
}

impl Tx {
    /// Makes it so.
    ///
    /// # Errors
    /// Where the database refuses; then nothing was written.
    pub async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }

    /// Writes who did what to which row. No personal data: `subject` is a row's id.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn audit(&mut self, id: Uuid, at: Timestamp, actor: &str, action: &str, subject: &str) -> Result<()> {
        self.audit_about(id, at, actor, action, subject, None).await
    }

    /// The same, with another row that it was about.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn audit_about(&mut self, id: Uuid, at: Timestamp, actor: &str, action: &str, subject: &str, detail: Option<&str>) -> Result<()> {
        sqlx::query("INSERT INTO audit (id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id.to_string())
            .bind(at.0)
            .bind(actor)
            .bind(action)
            .bind(subject)
            .bind(detail.map(str::to_owned))
            .execute(&mut **self)
            .await?;
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.transaction
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.transaction
    }
}

/// A guarded UPDATE touches exactly one row, or another was first.
fn exactly_one(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
