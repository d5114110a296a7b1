//! The queue of submitted sessions whose checks are to run, and the results of checks.

use std::collections::HashMap;

use shared::{catalogue::CheckName, risk::CheckResult, session::Timestamp};

use super::{
    columns::Columns,
    error::Result,
    tx::{Db, Tx},
};
use crate::{
    ids::{RowId as _, SessionRef},
    model::CheckRow,
};

/// Queues the checks of a session, due now.
pub async fn queue(tx: &mut Tx, session: SessionRef, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO check_runs (id, due_at, tries, claims) VALUES ($1, $2, 0, 0)").bind(session.row()).bind(now.0).execute(&mut **tx).await?;
    Ok(())
}

/// The result of a check, to be written.
pub struct NewCheck<'a> {
    /// The check's name.
    pub name: &'a CheckName,
    /// The check's version.
    pub version: u32,
    /// The result; none while the check waits for an outside service.
    pub result: Option<CheckResult>,
    /// Until when the outside service may answer.
    pub waiting_until: Option<Timestamp>,
    /// Each reason, in order.
    pub reasons: Vec<NewReason<'a>>,
}

/// A reason, to be written.
pub struct NewReason<'a> {
    /// Its code.
    pub code: &'a str,
    /// The field it is about.
    pub field: Option<&'a str>,
    /// Its encrypted details.
    pub details: Option<Vec<u8>>,
}

/// Writes the result of a check in place of its earlier row. The session's row is locked.
pub async fn put(tx: &mut Tx, session: SessionRef, check: &NewCheck<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO checks (session_ref, name, version, result, waiting_until) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (session_ref, name) DO UPDATE SET version = excluded.version, result = excluded.result, waiting_until = excluded.waiting_until",
    )
    .bind(session.row())
    .bind(check.name.as_str())
    .bind(i64::from(check.version))
    .bind(check.result.map(CheckResult::as_str))
    .bind(check.waiting_until.map(|at| at.0))
    .execute(&mut **tx)
    .await?;
    for (number, reason) in (1_i64..).zip(&check.reasons) {
        sqlx::query("INSERT INTO check_reasons (session_ref, check_name, number, code, field, details) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(session.row())
            .bind(check.name.as_str())
            .bind(number)
            .bind(reason.code)
            .bind(reason.field)
            .bind(reason.details.clone())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Deletes all results of a session's checks.
pub async fn clear(tx: &mut Tx, session: SessionRef) -> Result<()> {
    sqlx::query("DELETE FROM check_reasons WHERE session_ref = $1").bind(session.row()).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM checks WHERE session_ref = $1").bind(session.row()).execute(&mut **tx).await?;
    Ok(())
}

/// The rows of a session's checks, sorted by name. A check that has not run yet has none.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<CheckRow>> {
    let query = sqlx::query("SELECT check_name, code, field FROM check_reasons WHERE session_ref = $1 ORDER BY check_name, number").bind(session.row());
    let mut reasons: HashMap<String, Vec<(String, Option<String>)>> = HashMap::new();
    for row in query.fetch_all(&mut *db).await? {
        let columns = Columns::new(&row, "check_reasons", "code")?;
        reasons.entry(columns.get("check_name")?).or_default().push((columns.get("code")?, columns.get("field")?));
    }
    let query = sqlx::query("SELECT name, version, result, waiting_until FROM checks WHERE session_ref = $1 ORDER BY name").bind(session.row());
    let rows = query.fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "checks", "name")?;
            Ok(CheckRow {
                name: columns.parsed("name")?,
                version: columns.number("version")?,
                result: columns.parsed_option("result")?,
                reasons: reasons.remove(&columns.get::<String>("name")?).unwrap_or_default(),
                waiting_until: columns.time_option("waiting_until")?,
            })
        })
        .collect()
}
