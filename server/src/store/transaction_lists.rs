//! Lists of transactions for pages. Each list walks one index, newest first, so that a page costs the same however many there are. What the
//! index does not tell is looked at on the way; a page looks at a bounded number of rows, and the next one goes on where it stopped.

use shared::{
    rule::{Currency, TransactionStatus},
    session::Timestamp,
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyArguments, query::Query};

use super::{
    columns::{Columns, Listed, listed},
    error::Result,
    matches::first_at,
    transactions::{COLUMNS, read},
    tx::Db,
};
use crate::{
    ids::{CustomerId, RowId as _, SessionRef, TransactionRef},
    model::Stored,
    vault::Vault,
};

/// The most rows that a page looks at.
pub const WALK: i64 = 5_000;
/// Ids are made at most so many seconds after the time that their row names.
const SLACK_SECONDS: i64 = 60;

/// Which transactions.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this customer; newest first by when they happened.
    pub customer: Option<CustomerId>,
    /// With this status.
    pub status: Option<TransactionStatus>,
    /// That this rule matched.
    pub rule: Option<String>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Of at least this amount.
    pub least: Option<i64>,
    /// Of at most this amount.
    pub most: Option<i64>,
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// A page of a list.
pub struct Found {
    /// The rows, newest first.
    pub rows: Vec<Listed<Stored>>,
    /// If the page is not full because it has looked at enough rows: the last one that it looked at.
    pub walked_to: Option<TransactionRef>,
}

const ALL: &str = "WHERE ref < $1 AND ref >= $2 AND ref < $3 ORDER BY ref DESC LIMIT $4";
const OF_STATUS: &str = "WHERE status <> 'APPROVED' AND status = $5 AND ref < $1 AND ref >= $2 AND ref < $3 ORDER BY ref DESC LIMIT $4";
const OF_RULE: &str = "WHERE rule = $5 AND transaction_ref < $1 AND transaction_ref >= $2 AND transaction_ref < $3 ORDER BY transaction_ref DESC LIMIT $4";
const OF_CUSTOMER: &str = "WHERE customer = $5 AND ref >= $2 AND ref < $3 \
     AND occurred_at <= COALESCE((SELECT b.occurred_at FROM transactions b WHERE b.ref = $1), $6) \
     AND (occurred_at < COALESCE((SELECT b.occurred_at FROM transactions b WHERE b.ref = $1), $6) OR ref < $1) ORDER BY occurred_at DESC, ref DESC LIMIT $4";

/// What a list walks along.
enum Along<'a> {
    All,
    Status(TransactionStatus),
    Rule(&'a str),
    Customer(CustomerId),
}

impl Wanted {
    fn along(&self) -> Along<'_> {
        match (self.customer, self.status, &self.rule) {
            (Some(customer), ..) => Along::Customer(customer),
            (None, Some(status @ (TransactionStatus::Review | TransactionStatus::AwaitingUser)), _) => Along::Status(status),
            (None, _, Some(rule)) => Along::Rule(rule),
            (None, Some(status), None) if status != TransactionStatus::Approved => Along::Status(status),
            _ => Along::All,
        }
    }

    /// What is looked at on the way; the first place that is free is `at`.
    fn conditions(&self, along: &Along<'_>, mut at: usize) -> Vec<(String, Bound)> {
        let mut all = Vec::new();
        let mut push = |text: &str, value: Bound| {
            all.push((text.replace("{}", &format!("${at}")), value));
            at += 1;
        };
        if let Some(status) = self.status.filter(|_| !matches!(along, Along::Status(_))) {
            push("t.status = {}", Bound::Text(status.as_str().to_owned()));
        }
        if let Some(rule) = self.rule.as_ref().filter(|_| !matches!(along, Along::Rule(_))) {
            push("EXISTS (SELECT 1 FROM rule_matches m WHERE m.rule = {} AND m.transaction_ref = t.ref)", Bound::Text(rule.clone()));
        }
        if let Some(currency) = self.currency {
            push("t.currency = {}", Bound::Text(currency.to_string()));
        }
        let time = if matches!(along, Along::Customer(_)) { "t.occurred_at" } else { "t.created_at" };
        for (text, value) in [
            ("t.amount >= {}".to_owned(), self.least),
            ("t.amount <= {}".to_owned(), self.most),
            (format!("{time} >= {{}}"), self.since.map(|at| at.0)),
            (format!("{time} < {{}}"), self.until.map(|at| at.0)),
        ] {
            if let Some(value) = value {
                push(&text, Bound::Number(value));
            }
        }
        all
    }
}

/// A value that a statement binds.
enum Bound {
    Text(String),
    Number(i64),
}

type Asked<'q> = Query<'q, sqlx::Any, AnyArguments>;

fn bind<'q>(query: Asked<'q>, value: &Bound) -> Asked<'q> {
    match value {
        Bound::Text(text) => query.bind(text.clone()),
        Bound::Number(number) => query.bind(*number),
    }
}

