//! The version of the tables, compared with this binary's migrations. After a newer process has migrated the database, an older one must
//! not count as ready: it would fail wherever a table has changed.

use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sqlx::{
    AssertSqlSafe, Row as _, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use super::{database::Store, error::Result, tx::Engine};

/// The files of `migrations/`, named `ENGINE/NUMBER_DESCRIPTION.sql`. sqlx's own macro embeds them as well, but for that it builds both
/// drivers, SQLite and the TLS library a second time for the compiler.
#[derive(RustEmbed)]
#[folder = "migrations"]
struct Files;

static SQLITE: LazyLock<Migrator> = LazyLock::new(|| embedded("sqlite/"));
static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| embedded("postgres/"));

fn embedded(folder: &str) -> Migrator {
    let migrations = Files::iter().filter_map(|path| {
        let (number, description) = path.strip_prefix(folder)?.strip_suffix(".sql")?.split_once('_')?;
        let version = number.parse().ok()?;
        let sql = String::from_utf8(Files::get(&path)?.data.into_owned()).ok()?;
        let sql = AssertSqlSafe(sql).into_sql_str();
        Some(Migration::new(version, description.replace('_', " ").into(), MigrationType::Simple, sql, false))
    });
    Migrator::with_migrations(migrations.collect())
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_migration_of_both_engines() {
        let numbered = |engine: &Migrator| engine.iter().map(|migration| (migration.version, migration.description.clone())).collect::<Vec<_>>();
        assert_eq!(numbered(&SQLITE), numbered(&POSTGRES));
        assert_eq!(SQLITE.iter().count() * 2, Files::iter().count(), "a file's name is not ENGINE/NUMBER_DESCRIPTION.sql");
    }
}
