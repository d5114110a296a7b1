//! Transactions. A MAC binds everything that is in the clear to the row, so that nobody who can only write to the database can release a
//! payment or change its amount. A change of status is one UPDATE with `WHERE status = from`.

use std::fmt::Write as _;

use shared::{
    rule::{Country, Currency, Direction, OnExpired, TransactionStatus},
    session::Timestamp,
};
use sqlx::any::AnyRow;

use super::{
    bound,
    columns::{Columns, Listed, listed},
    error::{InconsistentRow, Result, exactly_one},
    tx::{Db, Tx},
};
use crate::{
    ids::{OperatorId, RowId as _, SessionRef, TransactionRef},
    model::{By, Entry, Origin, Reason, State, Stored},
    vault::Vault,
};

const TABLE: &str = "transactions";
const COLUMN: &str = "row";

/// Everything that the row's MAC binds, each value with its length.
fn clear(of: &Stored) -> String {
    let mut text = String::new();
    let mut push = |value: Option<&str>| match value {
        Some(value) => write!(text, "{}:{value}", value.len()).expect("a String takes all that is written"),
        None => text.push('-'),
    };
    let hex = |bytes: &[u8]| bound::hexadecimal(bytes);
    for value in [&hex(&of.id_index), &of.customer.row(), &of.arrival.to_string(), &hex(&of.body_index), &of.amount.to_string()] {
        push(Some(value));
    }
    for value in [of.currency.as_str(), of.direction.as_str(), &of.r#type, of.origin.as_str(), &of.occurred_at.0.to_string(), &of.created_at.0.to_string()] {
        push(Some(value));
    }
    push(of.channel.as_deref());
    push(of.country.as_ref().map(Country::as_str));
    push(of.counterparty_country.as_ref().map(Country::as_str));
    push(of.counterparty_index.as_deref().map(hex).as_deref());
    push(of.device_index.as_deref().map(hex).as_deref());
    push(Some(&of.risk_score.to_string()));
    push(of.decided_by.as_deref());
    push(of.on_expired.map(OnExpired::as_str));
    push(Some(of.state.status.as_str()));
    push(of.state.session.map(|session| session.row()).as_deref());
    push(of.state.settled_at.map(|at| at.0.to_string()).as_deref());
    push(history(of).as_deref());
    // Rows from before the column have none.
    if let Some(number) = of.rules_number {
        push(Some(&number.to_string()));
    }
    text
}

