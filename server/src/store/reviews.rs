//! Operators' decisions about sessions.

use sqlx::{Row as _, any::AnyRow};

use super::{
    columns::{Columns, Listed, listed},
    error::Result,
    tx::{Db, Tx},
};
use crate::{
    ids::{RowId as _, SessionRef},
    model::Review,
};

/// The number of a session's newest review, or 0.
pub async fn newest(db: &mut Db, session: SessionRef) -> Result<i64> {
    let query = sqlx::query("SELECT COALESCE(MAX(number), 0) AS number FROM reviews WHERE session_ref = $1").bind(session.row());
    Ok(query.fetch_one(db).await?.try_get("number")?)
}

/// Writes a review.
pub async fn insert(tx: &mut Tx, session: SessionRef, review: &Review) -> Result<()> {
    tx.later("INSERT INTO reviews (session_ref, number, operator, decision, reason, at) VALUES ($1, $2, $3, $4, $5, $6)")
        .await?
        .bind(session.to_string())
        .bind(review.number)
        .bind(review.operator.to_string())
        .bind(review.decision.as_str())
        .bind(review.reason.clone())
        .bind(review.at.0);
    Ok(())
}

/// The reviews of a session, newest first, at most `limit`.
pub async fn of_session(db: &mut Db, session: SessionRef, limit: i64) -> Result<Vec<Listed<Review>>> {
    let query = sqlx::query("SELECT session_ref, number, operator, decision, reason, at FROM reviews WHERE session_ref = $1 ORDER BY number DESC LIMIT $2");
    let rows = query.bind(session.to_string()).bind(limit).fetch_all(db).await?;
    Ok(listed(&rows, "reviews", "session_ref", read))
}

fn read(row: &AnyRow) -> Result<Review> {
    let columns = Columns::new(row, "reviews", "session_ref")?;
    Ok(Review {
        number: columns.get("number")?,
        operator: columns.id("operator")?,
        decision: columns.parsed("decision")?,
        reason: columns.get("reason")?,
        at: columns.time("at")?,
    })
}
