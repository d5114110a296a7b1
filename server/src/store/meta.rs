//! Facts about the database itself: whose master key it belongs to, and whether the bundled flows were imported.

use sqlx::Row as _;

use super::{Engine, Result, Store, Tx};

impl Store {
    /// The master key's fingerprint that this database belongs to. `None` where it is new: no tables yet, or none written.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn key_fingerprint(&self) -> Result<Option<String>> {
        let mut db = self.read().await?;
        let there = match self.engine {
            Engine::Sqlite => "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'meta'",
            Engine::Postgres => "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'",
        };
        if sqlx::query(there).fetch_one(&mut *db).await?.try_get::<i64, _>("n")? == 0 {
            return Ok(None);
        }
        let row = sqlx::query("SELECT value FROM meta WHERE key = 'key_fingerprint'").fetch_optional(&mut *db).await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }

    /// A fact or a setting, where it is there.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn fact(&self, key: &str) -> Result<Option<String>> {
        let mut db = self.read().await?;
        let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(&mut *db).await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }
}

impl Tx {
    /// Writes a fact down unless it is there already; answers what is there now.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn note(&mut self, key: &str, value: &str) -> Result<String> {
        self.note_once(key, value).await?;
        Ok(sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_one(&mut **self).await?.try_get("value")?)
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let query = sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        query.bind(key).bind(value).execute(&mut **self).await?;
        Ok(())
    }

    /// Writes a fact down unless it is there already; says whether it was written.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn note_once(&mut self, key: &str, value: &str) -> Result<bool> {
        let done = sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING").bind(key).bind(value).execute(&mut **self).await?;
        Ok(done.rows_affected() == 1)
    }
}
