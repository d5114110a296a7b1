//! Which submitted sessions had one device, network or customer, within the last 30 days.

use shared::session::Timestamp;
use sqlx::AssertSqlSafe;

use super::{
    columns::Columns,
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{RowId as _, SessionRef},
    model::Counted,
};

/// The most rows that one statement forgets.
const BATCH: i64 = 5_000;

const fn number(by: Counted) -> i64 {
    match by {
        Counted::Device => 0,
        Counted::Network => 1,
        Counted::Customer => 2,
    }
}

/// Writes where a session is submitted from: what each value is of, and its HMAC.
pub async fn put(tx: &mut Tx, session: SessionRef, at: Timestamp, values: Vec<(Counted, Vec<u8>)>) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let sql = format!("INSERT INTO visits (value_index, at, session_ref, kind) VALUES {} ON CONFLICT DO NOTHING", places::rows(values.len(), 4));
    let query = tx.later(&sql).await?;
    values.into_iter().fold(query, |query, (by, value)| query.bind(value).bind(at.0).bind(session.row()).bind(number(by)));
    Ok(())
}

/// Where a session was submitted from.
pub async fn of_session(db: &mut Db, session: SessionRef) -> Result<Vec<(Counted, Vec<u8>)>> {
    let query = sqlx::query("SELECT session_ref, kind, value_index FROM visits WHERE session_ref = $1").bind(session.row());
    let read = |row| {
        let columns = Columns::new(row, "visits", "session_ref")?;
        let kind: i64 = columns.get("kind")?;
        let by = Counted::ALL.into_iter().find(|by| number(*by) == kind).ok_or_else(|| columns.inconsistent("kind"))?;
        Ok((by, columns.get("value_index")?))
    };
    query.fetch_all(db).await?.iter().map(read).collect()
}

/// The newest sessions that were submitted with one of these values, after `from` and until `until`: at most `most` of each value.
pub async fn sessions(db: &mut Db, values: &[Vec<u8>], from: Timestamp, until: Timestamp, most: i64) -> Result<Vec<SessionRef>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let part = |at: usize| {
        let newest = format!("SELECT session_ref, at FROM visits WHERE value_index = ${} AND at > $1 AND at <= $2 ORDER BY at DESC LIMIT $3", at + 4);
        format!("SELECT session_ref, at FROM ({newest}) AS part_{at}")
    };
    let sql = format!("{} ORDER BY at DESC, session_ref DESC", (0..values.len()).map(part).collect::<Vec<_>>().join(" UNION "));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(from.0).bind(until.0).bind(most);
    let rows = values.iter().fold(query, |query, value| query.bind(value.clone())).fetch_all(db).await?;
    rows.iter().map(|row| Columns::new(row, "visits", "session_ref")?.id("session_ref")).collect()
}

/// Forgets visits that are too old to count, the oldest first. Whether there may be more.
pub async fn forget(tx: &mut Tx, oldest: Timestamp) -> Result<bool> {
    let sql = "DELETE FROM visits WHERE (value_index, at, session_ref) IN \
               (SELECT value_index, at, session_ref FROM visits WHERE at <= $1 ORDER BY at LIMIT $2)";
    let gone = sqlx::query(sql).bind(oldest.0).bind(BATCH).execute(tx.db().await?).await?.rows_affected();
    Ok(gone >= BATCH.unsigned_abs())
}
