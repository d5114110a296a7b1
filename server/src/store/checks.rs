//! Queued checks and what they found.

use std::collections::BTreeSet;

use shared::{definition::CheckName, risk::CheckResult, session::Timestamp};
use uuid::Uuid;

use super::{Db, Result, Tx, columns::Columns, exactly_one, leases};
use crate::model::{Check, Claim, ClaimedCheck, Finding, SessionRef};

/// Queues a check of a session, due at once.
pub async fn insert(tx: &mut Tx, id: Uuid, session: SessionRef, name: CheckName, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO checks (id, session_ref, name, tries, due_at) VALUES ($1, $2, $3, 0, $4)")
        .bind(id.to_string())
        .bind(session.to_string())
        .bind(name.as_str())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The checks of a session, by name.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<Check>> {
    let query = sqlx::query("SELECT id, name, result, reasons FROM checks WHERE session_ref = $1 ORDER BY name");
    let rows = query.bind(session.to_string()).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "checks", "id")?;
            let result: Option<CheckResult> = columns.parsed_option("result")?;
            let reasons = columns.words("reasons")?;
            Ok(Check { name: columns.parsed("name")?, found: result.map(|result| Finding { result, reasons }) })
        })
        .collect()
}

/// Takes up to `limit` checks that are due, for this process alone until `until`.
pub async fn claim(tx: &mut Tx, now: Timestamp, until: Timestamp, lease: Uuid, limit: i64) -> Result<Vec<ClaimedCheck>> {
    let mut claimed = Vec::new();
    for claim in leases::claim(tx, leases::Queue::Checks, now, until, lease, limit).await? {
        let row = sqlx::query("SELECT id, session_ref, name FROM checks WHERE id = $1").bind(claim.id.to_string()).fetch_one(&mut **tx).await?;
        let columns = Columns::new(&row, "checks", "id")?;
        claimed.push(ClaimedCheck { claim, session: columns.parsed("session_ref")?, name: columns.parsed("name")? });
    }
    Ok(claimed)
}

/// Writes what a check found; it is done.
///
/// # Errors
/// [`super::StoreError::Conflict`] where the check is no longer this worker's.
pub async fn finish(tx: &mut Tx, claim: &Claim, result: CheckResult, reasons: &BTreeSet<String>, now: Timestamp) -> Result<()> {
    let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
    let query = sqlx::query(
        "UPDATE checks SET result = $3, reasons = $4, finished_at = $5, due_at = NULL, lease = NULL WHERE id = $1 AND lease = $2 AND result IS NULL",
    )
    .bind(claim.id.to_string())
    .bind(claim.lease.to_string())
    .bind(result.as_str())
    .bind(reasons.join(","))
    .bind(now.0);
    exactly_one(query.execute(&mut **tx).await?.rows_affected())
}

/// Gives a check back, due again at `due_at`. Nothing happens where it is no longer this worker's.
pub async fn give_back(tx: &mut Tx, claim: &Claim, due_at: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE checks SET lease = NULL, due_at = $3 WHERE id = $1 AND lease = $2");
    query.bind(claim.id.to_string()).bind(claim.lease.to_string()).bind(due_at.0).execute(&mut **tx).await?;
    Ok(())
}