fn mac(vault: &Vault, of: &Stored) -> Vec<u8> {
    bound::mac(vault, TABLE, COLUMN, &of.r#ref.row(), clear(of))
}

/// The history as it is stored; `None` if the decision is its only entry, and says nothing that the row does not.
fn history(of: &Stored) -> Option<String> {
    let entry = |entry: &Entry| {
        let after = entry.after.map(|after| format!(" {after}")).unwrap_or_default();
        format!("{} {} {} {}{after}", entry.status.as_str(), entry.at.0, entry.by.as_str(), entry.reason.as_str())
    };
    let history = &of.state.history;
    (*history != [only_entry(of.state.status, of.origin, of.created_at)]).then(|| history.iter().map(entry).collect::<Vec<_>>().join("\n"))
}

fn read_entry(line: &str) -> Option<Entry> {
    let mut words = line.split(' ');
    let mut word = || words.next();
    Some(Entry {
        status: word()?.parse().ok()?,
        at: Timestamp(word()?.parse().ok()?),
        by: word()?.parse().ok()?,
        reason: word()?.parse().ok()?,
        after: word().map(str::parse).transpose().ok()?,
    })
}

pub(super) const COLUMNS: &str = "ref, id_index, customer, arrival, body_index, details, amount, currency, direction, type, channel, country, counterparty_country, \
     counterparty_index, device_index, origin, occurred_at, created_at, status, risk_score, decided_by, on_expired, session_ref, history, settled_at, rules_number, row_mac";

pub(super) fn read(row: &AnyRow, vault: &Vault) -> Result<Stored> {
    let columns = Columns::new(row, TABLE, "ref")?;
    let country = |column: &'static str| -> Result<Option<Country>> {
        let text: Option<String> = columns.get(column)?;
        text.map(|text| Country::parse(&text).ok_or_else(|| columns.inconsistent(column).into())).transpose()
    };
    let on_expired: Option<String> = columns.get("on_expired")?;
    let on_expired = on_expired.map(|text| OnExpired::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| columns.inconsistent("on_expired")));
    let (status, origin, created_at): (TransactionStatus, Origin, Timestamp) =
        (columns.parsed("status")?, columns.parsed("origin")?, columns.time("created_at")?);
    let history = match columns.get::<Option<String>>("history")? {
        Some(text) => text.lines().map(read_entry).collect::<Option<Vec<_>>>().ok_or_else(|| columns.inconsistent("history"))?,
        None => vec![only_entry(status, origin, created_at)],
    };
    let stored = Stored {
        r#ref: columns.id("ref")?,
        id_index: columns.get("id_index")?,
        customer: columns.id("customer")?,
        arrival: columns.get("arrival")?,
        body_index: columns.get("body_index")?,
        details: columns.get("details")?,
        amount: columns.get("amount")?,
        currency: Currency::parse(&columns.get::<String>("currency")?).ok_or_else(|| columns.inconsistent("currency"))?,
        direction: Direction::parse(&columns.get::<String>("direction")?).ok_or_else(|| columns.inconsistent("direction"))?,
        r#type: columns.get("type")?,
        channel: columns.get("channel")?,
        country: country("country")?,
        counterparty_country: country("counterparty_country")?,
        counterparty_index: columns.get("counterparty_index")?,
        device_index: columns.get("device_index")?,
        origin,
        occurred_at: columns.time("occurred_at")?,
        created_at,
        risk_score: columns.number("risk_score")?,
        decided_by: columns.get("decided_by")?,
        on_expired: on_expired.transpose()?,
        rules_number: columns.get("rules_number")?,
        state: State { status, session: columns.id_option("session_ref")?, history, settled_at: columns.time_option("settled_at")? },
    };
    bound::check(vault, TABLE, COLUMN, columns.row_id(), clear(&stored), columns.mac_of(COLUMN)?.as_deref())?;
    Ok(stored)
}

/// The only entry of a history that is not stored.
fn only_entry(status: TransactionStatus, origin: Origin, at: Timestamp) -> Entry {
    let (by, reason) = match origin {
        Origin::Api => (By::Rule, Reason::Rule),
        Origin::Import => (By::Import, Reason::Import),
    };
    Entry { status, at, by, reason, after: None }
}

/// A row that was fetched and not read yet. Reading checks its MAC, which takes longer than fetching: a backtest does it in the background.
pub struct Unread(AnyRow);

impl From<AnyRow> for Unread {
    fn from(row: AnyRow) -> Self {
        Self(row)
    }
}

impl Unread {
    /// The statement that fetches the rows of this clause.
    pub(super) fn select(clause: &str) -> String {
        format!("SELECT {COLUMNS} FROM transactions {clause}")
    }

    /// Reads it.
    ///
    /// # Errors
    /// If the row is damaged.
    pub fn read(&self, vault: &Vault) -> Result<Stored> {
        read(&self.0, vault)
    }
}

/// The error for a transaction whose sealed details cannot be read.
pub fn damaged(of: TransactionRef) -> InconsistentRow {
    InconsistentRow { table: TABLE, column: "details", id: of.row() }
}

/// The transaction with this HMAC of the company's id.
pub async fn by_index(db: &mut Db, vault: &Vault, index: &[u8]) -> Result<Option<Stored>> {
    one(db, vault, "WHERE id_index = $1", |query| query.bind(index.to_vec())).await
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

async fn one(db: &mut Db, vault: &Vault, clause: &str, bind: impl for<'q> FnOnce(Query<'q>) -> Query<'q>) -> Result<Option<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM transactions {clause}");
    bind(sqlx::query(sqlx::AssertSqlSafe(sql))).fetch_optional(db).await?.map(|row| read(&row, vault)).transpose()
}

