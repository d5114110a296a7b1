//! The queue of deliveries. One statement claims what is due to several endpoints and reads what a try needs; the results of many tries
//! are written together. A result under an old lease is refused, as in every queue.

use std::collections::HashSet;

use shared::{ids::EndpointId, session::Timestamp};
use sqlx::{AssertSqlSafe, any::AnyRow};

use super::{
    columns::Columns,
    error::Result,
    outbox::subject,
    places,
    queue::{self, locked_in_order, skip_locked},
    tx::Tx,
};
use crate::{
    ids::{DeliveryId, Lease, RowId as _},
    model::{Attempt, Claim, DeliveryStatus, Outgoing},
};

/// The most endpoints of one claim.
pub const LANES: usize = 8;
/// The most deliveries to one endpoint that a claim takes.
const MOST: usize = 64;
/// How long the first try of an event holds back the first try of the next event of its subject, at most.
const IN_ORDER_SECONDS: i64 = 1;

/// A claim on what is due.
pub struct Wanted<'a> {
    /// Endpoints, at most [`LANES`], and how many deliveries to each.
    pub lanes: &'a [(EndpointId, usize)],
    /// The time now.
    pub now: Timestamp,
    /// How long the lease lasts.
    pub lease_seconds: i64,
    /// The lease.
    pub lease: Lease,
}

/// A claimed delivery.
pub struct Claimed {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The endpoint that it goes to.
    pub endpoint: EndpointId,
    /// The claim.
    pub claim: Claim,
    /// What is sent. An error concerns this delivery only.
    pub outgoing: Result<Outgoing>,
}

