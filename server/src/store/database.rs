//! The database: connections to read with, transactions to write in.

use shared::ids::SessionId;
use sqlx::{Any, AnyPool, pool::PoolConnection};

use super::{
    error::Result,
    group::Writer,
    lookup::Lookup,
    sessions,
    tx::{Engine, Part, Tx, apart},
};
use crate::model::Session;

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) engine: Engine,
    /// On PostgreSQL they write too.
    pub(super) readers: AnyPool,
    /// On SQLite.
    pub(super) writer: Option<Writer>,
    pub(super) lookup: Lookup,
    /// What the lookups read with.
    pub(super) lookups: AnyPool,
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
        Ok(Tx::new(match &self.writer {
            Some(writer) => Part::Member(writer.turn().await?),
            None => {
                // A request that is dropped in the middle of BEGIN would leave a connection that is in a transaction without knowing it.
                let readers = self.readers.clone();
                Part::Own(apart(async move { readers.begin().await }).await?)
            }
        }))
    }

    /// Closes every connection; on SQLite this folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.lookups.close().await;
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}
