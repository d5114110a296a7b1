//! Webhook endpoints.

use shared::{ids::EndpointId, session::Timestamp};
use sqlx::{AssertSqlSafe, any::AnyRow};

use super::{
    bound,
    columns::{Columns, Listed, intact, listed},
    error::{Result, exactly_one},
    queue::locked_in_order,
    tx::{Db, Tx},
};
use crate::{ids::RowId as _, model::Endpoint, vault::Vault};

pub(super) const COLUMNS: &str = "id, url, url_mac, secret, created_at, disabled_at";

pub(super) fn read(row: &AnyRow, vault: &Vault) -> Result<Endpoint> {
    let columns = Columns::new(row, "endpoints", "id")?;
    Ok(Endpoint {
        id: columns.id("id")?,
        url: columns.bound(vault, "url")?,
        secret: columns.get("secret")?,
        created_at: columns.time("created_at")?,
        disabled_at: columns.time_option("disabled_at")?,
    })
}

/// Writes a new endpoint.
pub async fn insert(tx: &mut Tx, vault: &Vault, endpoint: &Endpoint) -> Result<()> {
    sqlx::query("INSERT INTO endpoints (id, url, secret, created_at, url_mac) VALUES ($1, $2, $3, $4, $5)")
        .bind(endpoint.id.row())
        .bind(endpoint.url.clone())
        .bind(endpoint.secret.clone())
        .bind(endpoint.created_at.0)
        .bind(bound::mac(vault, "endpoints", "url", &endpoint.id.row(), &endpoint.url))
        .execute(tx.db().await?)
        .await?;
    Ok(())
}

/// Endpoints older than `before`, the newest first: ids are UUIDv7, so they sort by time.
pub async fn list(db: &mut Db, vault: &Vault, before: EndpointId, limit: i64) -> Result<Vec<Listed<Endpoint>>> {
    let sql = format!("SELECT {COLUMNS} FROM endpoints WHERE id < $1 ORDER BY id DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(before.row()).bind(limit).fetch_all(db).await?;
    Ok(listed(&rows, "endpoints", "id", |row| read(row, vault)))
}

/// The endpoint with this id.
pub async fn by_id(db: &mut Db, vault: &Vault, id: EndpointId) -> Result<Option<Endpoint>> {
    let query = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM endpoints WHERE id = $1"))).bind(id.row());
    query.fetch_optional(db).await?.as_ref().map(|row| read(row, vault)).transpose()
}

/// The active endpoints with a delivery that is due. A damaged endpoint is an error of its own, so that it stops no other. The first one in the
/// order of the index is looked for: with a backlog, PostgreSQL would read the table from its beginning for each endpoint.
pub async fn with_due_deliveries(db: &mut Db, vault: &Vault, now: Timestamp) -> Result<Vec<(EndpointId, Result<Endpoint>)>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM endpoints WHERE disabled_at IS NULL \
         AND (SELECT d.id FROM deliveries d WHERE d.endpoint = endpoints.id AND d.due_at <= $1 ORDER BY d.due_at LIMIT 1) IS NOT NULL \
         ORDER BY id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_all(db).await?;
    let id = |row: &AnyRow| intact(Columns::new(row, "endpoints", "id").and_then(|columns| columns.id("id")));
    Ok(rows.iter().filter_map(|row| Some((id(row)?, read(row, vault)))).collect())
}

/// Disables an endpoint and fails its pending deliveries, so that nothing more is sent to it.
///
/// # Errors
/// [`super::StoreError::Conflict`] if there is no endpoint with this id, or it was disabled before.
pub async fn disable(tx: &mut Tx, id: EndpointId, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE endpoints SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.row()).bind(now.0).execute(tx.db().await?).await?.rows_affected())?;
    let sql = format!(
        "WITH held AS MATERIALIZED (SELECT d.id AS id FROM deliveries d WHERE d.endpoint = $1 AND d.due_at IS NOT NULL {}) \
         UPDATE deliveries SET status = 'FAILED', due_at = NULL, lease = NULL WHERE id IN (SELECT id FROM held)",
        locked_in_order(tx)
    );
    sqlx::query(AssertSqlSafe(sql)).bind(id.row()).execute(tx.db().await?).await?;
    Ok(())
}
