//! The table `meta`: facts about the installation (the master key's fingerprint, whether the bundled flows were imported) and settings.

use sqlx::Row as _;

use super::{
    database::Store,
    error::Result,
    tx::{Engine, Tx},
};

/// Counts the table of this page: 1, or 0 in a database that is not ours yet.
pub(super) const fn count_tables(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'meta'",
        Engine::Postgres => "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'",
    }
}

impl Store {
    /// The encoding of texts in PostgreSQL, such as `UTF8`. `None` on SQLite, which stores every text.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn encoding(&self) -> Result<Option<String>> {
        if self.engine == Engine::Sqlite {
            return Ok(None);
        }
        let mut db = self.read().await?;
        Ok(Some(sqlx::query("SELECT current_setting('server_encoding') AS encoding").fetch_one(&mut *db).await?.try_get("encoding")?))
    }

    /// The fingerprint of the master key that this database belongs to. `None` if the database is new: it has no tables yet, or no
    /// fingerprint.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn key_fingerprint(&self) -> Result<Option<String>> {
        let mut db = self.read().await?;
        if sqlx::query(count_tables(self.engine)).fetch_one(&mut *db).await?.try_get::<i64, _>("n")? == 0 {
            return Ok(None);
        }
        let row = sqlx::query("SELECT value FROM meta WHERE key = 'key_fingerprint'").fetch_optional(&mut *db).await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }

    /// The value of a fact or a setting, if it has one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn fact(&self, key: &str) -> Result<Option<String>> {
        let mut db = self.read().await?;
        let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(&mut *db).await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }
}

impl Tx {
    /// Writes a fact unless it exists. Returns its value now.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn note(&mut self, key: &str, value: &str) -> Result<String> {
        self.note_once(key, value).await?;
        Ok(sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_one(self.db().await?).await?.try_get("value")?)
    }

    /// Writes a setting.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let query = sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        query.bind(key).bind(value).execute(self.db().await?).await?;
        Ok(())
    }

    /// Replaces a fact if it has this value. Returns whether it had. Another transaction that wants to replace it waits until this one ends.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn replace(&mut self, key: &str, old: &str, new: &str) -> Result<bool> {
        let query = sqlx::query("UPDATE meta SET value = $3 WHERE key = $1 AND value = $2");
        Ok(query.bind(key).bind(old).bind(new).execute(self.db().await?).await?.rows_affected() == 1)
    }

    /// Writes a fact unless it exists. Returns whether it was written.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn note_once(&mut self, key: &str, value: &str) -> Result<bool> {
        let done =
            sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING").bind(key).bind(value).execute(self.db().await?).await?;
        Ok(done.rows_affected() == 1)
    }
}
