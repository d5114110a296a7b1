//! Webhook endpoints.

use shared::{ids::EndpointId, session::Timestamp};
use sqlx::any::AnyRow;

use super::{
    columns::{Columns, Listed, intact, listed},
    error::{Result, StoreError, exactly_one},
    tx::{Db, Tx},
};
use crate::{ids::RowId as _, model::Endpoint};

impl TryFrom<&AnyRow> for Endpoint {
    type Error = StoreError;
    fn try_from(row: &AnyRow) -> Result<Self> {
        let columns = Columns::new(row, "endpoints", "id")?;
        Ok(Self {
            id: columns.id("id")?,
            url: columns.get("url")?,
            secret: columns.get("secret")?,
            created_at: columns.time("created_at")?,
            disabled_at: columns.time_option("disabled_at")?,
        })
    }
}

/// Writes a new endpoint.
pub async fn insert(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    sqlx::query("INSERT INTO endpoints (id, url, secret, created_at) VALUES ($1, $2, $3, $4)")
        .bind(endpoint.id.row())
        .bind(endpoint.url.clone())
        .bind(endpoint.secret.clone())
        .bind(endpoint.created_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Endpoints older than `before`, the newest first: ids are UUIDv7, so they sort by time.
pub async fn list(db: &mut Db, before: EndpointId, limit: i64) -> Result<Vec<Listed<Endpoint>>> {
    let query = sqlx::query("SELECT id, url, secret, created_at, disabled_at FROM endpoints WHERE id < $1 ORDER BY id DESC LIMIT $2");
    let rows = query.bind(before.row()).bind(limit).fetch_all(db).await?;
    Ok(listed(&rows, "endpoints", "id", |row| Endpoint::try_from(row)))
}

/// The endpoint with this id.
pub async fn by_id(db: &mut Db, id: EndpointId) -> Result<Option<Endpoint>> {
    let query = sqlx::query("SELECT id, url, secret, created_at, disabled_at FROM endpoints WHERE id = $1");
    query.bind(id.row()).fetch_optional(db).await?.as_ref().map(Endpoint::try_from).transpose()
}

/// The endpoints that are not disabled.
pub async fn active(db: &mut Db) -> Result<Vec<EndpointId>> {
    let rows = sqlx::query("SELECT id FROM endpoints WHERE disabled_at IS NULL ORDER BY id").fetch_all(db).await?;
    Ok(rows.iter().filter_map(|row| intact(Columns::new(row, "endpoints", "id").and_then(|columns| columns.id("id")))).collect())
}

/// Disables an endpoint and fails its pending deliveries, so that nothing more is sent to it.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no endpoint with this id, or it was disabled before.
pub async fn disable(tx: &mut Tx, id: EndpointId, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE endpoints SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.row()).bind(now.0).execute(&mut **tx).await?.rows_affected())?;
    sqlx::query("UPDATE deliveries SET status = 'FAILED', due_at = NULL, lease = NULL WHERE endpoint = $1 AND due_at IS NOT NULL")
        .bind(id.row())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
