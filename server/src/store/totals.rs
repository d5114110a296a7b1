//! What aggregates over a customer's earlier transactions come to: from the tallies of whole spans, and at the ends of the window from the
//! transactions themselves. It costs the same however many transactions the customer has.

use std::collections::BTreeSet;

use shared::{
    rule::{AggregateKey, Country, Direction, DistinctField},
    session::Timestamp,
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    error::Result,
    spans::{Field, Level, PART, Range, cover},
    tx::Db,
};
use crate::ids::{CustomerId, RowId as _};

/// The most values that one statement reads.
const PAGE: usize = 256;

/// Which transactions count: those of the customer after `since` and up to `until` that fit the key.
#[derive(Clone, Debug)]
pub struct Window<'k> {
    /// The customer.
    pub customer: CustomerId,
    /// The last moment that does not count.
    pub since: Timestamp,
    /// The last moment that counts.
    pub until: Timestamp,
    /// What they have to be.
    pub key: &'k AggregateKey,
    /// The HMAC of the counterparty that the key names.
    pub counterparty: Option<Vec<u8>>,
}

/// What they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many.
    pub count: u64,
    /// The sum of their amounts.
    pub sum: i128,
    /// The largest amount.
    pub max: Option<i64>,
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

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

    fn bind<'q>(&self, query: Query<'q>) -> Query<'q> {
        let key = self.key;
        let currency = key.measure.currency().map(|currency| currency.to_string());
        let direction = key.direction.map(Direction::as_str).map(str::to_owned);
        let country = key.country.as_ref().map(Country::to_string);
        [currency, key.r#type.clone(), direction, key.channel.clone(), country].into_iter().flatten().fold(query, Query::bind)
    }
}

/// Counts and sums.
pub async fn totals(db: &mut Db, window: &Window<'_>) -> Result<Totals> {
    let parts = cover(&mut *db, window.customer, window.since, window.until).await?;
    // The same statement for every cover, so that a connection keeps it prepared: a part that is not there is empty.
    let whole = Level::ALL.into_iter().flat_map(|level| ranges(&parts, Some(level)));
    let ranges: Vec<(Option<Level>, [i64; 2])> = whole.chain(ranges(&parts, None)).collect();
    let first = 2 + 2 * ranges.len();
    let (conditions, counterparty) = (window.conditions(first), first + window.places());
    let branches = ranges.iter().enumerate().map(|(at, (level, _))| {
        let (from, to) = (2 + 2 * at, 3 + 2 * at);
        match level {
            Some(level) => tallied(*level, window, &format!("start >= ${from} AND start < ${to}{conditions}"), counterparty),
            None => listed(window, &format!("occurred_at >= ${from} AND occurred_at < ${to}{conditions}"), counterparty),
        }
    });
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n, CAST(COALESCE(SUM(h), 0) AS BIGINT) AS h, CAST(COALESCE(SUM(l), 0) AS BIGINT) AS l, MAX(m) AS m \
         FROM ({}) AS parts",
        branches.collect::<Vec<_>>().join(" UNION ALL ")
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(window.customer.row());
    let query = ranges.iter().flat_map(|(_, range)| range).fold(query, |query, at| query.bind(*at));
    let query = window.bind(query);
    let query = if let Some(counterparty) = &window.counterparty { query.bind(counterparty.clone()) } else { query };
    let row = query.fetch_one(db).await?;
    let (high, low): (i64, i64) = (row.try_get("h")?, row.try_get("l")?);
    let count = u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or_default();
    Ok(Totals { count, sum: i128::from(high) * i128::from(PART) + i128::from(low), max: row.try_get("m")? })
}

/// The parts of a level, two always: at most one is before the longer spans and one after them. An empty one has no length.
fn ranges(parts: &[Range], level: Option<Level>) -> [(Option<Level>, [i64; 2]); 2] {
    let mut found = parts.iter().filter(|part| part.level == level).map(|part| [part.from, part.to]);
    [(level, found.next().unwrap_or([0, 0])), (level, found.next().unwrap_or([0, 0]))]
}

fn tallied(level: Level, window: &Window<'_>, conditions: &str, counterparty: usize) -> String {
    let columns = if window.key.blocked {
        "count + blocked_count AS n, high + blocked_high AS h, low + blocked_low AS l, \
         CASE WHEN blocked_largest IS NULL OR largest > blocked_largest THEN largest ELSE blocked_largest END AS m"
    } else {
        "count AS n, high AS h, low AS l, largest AS m"
    };
    let field = match window.counterparty {
        Some(_) => format!("field = {} AND value_index = ${counterparty}", Field::Counterparty.number()),
        None => format!("field = {}", Field::All.number()),
    };
    format!("SELECT {columns} FROM tallies WHERE customer = $1 AND {field} AND level = {} AND {conditions}", level.number())
}

