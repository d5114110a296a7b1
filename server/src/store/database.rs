//! The database: connections to read with, transactions to write in.

use shared::ids::SessionId;
use sqlx::{Any, AnyPool, pool::PoolConnection};

use super::{
    error::Result,
    lookup::Lookup,
    sessions,
    tx::{Engine, Tx},
};
use crate::model::Session;

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) engine: Engine,
    pub(super) readers: AnyPool,
    pub(super) writer: AnyPool,
    pub(super) lookup: Lookup,
}

impl Store {
    /// A connection to read with.
    ///
    /// # Errors
    /// If none is free in time.
    pub async fn read(&self) -> Result<PoolConnection<Any>> {
        Ok(self.readers.acquire().await?)
    }

    /// The session with this id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn session(&self, id: &SessionId) -> Result<Option<Session>> {
        self.lookup.session(sessions::id_hash(id)).await
    }

    /// A transaction to write in.
    ///
    /// # Errors
    /// If the database does not answer in time.
    pub async fn write(&self) -> Result<Tx> {
        let transaction = match self.engine {
            // A deferred transaction would fail on its first write if another connection had written since it began.
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writer.begin().await?,
        };
        Ok(Tx::new(transaction, self.engine))
    }

    /// Closes every connection; on SQLite this folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
