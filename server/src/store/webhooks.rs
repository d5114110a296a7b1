//! Endpoints, events, their deliveries and every attempt.

use std::collections::HashMap;

use shared::{
    ids::{EndpointId, EventId},
    session::Timestamp,
};
use sqlx::{AssertSqlSafe, any::AnyRow};
use uuid::Uuid;

use super::{Db, Result, StoreError, Tx, columns::Columns, exactly_one, leases};
use crate::model::{Attempt, Claim, ClaimedDelivery, Delivery, Endpoint, SessionRef};

/// Deliveries whose attempts one statement reads.
const TOGETHER: usize = 100;

/// An event to be written.
pub struct NewEvent<'a> {
    /// Its id.
    pub id: Uuid,
    /// What happened.
    pub event_type: &'static str,
    /// The session it is about.
    pub session: SessionRef,
    /// Which of its kind for this session, from 1.
    pub occurrence: i64,
    /// Its body, sealed.
    pub body: &'a [u8],
}

/// Writes an event.
///
/// # Errors
/// Where this occurrence was written before: an event happens once.
pub async fn insert_event(tx: &mut Tx, event: &NewEvent<'_>, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO events (id, type, session_ref, occurrence, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(event.id.to_string())
        .bind(event.event_type)
        .bind(event.session.to_string())
        .bind(event.occurrence)
        .bind(event.body.to_vec())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Queues an event for an endpoint, due at once.
pub async fn insert_delivery(tx: &mut Tx, id: Uuid, event: Uuid, endpoint: EndpointId, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO deliveries (id, event, endpoint, status, tries, due_at) VALUES ($1, $2, $3, 'PENDING', 0, $4)")
        .bind(id.to_string())
        .bind(event.to_string())
        .bind(Uuid::from_u128(endpoint.0).to_string())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes a new endpoint.
pub async fn insert_endpoint(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    sqlx::query("INSERT INTO endpoints (id, url, secret, created_at) VALUES ($1, $2, $3, $4)")
        .bind(Uuid::from_u128(endpoint.id.0).to_string())
        .bind(endpoint.url.clone())
        .bind(endpoint.secret.clone())
        .bind(endpoint.created_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Endpoints older than `before`, the newest first: ids are UUIDv7, so they sort by time.
pub async fn endpoints(db: &mut Db, before: Uuid, limit: i64) -> Result<Vec<Endpoint>> {
    let query = sqlx::query("SELECT id, url, secret, created_at, disabled_at FROM endpoints WHERE id < $1 ORDER BY id DESC LIMIT $2");
    query.bind(before.to_string()).bind(limit).fetch_all(db).await?.iter().map(Endpoint::try_from).collect()
}

/// The endpoint of this id.
pub async fn endpoint(db: &mut Db, id: EndpointId) -> Result<Option<Endpoint>> {
    let query = sqlx::query("SELECT id, url, secret, created_at, disabled_at FROM endpoints WHERE id = $1");
    query.bind(Uuid::from_u128(id.0).to_string()).fetch_optional(db).await?.as_ref().map(Endpoint::try_from).transpose()
}

impl TryFrom<&AnyRow> for Endpoint {
    type Error = StoreError;
    fn try_from(row: &AnyRow) -> Result<Self> {
        let columns = Columns::new(row, "endpoints", "id")?;
        Ok(Self {
            id: EndpointId(columns.parsed::<Uuid>("id")?.as_u128()),
            url: columns.get("url")?,
            secret: columns.get("secret")?,
            created_at: columns.time("created_at")?,
            disabled_at: columns.time_option("disabled_at")?,
        })
    }
}

/// Sends nothing to an endpoint any more: neither later events nor what still waits.
///
/// # Errors
/// [`StoreError::Conflict`] where there is none of this id, or it was disabled before.
pub async fn disable_endpoint(tx: &mut Tx, id: EndpointId, now: Timestamp) -> Result<()> {
    let row = Uuid::from_u128(id.0).to_string();
    let query = sqlx::query("UPDATE endpoints SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(row.clone()).bind(now.0).execute(&mut **tx).await?.rows_affected())?;
    sqlx::query("UPDATE deliveries SET status = 'FAILED', due_at = NULL, lease = NULL WHERE endpoint = $1 AND due_at IS NOT NULL")
        .bind(row)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The endpoints that events go to.
pub async fn active_endpoints(db: &mut Db) -> Result<Vec<EndpointId>> {
    let rows = sqlx::query("SELECT id FROM endpoints WHERE disabled_at IS NULL ORDER BY id").fetch_all(db).await?;
    rows.iter().map(|row| Ok(EndpointId(Columns::new(row, "endpoints", "id")?.parsed::<Uuid>("id")?.as_u128()))).collect()
}

/// Takes up to `limit` deliveries to an endpoint that are due, for this process alone until `until`.
pub async fn claim(tx: &mut Tx, to: EndpointId, now: Timestamp, until: Timestamp, lease: Uuid, limit: i64) -> Result<Vec<ClaimedDelivery>> {
    let mut claimed = Vec::new();
    for claim in leases::claim(tx, leases::Queue::DeliveriesTo(to), now, until, lease, limit).await? {
        let row = sqlx::query(
            "SELECT d.id AS id, e.id AS event, e.body AS body, s.ref AS session_ref, s.data_key AS session_key, p.id AS endpoint, p.url AS url, p.secret AS secret \
             FROM deliveries d JOIN events e ON e.id = d.event JOIN sessions s ON s.ref = e.session_ref JOIN endpoints p ON p.id = d.endpoint WHERE d.id = $1",
        )
        .bind(claim.id.to_string())
        .fetch_one(&mut **tx)
        .await?;
        let columns = Columns::new(&row, "deliveries", "id")?;
        claimed.push(ClaimedDelivery {
            claim,
            event: EventId(columns.parsed::<Uuid>("event")?.as_u128()),
            body: columns.get("body")?,
            session: columns.parsed("session_ref")?,
            session_key: columns.get("session_key")?,
            endpoint: EndpointId(columns.parsed::<Uuid>("endpoint")?.as_u128()),
            url: columns.get("url")?,
            secret: columns.get("secret")?,
        });
    }
    Ok(claimed)
}

/// Writes an attempt and what becomes of its delivery: delivered, due again, or given up.
///
/// # Errors
/// [`super::StoreError::Conflict`] where the delivery is no longer this worker's.
pub async fn record(tx: &mut Tx, claim: &Claim, attempt: &Attempt, status: &'static str, next: Option<Timestamp>) -> Result<()> {
    let query = sqlx::query("UPDATE deliveries SET status = $3, due_at = $4, lease = NULL WHERE id = $1 AND lease = $2")
        .bind(claim.id.to_string())
        .bind(claim.lease.to_string())
        .bind(status)
        .bind(next.map(|at| at.0));
    exactly_one(query.execute(&mut **tx).await?.rows_affected())?;
    sqlx::query("INSERT INTO attempts (delivery, number, started_at, duration_ms, status_code, failure) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(claim.id.to_string())
        .bind(i64::from(attempt.number))
        .bind(attempt.started_at.0)
        .bind(attempt.duration_ms)
        .bind(attempt.status_code.map(i64::from))
        .bind(attempt.failure.clone())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The deliveries of a session's events with all their attempts, newest first, at most `limit`.
pub async fn deliveries_of_session(db: &mut Db, session: SessionRef, limit: i64) -> Result<Vec<Delivery>> {
    let sql = format!("{DELIVERIES} WHERE e.session_ref = $1 ORDER BY d.id DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(session.to_string()).bind(limit).fetch_all(&mut *db).await?;
    with_attempts(db, &rows).await
}

/// The last deliveries to an endpoint with all their attempts, newest first.
pub async fn deliveries_to(db: &mut Db, endpoint: EndpointId, limit: i64) -> Result<Vec<Delivery>> {
    let sql = format!("{DELIVERIES} WHERE d.endpoint = $1 ORDER BY d.id DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(Uuid::from_u128(endpoint.0).to_string()).bind(limit).fetch_all(&mut *db).await?;
    with_attempts(db, &rows).await
}

const DELIVERIES: &str = "SELECT d.id AS id, d.status AS status, d.due_at AS due_at, e.id AS event, e.type AS type, e.session_ref AS session_ref, \
     d.endpoint AS endpoint FROM deliveries d JOIN events e ON e.id = d.event";

async fn with_attempts(db: &mut Db, rows: &[AnyRow]) -> Result<Vec<Delivery>> {
    let mut attempts = attempts_at(db, rows).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "deliveries", "id")?;
            Ok(Delivery {
                event: EventId(columns.parsed::<Uuid>("event")?.as_u128()),
                event_type: columns.get("type")?,
                endpoint: EndpointId(columns.parsed::<Uuid>("endpoint")?.as_u128()),
                session: columns.parsed("session_ref")?,
                status: columns.get("status")?,
                next_at: columns.time_option("due_at")?,
                attempts: attempts.remove(&columns.get::<String>("id")?).unwrap_or_default(),
            })
        })
        .collect()
}

/// Every attempt at these deliveries, by delivery, in order: few statements, however many there are.
async fn attempts_at(db: &mut Db, deliveries: &[AnyRow]) -> Result<HashMap<String, Vec<Attempt>>> {
    let mut found: HashMap<String, Vec<Attempt>> = HashMap::new();
    for some in deliveries.chunks(TOGETHER) {
        let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT delivery, number, started_at, duration_ms, status_code, failure FROM attempts WHERE delivery IN ({}) ORDER BY delivery, number",
            places.join(", ")
        );
        let ids = some.iter().map(|row| Columns::new(row, "deliveries", "id")?.get("id")).collect::<Result<Vec<String>>>()?;
        let query = ids.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id));
        for row in query.fetch_all(&mut *db).await? {
            let delivery: String = Columns::new(&row, "attempts", "delivery")?.get("delivery")?;
            found.entry(delivery).or_default().push(read_attempt(&row)?);
        }
    }
    Ok(found)
}

fn read_attempt(row: &AnyRow) -> Result<Attempt> {
    let columns = Columns::new(row, "attempts", "delivery")?;
    Ok(Attempt {
        number: columns.number("number")?,
        started_at: columns.time("started_at")?,
        duration_ms: columns.get("duration_ms")?,
        status_code: columns.get::<Option<i64>>("status_code")?.map(|code| u16::try_from(code).map_err(|_| columns.inconsistent("status_code"))).transpose()?,
        failure: columns.get("failure")?,
    })
}
