//! The saved values of sessions, each encrypted and with the device that wrote it; and which steps were saved.

use shared::session::Timestamp;
use sqlx::Row as _;

use super::{
    columns::Columns,
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{RowId as _, SessionRef},
    model::SavedAnswer,
};

/// Every saved value of a session.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<SavedAnswer>> {
    let rows = sqlx::query("SELECT field, value, writer FROM answers WHERE session_ref = $1").bind(session.row()).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "answers", "field")?;
            Ok(SavedAnswer { field: columns.get("field")?, value: columns.get("value")?, writer: columns.hash_option("writer")? })
        })
        .collect()
}

/// Writes values of different fields. Each replaces its field's earlier value.
pub async fn put(tx: &mut Tx, session: SessionRef, answers: Vec<SavedAnswer>, now: Timestamp) -> Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO answers (session_ref, field, value, writer, saved_at) VALUES {} \
         ON CONFLICT (session_ref, field) DO UPDATE SET value = excluded.value, writer = excluded.writer, saved_at = excluded.saved_at",
        places::rows(answers.len(), 5)
    );
    answers.into_iter().fold(tx.later(&sql).await?, |query, SavedAnswer { field, value, writer }| {
        query.bind(session.row()).bind(field).bind(value).bind(writer.map(|device| device.to_vec())).bind(now.0)
    });
    Ok(())
}

/// Deletes a value.
pub async fn remove(tx: &mut Tx, session: SessionRef, field: &str) -> Result<()> {
    tx.later("DELETE FROM answers WHERE session_ref = $1 AND field = $2").await?.bind(session.row()).bind(field.to_owned());
    Ok(())
}

/// The ids of the saved steps, in no particular order.
pub async fn saved_steps(db: &mut Db, session: SessionRef) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT step FROM saved_steps WHERE session_ref = $1").bind(session.row()).fetch_all(db).await?;
    rows.iter().map(|row| Ok(row.try_get("step")?)).collect()
}

/// Records that a step was saved.
pub async fn mark_saved(tx: &mut Tx, session: SessionRef, step: &str, now: Timestamp) -> Result<()> {
    let sql =
        "INSERT INTO saved_steps (session_ref, step, saved_at) VALUES ($1, $2, $3) ON CONFLICT (session_ref, step) DO UPDATE SET saved_at = excluded.saved_at";
    tx.later(sql).await?.bind(session.row()).bind(step.to_owned()).bind(now.0);
    Ok(())
}
