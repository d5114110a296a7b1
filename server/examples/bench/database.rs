//! The two engines: new databases on each, and pools like the one that the product writes through.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor as _, any::AnyPoolOptions};

use crate::Bench;

/// What the product asks of each SQLite connection.
const PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

/// A database engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// The server that `scripts/bench.sh` started.
    Postgres,
}

impl Engine {
    /// As the table calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A database, by its URL.
#[derive(Clone)]
pub struct Database {
    /// Its engine.
    pub engine: Engine,
    /// As `FLOW_DATABASE_URL` has it.
    pub url: String,
}

impl Database {
    /// A new one, empty; on SQLite a file in this folder.
    pub async fn new(bench: &Bench, engine: Engine, folder: &Path) -> Self {
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}/bench.db", folder.display()),
            Engine::Postgres => {
                static NEXT: AtomicU32 = AtomicU32::new(0);
                let server = bench.postgres.as_deref().expect("--postgres, which scripts/bench.sh gives");
                let url = |name: &str| format!("{server}/{name}?sslmode=disable");
                let name = format!("bench_{}", NEXT.fetch_add(1, Ordering::Relaxed));
                sqlx::any::install_default_drivers();
                let mut connection = AnyConnection::connect(&url("postgres")).await.expect("connects to PostgreSQL");
                let create = format!("CREATE DATABASE {name} TEMPLATE template0");
                sqlx::query(AssertSqlSafe(create)).execute(&mut connection).await.expect("makes a database");
                connection.close().await.expect("closes");
                url(&name)
            }
        };
        Self { engine, url }
    }

    /// A pool beside the product's, with as many connections and the same pragmas as the one that it writes through.
    pub async fn pool(&self) -> AnyPool {
        sqlx::any::install_default_drivers();
        let (engine, mut url) = (self.engine, self.url.clone());
        let connections = match engine {
            Engine::Sqlite => {
                url += "?mode=rwc";
                1
            }
            Engine::Postgres => 20,
        };
        let options = AnyPoolOptions::new().max_connections(connections).test_before_acquire(false).after_connect(move |connection, _| {
            Box::pin(async move {
                if engine == Engine::Sqlite {
                    connection.execute(PRAGMAS).await?;
                }
                Ok(())
            })
        });
        options.connect(&url).await.expect("the database opens")
    }
}

/// Runs one statement.
pub async fn execute(pool: &AnyPool, sql: &str) {
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