/// Claims due deliveries, the longest due first, and reads what a try of each needs.
///
/// The first tries of a subject's events to an endpoint start in order: the first try of an event waits until the event before has had
/// its own, or has been at it for a second. A further try waits for nothing, and nothing waits for it.
pub async fn claim(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Claimed>> {
    let lease = wanted.lease;
    let mut query = sqlx::query(AssertSqlSafe(claim_statement(wanted.lanes, skip_locked(tx))))
        .bind(lease.row())
        .bind(wanted.now.plus_seconds(wanted.lease_seconds).0)
        .bind(wanted.now.0)
        .bind(wanted.now.plus_seconds(wanted.lease_seconds - IN_ORDER_SECONDS).0);
    for (endpoint, limit) in wanted.lanes {
        query = query.bind(endpoint.row()).bind(i64::try_from(*limit).unwrap_or(i64::MAX));
    }
    let mut claimed = Vec::new();
    for row in &query.fetch_all(tx.db().await?).await? {
        match read_claimed(row, lease) {
            Ok(delivery) => claimed.push(delivery),
            Err(damage) => queue::set_aside(tx, row, "deliveries", &damage).await?,
        }
    }
    claimed.sort_by_key(|claimed| claimed.delivery);
    Ok(claimed)
}

/// How many due deliveries to an endpoint a claim looks at: twice as many as it takes, since some may wait for an earlier event. The event that
/// they wait for is among them, or is being sent. PostgreSQL writes to each row that it locks, so more would cost more than it gains. A few
/// different numbers are enough: each makes a statement of its own.
fn candidates(lanes: &[(EndpointId, usize)]) -> usize {
    let most = lanes.iter().map(|(_, limit)| *limit).max().unwrap_or_default();
    2 * most.clamp(8, MOST).next_power_of_two()
}

/// The candidates are limited before the condition, so that PostgreSQL takes them in the order of the index and stops early. It would
/// otherwise test all that is due, and sort it, for each claim. The conditions are subqueries with one value each: PostgreSQL answers such a one by index for each row that it takes, and does not turn
/// it into a join over the whole table. `|| ''` and `COALESCE` keep it from looking for the delivery of the event before among all that is
/// due to the endpoint: while it does not know of a backlog yet, it takes that for a short way.
fn claim_statement(lanes: &[(EndpointId, usize)], skip: &str) -> String {
    let candidates = candidates(lanes);
    let lane = |lane: usize| {
        let (endpoint, limit) = (5 + 2 * lane, 6 + 2 * lane);
        format!(
            "SELECT id FROM (SELECT candidate.id AS id FROM (SELECT id, event, endpoint, tries FROM deliveries WHERE endpoint = ${endpoint} AND due_at <= $3 \
             ORDER BY due_at LIMIT {candidates} {skip}) AS candidate WHERE candidate.tries > 0 OR \
             (SELECT COUNT(*) FROM events e JOIN events b ON b.subject = e.subject AND b.sequence = e.sequence - 1 \
             JOIN deliveries f ON f.event = b.id AND f.endpoint || '' = candidate.endpoint \
             WHERE e.id = candidate.event AND f.tries = 0 AND COALESCE(f.due_at, 0) > CASE WHEN f.lease IS NULL THEN 0 ELSE $4 END) = 0 LIMIT ${limit}) AS lane_{lane}"
        )
    };
    let lanes = (0..lanes.len()).map(lane).collect::<Vec<_>>().join(" UNION ALL ");
    format!(
        "WITH due AS MATERIALIZED ({lanes}) UPDATE deliveries SET lease = $1, due_at = $2, claims = claims + 1 WHERE id IN (SELECT id FROM due) \
         RETURNING id, endpoint, event, tries, claims, (SELECT e.body FROM events e WHERE e.id = deliveries.event) AS body, \
         (SELECT e.subject_kind FROM events e WHERE e.id = deliveries.event) AS subject_kind, \
         (SELECT e.subject FROM events e WHERE e.id = deliveries.event) AS subject, \
         COALESCE((SELECT s.data_key FROM events e JOIN sessions s ON s.ref = e.subject WHERE e.id = deliveries.event AND e.subject_kind = 'SESSION'), \
         (SELECT c.data_key FROM events e JOIN transactions t ON t.ref = e.subject JOIN customers c ON c.id = t.customer \
         WHERE e.id = deliveries.event AND e.subject_kind = 'TRANSACTION')) AS subject_key, \
         (SELECT t.customer FROM events e JOIN transactions t ON t.ref = e.subject \
         WHERE e.id = deliveries.event AND e.subject_kind = 'TRANSACTION') AS customer"
    )
}

fn read_claimed(row: &AnyRow, lease: Lease) -> Result<Claimed> {
    let columns = Columns::new(row, "deliveries", "id")?;
    Ok(Claimed {
        delivery: columns.id("id")?,
        endpoint: columns.id("endpoint")?,
        claim: Claim { lease, tries: columns.number("tries")?, claims: columns.number("claims")? },
        outgoing: read_outgoing(&columns),
    })
}

fn read_outgoing(columns: &Columns<'_>) -> Result<Outgoing> {
    Ok(Outgoing {
        event: columns.id("event")?,
        body: columns.get("body")?,
        subject: subject(columns)?,
        subject_key: columns.get::<Option<Vec<u8>>>("subject_key")?.ok_or_else(|| columns.inconsistent("subject"))?,
        customer: columns.id_option("customer")?,
    })
}

/// A try of a claimed delivery.
pub struct Tried {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The lease under which it was tried.
    pub lease: Lease,
    /// The attempt.
    pub attempt: Attempt,
    /// The delivery's new status.
    pub status: DeliveryStatus,
    /// When a PENDING delivery is due again.
    pub next: Option<Timestamp>,
}

/// Writes attempts, at most [`places::MOST`], and the new status of their deliveries. Returns the deliveries whose attempt was written:
/// an attempt is refused if its worker no longer has the lease.
pub async fn record(tx: &mut Tx, tried: &[&Tried]) -> Result<HashSet<DeliveryId>> {
    let recorded = finish(tx, tried).await?;
    let kept: Vec<&Tried> = tried.iter().copied().filter(|tried| recorded.contains(&tried.delivery)).collect();
    if !kept.is_empty() {
        insert_attempts(tx, &kept).await?;
    }
    Ok(recorded)
}

async fn finish(tx: &mut Tx, tried: &[&Tried]) -> Result<HashSet<DeliveryId>> {
    let width = places::width(tried.len());
    let sql = format!(
        "WITH tried (id, lease, status, due_at, tries) AS (VALUES {}), held AS MATERIALIZED (SELECT d.id AS id, t.status AS status, t.due_at AS due_at, \
         t.tries AS tries FROM deliveries d JOIN tried t ON d.id = t.id AND d.lease = t.lease {}) \
         UPDATE deliveries SET status = held.status, due_at = held.due_at, lease = NULL, tries = held.tries, claims = 0 FROM held \
         WHERE deliveries.id = held.id RETURNING deliveries.id AS id",
        places::rows(width, 5),
        locked_in_order(tx)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for place in 0..width {
        let tried = tried.get(place);
        query = query
            .bind(tried.map(|tried| tried.delivery.row()))
            .bind(tried.map(|tried| tried.lease.row()))
            .bind(tried.map(|tried| tried.status.as_str()))
            .bind(tried.and_then(|tried| tried.next).map(|at| at.0))
            .bind(tried.map(|tried| i64::from(tried.attempt.number)));
    }
    let rows = query.fetch_all(tx.db().await?).await?;
    rows.iter().map(|row| Columns::new(row, "deliveries", "id")?.id("id")).collect()
}

async fn insert_attempts(tx: &mut Tx, tried: &[&Tried]) -> Result<()> {
    let width = places::width(tried.len());
    let sql = format!(
        "WITH tried (delivery, number, started_at, duration_ms, status_code, failure) AS (VALUES {}) \
         INSERT INTO attempts (delivery, number, started_at, duration_ms, status_code, failure) \
         SELECT delivery, number, started_at, duration_ms, status_code, failure FROM tried WHERE delivery IS NOT NULL",
        places::rows(width, 6)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for place in 0..width {
        let (delivery, attempt) = (tried.get(place).map(|tried| tried.delivery.row()), tried.get(place).map(|tried| &tried.attempt));
        query = query
            .bind(delivery)
            .bind(attempt.map(|attempt| i64::from(attempt.number)))
            .bind(attempt.map(|attempt| attempt.started_at.0))
            .bind(attempt.map(|attempt| attempt.duration_ms))
            .bind(attempt.and_then(|attempt| attempt.status_code).map(i64::from))
            .bind(attempt.and_then(|attempt| attempt.failure.clone()));
    }
    query.execute(tx.db().await?).await?;
    Ok(())
}
