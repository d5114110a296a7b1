//! Rows of uploaded files. The files themselves are in the object store, under the artifact's UUID.

use shared::ids::ArtifactId;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::{Db, Result, StoreError, Tx, columns::Columns, exactly_one};
use crate::model::{Artifact, SessionRef};

const COLUMNS: &str = "id, session_ref, customer, field, media_type, size, data_key, facts, writer, created_at";

impl TryFrom<&sqlx::any::AnyRow> for Artifact {
    type Error = StoreError;
    fn try_from(row: &sqlx::any::AnyRow) -> Result<Self> {
        let columns = Columns::new(row, "artifacts", "id")?;
        Ok(Self {
            id: ArtifactId(columns.parsed::<Uuid>("id")?.as_u128()),
            session: columns.parsed("session_ref")?,
            customer: columns.parsed_option("customer")?,
            field: columns.get("field")?,
            media_type: columns.get("media_type")?,
            size: columns.get("size")?,
            data_key: columns.get("data_key")?,
            facts: columns.get("facts")?,
            writer: columns.hash_option("writer")?,
            created_at: columns.time("created_at")?,
        })
    }
}

fn row_id(id: ArtifactId) -> String {
    Uuid::from_u128(id.0).to_string()
}

/// Every artifact of a session, oldest first.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<Artifact>> {
    let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE session_ref = $1 ORDER BY id");
    sqlx::query(AssertSqlSafe(sql)).bind(session.to_string()).fetch_all(db).await?.iter().map(Artifact::try_from).collect()
}

/// Artifacts in a customer's dossier, the newest first.
pub async fn of_customer(db: &mut Db, customer: Uuid, limit: i64) -> Result<Vec<Artifact>> {
    let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE customer = $1 ORDER BY id DESC LIMIT $2");
    sqlx::query(AssertSqlSafe(sql)).bind(customer.to_string()).bind(limit).fetch_all(db).await?.iter().map(Artifact::try_from).collect()
}

/// Artifacts in no dossier that are older than `before`, the newest first.
pub async fn unresolved(db: &mut Db, before: Uuid, limit: i64) -> Result<Vec<Artifact>> {
    let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE customer IS NULL AND id < $1 ORDER BY id DESC LIMIT $2");
    sqlx::query(AssertSqlSafe(sql)).bind(before.to_string()).bind(limit).fetch_all(db).await?.iter().map(Artifact::try_from).collect()
}

/// How many artifacts are in no dossier, counted to `most`.
pub async fn count_unresolved(db: &mut Db, most: i64) -> Result<i64> {
    let query = sqlx::query("SELECT COUNT(*) AS n FROM (SELECT id FROM artifacts WHERE customer IS NULL LIMIT $1) AS counted");
    Ok(query.bind(most).fetch_one(db).await?.try_get("n")?)
}

/// Puts an artifact into a dossier, or with `None` out of it, with its key wrapped anew.
///
/// # Errors
/// [`StoreError::Conflict`] where somebody else was first.
pub async fn set_customer(tx: &mut Tx, artifact: &Artifact, to: Option<Uuid>, data_key: &[u8]) -> Result<()> {
    let query = sqlx::query("UPDATE artifacts SET customer = $3, data_key = $4 WHERE id = $1 AND COALESCE(customer, '') = $2")
        .bind(row_id(artifact.id))
        .bind(artifact.customer.map_or_else(String::new, |id| id.to_string()))
        .bind(to.map(|id| id.to_string()))
        .bind(data_key.to_vec());
    exactly_one(query.execute(&mut **tx).await?.rows_affected())
}

/// How many files and bytes a session holds.
pub async fn total(db: &mut Db, session: SessionRef) -> Result<(i64, i64)> {
    let query = sqlx::query("SELECT COUNT(*) AS files, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM artifacts WHERE session_ref = $1");
    let row = query.bind(session.to_string()).fetch_one(db).await?;
    Ok((row.try_get("files")?, row.try_get("bytes")?))
}

/// Which of these ids have a row.
pub async fn exists(db: &mut Db, id: Uuid) -> Result<bool> {
    Ok(sqlx::query("SELECT id FROM artifacts WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?.is_some())
}

/// Writes an artifact's row.
pub async fn insert(tx: &mut Tx, artifact: &Artifact) -> Result<()> {
    sqlx::query(
        "INSERT INTO artifacts (id, session_ref, customer, field, media_type, size, data_key, facts, writer, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row_id(artifact.id))
    .bind(artifact.session.to_string())
    .bind(artifact.customer.map(|id| id.to_string()))
    .bind(artifact.field.clone())
    .bind(artifact.media_type.clone())
    .bind(artifact.size)
    .bind(artifact.data_key.clone())
    .bind(artifact.facts.clone())
    .bind(artifact.writer.map(|device| device.to_vec()))
    .bind(artifact.created_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Says which field an artifact answers.
pub async fn assign(tx: &mut Tx, id: ArtifactId, field: &str) -> Result<()> {
    sqlx::query("UPDATE artifacts SET field = $2 WHERE id = $1").bind(row_id(id)).bind(field).execute(&mut **tx).await?;
    Ok(())
}

/// Takes an artifact's row away.
pub async fn remove(tx: &mut Tx, id: ArtifactId) -> Result<()> {
    sqlx::query("DELETE FROM artifacts WHERE id = $1").bind(row_id(id)).execute(&mut **tx).await?;
    Ok(())
}
