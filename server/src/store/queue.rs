//! Queues of work in the database. A worker claims a row with a lease, for a limited time. If its process dies, the row is due again
//! when that time is over, and a result recorded with the old lease is refused. `deliveries.rs` has the queue of deliveries, which is claimed
//! with its data. Only here does the SQL differ between the engines:
//! PostgreSQL skips rows that another process is claiming; SQLite has one writer at a time and needs no clause for that.

use std::str::FromStr;

use shared::session::Timestamp;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use tracing::error;

use super::{
    columns::Columns,
    error::{Result, StoreError, exactly_one},
    tx::{Engine, Tx},
};
use crate::{
    ids::{Lease, RowId as _},
    model::Claim,
};

/// A table with the columns `id`, `due_at` (NULL: never due again), `lease`, `tries` and `claims`.
#[derive(Clone, Copy, Debug)]
pub enum Queue {
    /// The checks of submitted sessions, one row a session.
    CheckRuns,
    /// Followers of transitions that failed and are to be tried again.
    FollowUps,
    /// Work that repeats at an interval.
    Sweeps,
}

impl Queue {
    const fn table(self) -> &'static str {
        match self {
            Self::CheckRuns => "check_runs",
            Self::FollowUps => "follow_ups",
            Self::Sweeps => "sweeps",
        }
    }
}

/// The clause with which a claim skips rows that another process is claiming.
pub(super) fn skip_locked(tx: &Tx) -> &'static str {
    if tx.engine() == Engine::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" }
}

/// The clause with which a statement locks several deliveries `d`, all in the same order, so that two statements cannot wait for each
/// other.
pub(super) fn locked_in_order(tx: &Tx) -> &'static str {
    if tx.engine() == Engine::Postgres { "ORDER BY d.id FOR UPDATE OF d" } else { "" }
}

/// Claims up to `limit` due rows until `until`. Returns their ids.
pub async fn claim<I: FromStr>(tx: &mut Tx, queue: Queue, now: Timestamp, until: Timestamp, lease: Lease, limit: i64) -> Result<Vec<(I, Claim)>> {
    let table = queue.table();
    let skip = skip_locked(tx);
    let sql = format!(
        "UPDATE {table} SET lease = $1, due_at = $2, claims = claims + 1 \
         WHERE id IN (SELECT id FROM {table} WHERE due_at <= $3 ORDER BY due_at LIMIT $4 {skip}) RETURNING id, tries, claims"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(lease.row()).bind(until.0).bind(now.0).bind(limit);
    let rows = query.fetch_all(tx.db().await?).await?;
    let mut claimed = Vec::new();
    for row in &rows {
        match read(row, table, lease) {
            Ok(item) => claimed.push(item),
            Err(damage) => set_aside(tx, row, table, &damage).await?,
        }
    }
    Ok(claimed)
}

fn read<I: FromStr>(row: &AnyRow, table: &'static str, lease: Lease) -> Result<(I, Claim)> {
    let columns = Columns::new(row, table, "id")?;
    Ok((columns.parsed("id")?, Claim { lease, tries: columns.number("tries")?, claims: columns.number("claims")? }))
}

/// Takes a damaged row out of the queue, so that it does not stop the others.
pub(super) async fn set_aside(tx: &mut Tx, row: &AnyRow, table: &str, damage: &StoreError) -> Result<()> {
    error!(error = %damage, "a damaged row of a queue is set aside");
    let sql = format!("UPDATE {table} SET lease = NULL, due_at = NULL WHERE id = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(row.try_get::<String, _>("id")?).execute(tx.db().await?).await?;
    Ok(())
}

/// Renews the lease of a claimed row until `until`.
///
/// # Errors
/// [`StoreError::Conflict`] if this worker has lost its lease.
pub async fn renew(tx: &mut Tx, queue: Queue, id: &str, lease: Lease, until: Timestamp) -> Result<()> {
    let sql = format!("UPDATE {} SET due_at = $3 WHERE id = $1 AND lease = $2", queue.table());
    let query = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(lease.row()).bind(until.0);
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// Records a try of a claimed row, and ends its lease. The row is due again at `next`, or never.
///
/// # Errors
/// [`StoreError::Conflict`] if this worker has lost its lease.
pub async fn record(tx: &mut Tx, queue: Queue, id: &str, lease: Lease, next: Option<Timestamp>) -> Result<()> {
    let sql = format!("UPDATE {} SET lease = NULL, due_at = $3, tries = tries + 1, claims = 0 WHERE id = $1 AND lease = $2", queue.table());
    let query = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(lease.row()).bind(next.map(|at| at.0));
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// Releases a claimed row without a try. It is due again at `next`.
///
/// # Errors
/// [`StoreError::Conflict`] if this worker no longer has the lease.
pub async fn postpone(tx: &mut Tx, queue: Queue, id: &str, lease: Lease, next: Timestamp) -> Result<()> {
    let sql = format!("UPDATE {} SET lease = NULL, due_at = $3, claims = 0 WHERE id = $1 AND lease = $2", queue.table());
    let query = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(lease.row()).bind(next.0);
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// Deletes a claimed row, because its work is done. If this worker has lost its lease, the transaction fails with [`StoreError::Conflict`]
/// when that is sent.
///
/// # Errors
/// If the database refuses something that was written before.
pub async fn remove(tx: &mut Tx, queue: Queue, id: &str, lease: Lease) -> Result<()> {
    let sql = format!("DELETE FROM {} WHERE id = $1 AND lease = $2", queue.table());
    tx.later_one(&sql).await?.bind(id.to_owned()).bind(lease.row());
    Ok(())
}
