//! The different values of a field within a window: counterparties, countries, devices. Read from when each was seen last, so that it costs no
//! more than there are different ones, however many transactions the customer has. Only for a transaction that comes late, after others of
//! many values, the window's own transactions are read.

use std::collections::{BTreeMap, BTreeSet};

use shared::rule::{Country, Direction, DistinctField};
use sqlx::{AssertSqlSafe, Row as _, query::Query};

use super::{
    counted::Counted,
    error::Result,
    places,
    spans::{Field, Range},
    sums::summed_up,
    tx::{Db, Tx},
    window::{Distinct, Window, stored_as},
};
use crate::ids::{CustomerId, RowId as _};

type AnyQuery<'q> = Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// The most values that are looked for one by one. Beyond that the window is read once for all of them.
const FEW_VALUES: usize = 8;
/// The most rows of such values that are read: a value has one for each kind of transaction.
const FEW_ROWS: usize = 64;

/// Which row: field, value, type, direction, channel, country.
type Key = (Field, Vec<u8>, [String; 4]);

/// What was seen last: of those that are not blocked, and of all.
#[derive(Default)]
pub(super) struct Seen(BTreeMap<Key, (Option<i64>, i64)>);

/// The fields whose different values can be counted.
const FIELDS: [Field; 4] = [Field::Counterparty, Field::CounterpartyCountry, Field::Country, Field::Device];

