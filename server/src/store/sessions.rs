//! Sessions and their transitions. Each transition is one guarded UPDATE: exactly one row, or a conflict.

use std::collections::HashMap;

use shared::{
    ids::SessionId,
    language::Language,
    risk::Decision,
    session::{Outcome, SessionState, Status, Timestamp},
};
use sqlx::{Row as _, any::AnyRow};
use uuid::Uuid;

use super::{Db, Result, StoreError, Tx, columns::Columns, exactly_one};
use crate::model::{Session, SessionRef};

const COLUMNS: &str = "ref, id_sealed, data_key, flow, customer, locale, return_url, status, created_at, expires_at, touched_at, submitted_at, completed_at, expired_at, risk_score, decision, reasons";

impl TryFrom<&AnyRow> for Session {
    type Error = StoreError;
    fn try_from(row: &AnyRow) -> Result<Self> {
        let columns = Columns::new(row, "sessions", "ref")?;
        let expires_at = columns.time("expires_at")?;
        let state = match columns.get::<String>("status")?.as_str() {
            "PENDING" => SessionState::Pending { expires_at },
            "PROCESSING" => SessionState::Processing { submitted_at: columns.required_time("submitted_at")? },
            "COMPLETED" => SessionState::Completed {
                completed_at: columns.required_time("completed_at")?,
                outcome: Outcome {
                    risk_score: columns.number("risk_score")?,
                    decision: columns.parsed::<Decision>("decision")?,
                    reasons: columns.words("reasons")?,
                },
            },
            "EXPIRED" => SessionState::Expired { expired_at: columns.required_time("expired_at")? },
            _ => return Err(columns.inconsistent("status").into()),
        };
        Ok(Self {
            r#ref: columns.parsed("ref")?,
            id_sealed: columns.get("id_sealed")?,
            data_key: columns.get("data_key")?,
            flow: columns.parsed("flow")?,
            customer: columns.parsed_option("customer")?,
            locale: columns.parsed_option::<Language>("locale")?,
            return_url: columns.get("return_url")?,
            state,
            created_at: columns.time("created_at")?,
            expires_at,
            touched_at: columns.time("touched_at")?,
            submitted_at: columns.time_option("submitted_at")?,
        })
    }
}

/// SHA-256 of a session id: what it is found by.
pub fn id_hash(id: &SessionId) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(id.expose().as_bytes()).to_vec()
}

/// The rows of sessions whose ids have these SHA-256, by it: one that is damaged is nobody else's trouble.
pub async fn by_hashes(db: &mut Db, mut hashes: Vec<Vec<u8>>) -> Result<HashMap<Vec<u8>, AnyRow>, sqlx::Error> {
    // A statement for each power of two, the last hash repeated: each is prepared once.
    hashes.resize(hashes.len().next_power_of_two(), hashes.last().cloned().unwrap_or_default());
    let places: Vec<String> = (1..=hashes.len()).map(|place| format!("${place}")).collect();
    let sql = format!("SELECT id_hash, {COLUMNS} FROM sessions WHERE id_hash IN ({})", places.join(", "));
    let query = hashes.into_iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), |query, hash| query.bind(hash));
    query.fetch_all(db).await?.into_iter().map(|row| Ok((row.try_get("id_hash")?, row))).collect()
}

