//! Saved values, each sealed and with the device that wrote it, and which steps were saved.

use shared::session::Timestamp;
use sqlx::Row as _;

use super::{Db, Result, Tx, columns::Columns};
use crate::model::{Device, SavedAnswer, SessionRef};

/// Every saved value of a session.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<SavedAnswer>> {
    let rows = sqlx::query("SELECT field, value, writer FROM answers WHERE session_ref = $1").bind(session.to_string()).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "answers", "field")?;
            Ok(SavedAnswer { field: columns.get("field")?, value: columns.get("value")?, writer: columns.hash_option("writer")? })
        })
        .collect()
}

/// Writes a value over what was there.
pub async fn put(tx: &mut Tx, session: SessionRef, field: &str, value: &[u8], writer: Option<Device>, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO answers (session_ref, field, value, writer, saved_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (session_ref, field) DO UPDATE SET value = excluded.value, writer = excluded.writer, saved_at = excluded.saved_at",
    )
    .bind(session.to_string())
    .bind(field)
    .bind(value.to_vec())
    .bind(writer.map(|device| device.to_vec()))
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a value away.
pub async fn remove(tx: &mut Tx, session: SessionRef, field: &str) -> Result<()> {
    sqlx::query("DELETE FROM answers WHERE session_ref = $1 AND field = $2").bind(session.to_string()).bind(field).execute(&mut **tx).await?;
    Ok(())
}

/// The steps that were saved, in no order.
pub async fn saved_steps(db: &mut Db, session: SessionRef) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT step FROM saved_steps WHERE session_ref = $1").bind(session.to_string()).fetch_all(db).await?;
    rows.iter().map(|row| Ok(row.try_get("step")?)).collect()
}

/// Notes that a step was saved.
pub async fn mark_saved(tx: &mut Tx, session: SessionRef, step: &str, now: Timestamp) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO saved_steps (session_ref, step, saved_at) VALUES ($1, $2, $3) ON CONFLICT (session_ref, step) DO UPDATE SET saved_at = excluded.saved_at",
    );
    query.bind(session.to_string()).bind(step).bind(now.0).execute(&mut **tx).await?;
    Ok(())
}
