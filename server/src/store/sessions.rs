//! Sessions. A transaction locks the row before it changes it. A change of status is one UPDATE with `WHERE status = from`; if it
//! changes no row, the answer is a conflict.

use std::collections::HashMap;

use shared::{
    ids::SessionId,
    language::Language,
    risk::Decision,
    session::{Outcome, SessionState, Status, Timestamp},
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    bound,
    columns::{Columns, Listed, intact, listed},
    error::{Result, StoreError, exactly_one},
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{CustomerId, RowId as _, SessionRef},
    model::{Device, Session, Submission},
    vault::Vault,
};

const COLUMNS: &str = "ref, id_sealed, data_key, flow, customer, locale, status, created_at, expires_at, touched_at, submitted_at, completed_at, expired_at, risk_score, decision, reasons";

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
            r#ref: columns.id("ref")?,
            id_sealed: columns.get("id_sealed")?,
            data_key: columns.get("data_key")?,
            flow: columns.id("flow")?,
            customer: columns.id_option("customer")?,
            locale: columns.parsed_option::<Language>("locale")?,
            state,
            created_at: columns.time("created_at")?,
            expires_at,
            touched_at: columns.time("touched_at")?,
            submitted_at: columns.time_option("submitted_at")?,
        })
    }
}

/// The SHA-256 of a session id, by which we look sessions up.
pub fn id_hash(id: &SessionId) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(id.expose().as_bytes()).to_vec()
}

/// The rows of the sessions with these id hashes, by hash. They are not converted yet, so that a damaged row fails only the request
/// for its session and not the whole batch.
pub async fn by_hashes(db: &mut Db, mut hashes: Vec<Vec<u8>>) -> Result<HashMap<Vec<u8>, AnyRow>, sqlx::Error> {
    // Padded to a power of two by repeating the last hash, so that few different statements are prepared.
    hashes.resize(hashes.len().next_power_of_two(), hashes.last().cloned().unwrap_or_default());
    let sql = format!("SELECT id_hash, {COLUMNS} FROM sessions WHERE id_hash IN ({})", places::list(hashes.len()));
    let query = hashes.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, hash| query.bind(hash));
    query.fetch_all(db).await?.into_iter().map(|row| Ok((row.try_get("id_hash")?, row))).collect()
}

