//! The tables of the outbox: writes events and queues their deliveries; reads deliveries with their attempts. `deliveries.rs` claims and
//! records.

use std::collections::HashMap;

use shared::{
    ids::{EndpointId, EventId},
    session::Timestamp,
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    columns::{Columns, Listed, intact, listed},
    endpoints,
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{DeliveryId, Lease, RowId},
    model::{Attempt, Delivery, Endpoint, Subject},
    vault::Vault,
};

/// The most deliveries whose attempts one statement reads.
const BATCH: usize = 100;

/// What the next event about a subject needs.
pub struct Next {
    /// Its number among all events of its subject, from 1.
    pub sequence: i64,
    /// The endpoints that are not disabled. A damaged one is an error of its own, so that it stops no other.
    pub endpoints: Vec<(EndpointId, Result<Endpoint>)>,
}

/// Reads what the next event about a subject needs. The subject's row is locked, so that its events are numbered in order.
pub async fn next(tx: &mut Tx, vault: &Vault, subject: Subject) -> Result<Next> {
    let sql = format!(
        "SELECT c.last AS last, {} FROM (SELECT 1 AS one) AS here LEFT JOIN event_counters c ON c.subject = $1 \
         LEFT JOIN endpoints ON endpoints.disabled_at IS NULL ORDER BY endpoints.id",
        endpoints::COLUMNS
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(subject.row()).fetch_all(tx.db().await?).await?;
    let last = rows.first().map(|row| row.try_get::<Option<i64>, _>("last")).transpose()?.flatten();
    let id = |row: &AnyRow| intact(Columns::new(row, "endpoints", "id").and_then(|columns| columns.id("id")));
    // Without an endpoint there is one row, with the counter alone.
    let there = rows.iter().filter(|row| !matches!(row.try_get::<Option<String>, _>("id"), Ok(None)));
    let endpoints = there.filter_map(|row| Some((id(row)?, endpoints::read(row, vault))));
    Ok(Next { sequence: last.unwrap_or_default() + 1, endpoints: endpoints.collect() })
}

/// An event to be written.
pub struct NewEvent<'a> {
    /// Its id.
    pub id: EventId,
    /// The event's type, such as `session.completed`.
    pub event_type: &'static str,
    /// The subject it is about.
    pub subject: Subject,
    /// Its number among the events of its type and subject, from 1.
    pub occurrence: i64,
    /// Its number among all events of its subject, from 1.
    pub sequence: i64,
    /// Its encrypted body.
    pub body: &'a [u8],
}

/// Writes an event, and counts it. If this occurrence or this number was written before, the transaction fails with a conflict when this is
/// sent, because an event must exist only once.
///
/// # Errors
/// If the database refuses something that was written before.
pub async fn insert_event(tx: &mut Tx, event: &NewEvent<'_>, now: Timestamp) -> Result<()> {
    let counter = "INSERT INTO event_counters (subject, last) VALUES ($1, $2) ON CONFLICT (subject) DO UPDATE SET last = excluded.last \
         WHERE event_counters.last = excluded.last - 1";
    tx.later_one(counter).await?.bind(event.subject.row()).bind(event.sequence);
    tx.later("INSERT INTO events (id, type, subject_kind, subject, occurrence, sequence, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .await?
        .bind(event.id.row())
        .bind(event.event_type)
        .bind(event.subject.kind())
        .bind(event.subject.row())
        .bind(event.occurrence)
        .bind(event.sequence)
        .bind(event.body.to_vec())
        .bind(now.0);
    Ok(())
}

/// A delivery, to be queued.
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// The lease of this process, if it has claimed the delivery.
    pub lease: Option<Lease>,
    /// When it is due, or until when it is claimed.
    pub due_at: Timestamp,
}

