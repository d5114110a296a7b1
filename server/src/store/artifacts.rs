//! Rows of uploaded files. The files themselves are in the storage (`storage.rs`), under the artifact's UUID.

use shared::ids::ArtifactId;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    bound,
    columns::{Columns, Listed, listed},
    error::{Result, exactly_one},
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{CustomerId, RowId as _, SessionRef},
    model::Artifact,
    vault::Vault,
};

const COLUMNS: &str = "id, session_ref, customer, field, media_type, media_type_mac, size, data_key, facts, writer, created_at";

fn read(row: &AnyRow, vault: &Vault) -> Result<Artifact> {
    let columns = Columns::new(row, "artifacts", "id")?;
    Ok(Artifact {
        id: columns.id("id")?,
        session: columns.id("session_ref")?,
        customer: columns.id_option("customer")?,
        field: columns.get("field")?,
        media_type: columns.bound(vault, "media_type")?,
        size: columns.get("size")?,
        data_key: columns.get("data_key")?,
        facts: columns.get("facts")?,
        writer: columns.hash_option("writer")?,
        created_at: columns.time("created_at")?,
    })
}

fn read_listed(rows: &[AnyRow], vault: &Vault) -> Vec<Listed<Artifact>> {
    listed(rows, "artifacts", "id", |row| read(row, vault))
}

/// Every artifact of a session for a page, oldest first. A damaged row hides no other.
pub async fn listed_of_session(db: &mut Db, vault: &Vault, session: SessionRef) -> Result<Vec<Listed<Artifact>>> {
    let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE session_ref = $1 ORDER BY id");
    Ok(read_listed(&sqlx::query(AssertSqlSafe(sql)).bind(session.to_string()).fetch_all(db).await?, vault))
}

/// Every artifact of a session, oldest first.
pub async fn of_session(db: &mut Db, vault: &Vault, session: SessionRef) -> Result<Vec<Artifact>> {
    let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE session_ref = $1 ORDER BY id");
    sqlx::query(AssertSqlSafe(sql)).bind(session.to_string()).fetch_all(db).await?.iter().map(|row| read(row, vault)).collect()
}

/// An artifact of a submitted session, with what opens it.
pub struct Elsewhere {
    /// Its row.
    pub artifact: Artifact,
    /// The data key of its session, wrapped by the master key.
    pub session_key: Vec<u8>,
    /// The customer of its session.
    pub session_customer: Option<CustomerId>,
    /// The data key of its own customer, wrapped by the master key.
    pub customer_key: Option<Vec<u8>>,
}

/// Of these artifacts those that answer a field of a submitted session. A damaged row hides no other.
pub async fn elsewhere(db: &mut Db, vault: &Vault, ids: &[ArtifactId]) -> Result<Vec<Elsewhere>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let own = COLUMNS.split(", ").map(|column| format!("a.{column} AS {column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {own}, s.data_key AS session_key, s.customer AS session_customer, c.data_key AS customer_key FROM artifacts a \
         JOIN sessions s ON s.ref = a.session_ref LEFT JOIN customers c ON c.id = a.customer \
         WHERE a.id IN ({}) AND a.field IS NOT NULL AND s.submitted_at IS NOT NULL",
        places::list(ids.len())
    );
    let rows = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.row())).fetch_all(db).await?;
    let read = |row: &AnyRow| {
        let columns = Columns::new(row, "artifacts", "id")?;
        let (session_key, customer_key) = (columns.get("session_key")?, columns.get("customer_key")?);
        Ok(Elsewhere { artifact: read(row, vault)?, session_key, session_customer: columns.id_option("session_customer")?, customer_key })
    };
    Ok(listed(&rows, "artifacts", "id", read).into_iter().flatten().collect())
}

/// Artifacts in a customer's dossier, the newest first.
pub async fn of_customer(db: &mut Db, vault: &Vault, customer: CustomerId, limit: i64) -> Result<Vec<Listed<Artifact>>> {
    let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE customer = $1 ORDER BY id DESC LIMIT $2");
    Ok(read_listed(&sqlx::query(AssertSqlSafe(sql)).bind(customer.to_string()).bind(limit).fetch_all(db).await?, vault))
}

