//! Backtests. One runs at a time: an index allows one row that says RUNNING. A run renews its lease; when the lease is over, the next start
//! ends it.

use shared::session::Timestamp;
use sqlx::any::AnyRow;

use super::{
    columns::{Columns, Listed, listed},
    error::{Result, exactly_one},
    tx::{Db, Tx},
};
use crate::{
    ids::{BacktestId, Lease, RowId as _},
    model::{Backtest, BacktestStatus, Shown, Tally},
};

const TABLE: &str = "backtests";
/// How many backtests are kept.
const KEPT: i64 = 50;

const COLUMNS: &str = "id, definition, against, operator, status, lease, lease_until, whole, done, started_at, cancelled_at, ended_at, result";

fn read(row: &AnyRow) -> Result<Backtest> {
    let columns = Columns::new(row, TABLE, "id")?;
    let against: Option<i64> = columns.get("against")?;
    let result: Option<String> = columns.get("result")?;
    Ok(Backtest {
        id: columns.id("id")?,
        definition: columns.get("definition")?,
        against: against.map(|version| version.try_into().map_err(|_| columns.inconsistent("against"))).transpose()?,
        operator: columns.id_option("operator")?,
        status: columns.parsed("status")?,
        lease: columns.id("lease")?,
        lease_until: columns.time("lease_until")?,
        whole: columns.number("whole")?,
        done: columns.number("done")?,
        started_at: columns.time("started_at")?,
        cancelled_at: columns.time_option("cancelled_at")?,
        ended_at: columns.time_option("ended_at")?,
        result: result.map(|json| serde_json::from_str(&json).map_err(|_| columns.inconsistent("result"))).transpose()?,
    })
}

/// The backtest with this id.
pub async fn by_id(db: &mut Db, id: BacktestId) -> Result<Option<Backtest>> {
    let sql = format!("SELECT {COLUMNS} FROM backtests WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.row()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// The backtests that are kept, the newest first.
pub async fn all(db: &mut Db) -> Result<Vec<Listed<Backtest>>> {
    let sql = format!("SELECT {COLUMNS} FROM backtests ORDER BY id DESC LIMIT {KEPT}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(db).await?;
    Ok(listed(&rows, TABLE, "id", read))
}

/// Ends the run whose lease is over, and forgets the oldest backtests, so that this many are kept with the next one.
pub async fn make_room(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE backtests SET status = 'FAILED', ended_at = lease_until WHERE status = 'RUNNING' AND lease_until <= $1");
    query.bind(now.0).execute(tx.db().await?).await?;
    for (table, column) in [("backtest_transactions", "backtest"), (TABLE, "id")] {
        let kept = format!("SELECT id FROM backtests ORDER BY id DESC LIMIT {}", KEPT - 1);
        let sql = format!("DELETE FROM {table} WHERE {column} IN (SELECT id FROM backtests WHERE status <> 'RUNNING' AND id NOT IN ({kept}))");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(tx.db().await?).await?;
    }
    Ok(())
}

/// Writes a backtest that begins.
///
/// # Errors
/// [`super::StoreError::Conflict`] if another one is running.
pub async fn insert(tx: &mut Tx, new: &Backtest) -> Result<()> {
    let sql = format!("INSERT INTO backtests ({COLUMNS}) VALUES ({})", super::places::list(13));
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(new.id.row())
        .bind(new.definition.clone())
        .bind(new.against.map(i64::from))
        .bind(new.operator.map(|operator| operator.row()))
        .bind(new.status.as_str())
        .bind(new.lease.row())
        .bind(new.lease_until.0)
        .bind(number(new.whole))
        .bind(number(new.done))
        .bind(new.started_at.0)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<String>)
        .execute(tx.db().await?)
        .await?;
    Ok(())
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Renews the lease of a run, and says how far it is. Returns whether somebody has asked for its end.
///
/// # Errors
/// [`super::StoreError::Conflict`] if the run has ended.
pub async fn renew(tx: &mut Tx, id: BacktestId, lease: Lease, done: u64, until: Timestamp) -> Result<bool> {
    let query = sqlx::query("UPDATE backtests SET done = $3, lease_until = $4 WHERE id = $1 AND lease = $2 AND status = 'RUNNING' RETURNING id, cancelled_at");
    let row = query.bind(id.row()).bind(lease.row()).bind(number(done)).bind(until.0).fetch_optional(tx.db().await?).await?;
    let row = row.ok_or(super::StoreError::Conflict)?;
    Ok(Columns::new(&row, TABLE, "id")?.time_option("cancelled_at")?.is_some())
}

/// Asks for the end of a run. Returns whether it is running.
pub async fn cancel(tx: &mut Tx, id: BacktestId, now: Timestamp) -> Result<bool> {
    let query = sqlx::query("UPDATE backtests SET cancelled_at = COALESCE(cancelled_at, $2) WHERE id = $1 AND status = 'RUNNING' AND lease_until > $2");
    Ok(query.bind(id.row()).bind(now.0).execute(tx.db().await?).await?.rows_affected() == 1)
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// How it stands from now on.
    pub status: BacktestStatus,
    /// How far it came.
    pub done: u64,
    /// When.
    pub at: Timestamp,
    /// What it came to.
    pub result: Option<&'a Tally>,
}

/// Ends a run.
///
/// # Errors
/// [`super::StoreError::Conflict`] if it has ended before.
pub async fn end(tx: &mut Tx, id: BacktestId, lease: Lease, ending: Ending<'_>) -> Result<()> {
    let Ending { status, done, at, result } = ending;
    let json = result.map(|tally| serde_json::to_string(tally).expect("numbers serialise"));
    let query = sqlx::query("UPDATE backtests SET status = $3, done = $4, ended_at = $5, result = $6 WHERE id = $1 AND lease = $2 AND status = 'RUNNING'");
    let query = query.bind(id.row()).bind(lease.row()).bind(status.as_str()).bind(number(done)).bind(at.0).bind(json);
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// Writes the transactions that a result names, in this order.
pub async fn insert_shown(tx: &mut Tx, id: BacktestId, all: &[Shown]) -> Result<()> {
    for (place, shown) in (0_i64..).zip(all) {
        sqlx::query("INSERT INTO backtest_transactions (backtest, place, transaction_ref, matched, recorded, seen) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id.row())
            .bind(place)
            .bind(shown.transaction.row())
            .bind(i64::from(shown.matched))
            .bind(i64::from(shown.recorded))
            .bind(shown.seen.clone())
            .execute(tx.db().await?)
            .await?;
    }
    Ok(())
}

/// The transactions that a result names, in their order.
pub async fn shown(db: &mut Db, id: BacktestId) -> Result<Vec<Shown>> {
    let query = sqlx::query(
        "SELECT b.transaction_ref AS transaction_ref, b.matched AS matched, b.recorded AS recorded, b.seen AS seen, t.customer AS customer, \
         t.created_at AS created_at FROM backtest_transactions b JOIN transactions t ON t.ref = b.transaction_ref WHERE b.backtest = $1 ORDER BY b.place",
    );
    let rows = query.bind(id.row()).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "backtest_transactions", "transaction_ref")?;
            Ok(Shown {
                transaction: columns.id("transaction_ref")?,
                customer: columns.id("customer")?,
                created_at: columns.time("created_at")?,
                matched: columns.get::<i64>("matched")? != 0,
                recorded: columns.get::<i64>("recorded")? != 0,
                seen: columns.get("seen")?,
            })
        })
        .collect()
}
