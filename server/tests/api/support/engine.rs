//! The two database engines that every test runs on, and direct access to a test's database: events, counts, query plans and
//! every row as text.

use std::fs;
use std::path::PathBuf;

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use super::{SOON, eventually};

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes two tests of a function: `function::sqlite` and `function::postgres`. The function takes a `TestApp`, or the type named.
macro_rules! on_each_engine {
    ($test:ident) => {
        on_each_engine!($test, TestApp);
    };
    ($test:ident, $actor:ident) => {
        mod $test {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let actor = crate::support::$actor::on(crate::support::Engine::Sqlite).await;
                super::$test(actor).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let actor = crate::support::$actor::on(crate::support::Engine::Postgres).await;
                super::$test(actor).await;
            }
        }
    };
}
pub(crate) use on_each_engine;

/// A test's database, opened directly while the server uses it.
#[derive(Clone, Debug)]
pub struct Database {
    pub url: String,
}

impl Database {
    async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.url).await.expect("the test's own connection to the database")
    }

    /// The types of the event rows of one session.
    pub async fn events(&self, session_ref: &str) -> Vec<String> {
        let mut connection = self.connect().await;
        let found = sqlx::query_scalar::<_, String>("SELECT type FROM events WHERE subject = $1")
            .bind(session_ref.to_owned())
            .fetch_all(&mut connection)
            .await
            .expect("reads the events");
        connection.close().await.expect("closes");
        found
    }

    /// Gives a session's row a status that the product never writes.
    pub async fn corrupt_session(&self, session_ref: &str) {
        let mut connection = self.connect().await;
        let damage = sqlx::query("UPDATE sessions SET status = 'DAMAGED' WHERE ref = $1").bind(session_ref.to_owned());
        assert_eq!(damage.execute(&mut connection).await.expect("damages the row").rows_affected(), 1);
        connection.close().await.expect("closes");
    }

    /// Writes text into a table of its own, to prove that a search finds it.
    pub async fn plant(&self, text: &str) {
        let mut connection = self.connect().await;
        sqlx::query("CREATE TABLE IF NOT EXISTS planted (what TEXT NOT NULL)").execute(&mut connection).await.expect("creates the table");
        sqlx::query("INSERT INTO planted (what) VALUES ($1)").bind(text.to_owned()).execute(&mut connection).await.expect("plants the text");
        connection.close().await.expect("closes");
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let mut connection = self.connect().await;
        let found = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("closes");
        found
    }

    /// One integer, such as a count.
    pub async fn number(&self, sql: &str) -> i64 {
        let mut connection = self.connect().await;
        let found = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("closes");
        found
    }

    /// Runs a statement, whatever it changes.
    pub async fn run(&self, sql: &'static str) {
        let mut connection = self.connect().await;
        sqlx::query(sql).execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("closes");
    }

    /// Changes rows directly, for example their times. Fails where no row matches.
    pub async fn change(&self, sql: &str) {
        let mut connection = self.connect().await;
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(done.rows_affected() > 0, "{sql}: no row");
        connection.close().await.expect("closes");
    }

    /// Locks the table of sessions on PostgreSQL while a future runs, so that every read of it waits.
    pub async fn with_sessions_locked<T>(&self, meanwhile: impl Future<Output = T>) -> T {
        self.with_lock("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE", meanwhile).await
    }

    /// Holds what a statement locks on PostgreSQL while a future runs.
    pub async fn with_lock<T>(&self, sql: &str, meanwhile: impl Future<Output = T>) -> T {
        let mut connection = self.connect().await;
        let mut transaction = connection.begin().await.expect("begins");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let done = meanwhile.await;
        transaction.rollback().await.expect("unlocks");
        connection.close().await.expect("closes");
        done
    }

    /// Returns when this many transactions on PostgreSQL wait for another one's lock.
    pub async fn until_waiting(&self, wanted: i64) {
        // A server sweeps old answers by itself, and may wait for the same lock.
        let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                   AND query NOT LIKE '%DELETE FROM idempotency%'";
        eventually("transactions that wait for a lock", SOON, async || (self.number(sql).await == wanted).then_some(())).await;
    }

    /// Runs ANALYZE on PostgreSQL, which otherwise runs by itself after a while.
    pub async fn analyze(&self) {
        let mut connection = self.connect().await;
        sqlx::query("ANALYZE").execute(&mut connection).await.expect("looks at the tables");
        connection.close().await.expect("closes");
    }

    /// The lines of the engine's plan for a statement.
    pub async fn plan(&self, sql: &str) -> Vec<String> {
        let mut connection = self.connect().await;
        let (explain, column) = if self.url.starts_with("sqlite") { ("EXPLAIN QUERY PLAN", 3_usize) } else { ("EXPLAIN", 0) };
        let whole = format!("{explain} {sql}");
        let rows = sqlx::query(AssertSqlSafe(whole)).fetch_all(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("closes");
        rows.iter().map(|row| row.try_get(column).expect("a line of the plan")).collect()
    }

    /// One text value from PostgreSQL.
    async fn ask(&self, sql: &'static str) -> String {
        let mut connection = self.connect().await;
        let answer = sqlx::query_scalar::<_, String>(sql).fetch_one(&mut connection).await.expect("PostgreSQL answers");
        connection.close().await.expect("closes");
        answer
    }

    /// The file of PostgreSQL's write-ahead log that is being written.
    pub async fn wal_file(&self) -> String {
        self.ask("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").await
    }

    /// PostgreSQL's files of this database, its log, and its write-ahead log from one file on, after a checkpoint.
    pub async fn files(&self, first_wal_file: &str) -> Vec<PathBuf> {
        let mut connection = self.connect().await;
        sqlx::query("CHECKPOINT").execute(&mut connection).await.expect("writes everything out");
        connection.close().await.expect("closes");
        let data = PathBuf::from(self.ask("SELECT current_setting('data_directory')").await);
        let own = self.ask("SELECT oid::text FROM pg_database WHERE datname = current_database()").await;
        let last = self.wal_file().await;
        let listed = |folder: PathBuf| fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}")).map(|entry| entry.expect("an entry").path());
        let mut files: Vec<_> = listed(data.join("base").join(own)).collect();
        let is_recent = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| (first_wal_file..=&*last).contains(&name));
        files.extend(listed(data.join("pg_wal")).filter(is_recent));
        files.push(data.parent().expect("the folder around it").join("log"));
        files
    }

    /// Every row of every table as text, with bytes in hexadecimal (PostgreSQL only).
    pub async fn every_row(&self) -> String {
        let mut connection = self.connect().await;
        let tables = sqlx::query_scalar::<_, String>("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1")
            .fetch_all(&mut connection)
            .await
            .expect("lists the tables");
        let mut dump = String::new();
        for table in tables {
            let sql = format!("SELECT t::text FROM \"{table}\" t ORDER BY 1");
            let rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("reads every row");
            dump.push_str(&format!("{table}: {} rows\n{}\n", rows.len(), rows.join("\n")));
        }
        connection.close().await.expect("closes");
        dump
    }
}
