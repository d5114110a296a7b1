//! Rows of `pending_objects`: objects in the storage that have no row in `artifacts`, because their upload has not committed yet or
//! because they are to be deleted.

use shared::{ids::ArtifactId, session::Timestamp};

use super::{
    columns::{Columns, intact},
    error::{Result, exactly_one},
    tx::{Db, Tx},
};
use crate::ids::RowId as _;

/// Writes the row of an object that has no artifact.
pub async fn insert(tx: &mut Tx, id: ArtifactId, now: Timestamp) -> Result<()> {
    let query = sqlx::query("INSERT INTO pending_objects (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING");
    query.bind(id.row()).bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}

/// Deletes the row of an object that has an artifact from now on.
///
/// # Errors
/// [`super::StoreError::Conflict`] if no row is there that was written after `written_after`.
pub async fn keep(tx: &mut Tx, id: ArtifactId, written_after: Timestamp) -> Result<()> {
    let query = sqlx::query("DELETE FROM pending_objects WHERE id = $1 AND created_at > $2");
    exactly_one(query.bind(id.row()).bind(written_after.0).execute(tx.db().await?).await?.rows_affected())
}

/// Deletes the row of an object that was deleted from the storage.
pub async fn remove(tx: &mut Tx, id: ArtifactId) -> Result<()> {
    sqlx::query("DELETE FROM pending_objects WHERE id = $1").bind(id.row()).execute(tx.db().await?).await?;
    Ok(())
}

/// Objects whose rows were written at or before this time, the oldest first.
pub async fn older_than(db: &mut Db, before: Timestamp, limit: i64) -> Result<Vec<ArtifactId>> {
    let query = sqlx::query("SELECT id FROM pending_objects WHERE created_at <= $1 ORDER BY created_at LIMIT $2");
    let rows = query.bind(before.0).bind(limit).fetch_all(db).await?;
    Ok(rows.iter().filter_map(|row| intact(Columns::new(row, "pending_objects", "id").and_then(|columns| columns.id("id")))).collect())
}
