//! Opens the database: connections with the settings that each engine needs, then the migrations.

use std::{path::Path, time::Duration};

use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _, Row as _, any::AnyPoolOptions};

use super::{database::Store, lookup::Lookup, tx::Engine};
use crate::config::Database;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be reached, read or written.
    #[error("cannot be opened: {0}")]
    Unreachable(sqlx::Error),
    /// The tables come from another version of the server, or a migration failed.
    #[error("cannot be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// An SQLite setting does not have the value that we need.
    #[error("has {name} = {value}, where {wanted} is needed")]
    Pragma {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// The value that we need.
        wanted: &'static str,
    },
}

/// How long the first connection may take.
const FIRST_CONNECTION: Duration = Duration::from_secs(5);

/// How long a connection may be idle before we test it again.
const IDLE: Duration = Duration::from_secs(1);

/// Settings of each SQLite connection: commits are durable, foreign keys are enforced, deleted data is overwritten.
const PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";
const ASSERTED: [(&str, &str, &str); 4] = [
    ("journal_mode", "SELECT journal_mode FROM pragma_journal_mode", "wal"),
    ("synchronous", "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous", "2"),
    ("foreign_keys", "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys", "1"),
    ("secure_delete", "SELECT CAST(secure_delete AS TEXT) FROM pragma_secure_delete", "1"),
];

impl Store {
    /// Opens the database without touching its tables. An SQLite file is created if it does not exist.
    ///
    /// # Errors
    /// If it cannot be opened with the settings that we need.
    pub async fn open(database: &Database) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        match database {
            Database::Sqlite(path) => Self::open_sqlite(path).await,
            Database::Postgres(url) => {
                first_connection(url.as_str(), "SELECT 1").await?;
                let options = tested_when_idle(AnyPoolOptions::new().max_connections(20));
                let pool = options.connect(url.as_str()).await.map_err(OpenError::Unreachable)?;
                Ok(Self { engine: Engine::Postgres, lookup: Lookup::new(&pool), readers: pool.clone(), writer: pool })
            }
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Self, OpenError> {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        first_connection(&url, PRAGMAS).await?;
        let pool = |connections: u32| {
            let options = tested_when_idle(AnyPoolOptions::new().max_connections(connections));
            let options = options.after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(PRAGMAS).await?;
                    Ok(())
                })
            });
            (options, url.clone())
        };
        let (options, url) = pool(1);
        // If the disk is full, SQLite ends the transaction by itself. The ROLLBACK that sqlx sends then fails, and that connection can
        // never begin a transaction again, so we drop it. The ping waits until a running ROLLBACK has ended.
        let options = options.after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        });
        let writer = options.connect(&url).await.map_err(OpenError::Unreachable)?;
        assert_pragmas(&writer).await?;
        let (options, url) = pool(4);
        let readers = options.connect(&url).await.map_err(OpenError::Unreachable)?;
        Ok(Self { engine: Engine::Sqlite, lookup: Lookup::new(&readers), readers, writer })
    }

    /// Migrates the tables to this binary's version.
    ///
    /// # Errors
    /// If a migration fails, or the tables are newer than this binary.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        match self.engine {
            Engine::Sqlite => sqlx::migrate!("migrations/sqlite").run(&self.writer).await?,
            Engine::Postgres => sqlx::migrate!("migrations/postgres").run(&self.writer).await?,
        }
        Ok(())
    }
}

/// Tests a connection before use only if it was idle for a while, because a test costs as much as a read.
fn tested_when_idle(options: AnyPoolOptions) -> AnyPoolOptions {
    let options = options.acquire_timeout(Duration::from_secs(30)).test_before_acquire(false);
    options.before_acquire(|connection, meta| {
        Box::pin(async move {
            if meta.idle_for >= IDLE {
                connection.ping().await?;
            }
            Ok(true)
        })
    })
}

/// Opens one connection without the pool first. The pool would try for 30 seconds and then not say why it failed.
async fn first_connection(url: &str, run: &'static str) -> Result<(), OpenError> {
    let attempt = async {
        let mut connection = AnyConnection::connect(url).await?;
        connection.execute(run).await?;
        connection.close().await
    };
    let timed_out = |_| OpenError::Unreachable(sqlx::Error::PoolTimedOut);
    tokio::time::timeout(FIRST_CONNECTION, attempt).await.map_err(timed_out)?.map_err(OpenError::Unreachable)
}

async fn assert_pragmas(pool: &AnyPool) -> Result<(), OpenError> {
    for (name, query, wanted) in ASSERTED {
        let row = sqlx::query(query).fetch_one(pool).await.map_err(OpenError::Unreachable)?;
        let value: String = row.try_get(0).map_err(OpenError::Unreachable)?;
        if value != wanted {
            return Err(OpenError::Pragma { name, value, wanted });
        }
    }
    Ok(())
}
