//! The version of the tables, compared with this binary's migrations. After a newer process has migrated the database, an older one must
//! not count as ready: it would fail wherever a table has changed.

use sqlx::{Row as _, migrate::Migrator};

use super::{database::Store, error::Result, tx::Engine};

pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
pub(super) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How the tables compare with this binary's migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// A migration of this binary is missing.
    Older,
    /// They are this binary's.
    Ours,
    /// A newer binary has migrated them.
    Newer,
}

impl Store {
    /// This binary's migrations for the engine.
    pub(super) fn migrations(&self) -> &'static Migrator {
        match self.engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        }
    }

    /// Compares the tables with this binary's migrations.
    ///
    /// # Errors
    /// If the database does not answer, or was never migrated.
    pub async fn schema(&self) -> Result<Schema> {
        let mut db = self.read().await?;
        let row = sqlx::query("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS newest FROM _sqlx_migrations WHERE success").fetch_one(&mut *db).await?;
        let newest: i64 = row.try_get("newest")?;
        let ours = self.migrations().iter().map(|migration| migration.version).max().unwrap_or_default();
        Ok(match newest.cmp(&ours) {
            std::cmp::Ordering::Less => Schema::Older,
            std::cmp::Ordering::Equal => Schema::Ours,
            std::cmp::Ordering::Greater => Schema::Newer,
        })
    }
}
