//! Rows of uploaded files. The files themselves are in the object store, under the artifact's UUID.

use shared::{ids::ArtifactId, session::Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Db, Result, StoreError, Tx, columns::Columns};
use crate::model::{Artifact, SessionRef};

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
        })
    }
}

fn row_id(id: ArtifactId) -> String {
    Uuid::from_u128(id.0).to_string()
}

/// Every artifact of a session, oldest first.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<Artifact>> {
    let query =
        sqlx::query("SELECT id, session_ref, customer, field, media_type, size, data_key, facts, writer FROM artifacts WHERE session_ref = $1 ORDER BY id");
    query.bind(session.to_string()).fetch_all(db).await?.iter().map(Artifact::try_from).collect()
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
pub async fn insert(tx: &mut Tx, artifact: &Artifact, now: Timestamp) -> Result<()> {
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
    .bind(now.0)
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