fn listed(window: &Window<'_>, conditions: &str, counterparty: usize) -> String {
    let of_counterparty = if window.counterparty.is_some() { format!(" AND counterparty_index = ${counterparty}") } else { String::new() };
    let blocked = if window.key.blocked { "" } else { " AND status <> 'BLOCKED'" };
    format!(
        "SELECT 1 AS n, amount / {PART} AS h, amount % {PART} AS l, amount AS m FROM transactions WHERE customer = $1 AND {conditions}{of_counterparty}{blocked}"
    )
}

/// The different values of a field: when this many are known, no more are read.
pub async fn values(db: &mut Db, window: &Window<'_>, field: DistinctField, most: u64) -> Result<BTreeSet<Vec<u8>>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut found = BTreeSet::new();
    let mut parts = cover(&mut *db, window.customer, window.since, window.until).await?;
    if window.counterparty.is_some() {
        // The tallies of a field do not name the counterparty.
        parts = vec![Range { level: None, from: window.since.0 + 1, to: window.until.0 + 1 }];
    }
    for part in parts {
        match part.level {
            Some(level) => tallied_values(&mut *db, window, field, (level, part), most, &mut found).await?,
            None if found.len() < most => found.extend(listed_values(&mut *db, window, field, part).await?),
            None => {}
        }
    }
    while found.len() > most {
        found.pop_last();
    }
    Ok(found)
}

/// Reads the values of whole spans, a page after the other, in the order of the key.
async fn tallied_values(
    db: &mut Db,
    window: &Window<'_>,
    field: DistinctField,
    (level, part): (Level, Range),
    most: usize,
    found: &mut BTreeSet<Vec<u8>>,
) -> Result<()> {
    let field = match field {
        DistinctField::CounterpartyId => Field::Counterparty,
        DistinctField::CounterpartyCountry => Field::CounterpartyCountry,
        DistinctField::Country => Field::Country,
        DistinctField::DeviceId => Field::Device,
    };
    let counts = if window.key.blocked { "count + blocked_count > 0" } else { "count > 0" };
    let sql = format!(
        "SELECT start, value_index FROM tallies WHERE customer = $1 AND field = {} AND level = {} AND (start, value_index) > ($2, $3) \
         AND start < $4 AND {counts}{} ORDER BY start, value_index LIMIT {PAGE}",
        field.number(),
        level.number(),
        window.conditions(5)
    );
    let mut after = (part.from - 1, Vec::new());
    while found.len() < most {
        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(window.customer.row()).bind(after.0).bind(after.1.clone()).bind(part.to);
        let rows = window.bind(query).fetch_all(&mut *db).await?;
        for row in &rows {
            after = (row.try_get("start")?, row.try_get("value_index")?);
            found.insert(after.1.clone());
        }
        if rows.len() < PAGE {
            break;
        }
    }
    Ok(())
}

/// Reads the values of the transactions themselves.
async fn listed_values(db: &mut Db, window: &Window<'_>, field: DistinctField, part: Range) -> Result<BTreeSet<Vec<u8>>> {
    let (column, is_text) = match field {
        DistinctField::CounterpartyId => ("counterparty_index", false),
        DistinctField::CounterpartyCountry => ("counterparty_country", true),
        DistinctField::Country => ("country", true),
        DistinctField::DeviceId => ("device_index", false),
    };
    let blocked = if window.key.blocked { "" } else { " AND status <> 'BLOCKED'" };
    let place = 4 + window.places();
    let of_counterparty = if window.counterparty.is_some() { format!(" AND counterparty_index = ${place}") } else { String::new() };
    let sql = format!(
        "SELECT DISTINCT {column} AS value FROM transactions WHERE customer = $1 AND occurred_at >= $2 AND occurred_at < $3 \
         AND {column} IS NOT NULL{}{of_counterparty}{blocked}",
        window.conditions(4)
    );
    let query = window.bind(sqlx::query(AssertSqlSafe(sql)).bind(window.customer.row()).bind(part.from).bind(part.to));
    let query = if let Some(counterparty) = &window.counterparty { query.bind(counterparty.clone()) } else { query };
    let rows = query.fetch_all(db).await?;
    let value = |row: &AnyRow| if is_text { row.try_get::<String, _>("value").map(String::into_bytes) } else { row.try_get("value") };
    Ok(rows.iter().map(value).collect::<Result<_, _>>()?)
}