/// The session with this ref.
pub async fn by_ref(db: &mut Db, r#ref: SessionRef) -> Result<Option<Session>> {
    let sql = select("WHERE ref = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(r#ref.to_string()).fetch_optional(db).await?;
    row.as_ref().map(Session::try_from).transpose()
}

/// The session whose ref ends with these 12 hexadecimal digits.
pub async fn by_end(db: &mut Db, end: &str) -> Result<Option<SessionRef>> {
    if end.len() != 12 || !end.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let query = sqlx::query("SELECT ref FROM sessions WHERE substr(ref, 25) = $1").bind(end.to_ascii_lowercase());
    query.fetch_optional(db).await?.as_ref().map(|row| Columns::new(row, "sessions", "ref")?.id("ref")).transpose()
}

fn select(clause: &str) -> String {
    format!("SELECT {COLUMNS} FROM sessions {clause}")
}

/// Writes a new session with status PENDING.
pub async fn insert(tx: &mut Tx, vault: &Vault, session: &Session, id: &SessionId, return_url: Option<&str>) -> Result<()> {
    tx.later(
        "INSERT INTO sessions (ref, id_hash, id_sealed, data_key, flow, customer, locale, status, created_at, expires_at, touched_at, return_url, return_url_mac) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'PENDING', $8, $9, $8, $10, $11)",
    )
    .await?
    .bind(session.r#ref.to_string())
    .bind(id_hash(id))
    .bind(session.id_sealed.clone())
    .bind(session.data_key.clone())
    .bind(session.flow.to_string())
    .bind(session.customer.map(|id| id.to_string()))
    .bind(session.locale.map(Language::tag))
    .bind(session.created_at.0)
    .bind(session.expires_at.0)
    .bind(return_url.map(str::to_owned))
    .bind(return_url.map(|url| bound::mac(vault, "sessions", "return_url", &session.r#ref.row(), url)));
    Ok(())
}

/// Where the customer goes when the session is over; `None` if it has no return URL.
pub async fn return_url(db: &mut Db, vault: &Vault, r#ref: SessionRef) -> Result<Option<String>> {
    let query = sqlx::query("SELECT ref, return_url, return_url_mac FROM sessions WHERE ref = $1 AND return_url IS NOT NULL");
    let Some(row) = query.bind(r#ref.row()).fetch_optional(db).await? else { return Ok(None) };
    Columns::new(&row, "sessions", "ref")?.bound_option(vault, "return_url")
}

/// Locks a session until the transaction ends, so that no other transaction changes it or what belongs to it. Sets `touched_at` if
/// `touched` is given. `None` if there is no such session.
pub async fn hold(tx: &mut Tx, r#ref: SessionRef, touched: Option<Timestamp>) -> Result<Option<Session>> {
    let sql = format!("UPDATE sessions SET touched_at = COALESCE({TOUCHED}, touched_at) WHERE ref = $1 RETURNING {COLUMNS}");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(r#ref.row()).bind(touched.map(|at| at.0));
    query.fetch_optional(tx.db().await?).await?.as_ref().map(Session::try_from).transpose()
}

/// The new `touched_at`: always a later one, so that it tells two changes apart also where they have the same time.
const TOUCHED: &str = "CASE WHEN touched_at >= $2 THEN touched_at + 1 ELSE $2 END";

/// Locks a session in the same way and sets `touched_at`, unless it was touched since it had this `touched_at`.
pub async fn hold_unchanged(tx: &mut Tx, r#ref: SessionRef, seen: Timestamp, now: Timestamp) -> Result<Option<Session>> {
    let sql = format!("UPDATE sessions SET touched_at = {TOUCHED} WHERE ref = $1 AND touched_at = $3 RETURNING {COLUMNS}");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(r#ref.row()).bind(now.0).bind(seen.0);
    query.fetch_optional(tx.db().await?).await?.as_ref().map(Session::try_from).transpose()
}

/// Whether a device wrote an answer or a file of this session, or submitted it.
pub async fn has_writer(db: &mut Db, r#ref: SessionRef, device: Device) -> Result<bool> {
    let query = sqlx::query(
        "SELECT 1 FROM answers WHERE session_ref = $1 AND writer = $2 UNION ALL SELECT 1 FROM artifacts WHERE session_ref = $1 AND writer = $2 \
         UNION ALL SELECT 1 FROM sessions WHERE ref = $1 AND submitted_by = $2 LIMIT 1",
    );
    Ok(query.bind(r#ref.row()).bind(device.to_vec()).fetch_optional(db).await?.is_some())
}

/// PENDING → PROCESSING, with what the request that submits the session is.
///
/// # Errors
/// If the database refuses something that was written before. If the session is not PENDING, or its time is up, the transaction fails with
/// [`StoreError::Conflict`] when this is sent.
pub async fn submit(tx: &mut Tx, r#ref: SessionRef, at: Timestamp, submission: &Submission) -> Result<()> {
    let sql = "UPDATE sessions SET status = 'PROCESSING', submitted_at = $2, submitted_by = $3, submitted_mac = $4, wrong_tries = $5 \
         WHERE ref = $1 AND status = 'PENDING' AND expires_at > $2";
    let query = tx.later_one(sql).await?.bind(r#ref.row()).bind(at.0).bind(submission.by.map(|device| device.to_vec()));
    query.bind(submission.mac.clone()).bind(submission.wrong_tries);
    Ok(())
}

/// What the request that submitted a session was.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such session.
pub async fn submission(db: &mut Db, r#ref: SessionRef) -> Result<Submission> {
    let query = sqlx::query("SELECT ref, submitted_by, submitted_mac, wrong_tries FROM sessions WHERE ref = $1").bind(r#ref.row());
    let row = query.fetch_optional(db).await?.ok_or(StoreError::Conflict)?;
    let columns = Columns::new(&row, "sessions", "ref")?;
    Ok(Submission { by: columns.hash_option("submitted_by")?, mac: columns.get("submitted_mac")?, wrong_tries: columns.get("wrong_tries")? })
}

/// Counts a request that differed from the submitted one. The session's row is locked.
pub async fn count_wrong_try(tx: &mut Tx, r#ref: SessionRef) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET wrong_tries = wrong_tries + 1 WHERE ref = $1");
    exactly_one(query.bind(r#ref.row()).execute(tx.db().await?).await?.rows_affected())
}

/// Writes the state in which a session ends if its status is still `from`.
///
/// # Errors
/// If the database refuses something that was written before. If the status is another one, the transaction fails with
/// [`StoreError::Conflict`] when this is sent.
pub async fn change(tx: &mut Tx, r#ref: SessionRef, from: Status, to: &SessionState) -> Result<()> {
    match to {
        SessionState::Pending { .. } | SessionState::Processing { .. } => return Err(StoreError::Conflict),
        SessionState::Expired { expired_at } => {
            let sql = "UPDATE sessions SET status = 'EXPIRED', expired_at = $3 WHERE ref = $1 AND status = $2 AND expires_at <= $3";
            tx.later_one(sql).await?.bind(r#ref.row()).bind(from.as_str()).bind(expired_at.0);
        }
        SessionState::Completed { completed_at, outcome } => {
            let reasons: Vec<&str> = outcome.reasons.iter().map(String::as_str).collect();
            let sql =
                "UPDATE sessions SET status = 'COMPLETED', completed_at = $3, risk_score = $4, decision = $5, reasons = $6 WHERE ref = $1 AND status = $2";
            let query = tx.later_one(sql).await?.bind(r#ref.row()).bind(from.as_str()).bind(completed_at.0);
            query.bind(i64::from(outcome.risk_score)).bind(outcome.decision.as_str()).bind(reasons.join(","));
        }
    }
    Ok(())
}

/// Sets a session's `expires_at` to now, for an operator who expires it.
///
/// # Errors
/// [`StoreError::Conflict`] if it is not PENDING, or its time is up.
pub async fn end_now(tx: &mut Tx, r#ref: SessionRef, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET expires_at = $2 WHERE ref = $1 AND status = 'PENDING' AND expires_at > $2");
    exactly_one(query.bind(r#ref.row()).bind(now.0).execute(tx.db().await?).await?.rows_affected())
}

/// Sets or removes a session's customer. The session's row is locked.
pub async fn set_customer(tx: &mut Tx, r#ref: SessionRef, to: Option<CustomerId>) -> Result<()> {
    let query = sqlx::query("UPDATE sessions SET customer = $2 WHERE ref = $1").bind(r#ref.to_string()).bind(to.map(|id| id.to_string()));
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// The filter of a list of sessions.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// All sessions.
    All,
    /// Sessions with this status in the row.
    Status(Status),
    /// Completed sessions with the decision REVIEW.
    Review,
    /// Sessions of this customer.
    Customer(CustomerId),
}

/// Sessions older than `before`, the newest first: `ref` is a UUIDv7, so it sorts by time, and every list has an index.
pub async fn list(db: &mut Db, by: By, before: SessionRef, limit: i64) -> Result<Vec<Listed<Session>>> {
    let (clause, value) = match by {
        By::All => ("", None),
        By::Status(status) => ("status = $3 AND", Some(status.as_str().to_owned())),
        By::Review => ("status = 'COMPLETED' AND decision = 'REVIEW' AND", None),
        By::Customer(customer) => ("customer = $3 AND", Some(customer.to_string())),
    };
    let sql = select(&format!("WHERE {clause} ref < $1 ORDER BY ref DESC LIMIT $2"));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(before.to_string()).bind(limit);
    let query = if let Some(value) = value { query.bind(value) } else { query };
    Ok(listed(&query.fetch_all(db).await?, "sessions", "ref", |row| Session::try_from(row)))
}

/// Sessions whose time is up and whose row still says PENDING, the longest overdue first.
pub async fn overdue(db: &mut Db, now: Timestamp, limit: i64) -> Result<Vec<SessionRef>> {
    let query = sqlx::query("SELECT ref FROM sessions WHERE status = 'PENDING' AND expires_at <= $1 ORDER BY expires_at LIMIT $2");
    let rows = query.bind(now.0).bind(limit).fetch_all(db).await?;
    Ok(rows.iter().filter_map(|row| intact(Columns::new(row, "sessions", "ref").and_then(|columns| columns.id("ref")))).collect())
}
