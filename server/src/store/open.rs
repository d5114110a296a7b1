//! Opens the database: connections with the settings that each engine needs, then the migrations. A database that should be there is
//! looked at before any setting is changed in it, so that a command never makes a database, nor changes a foreign one.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sqlx::{
    AnyConnection, AnyPool, ConnectOptions as _, Connection as _, Executor as _, Row as _,
    any::{AnyConnectOptions, AnyPoolOptions},
};
use url::Url;

use super::{
    database::Store,
    group::Writer,
    lookup::{self, Lookup},
    meta::count_tables,
    tx::Engine,
};
use crate::config::Database;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be reached, read or written.
    #[error("cannot be opened: {0}")]
    Unreachable(sqlx::Error),
    /// The folder of an SQLite file cannot be used.
    #[error("is in a folder that cannot be used: {0}")]
    Folder(std::io::Error),
    /// There is no database, or none with our tables.
    #[error("has no tables of this server")]
    NoTables,
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

/// The longest path that SQLite opens, in bytes, with room for `-journal` (`MAX_PATHNAME` in its `os_unix.c`).
pub const LONGEST_SQLITE_PATH: usize = 500;

/// What stands for itself in the path of a URL.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// How long the first connection may take.
const FIRST_CONNECTION: Duration = Duration::from_secs(5);

/// How long a connection may be idle before we test it again.
const IDLE: Duration = Duration::from_secs(1);

/// Connections to read an SQLite file with.
const READERS: u32 = 4;

/// How long that test may take.
const TEST: Duration = Duration::from_secs(2);

/// Limits of each PostgreSQL connection: a process that is paused, or cut off, in the middle of a transaction must not hold its rows for
/// ever, and those who wait for such a row must not occupy every connection.
const LIMITS: &str = "SET lock_timeout = '8s'; SET statement_timeout = '15s'; SET idle_in_transaction_session_timeout = '15s'";

/// Lookups find rows by the index of their hash. Of a small table PostgreSQL would read every row instead, and compare it with each hash of
/// the batch.
const BY_INDEX: &str = "SET enable_seqscan = off";

macro_rules! pragmas {
    () => {
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
    };
}
/// Settings of each SQLite connection: commits are durable, foreign keys are enforced, deleted data is overwritten.
const PRAGMAS: &str = pragmas!();
/// Those of the one that writes: it keeps 16 MiB of pages, since every change goes through it, and copies the log into the file only where
/// nobody else came to it for 128 MiB, see `checkpoint.rs`.
const WRITER_PRAGMAS: &str = concat!(pragmas!(), " PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 32768;");
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
        Self::open_as(database, Purpose::Make).await
    }

    /// Opens a database that already has our tables. Changes nothing where there is none.
    ///
    /// # Errors
    /// [`OpenError::NoTables`], or as [`Store::open`].
    pub async fn open_existing(database: &Database) -> Result<Self, OpenError> {
        Self::open_as(database, Purpose::Find).await
    }

    async fn open_as(database: &Database, purpose: Purpose) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        match database {
            Database::Sqlite(path) => Self::open_sqlite(path, purpose).await,
            Database::Postgres(url) => {
                let options = AnyConnectOptions::from_url(url).map_err(OpenError::Unreachable)?;
                first_connection(&options, "SELECT 1", purpose.tables(Engine::Postgres)).await?;
                // The lookups have their own, because every request begins with one, and others may wait for a row that is locked.
                let lookups = pool(lookup::READERS, &[LIMITS, BY_INDEX]).connect_with(options.clone()).await.map_err(OpenError::Unreachable)?;
                let readers = pool(20, &[LIMITS]).connect_with(options).await.map_err(OpenError::Unreachable)?;
                Ok(Self { engine: Engine::Postgres, lookup: Lookup::new(&lookups), lookups, readers, writer: None })
            }
        }
    }

    async fn open_sqlite(path: &Path, purpose: Purpose) -> Result<Self, OpenError> {
        // SQLite takes an empty file for an empty database.
        if purpose == Purpose::Find && std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
            return Err(OpenError::NoTables);
        }
        let file = sqlite_file(path)?;
        let file = sqlite_options(&file, if purpose == Purpose::Make { "rwc" } else { "rw" })?;
        first_connection(&file, PRAGMAS, purpose.tables(Engine::Sqlite)).await?;
        let writer = Writer::open(file.clone(), WRITER_PRAGMAS).await.map_err(OpenError::Unreachable)?;
        let readers = pool(READERS, &[PRAGMAS]).connect_with(file).await.map_err(OpenError::Unreachable)?;
        assert_pragmas(&readers).await?;
        Ok(Self { engine: Engine::Sqlite, lookup: Lookup::new(&readers), lookups: readers.clone(), readers, writer: Some(writer) })
    }

    /// Migrates the tables to this binary's version.
    ///
    /// # Errors
    /// If a migration fails, or the tables are newer than this binary.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let mut connection = self.readers.acquire().await.map_err(OpenError::Unreachable)?;
        if self.engine == Engine::Postgres {
            // A migration may have much to do, and waits for those who read what it changes.
            connection.execute("SET lock_timeout = 0; SET statement_timeout = 0").await.map_err(OpenError::Unreachable)?;
        }
        let migrated = self.migrations().run(&mut *connection).await;
        connection.close().await.map_err(OpenError::Unreachable)?;
        Ok(migrated?)
    }
}

