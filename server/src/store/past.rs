//! Reads the past, customer by customer, for a backtest: transactions in the order in which they arrived, and completed sessions with every
//! decision on them. Each statement reads few rows, so that none is long under way.

use std::collections::{BTreeSet, HashMap};

use shared::{risk::Decision, session::Timestamp};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{columns::Columns, error::Result, places, transactions::Unread, tx::Db};
use crate::{
    ids::{CustomerId, FlowId, RowId as _, SessionRef, TransactionRef},
    model::Customer,
};

/// How many transactions have arrived.
pub async fn count(db: &mut Db) -> Result<u64> {
    let row = sqlx::query("SELECT CAST(COALESCE(SUM(arrivals), 0) AS BIGINT) AS n FROM customers").fetch_one(db).await?;
    Ok(u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or_default())
}

/// Customers after this one in the order of their rows, at most `limit`, each with how many transactions it has.
pub async fn customers(db: &mut Db, after: Option<CustomerId>, limit: i64) -> Result<Vec<(Customer, i64)>> {
    let query = sqlx::query("SELECT id, reference, data_key, arrivals FROM customers WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = query.bind(after.map(|id| id.row()).unwrap_or_default()).bind(limit).fetch_all(db).await?;
    let read = |row: &AnyRow| {
        let columns = Columns::new(row, "customers", "id")?;
        let customer = Customer { id: columns.id("id")?, reference: columns.get("reference")?, data_key: columns.get("data_key")? };
        Ok((customer, columns.get("arrivals")?))
    };
    rows.iter().map(read).collect()
}

/// All transactions of these customers, in no particular order.
pub async fn of_customers(db: &mut Db, customers: &[CustomerId]) -> Result<Vec<Unread>> {
    let sql = Unread::select(&format!("WHERE customer IN ({})", wide(customers.len())));
    fetch(db, sql, customers.iter().map(|id| id.row()).collect()).await
}

/// The transactions of these refs, in no particular order.
pub async fn by_refs(db: &mut Db, refs: &[TransactionRef]) -> Result<Vec<Unread>> {
    let sql = Unread::select(&format!("WHERE ref IN ({})", wide(refs.len())));
    fetch(db, sql, refs.iter().map(|of| of.row()).collect()).await
}

/// Places for this many values or a few more, so that few different statements are prepared.
fn wide(values: usize) -> String {
    places::list(places::width(values))
}

/// Binds the values, the last one again for each place that is left.
async fn fetch(db: &mut Db, sql: String, mut values: Vec<String>) -> Result<Vec<Unread>> {
    let Some(last) = values.last().cloned() else { return Ok(Vec::new()) };
    values.resize(places::width(values.len()), last);
    let query = values.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), sqlx::query::Query::bind);
    Ok(query.fetch_all(db).await?.into_iter().map(Unread::from).collect())
}

/// The refs of a customer's transactions that happened after this one, at most `limit`: in the order in which they happened, each with its
/// moment and its number in the order of arrival.
pub async fn keys(db: &mut Db, customer: CustomerId, after: (Timestamp, Option<TransactionRef>), limit: i64) -> Result<Vec<(Timestamp, TransactionRef, i64)>> {
    let query = sqlx::query(
        "SELECT ref, occurred_at, arrival FROM transactions WHERE customer = $1 AND occurred_at >= $2 AND (occurred_at > $2 OR ref > $3) \
         ORDER BY occurred_at, ref LIMIT $4",
    );
    let query = query.bind(customer.row()).bind(after.0.0).bind(after.1.map(|of| of.row()).unwrap_or_default()).bind(limit);
    let read = |row: &AnyRow| {
        let columns = Columns::new(row, "transactions", "ref")?;
        Ok((columns.time("occurred_at")?, columns.id("ref")?, columns.get("arrival")?))
    };
    query.fetch_all(db).await?.iter().map(read).collect()
}

/// A completed session of a customer.
#[derive(Clone, Debug)]
pub struct PastSession {
    /// Its row.
    pub session: SessionRef,
    /// The version of its flow.
    pub flow_version: FlowId,
    /// Its flow.
    pub flow: String,
    /// When it was completed.
    pub completed_at: Timestamp,
    /// Since when it belongs to the customer, if an operator linked it.
    pub linked_at: Option<Timestamp>,
    /// Its score.
    pub score: u8,
    /// The reasons that its checks found.
    pub reasons: BTreeSet<String>,
    /// Its newest decision.
    pub decision: Decision,
    /// Whether a check could not be done.
    pub has_error: bool,
    /// The decisions of operators, the first one first.
    pub reviews: Vec<(Timestamp, Decision)>,
}

/// The completed sessions of these customers, by customer: in the order in which they were completed.
pub async fn sessions(db: &mut Db, customers: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<PastSession>>> {
    let mut found: HashMap<CustomerId, Vec<PastSession>> = HashMap::new();
    let Some(last) = customers.last() else { return Ok(found) };
    let width = places::width(customers.len());
    let bound = |query| customers.iter().chain(std::iter::repeat(last)).take(width).fold(query, |query: Query<'_>, id| query.bind(id.row()));
    let sql = format!(
        "SELECT s.ref AS ref, s.customer AS customer, s.flow AS flow_version, f.name AS flow, s.completed_at AS completed_at, s.risk_score AS risk_score, \
         s.decision AS decision, s.reasons AS reasons, \
         (SELECT MAX(a.at) FROM audit a WHERE a.subject = s.ref AND a.routine = 0 AND a.routine < 2 AND a.action = 'session.linked') AS linked_at, \
         (SELECT COUNT(*) FROM checks c WHERE c.session_ref = s.ref AND c.result = 'ERROR') AS errors \
         FROM sessions s JOIN flows f ON f.id = s.flow \
         WHERE s.customer IN ({}) AND s.status = 'COMPLETED' ORDER BY s.completed_at, s.ref",
        places::list(width)
    );
    for row in &bound(sqlx::query(AssertSqlSafe(sql))).fetch_all(&mut *db).await? {
        let columns = Columns::new(row, "sessions", "ref")?;
        found.entry(columns.id("customer")?).or_default().push(PastSession {
            session: columns.id("ref")?,
            flow_version: columns.id("flow_version")?,
            flow: columns.get("flow")?,
            completed_at: columns.required_time("completed_at")?,
            linked_at: columns.time_option("linked_at")?,
            score: columns.number("risk_score")?,
            reasons: columns.words("reasons")?,
            decision: columns.parsed("decision")?,
            has_error: columns.get::<i64>("errors")? > 0,
            reviews: Vec::new(),
        });
    }
    let sql = format!(
        "SELECT r.session_ref AS session_ref, r.decision AS decision, r.at AS at FROM reviews r \
         JOIN sessions s ON s.ref = r.session_ref WHERE s.customer IN ({}) AND s.status = 'COMPLETED' ORDER BY r.session_ref, r.number",
        places::list(width)
    );
    let mut past_of: HashMap<SessionRef, &mut PastSession> = found.values_mut().flatten().map(|past| (past.session, past)).collect();
    for row in &bound(sqlx::query(AssertSqlSafe(sql))).fetch_all(&mut *db).await? {
        let columns = Columns::new(row, "reviews", "session_ref")?;
        if let Some(past) = past_of.get_mut(&columns.id::<SessionRef>("session_ref")?) {
            past.reviews.push((columns.time("at")?, columns.parsed("decision")?));
        }
    }
    Ok(found)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;