/// A page of a list: the transactions before this one.
pub async fn list(db: &mut Db, vault: &Vault, wanted: &Wanted, before: TransactionRef, limit: i64) -> Result<Found> {
    let along = wanted.along();
    let (clause, own) = match &along {
        Along::All => (ALL, None),
        Along::Status(status) => (OF_STATUS, Some(Bound::Text(status.as_str().to_owned()))),
        Along::Rule(rule) => (OF_RULE, Some(Bound::Text((*rule).to_owned()))),
        Along::Customer(customer) => (OF_CUSTOMER, Some(Bound::Text(customer.row()))),
    };
    let (is_by_time, is_by_rule) = (matches!(along, Along::Customer(_)), matches!(along, Along::Rule(_)));
    // When something happened says nothing of when its row was made.
    let (since, until) = if is_by_time { (None, None) } else { (wanted.since, wanted.until) };
    let conditions = wanted.conditions(&along, 5 + usize::from(own.is_some()) + usize::from(is_by_time));
    let mut values = vec![
        Bound::Text(before.row()),
        Bound::Text(since.map_or_else(String::new, first_at)),
        Bound::Text(until.map_or_else(|| TransactionRef::last().row(), |until| first_at(until.plus_seconds(SLACK_SECONDS)))),
        Bound::Number(if conditions.is_empty() { limit } else { WALK }),
    ];
    values.extend(own);
    values.extend(is_by_time.then_some(Bound::Number(i64::MAX)));
    let walk = if is_by_rule { format!("SELECT transaction_ref AS ref FROM rule_matches {clause}") } else { format!("SELECT ref FROM transactions {clause}") };
    let sql = if conditions.is_empty() && !is_by_rule {
        format!("SELECT {COLUMNS} FROM transactions {clause}")
    } else {
        let conditions: String = conditions.iter().map(|(text, _)| format!(" AND {text}")).collect();
        let order = if is_by_time { "t.occurred_at DESC, t.ref DESC" } else { "t.ref DESC" };
        format!("SELECT {COLUMNS} FROM transactions t WHERE t.ref IN (SELECT walked.ref FROM ({walk}) AS walked){conditions} ORDER BY {order} LIMIT {limit}")
    };
    let query = values.iter().chain(conditions.iter().map(|(_, value)| value)).fold(sqlx::query(AssertSqlSafe(sql)), bind);
    let rows = listed(&query.fetch_all(&mut *db).await?, "transactions", "ref", |row| read(row, vault));
    let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
    let walked_to = if is_full || conditions.is_empty() { None } else { end_of(db, &walk, &values).await? };
    Ok(Found { rows, walked_to })
}

/// The last row of a walk, if it is as long as it may be.
async fn end_of(db: &mut Db, walk: &str, values: &[Bound]) -> Result<Option<TransactionRef>> {
    let query = values.iter().fold(sqlx::query(AssertSqlSafe(walk.to_owned())), bind);
    let rows = query.fetch_all(db).await?;
    let end = rows.last().filter(|_| i64::try_from(rows.len()).unwrap_or(i64::MAX) >= WALK);
    end.map(|row| Columns::new(row, "transactions", "ref")?.id("ref")).transpose()
}

/// The transactions that wait for a person after this one, oldest first.
pub async fn queue(db: &mut Db, vault: &Vault, after: Option<TransactionRef>, limit: i64) -> Result<Vec<Listed<Stored>>> {
    let sql = format!("SELECT {COLUMNS} FROM transactions WHERE status <> 'APPROVED' AND status = 'REVIEW' AND ref > $1 ORDER BY ref LIMIT $2");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(after.map_or_else(String::new, |after| after.row())).bind(limit);
    Ok(listed(&query.fetch_all(db).await?, "transactions", "ref", |row| read(row, vault)))
}

/// The transaction that waits for a person next after this one, or else the oldest.
pub async fn next(db: &mut Db, after: TransactionRef) -> Result<Option<TransactionRef>> {
    let sql = "SELECT ref FROM transactions WHERE status <> 'APPROVED' AND status = 'REVIEW' AND ref > $1 ORDER BY ref LIMIT 1";
    for from in [after.row(), String::new()] {
        if let Some(row) = sqlx::query(sql).bind(from).fetch_optional(&mut *db).await? {
            let found: TransactionRef = Columns::new(&row, "transactions", "ref")?.id("ref")?;
            return Ok(Some(found).filter(|found| *found != after));
        }
    }
    Ok(None)
}

/// How many wait for a person. Stops counting at `limit`.
pub async fn count_queue(db: &mut Db, limit: i64) -> Result<i64> {
    let query = sqlx::query("SELECT COUNT(*) AS n FROM (SELECT ref FROM transactions WHERE status <> 'APPROVED' AND status = 'REVIEW' LIMIT $1) AS counted");
    Ok(query.bind(limit).fetch_one(db).await?.try_get("n")?)
}

/// The transactions of a customer that wait, newest first.
pub async fn waiting_of(db: &mut Db, vault: &Vault, customer: CustomerId, limit: i64) -> Result<Vec<Listed<Stored>>> {
    let sql = format!("SELECT {COLUMNS} FROM transactions WHERE settled_at IS NULL AND customer = $1 ORDER BY ref DESC LIMIT $2");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(limit);
    Ok(listed(&query.fetch_all(db).await?, "transactions", "ref", |row| read(row, vault)))
}

/// The transactions that were held for a session, in the order in which they arrived.
pub async fn of_session(db: &mut Db, vault: &Vault, session: SessionRef, limit: i64) -> Result<Vec<Listed<Stored>>> {
    let sql = format!("SELECT {COLUMNS} FROM transactions WHERE session_ref = $1 ORDER BY arrival LIMIT $2");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(session.row()).bind(limit);
    Ok(listed(&query.fetch_all(db).await?, "transactions", "ref", |row| read(row, vault)))
}