/// Artifacts in no dossier that are older than `before`, the newest first.
pub async fn unresolved(db: &mut Db, vault: &Vault, before: ArtifactId, limit: i64) -> Result<Vec<Listed<Artifact>>> {
    let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE customer IS NULL AND id < $1 ORDER BY id DESC LIMIT $2");
    Ok(read_listed(&sqlx::query(AssertSqlSafe(sql)).bind(before.row()).bind(limit).fetch_all(db).await?, vault))
}

/// The number of artifacts in no dossier, or `most` if there are more.
pub async fn count_unresolved(db: &mut Db, most: i64) -> Result<i64> {
    let query = sqlx::query("SELECT COUNT(*) AS n FROM (SELECT id FROM artifacts WHERE customer IS NULL LIMIT $1) AS counted");
    Ok(query.bind(most).fetch_one(db).await?.try_get("n")?)
}

/// Sets or removes an artifact's customer, and writes its key, wrapped for the new owner.
///
/// # Errors
/// [`super::StoreError::Conflict`] if its customer is no longer the one in `artifact`.
pub async fn set_customer(tx: &mut Tx, artifact: &Artifact, to: Option<CustomerId>, data_key: &[u8]) -> Result<()> {
    let query = sqlx::query("UPDATE artifacts SET customer = $3, data_key = $4 WHERE id = $1 AND COALESCE(customer, '') = $2")
        .bind(artifact.id.row())
        .bind(artifact.customer.map_or_else(String::new, |id| id.to_string()))
        .bind(to.map(|id| id.to_string()))
        .bind(data_key.to_vec());
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// Whether there is any artifact.
pub async fn any(db: &mut Db) -> Result<bool> {
    Ok(sqlx::query("SELECT 1 AS found FROM artifacts LIMIT 1").fetch_optional(db).await?.is_some())
}

/// How many of these ids have a row in `artifacts` or `pending_objects`.
pub async fn count_known(db: &mut Db, ids: &[ArtifactId]) -> Result<i64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let places = places::list(ids.len());
    let sql = format!(
        "SELECT COUNT(*) AS n FROM (SELECT id FROM artifacts WHERE id IN ({places}) UNION SELECT id FROM pending_objects WHERE id IN ({places})) AS known"
    );
    let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.row()));
    Ok(query.fetch_one(db).await?.try_get("n")?)
}

/// Writes an artifact's row.
pub async fn insert(tx: &mut Tx, vault: &Vault, artifact: &Artifact) -> Result<()> {
    sqlx::query(
        "INSERT INTO artifacts (id, session_ref, customer, field, media_type, size, data_key, facts, writer, created_at, media_type_mac) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(artifact.id.row())
    .bind(artifact.session.to_string())
    .bind(artifact.customer.map(|id| id.to_string()))
    .bind(artifact.field.clone())
    .bind(artifact.media_type.clone())
    .bind(artifact.size)
    .bind(artifact.data_key.clone())
    .bind(artifact.facts.clone())
    .bind(artifact.writer.map(|device| device.to_vec()))
    .bind(artifact.created_at.0)
    .bind(bound::mac(vault, "artifacts", "media_type", &artifact.id.row(), &artifact.media_type))
    .execute(tx.db().await?)
    .await?;
    Ok(())
}

/// Sets the field that an artifact is the answer to.
pub async fn assign(tx: &mut Tx, id: ArtifactId, field: &str) -> Result<()> {
    sqlx::query("UPDATE artifacts SET field = $2 WHERE id = $1").bind(id.row()).bind(field).execute(tx.db().await?).await?;
    Ok(())
}

/// Deletes an artifact's row.
pub async fn remove(tx: &mut Tx, id: ArtifactId) -> Result<()> {
    sqlx::query("DELETE FROM artifacts WHERE id = $1").bind(id.row()).execute(tx.db().await?).await?;
    Ok(())
}
