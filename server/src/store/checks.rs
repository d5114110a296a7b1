//! The queue of submitted sessions whose checks are to run, and the results of checks.

use shared::{catalogue::CheckName, risk::CheckResult, session::Timestamp};

use super::{
    columns::Columns,
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{Lease, RowId, SessionRef},
    model::CheckRow,
};

/// Queues the checks of a session: due at `due_at`, or claimed until then if there is a lease.
pub async fn queue(tx: &mut Tx, session: SessionRef, due_at: Timestamp, lease: Option<Lease>) -> Result<()> {
    let query = tx.later("INSERT INTO check_runs (id, due_at, lease, tries, claims) VALUES ($1, $2, $3, 0, $4)").await?;
    query.bind(session.row()).bind(due_at.0).bind(lease.map(RowId::row)).bind(i64::from(lease.is_some()));
    Ok(())
}

/// The result of a check, to be written.
pub struct NewCheck {
    /// The check's name.
    pub name: CheckName,
    /// The check's version.
    pub version: u32,
    /// The result; none while the check waits for an outside service.
    pub result: Option<CheckResult>,
    /// Until when the outside service may answer.
    pub waiting_until: Option<Timestamp>,
    /// Each reason, in order.
    pub reasons: Vec<NewReason>,
}

/// A reason, to be written.
pub struct NewReason {
    /// Its code.
    pub code: String,
    /// The field it is about.
    pub field: Option<String>,
    /// Its encrypted details.
    pub details: Option<Vec<u8>>,
}

/// Writes the results of checks, each in place of its earlier row. The session's row is locked.
pub async fn put(tx: &mut Tx, session: SessionRef, checks: Vec<NewCheck>) -> Result<()> {
    if checks.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO checks (session_ref, name, version, result, waiting_until) VALUES {} \
         ON CONFLICT (session_ref, name) DO UPDATE SET version = excluded.version, result = excluded.result, waiting_until = excluded.waiting_until",
        places::rows(checks.len(), 5)
    );
    checks.iter().fold(tx.later(&sql).await?, |query, check| {
        let query = query.bind(session.row()).bind(check.name.as_str().to_owned()).bind(i64::from(check.version));
        query.bind(check.result.map(CheckResult::as_str)).bind(check.waiting_until.map(|at| at.0))
    });
    let reasons: Vec<_> =
        checks.into_iter().flat_map(|check| (1_i64..).zip(check.reasons).map(move |(number, reason)| (check.name.clone(), number, reason))).collect();
    if reasons.is_empty() {
        return Ok(());
    }
    let sql = format!("INSERT INTO check_reasons (session_ref, check_name, number, code, field, details) VALUES {}", places::rows(reasons.len(), 6));
    reasons.into_iter().fold(tx.later(&sql).await?, |query, (check, number, reason)| {
        query.bind(session.row()).bind(check.as_str().to_owned()).bind(number).bind(reason.code).bind(reason.field).bind(reason.details)
    });
    Ok(())
}

/// Deletes all results of a session's checks.
pub async fn clear(tx: &mut Tx, session: SessionRef) -> Result<()> {
    sqlx::query("DELETE FROM check_reasons WHERE session_ref = $1").bind(session.row()).execute(tx.db().await?).await?;
    sqlx::query("DELETE FROM checks WHERE session_ref = $1").bind(session.row()).execute(tx.db().await?).await?;
    Ok(())
}

/// The rows of a session's checks, sorted by name. A check that has not run yet has none.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<CheckRow>> {
    let query = sqlx::query(
        "SELECT c.name AS name, c.version AS version, c.result AS result, c.waiting_until AS waiting_until, r.code AS code, r.field AS field \
         FROM checks c LEFT JOIN check_reasons r ON r.session_ref = c.session_ref AND r.check_name = c.name WHERE c.session_ref = $1 ORDER BY c.name, r.number",
    );
    let mut checks: Vec<CheckRow> = Vec::new();
    for row in query.bind(session.row()).fetch_all(db).await? {
        let columns = Columns::new(&row, "checks", "name")?;
        let name: CheckName = columns.parsed("name")?;
        if checks.last().is_none_or(|last| last.name != name) {
            let (version, result) = (columns.number("version")?, columns.parsed_option("result")?);
            checks.push(CheckRow { name, version, result, reasons: Vec::new(), waiting_until: columns.time_option("waiting_until")? });
        }
        if let (Some(code), Some(check)) = (columns.get::<Option<String>>("code")?, checks.last_mut()) {
            check.reasons.push((code, columns.get("field")?));
        }
    }
    Ok(checks)
}

/// The sealed details of a reason.
pub struct Details {
    /// The check.
    pub check: String,
    /// The reason's number within the check, from 1.
    pub number: usize,
    /// The reason's code.
    pub code: String,
    /// The details.
    pub details: Vec<u8>,
}

/// The details of a session's reasons, of those that have any.
pub async fn details(db: &mut Db, session: SessionRef) -> Result<Vec<Details>> {
    let query =
        sqlx::query("SELECT check_name, number, code, details FROM check_reasons WHERE session_ref = $1 AND details IS NOT NULL ORDER BY check_name, number");
    let read = |row| {
        let columns = Columns::new(row, "check_reasons", "check_name")?;
        Ok(Details { check: columns.get("check_name")?, number: columns.number("number")?, code: columns.get("code")?, details: columns.get("details")? })
    };
    query.bind(session.row()).fetch_all(db).await?.iter().map(read).collect()
}