/// Queues the deliveries of an event.
pub async fn insert_deliveries(tx: &mut Tx, event: EventId, deliveries: &[NewDelivery]) -> Result<()> {
    for deliveries in deliveries.chunks(places::MOST) {
        let width = places::width(deliveries.len());
        let sql = format!(
            "WITH wanted (id, endpoint, lease, due_at, claims) AS (VALUES {}) INSERT INTO deliveries (id, event, endpoint, status, tries, claims, lease, due_at) \
             SELECT id, ${}, endpoint, 'PENDING', 0, claims, lease, due_at FROM wanted WHERE id IS NOT NULL",
            places::rows(width, 5),
            5 * width + 1
        );
        let mut query = tx.later(&sql).await?;
        for place in 0..width {
            let delivery = deliveries.get(place);
            query = query
                .bind(delivery.map(|delivery| delivery.id.row()))
                .bind(delivery.map(|delivery| delivery.endpoint.row()))
                .bind(delivery.and_then(|delivery| delivery.lease).map(RowId::row))
                .bind(delivery.map(|delivery| delivery.due_at.0))
                .bind(delivery.map(|delivery| i64::from(delivery.lease.is_some())));
        }
        query.bind(event.row());
    }
    Ok(())
}

/// The subject of an event, from its columns `subject_kind` and `subject`.
pub(super) fn subject(columns: &Columns<'_>) -> Result<Subject> {
    let (kind, row): (String, String) = (columns.get("subject_kind")?, columns.get("subject")?);
    Subject::parse(&kind, &row).ok_or_else(|| columns.inconsistent("subject").into())
}

/// The deliveries of the events about a session or a transaction with all their attempts, newest first, at most `limit`.
pub async fn deliveries_of<T: RowId>(db: &mut Db, subject: T, limit: i64) -> Result<Vec<Listed<Delivery>>> {
    let sql = format!("{DELIVERIES} WHERE e.subject = $1 ORDER BY d.id DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(subject.row()).bind(limit).fetch_all(&mut *db).await?;
    with_attempts(db, &rows).await
}

/// The last deliveries to an endpoint with all their attempts, newest first.
pub async fn deliveries_to(db: &mut Db, endpoint: EndpointId, limit: i64) -> Result<Vec<Listed<Delivery>>> {
    let sql = format!("{DELIVERIES} WHERE d.endpoint = $1 ORDER BY d.id DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(endpoint.row()).bind(limit).fetch_all(&mut *db).await?;
    with_attempts(db, &rows).await
}

const DELIVERIES: &str = "SELECT d.id AS id, d.status AS status, d.due_at AS due_at, e.id AS event, e.type AS type, e.subject_kind AS subject_kind, \
     e.subject AS subject, d.endpoint AS endpoint FROM deliveries d JOIN events e ON e.id = d.event";

async fn with_attempts(db: &mut Db, rows: &[AnyRow]) -> Result<Vec<Listed<Delivery>>> {
    let attempts = attempts_at(db, rows).await?;
    Ok(listed(rows, "deliveries", "id", |row| {
        let columns = Columns::new(row, "deliveries", "id")?;
        Ok(Delivery {
            id: columns.id("id")?,
            event: columns.id("event")?,
            event_type: columns.get("type")?,
            endpoint: columns.id("endpoint")?,
            subject: subject(&columns)?,
            status: columns.parsed("status")?,
            next_at: columns.time_option("due_at")?,
            attempts: attempts.get(&columns.get::<String>("id")?).cloned().unwrap_or_default(),
        })
    }))
}

/// The attempts of these deliveries, by delivery, in order. One statement reads many deliveries.
async fn attempts_at(db: &mut Db, deliveries: &[AnyRow]) -> Result<HashMap<String, Vec<Attempt>>> {
    let mut found: HashMap<String, Vec<Attempt>> = HashMap::new();
    for batch in deliveries.chunks(BATCH) {
        let places: Vec<String> = (1..=batch.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT delivery, number, started_at, duration_ms, status_code, failure FROM attempts WHERE delivery IN ({}) ORDER BY delivery, number",
            places.join(", ")
        );
        let ids = batch.iter().map(|row| Columns::new(row, "deliveries", "id")?.get("id")).collect::<Result<Vec<String>>>()?;
        let query = ids.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id));
        for row in query.fetch_all(&mut *db).await? {
            let delivery: String = Columns::new(&row, "attempts", "delivery")?.get("delivery")?;
            found.entry(delivery).or_default().extend(intact(read_attempt(&row)));
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
