//! How each endpoint answers: its last success and its last failure. Each recorded try writes it, so that a list of endpoints does not
//! read their tries.

use shared::{ids::EndpointId, session::Timestamp};
use sqlx::Row as _;

use super::{
    columns::Columns,
    error::Result,
    tx::{Db, Tx},
};
use crate::{
    ids::RowId as _,
    model::{Failing, Health},
};

/// The most waiting deliveries that we count.
pub const MAX_WAITING: i64 = 1_000;

/// The least time between two updates of the last success while an endpoint answers, in seconds, so that a busy endpoint's row is not
/// written by each delivery.
const SUCCESS_SECONDS: i64 = 10;

/// Notes a try that succeeded.
pub async fn succeeded(tx: &mut Tx, endpoint: EndpointId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO endpoint_health (endpoint, succeeded_at) VALUES ($1, $2) \
         ON CONFLICT (endpoint) DO UPDATE SET succeeded_at = excluded.succeeded_at, failing_since = NULL \
         WHERE endpoint_health.failing_since IS NOT NULL OR COALESCE(endpoint_health.succeeded_at, 0) <= $3",
    )
    .bind(endpoint.row())
    .bind(now.0)
    .bind(now.plus_seconds(-SUCCESS_SECONDS).0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes a try that failed. `failure` is the status of the answer, or why there was none.
pub async fn failed(tx: &mut Tx, endpoint: EndpointId, failure: &str, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO endpoint_health (endpoint, failing_since, failed_at, failure) VALUES ($1, $2, $2, $3) ON CONFLICT (endpoint) DO UPDATE SET \
         failing_since = COALESCE(endpoint_health.failing_since, excluded.failing_since), failed_at = excluded.failed_at, failure = excluded.failure",
    )
    .bind(endpoint.row())
    .bind(now.0)
    .bind(failure)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How an endpoint answers, and how many deliveries wait for it: [`MAX_WAITING`] if there are more.
pub async fn of(db: &mut Db, endpoint: EndpointId) -> Result<Health> {
    let counted = sqlx::query("SELECT COUNT(*) AS n FROM (SELECT id FROM deliveries WHERE endpoint = $1 AND due_at IS NOT NULL LIMIT $2) AS counted");
    let row = counted.bind(endpoint.row()).bind(MAX_WAITING).fetch_one(&mut *db).await?;
    let waiting: i64 = row.try_get("n")?;
    let known = sqlx::query("SELECT endpoint, succeeded_at, failing_since, failed_at, failure FROM endpoint_health WHERE endpoint = $1");
    let Some(row) = known.bind(endpoint.row()).fetch_optional(db).await? else {
        return Ok(Health { waiting, ..Health::default() });
    };
    let columns = Columns::new(&row, "endpoint_health", "endpoint")?;
    let failing = match columns.time_option("failing_since")? {
        Some(since) => {
            Some(Failing { since, last: columns.required_time("failed_at")?, failure: columns.get::<Option<String>>("failure")?.unwrap_or_default() })
        }
        None => None,
    };
    Ok(Health { succeeded_at: columns.time_option("succeeded_at")?, failing, waiting })
}
