//! Versions of flows. Each import writes a new version of the flow's name; a version never changes.

use shared::session::Timestamp;
use sqlx::Row as _;

use super::{
    columns::Columns,
    error::{InconsistentRow, Result},
    tx::{Db, Tx},
};
use crate::{
    ids::{FlowId, RowId as _},
    model::FlowVersion,
};

fn read(row: &sqlx::any::AnyRow) -> Result<FlowVersion> {
    let columns = Columns::new(row, "flows", "id")?;
    Ok(FlowVersion { id: columns.id("id")?, version: columns.get("version")?, definition: columns.get("definition")?, resolved: columns.get("resolved")? })
}

/// The version with this id.
pub async fn by_id(db: &mut Db, id: FlowId) -> Result<Option<FlowVersion>> {
    let row = sqlx::query("SELECT id, version, definition, resolved FROM flows WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// The id of the newest version of this name.
pub async fn newest(db: &mut Db, name: &str) -> Result<Option<FlowId>> {
    let query = sqlx::query("SELECT id FROM flows WHERE name = $1 ORDER BY version DESC LIMIT 1");
    query.bind(name).fetch_optional(db).await?.map(|row| Columns::new(&row, "flows", "id")?.id("id")).transpose()
}

/// The logo of a version, as a PNG; empty if it could not be decoded. `None` if none was kept yet.
pub async fn logo(db: &mut Db, id: FlowId) -> Result<Option<Vec<u8>>> {
    let row = sqlx::query("SELECT png FROM logos WHERE flow = $1").bind(id.to_string()).fetch_optional(db).await?;
    row.map(|row| Ok(row.try_get("png")?)).transpose()
}

/// Keeps the logo of a version, unless it has one.
pub async fn keep_logo(tx: &mut Tx, id: FlowId, png: &[u8]) -> Result<()> {
    let query = sqlx::query("INSERT INTO logos (flow, png) VALUES ($1, $2) ON CONFLICT (flow) DO NOTHING");
    query.bind(id.to_string()).bind(png).execute(tx.db().await?).await?;
    Ok(())
}

/// The error for a version with a column that cannot be read, which the server never writes.
pub fn damaged(id: FlowId, column: &'static str) -> InconsistentRow {
    InconsistentRow { table: "flows", column, id: id.row() }
}

/// The names of flows in alphabetical order, at most `limit`.
pub async fn names(db: &mut Db, limit: i64) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT DISTINCT name FROM flows ORDER BY name LIMIT $1").bind(limit).fetch_all(db).await?;
    rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
}

/// The names of all flows.
pub async fn all_names(db: &mut Db) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT DISTINCT name FROM flows").fetch_all(db).await?;
    rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
}

/// The key in `meta` whose row every import holds.
const IMPORTS: &str = "imports";

/// Writes the next version of a name, and returns its number. Only one transaction at a time does, whichever process it is in: two would
/// take the same number.
pub async fn insert(tx: &mut Tx, id: FlowId, name: &str, definition: &str, resolved: &str, now: Timestamp) -> Result<i64> {
    tx.set(IMPORTS, "held").await?;
    let row = sqlx::query(
        "INSERT INTO flows (id, name, version, definition, resolved, created_at) \
         SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $6, $4 FROM flows WHERE name = $5 RETURNING version",
    )
    .bind(id.to_string())
    .bind(name)
    .bind(definition)
    .bind(now.0)
    .bind(name)
    .bind(resolved)
    .fetch_one(tx.db().await?)
    .await?;
    Ok(row.try_get("version")?)
}
