//! The different values of a field within a window: counterparties, countries, devices. Read from when each was seen last, so that it costs no
//! more than there are different ones, however many transactions the customer has.

use std::collections::{BTreeMap, BTreeSet};

use shared::rule::{AggregateKey, DistinctField};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    counted::Counted,
    error::Result,
    places,
    spans::{Field, Range},
    totals::{Window, summed_up, tally_of},
    tx::{Db, Tx},
};
use crate::ids::{CustomerId, RowId as _};

/// The most doubtful values that one statement reads.
const PAGE: usize = 64;

/// Which row: field, value, type, direction, channel, country.
type Key = (i64, Vec<u8>, [String; 4]);

/// What was seen last: of those that are not blocked, and of all.
#[derive(Default)]
pub(super) struct Seen(BTreeMap<Key, (Option<i64>, i64)>);

/// The fields whose different values can be counted.
const FIELDS: [Field; 4] = [Field::Counterparty, Field::CounterpartyCountry, Field::Country, Field::Device];

fn keys(of: &Counted) -> impl Iterator<Item = Key> {
    let kind = [&of.kind.r#type, &of.kind.direction, &of.kind.channel, &of.kind.country].map(String::clone);
    FIELDS.into_iter().filter_map(move |field| Some((field.number(), of.value(field)?.to_vec(), kind.clone())))
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
                "INSERT INTO seen (customer, field, value_index, type, direction, channel, country, latest, latest_any, is_doubtful) VALUES {} \
                 ON CONFLICT (customer, field, value_index, type, direction, channel, country) DO UPDATE SET \
                 latest = CASE WHEN seen.latest IS NULL OR excluded.latest > seen.latest THEN COALESCE(excluded.latest, seen.latest) ELSE seen.latest END, \
                 latest_any = CASE WHEN excluded.latest_any > seen.latest_any THEN excluded.latest_any ELSE seen.latest_any END, \
                 is_doubtful = CASE WHEN excluded.latest >= seen.latest THEN 0 ELSE seen.is_doubtful END",
                places::rows(batch.len(), 10)
            );
            let mut query = tx.later(&sql).await?;
            for ((field, value, kind), (latest, latest_any)) in batch {
                query = query.bind(customer.row()).bind(*field).bind(value.clone());
                query = kind.iter().fold(query, |query, one| query.bind(one.clone())).bind(*latest).bind(*latest_any).bind(0_i64);
            }
        }
        Ok(())
    }
}

/// Notes that a transaction is blocked now: when its values were seen last before it, is not known any more.
pub(super) async fn block(tx: &mut Tx, customer: CustomerId, of: &Counted) -> Result<()> {
    for (field, value, kind) in keys(of) {
        let sql = "UPDATE seen SET is_doubtful = 1 WHERE customer = $1 AND field = $2 AND value_index = $3 AND type = $4 AND direction = $5 AND channel = $6 \
                   AND country = $7 AND latest = $8";
        let query = tx.later(sql).await?.bind(customer.row()).bind(field).bind(value);
        kind.into_iter().fold(query, |query, one| query.bind(one)).bind(of.occurred_at);
    }
    Ok(())
}

/// The different values: when this many are known, no more are read.
pub(super) async fn values(db: &mut Db, of: (CustomerId, &Window<'_>), field: DistinctField, most: u64, cover: &[Range]) -> Result<BTreeSet<Vec<u8>>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if of.1.counterparty.is_some() {
        // What was seen does not name the counterparty.
        let values = listed(db, of, field).await?;
        return Ok(values.into_iter().take(most).collect());
    }
    let (mut found, mut after) = (BTreeSet::new(), Some(Vec::new()));
    while let Some(from) = after.take().filter(|_| found.len() < most) {
        let (sure, doubtful) = read(&mut *db, of, field, (most, from)).await?;
        found.extend(sure);
        after = doubtful.last().filter(|_| doubtful.len() == PAGE).cloned();
        let doubtful: Vec<Vec<u8>> = doubtful.into_iter().filter(|value| !found.contains(value)).collect();
        found.extend(confirmed(&mut *db, of, field, doubtful, cover).await?);
    }
    while found.len() > most {
        found.pop_last();
    }
    Ok(found)
}