/// The transaction with this ref. Its customer's row is locked, and so nobody else changes it.
pub async fn by_ref(db: &mut Db, vault: &Vault, r#ref: TransactionRef) -> Result<Option<Stored>> {
    one(db, vault, "WHERE ref = $1", |query| query.bind(r#ref.row())).await
}

/// The transactions that were held for this session, in the order in which they arrived. Their customer's row is locked.
pub async fn of_session(db: &mut Db, vault: &Vault, session: SessionRef) -> Result<Vec<Listed<Stored>>> {
    let sql = format!("SELECT {COLUMNS} FROM transactions WHERE session_ref = $1 ORDER BY arrival");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(session.row()).fetch_all(db).await?;
    Ok(listed(&rows, TABLE, "ref", |row| read(row, vault)))
}

/// Writes a new transaction.
///
/// # Errors
/// [`super::StoreError::Conflict`] if there is one with this id: here, or when what waits is sent.
pub async fn insert(tx: &mut Tx, vault: &Vault, new: &Stored) -> Result<()> {
    let sql = format!("INSERT INTO transactions ({COLUMNS}) VALUES ({})", super::places::list(27));
    tx.later(&sql)
        .await?
        .bind(new.r#ref.row())
        .bind(new.id_index.clone())
        .bind(new.customer.row())
        .bind(new.arrival)
        .bind(new.body_index.clone())
        .bind(new.details.clone())
        .bind(new.amount)
        .bind(new.currency.as_str().to_owned())
        .bind(new.direction.as_str().to_owned())
        .bind(new.r#type.clone())
        .bind(new.channel.clone())
        .bind(new.country.as_ref().map(Country::to_string))
        .bind(new.counterparty_country.as_ref().map(Country::to_string))
        .bind(new.counterparty_index.clone())
        .bind(new.device_index.clone())
        .bind(new.origin.as_str())
        .bind(new.occurred_at.0)
        .bind(new.created_at.0)
        .bind(new.state.status.as_str())
        .bind(i64::from(new.risk_score))
        .bind(new.decided_by.clone())
        .bind(new.on_expired.map(OnExpired::as_str))
        .bind(new.state.session.map(|session| session.row()))
        .bind(history(new))
        .bind(new.state.settled_at.map(|at| at.0))
        .bind(new.rules_number)
        .bind(mac(vault, new));
    Ok(())
}

/// Writes what changed of a transaction if its status is still `from`.
///
/// # Errors
/// [`super::StoreError::Conflict`] if it is not.
pub async fn change(tx: &mut Tx, vault: &Vault, from: TransactionStatus, changed: &Stored) -> Result<()> {
    let query = sqlx::query("UPDATE transactions SET status = $3, history = $4, settled_at = $5, row_mac = $6 WHERE ref = $1 AND status = $2");
    let query = query.bind(changed.r#ref.row()).bind(from.as_str()).bind(changed.state.status.as_str()).bind(history(changed));
    exactly_one(query.bind(changed.state.settled_at.map(|at| at.0)).bind(mac(vault, changed)).execute(tx.db().await?).await?.rows_affected())
}

/// An operator's decision on a transaction: who, the sealed reason, when.
pub async fn review(db: &mut Db, of: TransactionRef) -> Result<Option<(OperatorId, Vec<u8>, Timestamp)>> {
    let query = sqlx::query("SELECT transaction_ref, operator, reason, decided_at FROM transaction_reviews WHERE transaction_ref = $1").bind(of.row());
    let Some(row) = query.fetch_optional(db).await? else { return Ok(None) };
    let columns = Columns::new(&row, "transaction_reviews", "transaction_ref")?;
    Ok(Some((columns.id("operator")?, columns.get("reason")?, columns.time("decided_at")?)))
}

/// Writes an operator's decision on a transaction. There is one at most: it is final.
pub async fn insert_review(tx: &mut Tx, of: TransactionRef, by: OperatorId, reason: &[u8], at: Timestamp) -> Result<()> {
    let query = sqlx::query("INSERT INTO transaction_reviews (transaction_ref, operator, reason, decided_at) VALUES ($1, $2, $3, $4)");
    query.bind(of.row()).bind(by.row()).bind(reason.to_vec()).bind(at.0).execute(tx.db().await?).await?;
    Ok(())
}
