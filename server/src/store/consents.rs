//! What customers agreed to.

use sqlx::Row as _;

use super::{
    columns::Columns,
    error::Result,
    tx::{Db, Tx},
};
use crate::{ids::SessionRef, model::Consent};

/// Writes a consent. It replaces the field's earlier one.
pub async fn put(tx: &mut Tx, session: SessionRef, consent: &Consent) -> Result<()> {
    tx.later(
        "INSERT INTO consents (session_ref, field, text_sha256, language, agreed_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (session_ref, field) DO UPDATE SET text_sha256 = excluded.text_sha256, language = excluded.language, agreed_at = excluded.agreed_at",
    )
    .await?
    .bind(session.to_string())
    .bind(consent.field.clone())
    .bind(consent.text_sha256.to_vec())
    .bind(consent.language.tag())
    .bind(consent.agreed_at.0);
    Ok(())
}

/// Deletes a consent.
pub async fn remove(tx: &mut Tx, session: SessionRef, field: &str) -> Result<()> {
    sqlx::query("DELETE FROM consents WHERE session_ref = $1 AND field = $2").bind(session.to_string()).bind(field).execute(tx.db().await?).await?;
    Ok(())
}

/// Everything that a session's customer agreed to.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<Consent>> {
    let query = sqlx::query("SELECT field, text_sha256, language, agreed_at FROM consents WHERE session_ref = $1 ORDER BY field");
    let rows = query.bind(session.to_string()).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "consents", "field")?;
            let text_sha256 = columns.hash_option("text_sha256")?.ok_or_else(|| columns.inconsistent("text_sha256"))?;
            Ok(Consent { field: row.try_get("field")?, text_sha256, language: columns.parsed("language")?, agreed_at: columns.time("agreed_at")? })
        })
        .collect()
}