/// Values that were seen last within the window; and after `from` those that were seen last after it, or whose last one is blocked. These may
/// have been seen within it too.
async fn read(
    db: &mut Db,
    (customer, window): (CustomerId, &Window<'_>),
    field: DistinctField,
    (most, from): (usize, Vec<u8>),
) -> Result<(Vec<Vec<u8>>, Vec<Vec<u8>>)> {
    let (latest, is_sure, is_doubtful) = if window.key.blocked { ("latest_any", "", "") } else { ("latest", " AND is_doubtful = 0", " OR is_doubtful = 1") };
    let conditions = window.conditions(6);
    let of_field = format!("FROM seen WHERE customer = $1 AND field = {} AND {latest} > $2", tally_of(field).number());
    let sql = format!(
        "SELECT * FROM (SELECT DISTINCT value_index, CAST(0 AS BIGINT) AS doubtful {of_field} AND {latest} <= $3{is_sure}{conditions} LIMIT $4) AS sure \
         UNION ALL SELECT * FROM (SELECT DISTINCT value_index, CAST(1 AS BIGINT) AS doubtful {of_field} AND ({latest} > $3{is_doubtful}) AND value_index > $5{conditions} \
         ORDER BY value_index LIMIT {PAGE}) AS doubtful"
    );
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(window.since.0).bind(window.until.0).bind(limit).bind(from);
    let (mut sure, mut doubtful) = (Vec::new(), Vec::new());
    for row in window.bind(query).fetch_all(db).await? {
        let of = if row.try_get::<i64, _>("doubtful")? == 0 { &mut sure } else { &mut doubtful };
        of.push(row.try_get("value_index")?);
    }
    Ok((sure, doubtful))
}

/// Those of these values that were seen within the window.
async fn confirmed(db: &mut Db, of: (CustomerId, &Window<'_>), field: DistinctField, values: Vec<Vec<u8>>, cover: &[Range]) -> Result<Vec<Vec<u8>>> {
    let (customer, window) = of;
    let mut confirmed = Vec::new();
    if field == DistinctField::CounterpartyId {
        let key: &AggregateKey = window.key;
        let windows: Vec<Window<'_>> = values.iter().map(|value| Window { key, counterparty: Some(value.clone()), ..window.clone() }).collect();
        let totals = summed_up(db, customer, &windows.iter().map(|window| (window, cover)).collect::<Vec<_>>()).await?;
        confirmed.extend(values.into_iter().zip(totals).filter(|(_, totals)| totals.count > 0).map(|(value, _)| value));
        return Ok(confirmed);
    }
    for value in values {
        if was_seen(&mut *db, of, field, value.clone()).await? {
            confirmed.push(value);
        }
    }
    Ok(confirmed)
}

/// The column of a field, and whether it is text.
const fn column(field: DistinctField) -> (&'static str, bool) {
    match field {
        DistinctField::CounterpartyId => ("counterparty_index", false),
        DistinctField::CounterpartyCountry => ("counterparty_country", true),
        DistinctField::Country => ("country", true),
        DistinctField::DeviceId => ("device_index", false),
    }
}

const fn unblocked(window: &Window<'_>) -> &'static str {
    if window.key.blocked { "" } else { " AND status <> 'BLOCKED'" }
}

/// Whether a value occurs in the window, looked for from its end.
async fn was_seen(db: &mut Db, (customer, window): (CustomerId, &Window<'_>), field: DistinctField, value: Vec<u8>) -> Result<bool> {
    let (column, is_text) = column(field);
    let sql = format!(
        "SELECT 1 FROM transactions WHERE customer = $1 AND occurred_at > $2 AND occurred_at <= $3 AND {column} = $4{}{} ORDER BY occurred_at DESC LIMIT 1",
        window.conditions(5),
        unblocked(window)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(window.since.0).bind(window.until.0);
    let query = if is_text { query.bind(String::from_utf8_lossy(&value).into_owned()) } else { query.bind(value) };
    Ok(window.bind(query).fetch_optional(db).await?.is_some())
}

/// The values of the window's transactions themselves.
async fn listed(db: &mut Db, (customer, window): (CustomerId, &Window<'_>), field: DistinctField) -> Result<BTreeSet<Vec<u8>>> {
    let ((column, is_text), place) = (column(field), 4 + window.places());
    let sql = format!(
        "SELECT DISTINCT {column} AS value FROM transactions WHERE customer = $1 AND occurred_at > $2 AND occurred_at <= $3 \
         AND {column} IS NOT NULL{} AND counterparty_index = ${place}{}",
        window.conditions(4),
        unblocked(window)
    );
    let query = window.bind(sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(window.since.0).bind(window.until.0));
    let rows = query.bind(window.counterparty.clone()).fetch_all(db).await?;
    let value = |row: &AnyRow| if is_text { row.try_get::<String, _>("value").map(String::into_bytes) } else { row.try_get("value") };
    Ok(rows.iter().map(value).collect::<Result<_, _>>()?)
}