/// Whether a database may be made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Make,
    Find,
}

impl Purpose {
    /// The query that counts our tables, where they have to be there.
    fn tables(self, engine: Engine) -> Option<&'static str> {
        (self == Self::Find).then_some(count_tables(engine))
    }
}

/// The whole path of an SQLite file: its folder without links and dots, and its name.
fn sqlite_file(path: &Path) -> Result<PathBuf, OpenError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| OpenError::Folder(std::io::ErrorKind::IsADirectory.into()))?;
    Ok(std::fs::canonicalize(folder).map_err(OpenError::Folder)?.join(name))
}

/// The options that open exactly this file. `sqlx::Any` takes a URL only, which sqlx decodes again, so everything in the path that a URL
/// could read otherwise is encoded.
fn sqlite_options(whole: &Path, mode: &str) -> Result<AnyConnectOptions, OpenError> {
    let encoded = percent_encode(whole.as_os_str().as_encoded_bytes(), &PLAIN);
    let url = Url::parse(&format!("sqlite://{encoded}?mode={mode}")).map_err(|error| OpenError::Unreachable(sqlx::Error::config(error)))?;
    AnyConnectOptions::from_url(&url).map_err(OpenError::Unreachable)
}

/// A pool of so many connections, each with these settings. A connection is tested before use only if it was idle for a while, because a
/// test costs as much as a read. One that does not answer the test is closed: a firewall may have dropped it without a word.
fn pool(connections: u32, settings: &'static [&'static str]) -> AnyPoolOptions {
    let options = AnyPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(30)).test_before_acquire(false);
    let options = options.after_connect(move |connection, _| {
        Box::pin(async move {
            for setting in settings {
                connection.execute(*setting).await?;
            }
            Ok(())
        })
    });
    options.before_acquire(|connection, meta| {
        Box::pin(async move {
            if meta.idle_for >= IDLE {
                tokio::time::timeout(TEST, connection.ping()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
            Ok(true)
        })
    })
}

/// Opens one connection without the pool first. The pool would try for 30 seconds and then not say why it failed. `tables` counts our
/// tables, where they have to be there.
async fn first_connection(options: &AnyConnectOptions, run: &'static str, tables: Option<&'static str>) -> Result<(), OpenError> {
    let attempt = async {
        let mut connection = AnyConnection::connect_with(options).await?;
        let found = match tables {
            Some(count) => sqlx::query(count).fetch_one(&mut connection).await?.try_get::<i64, _>("n")? > 0,
            None => true,
        };
        if found {
            connection.execute(run).await?;
        }
        connection.close().await?;
        Ok(found)
    };
    let timed_out = |_| OpenError::Unreachable(sqlx::Error::PoolTimedOut);
    let found = tokio::time::timeout(FIRST_CONNECTION, attempt).await.map_err(timed_out)?.map_err(OpenError::Unreachable)?;
    if found { Ok(()) } else { Err(OpenError::NoTables) }
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
