//! How each endpoint answers: its last success and its last failure. Each recorded try writes it, so that a list of endpoints does not
//! read their tries.

use std::collections::BTreeMap;

use shared::{ids::EndpointId, session::Timestamp};
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    columns::Columns,
    error::Result,
    places,
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

/// What the tries of one batch say of an endpoint.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// When the last try of the batch succeeded that did.
    pub succeeded_at: Option<Timestamp>,
    /// The failures since then.
    pub failing: Option<Failing>,
}

/// Notes how endpoints answered, at most [`places::MOST`] of them. They are written in the order of their ids, so that two processes do not
/// wait for each other.
pub async fn note(tx: &mut Tx, noted: &BTreeMap<EndpointId, Noted>, now: Timestamp) -> Result<()> {
    let width = places::width(noted.len());
    let sql = format!(
        "WITH noted (endpoint, succeeded_at, failing_since, failed_at, failure) AS (VALUES {}) \
         INSERT INTO endpoint_health (endpoint, succeeded_at, failing_since, failed_at, failure) \
         SELECT endpoint, succeeded_at, failing_since, failed_at, failure FROM noted WHERE endpoint IS NOT NULL ORDER BY endpoint \
         ON CONFLICT (endpoint) DO UPDATE SET succeeded_at = COALESCE(excluded.succeeded_at, endpoint_health.succeeded_at), \
         failing_since = CASE WHEN excluded.failed_at IS NULL THEN NULL WHEN excluded.succeeded_at IS NOT NULL THEN excluded.failing_since \
         ELSE COALESCE(endpoint_health.failing_since, excluded.failing_since) END, \
         failed_at = COALESCE(excluded.failed_at, endpoint_health.failed_at), failure = COALESCE(excluded.failure, endpoint_health.failure) \
         WHERE excluded.failed_at IS NOT NULL OR endpoint_health.failing_since IS NOT NULL OR COALESCE(endpoint_health.succeeded_at, 0) <= ${}",
        places::rows(width, 5),
        width * 5 + 1
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    let mut noted = noted.iter();
    for _ in 0..width {
        let (endpoint, noted) = noted.next().unzip();
        let failing = noted.and_then(|noted| noted.failing.as_ref());
        query = query
            .bind(endpoint.map(|endpoint| endpoint.row()))
            .bind(noted.and_then(|noted| noted.succeeded_at).map(|at| at.0))
            .bind(failing.map(|failing| failing.since.0))
            .bind(failing.map(|failing| failing.last.0))
            .bind(failing.map(|failing| failing.failure.clone()));
    }
    query.bind(now.plus_seconds(-SUCCESS_SECONDS).0).execute(tx.db().await?).await?;
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
