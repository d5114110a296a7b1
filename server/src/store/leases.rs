//! Claiming work. The one difference between the engines: PostgreSQL skips rows that another process is just claiming;
//! SQLite has one writer at a time, so there are none.

use shared::{ids::EndpointId, session::Timestamp};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Engine, Result, Tx, columns::Columns};
use crate::model::Claim;

/// A table of work: `id`, `due_at` (null once finished), `lease` and `tries`.
#[derive(Clone, Copy)]
pub(super) enum Queue {
    Checks,
    /// Those to one endpoint.
    DeliveriesTo(EndpointId),
}

impl Queue {
    const fn table(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::DeliveriesTo(_) => "deliveries",
        }
    }
}

/// Takes up to `limit` rows that are due. Each is due again at `until`, so that work of a process that died is not lost.
pub(super) async fn claim(tx: &mut Tx, queue: Queue, now: Timestamp, until: Timestamp, lease: Uuid, limit: i64) -> Result<Vec<Claim>> {
    let table = queue.table();
    let skip = if tx.engine == Engine::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let (clause, endpoint) = match queue {
        Queue::Checks => ("", None),
        Queue::DeliveriesTo(endpoint) => ("endpoint = $5 AND", Some(Uuid::from_u128(endpoint.0).to_string())),
    };
    let sql = format!(
        "UPDATE {table} SET lease = $1, due_at = $2, tries = tries + 1 \
         WHERE id IN (SELECT id FROM {table} WHERE {clause} due_at <= $3 ORDER BY due_at LIMIT $4 {skip}) RETURNING id, tries"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(lease.to_string()).bind(until.0).bind(now.0).bind(limit);
    let query = if let Some(endpoint) = endpoint { query.bind(endpoint) } else { query };
    let rows = query.fetch_all(&mut **tx).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, table, "id")?;
            Ok(Claim { id: columns.parsed("id")?, lease, tries: columns.number("tries")? })
        })
        .collect()
}
