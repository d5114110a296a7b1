//! Decisions that people took, and who did what to a session.

use shared::{risk::Decision, session::Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Db, Result, Tx, columns::Columns, exactly_one};
use crate::model::{AuditRow, Review, SessionRef};

/// Changes a completed session's decision and holds its row until the transaction ends; answers the review's number.
///
/// # Errors
/// [`super::StoreError::Conflict`] where it is not COMPLETED.
pub async fn decide(tx: &mut Tx, session: SessionRef, decision: Decision) -> Result<i64> {
    let query = sqlx::query("UPDATE sessions SET decision = $2 WHERE ref = $1 AND status = 'COMPLETED'");
    exactly_one(query.bind(session.to_string()).bind(decision.as_str()).execute(&mut **tx).await?.rows_affected())?;
    let row = sqlx::query("SELECT COALESCE(MAX(number), 0) + 1 AS number FROM reviews WHERE session_ref = $1").bind(session.to_string());
    Ok(row.fetch_one(&mut **tx).await?.try_get("number")?)
}

/// Writes a review.
pub async fn insert(tx: &mut Tx, session: SessionRef, review: &Review) -> Result<()> {
    sqlx::query("INSERT INTO reviews (session_ref, number, operator, decision, reason, at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(session.to_string())
        .bind(review.number)
        .bind(review.operator.to_string())
        .bind(review.decision.as_str())
        .bind(review.reason.clone())
        .bind(review.at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The reviews of a session, newest first, at most `limit`.
pub async fn of_session(db: &mut Db, session: SessionRef, limit: i64) -> Result<Vec<Review>> {
    let query = sqlx::query("SELECT session_ref, number, operator, decision, reason, at FROM reviews WHERE session_ref = $1 ORDER BY number DESC LIMIT $2");
    let rows = query.bind(session.to_string()).bind(limit).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "reviews", "session_ref")?;
            Ok(Review {
                number: columns.get("number")?,
                operator: columns.parsed::<Uuid>("operator")?,
                decision: columns.parsed("decision")?,
                reason: columns.get("reason")?,
                at: columns.time("at")?,
            })
        })
        .collect()
}

/// What happened to a row, newest first, at most `limit`.
pub async fn audit_of(db: &mut Db, subject: &str, limit: i64) -> Result<Vec<AuditRow>> {
    let query = sqlx::query("SELECT id, at, actor, action, detail FROM audit WHERE subject = $1 ORDER BY at DESC, id DESC LIMIT $2");
    let rows = query.bind(subject).bind(limit).fetch_all(db).await?;
    let read = |row| {
        let columns = Columns::new(row, "audit", "id")?;
        Ok(AuditRow { at: Timestamp(columns.get("at")?), actor: columns.get("actor")?, action: columns.get("action")?, detail: columns.get("detail")? })
    };
    rows.iter().map(read).collect()
}
