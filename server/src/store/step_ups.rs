//! Sessions that rules created, and how many transactions were held for each. And what rules ask of a customer's completed sessions.

use shared::{risk::Decision, rule::LastSession, session::Timestamp};
use sqlx::Row as _;

use super::{
    columns::Columns,
    error::{Result, exactly_one},
    tx::{Db, Tx},
};
use crate::ids::{CustomerId, RowId as _, SessionRef};

/// The newest open session that a rule created for this customer and flow, with at least half of its time left and room for another
/// transaction.
pub async fn open(db: &mut Db, customer: CustomerId, flow: &str, now: Timestamp, most: i64) -> Result<Option<SessionRef>> {
    let query = sqlx::query(
        "SELECT u.session_ref AS session_ref FROM step_ups u JOIN sessions s ON s.ref = u.session_ref \
         WHERE u.customer = $1 AND u.flow = $2 AND u.waiting < $4 AND s.status = 'PENDING' AND s.expires_at > $3 \
         AND 2 * (s.expires_at - $3) >= s.expires_at - s.created_at ORDER BY u.created_at DESC, u.session_ref DESC LIMIT 1",
    );
    let row = query.bind(customer.row()).bind(flow).bind(now.0).bind(most).fetch_optional(db).await?;
    row.map(|row| Columns::new(&row, "step_ups", "session_ref")?.id("session_ref")).transpose()
}

/// How many sessions rules created for this customer after `since`.
pub async fn count_since(db: &mut Db, customer: CustomerId, since: Timestamp) -> Result<i64> {
    let query = sqlx::query("SELECT COUNT(*) AS n FROM step_ups WHERE customer = $1 AND created_at > $2");
    Ok(query.bind(customer.row()).bind(since.0).fetch_one(db).await?.try_get("n")?)
}

/// Writes a session that a rule created, for which one transaction waits.
pub async fn insert(tx: &mut Tx, session: SessionRef, customer: CustomerId, flow: &str, now: Timestamp) -> Result<()> {
    let query = sqlx::query("INSERT INTO step_ups (session_ref, customer, flow, waiting, created_at) VALUES ($1, $2, $3, 1, $4)");
    query.bind(session.row()).bind(customer.row()).bind(flow).bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}

/// Counts another transaction that waits for a session.
pub async fn wait(tx: &mut Tx, session: SessionRef) -> Result<()> {
    let query = sqlx::query("UPDATE step_ups SET waiting = waiting + 1 WHERE session_ref = $1").bind(session.row());
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// Whether a rule created this session.
pub async fn is_one(db: &mut Db, session: SessionRef) -> Result<bool> {
    Ok(sqlx::query("SELECT 1 FROM step_ups WHERE session_ref = $1").bind(session.row()).fetch_optional(db).await?.is_some())
}

/// Locks the row of the customer whose transactions wait for this session, if a rule created it.
pub async fn hold_customer(tx: &mut Tx, session: SessionRef) -> Result<()> {
    let query = sqlx::query("UPDATE customers SET arrivals = arrivals WHERE id = (SELECT customer FROM step_ups WHERE session_ref = $1)");
    query.bind(session.row()).execute(tx.db().await?).await?;
    Ok(())
}

/// The customer's newest completed session, of one flow or of any.
pub async fn last_completed(db: &mut Db, customer: CustomerId, flow: Option<&str>) -> Result<Option<LastSession>> {
    let query = sqlx::query(
        "SELECT s.ref AS ref, s.completed_at AS completed_at, s.risk_score AS risk_score, s.decision AS decision FROM sessions s JOIN flows f ON f.id = s.flow \
         WHERE s.customer = $1 AND s.status = 'COMPLETED' AND ($2 = '' OR f.name = $2) ORDER BY s.completed_at DESC, s.ref DESC LIMIT 1",
    );
    let row = query.bind(customer.row()).bind(flow.unwrap_or_default()).fetch_optional(db).await?;
    row.map(|row| {
        let columns = Columns::new(&row, "sessions", "ref")?;
        Ok(LastSession {
            completed_at: columns.required_time("completed_at")?,
            score: columns.number("risk_score")?,
            decision: columns.parsed::<Decision>("decision")?,
        })
    })
    .transpose()
}
