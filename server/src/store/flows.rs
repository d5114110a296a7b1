//! Flows: every import of a name is a new version, and a version never changes.

use shared::session::Timestamp;
use sqlx::Row as _;
use uuid::Uuid;

use super::{Db, Result, Tx, columns::Columns};
use crate::model::FlowVersion;

fn read(row: &sqlx::any::AnyRow) -> Result<FlowVersion> {
    let columns = Columns::new(row, "flows", "id")?;
    Ok(FlowVersion { id: columns.parsed("id")?, version: columns.get("version")?, definition: columns.get("definition")? })
}

/// This version.
pub async fn by_id(db: &mut Db, id: Uuid) -> Result<Option<FlowVersion>> {
    let row = sqlx::query("SELECT id, version, definition FROM flows WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// The newest version of a name.
pub async fn newest(db: &mut Db, name: &str) -> Result<Option<FlowVersion>> {
    let query = sqlx::query("SELECT id, version, definition FROM flows WHERE name = $1 ORDER BY version DESC LIMIT 1");
    let row = query.bind(name).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// The names there are, in order.
pub async fn names(db: &mut Db) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT DISTINCT name FROM flows ORDER BY name LIMIT 100").fetch_all(db).await?;
    rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
}

/// Writes the next version of a name; answers its number.
pub async fn insert(tx: &mut Tx, id: Uuid, name: &str, definition: &str, now: Timestamp) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO flows (id, name, version, definition, created_at) \
         SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $4 FROM flows WHERE name = $5 RETURNING version",
    )
    .bind(id.to_string())
    .bind(name)
    .bind(definition)
    .bind(now.0)
    .bind(name)
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.try_get("version")?)
}