/// The session of this row.
pub async fn by_ref(db: &mut Db, r#ref: SessionRef) -> Result<Option<Session>> {
    let sql = select("WHERE ref = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(r#ref.to_string()).fetch_optional(db).await?;
    row.as_ref().map(Session::try_from).transpose()
}

fn select(clause: &str) -> String {
    format!("SELECT {COLUMNS} FROM sessions {clause}")
}

/// Writes a new session, PENDING.
pub async fn insert(tx: &mut Tx, session: &Session, id: &SessionId) -> Result<()> {
    sqlx::query(
        "INSERT INTO sessions (ref, id_hash, id_sealed, data_key, flow, customer, locale, return_url, status, created_at, expires_at, touched_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $10, 'PENDING', $8, $9, $8)",
    )
    .bind(session.r#ref.to_string())
    .bind(id_hash(id))
    .bind(session.id_sealed.clone())
    .bind(session.data_key.clone())
    .bind(session.flow.to_string())
    .bind(session.customer.map(|id| id.to_string()))
    .bind(session.locale.map(Language::tag))
    .bind(session.created_at.0)
    .bind(session.expires_at.0)
    .bind(session.return_url.clone())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Holds a session that is open, until the transaction ends: nobody else changes it or what belongs to it meanwhile.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not PENDING or its time is up.
pub async fn hold_open(tx: &mut Tx, r#ref: SessionRef, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET touched_at = $2 WHERE ref = $1 AND status = 'PENDING' AND expires_at > $2");
    exactly_one(query.bind(r#ref.to_string()).bind(now.0).execute(&mut **tx).await?.rows_affected())
}

/// Holds a session whose checks run, until the transaction ends.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not PROCESSING.
pub async fn hold_processing(tx: &mut Tx, r#ref: SessionRef, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET touched_at = $2 WHERE ref = $1 AND status = 'PROCESSING'");
    exactly_one(query.bind(r#ref.to_string()).bind(now.0).execute(&mut **tx).await?.rows_affected())
}

/// PENDING → PROCESSING.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not PENDING or its time is up.
pub async fn submit(tx: &mut Tx, r#ref: SessionRef, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET status = 'PROCESSING', submitted_at = $2 WHERE ref = $1 AND status = 'PENDING' AND expires_at > $2");
    exactly_one(query.bind(r#ref.to_string()).bind(now.0).execute(&mut **tx).await?.rows_affected())
}

/// PROCESSING → COMPLETED.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not PROCESSING.
pub async fn complete(tx: &mut Tx, r#ref: SessionRef, now: Timestamp, outcome: &Outcome) -> Result<()> {
    let reasons: Vec<&str> = outcome.reasons.iter().map(String::as_str).collect();
    let query = sqlx::query(
        "UPDATE sessions SET status = 'COMPLETED', completed_at = $2, risk_score = $3, decision = $4, reasons = $5 WHERE ref = $1 AND status = 'PROCESSING'",
    )
    .bind(r#ref.to_string())
    .bind(now.0)
    .bind(i64::from(outcome.risk_score))
    .bind(outcome.decision.as_str())
    .bind(reasons.join(","));
    exactly_one(query.execute(&mut **tx).await?.rows_affected())
}

/// PENDING → EXPIRED.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not PENDING or its time is not up.
pub async fn expire(tx: &mut Tx, r#ref: SessionRef, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET status = 'EXPIRED', expired_at = $2 WHERE ref = $1 AND status = 'PENDING' AND expires_at <= $2");
    exactly_one(query.bind(r#ref.to_string()).bind(now.0).execute(&mut **tx).await?.rows_affected())
}

/// Brings a session's end forward to now, on behalf of somebody who expires it.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not PENDING or its time is up.
pub async fn end_now(tx: &mut Tx, r#ref: SessionRef, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET expires_at = $2 WHERE ref = $1 AND status = 'PENDING' AND expires_at > $2");
    exactly_one(query.bind(r#ref.to_string()).bind(now.0).execute(&mut **tx).await?.rows_affected())
}

/// Holds a session in whatever state, until the transaction ends; nothing where there is none of this ref.
pub async fn hold(tx: &mut Tx, r#ref: SessionRef) -> Result<()> {
    sqlx::query("UPDATE sessions SET customer = customer WHERE ref = $1").bind(r#ref.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Says whose session it is, or with `None` that nobody knows. The session is held.
pub async fn set_customer(tx: &mut Tx, r#ref: SessionRef, to: Option<Uuid>) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET customer = $2 WHERE ref = $1").bind(r#ref.to_string()).bind(to.map(|id| id.to_string()));
    exactly_one(query.execute(&mut **tx).await?.rows_affected())
}

/// Which sessions a list holds.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// Every one.
    All,
    /// Those of this status.
    Status(Status),
    /// Completed ones that wait for a person.
    Review,
    /// Those of this customer.
    Customer(Uuid),
}

/// Sessions older than `before`, the newest first: `ref` is a UUIDv7, so it sorts by time, and every list has an index.
pub async fn list(db: &mut Db, by: By, before: SessionRef, limit: i64) -> Result<Vec<Session>> {
    let (clause, value) = match by {
        By::All => ("", None),
        By::Status(status) => ("status = $3 AND", Some(status.as_str().to_owned())),
        By::Review => ("status = 'COMPLETED' AND decision = 'REVIEW' AND", None),
        By::Customer(customer) => ("customer = $3 AND", Some(customer.to_string())),
    };
    let sql = select(&format!("WHERE {clause} ref < $1 ORDER BY ref DESC LIMIT $2"));
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.to_string()).bind(limit);
    let query = if let Some(value) = value { query.bind(value) } else { query };
    query.fetch_all(db).await?.iter().map(Session::try_from).collect()
}

/// Sessions whose time is up and which still stand as PENDING, the longest overdue first.
pub async fn overdue(db: &mut Db, now: Timestamp, limit: i64) -> Result<Vec<SessionRef>> {
    let query = sqlx::query("SELECT ref FROM sessions WHERE status = 'PENDING' AND expires_at <= $1 ORDER BY expires_at LIMIT $2");
    let rows = query.bind(now.0).bind(limit).fetch_all(db).await?;
    rows.iter().map(|row| Columns::new(row, "sessions", "ref")?.parsed("ref")).collect()
}