fn keys(of: &Counted) -> impl Iterator<Item = Key> {
    let kind = [&of.kind.r#type, &of.kind.direction, &of.kind.channel, &of.kind.country].map(String::clone);
    FIELDS.into_iter().filter_map(move |field| Some((field, of.value(field)?.to_vec(), kind.clone())))
}

impl Seen {
    /// Adds a transaction.
    pub fn add(&mut self, of: &Counted) {
        for key in keys(of) {
            let (latest, latest_any) = self.0.entry(key).or_insert((None, of.occurred_at));
            *latest = (*latest).max((!of.is_blocked).then_some(of.occurred_at));
            *latest_any = of.occurred_at.max(*latest_any);
        }
    }

    /// Writes what was added.
    pub async fn write(self, tx: &mut Tx, customer: CustomerId) -> Result<()> {
        let all: Vec<_> = self.0.into_iter().collect();
        for batch in all.chunks(places::MOST) {
            let sql = format!(
                "INSERT INTO seen (customer, field, value_index, type, direction, channel, country, latest, latest_any) VALUES {} \
                 ON CONFLICT (customer, field, value_index, type, direction, channel, country) DO UPDATE SET \
                 latest = CASE WHEN seen.latest IS NULL OR excluded.latest > seen.latest THEN COALESCE(excluded.latest, seen.latest) ELSE seen.latest END, \
                 latest_any = CASE WHEN excluded.latest_any > seen.latest_any THEN excluded.latest_any ELSE seen.latest_any END",
                places::rows(batch.len(), 9)
            );
            let mut query = tx.later(&sql).await?;
            for ((field, value, kind), (latest, latest_any)) in batch {
                query = query.bind(customer.row()).bind(field.number()).bind(value.clone());
                query = kind.iter().fold(query, |query, one| query.bind(one.clone())).bind(*latest).bind(*latest_any);
            }
        }
        Ok(())
    }
}

/// Takes a transaction that is blocked now out of what was seen. Its row says BLOCKED already. Where its values were seen last by it, the one
/// before it is looked for, once, so that no decision has to.
pub(super) async fn block(tx: &mut Tx, customer: CustomerId, of: &Counted) -> Result<()> {
    for (field, value, kind) in keys(of) {
        let (column, is_text) = column(field);
        let sql = format!(
            "UPDATE seen SET latest = (SELECT MAX(occurred_at) FROM transactions WHERE customer = $1 AND {column} = $9 AND type = $4 AND direction = $5 \
             AND COALESCE(channel, '') = $6 AND COALESCE(country, '') = $7 AND status <> 'BLOCKED') \
             WHERE customer = $1 AND field = $2 AND value_index = $3 AND type = $4 AND direction = $5 AND channel = $6 AND country = $7 AND latest = $8"
        );
        let query = tx.later(&sql).await?.bind(customer.row()).bind(field.number()).bind(value.clone());
        let query = kind.into_iter().fold(query, |query, one| query.bind(one)).bind(of.occurred_at);
        if is_text {
            query.bind(text(value))
        } else {
            query.bind(value)
        };
    }
    Ok(())
}

/// How many different values there are.
pub(super) async fn count(db: &mut Db, of: (CustomerId, &Window<'_>), wanted: &Distinct, cover: &[Range]) -> Result<u64> {
    if of.1.counterparty.is_some() {
        // What was seen does not name the counterparty.
        return listed(db, of, wanted).await;
    }
    let (sure, later) = read(&mut *db, of, wanted).await?;
    match later {
        _ if sure >= wanted.most => Ok(wanted.most),
        None => listed(db, of, wanted).await,
        Some(later) if later.is_empty() => Ok(sure),
        Some(later) => Ok((sure + seen_within(db, of, wanted.field, later, cover).await?).min(wanted.most)),
    }
}

/// How many values were seen last within the window; and those that were seen last after it, unless they are many. They may have been seen
/// within it too.
async fn read(db: &mut Db, (customer, window): (CustomerId, &Window<'_>), wanted: &Distinct) -> Result<(u64, Option<BTreeSet<Vec<u8>>>)> {
    let (latest, conditions) = (if window.key.blocked { "latest_any" } else { "latest" }, window.conditions(6));
    let of_field = |table: &str| format!("FROM seen {table} WHERE customer = $1 AND field = {}", stored_as(wanted.field).number());
    let within = format!("AND {latest} > $2 AND {latest} <= $3{conditions}");
    // In the order of time, so that the engine reads no more than these rows.
    let sql = format!(
        "SELECT $5 AS value_index, COUNT(*) AS n FROM (SELECT DISTINCT value_index {} {within} AND value_index <> $5 LIMIT $4) AS sure \
         UNION ALL SELECT value_index, CASE WHEN EXISTS (SELECT 1 {} {within} AND other.value_index = later.value_index) THEN -2 ELSE -1 END AS n \
         FROM (SELECT value_index {} AND {latest} > $3{conditions} AND value_index <> $5 ORDER BY {latest} LIMIT {}) AS later",
        of_field(""),
        of_field("other"),
        of_field(""),
        FEW_ROWS + 1
    );
    let limit = i64::try_from(wanted.most).unwrap_or(i64::MAX);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(window.since.0).bind(window.until.0).bind(limit);
    let rows = window.bind(query.bind(wanted.without.clone().unwrap_or_default())).fetch_all(db).await?;
    let (mut sure, mut later) = (0, BTreeSet::new());
    for row in &rows {
        match row.try_get::<i64, _>("n")? {
            -2 => {}
            -1 => drop(later.insert(row.try_get("value_index")?)),
            count => sure = u64::try_from(count).unwrap_or_default(),
        }
    }
    // One row is the count.
    let are_few = rows.len() <= 1 + FEW_ROWS && later.len() <= FEW_VALUES;
    Ok((sure, are_few.then_some(later)))
}

/// How many of these values were seen within the window.
async fn seen_within(db: &mut Db, of: (CustomerId, &Window<'_>), field: DistinctField, values: BTreeSet<Vec<u8>>, cover: &[Range]) -> Result<u64> {
    let (customer, window) = of;
    if field == DistinctField::CounterpartyId {
        let windows: Vec<Window<'_>> = values.into_iter().map(|value| Window { counterparty: Some(value), ..window.clone() }).collect();
        let totals = summed_up(db, customer, &windows.iter().map(|window| (window, cover)).collect::<Vec<_>>()).await?;
        return Ok(totals.iter().filter(|totals| totals.count > 0).count() as u64);
    }
    let mut seen = 0;
    for value in values {
        seen += u64::from(was_seen(&mut *db, of, field, value).await?);
    }
    Ok(seen)
}

/// What a `where` can name, in SQL.
impl Window<'_> {
    /// The conditions on what a `where` can name, whose places begin with this one.
    fn conditions(&self, first: usize) -> String {
        let key = self.key;
        let named = [
            (key.measure.currency().is_some(), "currency"),
            (key.r#type.is_some(), "type"),
            (key.direction.is_some(), "direction"),
            (key.channel.is_some(), "channel"),
            (key.country.is_some(), "country"),
        ];
        let columns = named.into_iter().filter(|(named, _)| *named).map(|(_, column)| column);
        (first..).zip(columns).map(|(place, column)| format!(" AND {column} = ${place}")).collect()
    }

    /// How many places [`Window::conditions`] has.
    fn places(&self) -> usize {
        self.conditions(1).matches('$').count()
    }

    fn bind<'q>(&self, query: AnyQuery<'q>) -> AnyQuery<'q> {
        let key = self.key;
        let currency = key.measure.currency().map(|currency| currency.to_string());
        let direction = key.direction.map(Direction::as_str).map(str::to_owned);
        let country = key.country.as_ref().map(Country::to_string);
        [currency, key.r#type.clone(), direction, key.channel.clone(), country].into_iter().flatten().fold(query, Query::bind)
    }
}

/// The column of a field, and whether it is text.
const fn column(field: Field) -> (&'static str, bool) {
    match field {
        Field::CounterpartyCountry => ("counterparty_country", true),
        Field::Country => ("country", true),
        Field::Device => ("device_index", false),
        Field::Counterparty | Field::All => ("counterparty_index", false),
    }
}

/// A value of a column of text.
fn text(value: Vec<u8>) -> String {
    String::from_utf8_lossy(&value).into_owned()
}

const fn unblocked(window: &Window<'_>) -> &'static str {
    if window.key.blocked { "" } else { " AND status <> 'BLOCKED'" }
}

/// Whether a value occurs in the window, looked for from its end.
async fn was_seen(db: &mut Db, (customer, window): (CustomerId, &Window<'_>), field: DistinctField, value: Vec<u8>) -> Result<bool> {
    let (column, is_text) = column(stored_as(field));
    let sql = format!(
        "SELECT 1 FROM transactions WHERE customer = $1 AND occurred_at > $2 AND occurred_at <= $3 AND {column} = $4{}{} ORDER BY occurred_at DESC LIMIT 1",
        window.conditions(5),
        unblocked(window)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(window.since.0).bind(window.until.0);
    let query = if is_text { query.bind(text(value)) } else { query.bind(value) };
    Ok(window.bind(query).fetch_optional(db).await?.is_some())
}

/// How many different values the window's transactions themselves have.
async fn listed(db: &mut Db, (customer, window): (CustomerId, &Window<'_>), wanted: &Distinct) -> Result<u64> {
    let (column, is_text) = column(stored_as(wanted.field));
    let of_counterparty = window.counterparty.as_ref().map(|_| format!(" AND counterparty_index = ${}", 6 + window.places())).unwrap_or_default();
    let sql = format!(
        "SELECT COUNT(*) AS n FROM (SELECT DISTINCT {column} FROM transactions WHERE customer = $1 AND occurred_at > $2 AND occurred_at <= $3 \
         AND {column} IS NOT NULL AND {column} <> $4{}{of_counterparty}{} LIMIT $5) AS found",
        window.conditions(6),
        unblocked(window)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(window.since.0).bind(window.until.0);
    let without = wanted.without.clone().unwrap_or_default();
    let query = if is_text { query.bind(text(without)) } else { query.bind(without) };
    let query = window.bind(query.bind(i64::try_from(wanted.most).unwrap_or(i64::MAX)));
    let query = window.counterparty.iter().fold(query, |query, counterparty| query.bind(counterparty.clone()));
    Ok(u64::try_from(query.fetch_one(db).await?.try_get::<i64, _>("n")?).unwrap_or_default())
}
