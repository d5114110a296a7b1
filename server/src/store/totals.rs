//! What aggregates over a customer's earlier transactions come to: from the tallies of whole spans, and at the ends of the window from the
//! transactions themselves. It costs the same however many transactions the customer has.

use std::collections::BTreeSet;

use shared::{
    rule::{AggregateKey, Country, Direction, DistinctField},
    session::Timestamp,
};
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    counted::{self, Counted},
    distinct,
    error::Result,
    spans::{self, FEW, Field, Level, PART, Range},
    tx::Db,
};
use crate::ids::{CustomerId, RowId as _};

/// The most windows that one statement sums up.
const TOGETHER: usize = 16;

/// Which transactions of a customer count: those after `since` and up to `until` that fit the key.
#[derive(Clone, Debug)]
pub struct Window<'k> {
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

pub(super) type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

impl Window<'_> {
    /// The conditions on what a `where` can name, whose places begin with this one.
    pub(super) fn conditions(&self, first: usize) -> String {
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
    pub(super) fn places(&self) -> usize {
        self.conditions(1).matches('$').count()
    }

    pub(super) fn bind<'q>(&self, query: Query<'q>) -> Query<'q> {
        let key = self.key;
        let currency = key.measure.currency().map(|currency| currency.to_string());
        let direction = key.direction.map(Direction::as_str).map(str::to_owned);
        let country = key.country.as_ref().map(Country::to_string);
        [currency, key.r#type.clone(), direction, key.channel.clone(), country].into_iter().flatten().fold(query, Query::bind)
    }
}

/// What is wanted of a window.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// Counts and sums.
    Totals,
    /// The different values of a field: when this many are known, no more are read.
    Values(DistinctField, u64),
}

/// What was found of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Counts and sums.
    Totals(Totals),
    /// Different values.
    Values(BTreeSet<Vec<u8>>),
}

/// Measures windows of one customer, who has this many transactions, the one that is being decided included.
pub async fn measure(db: &mut Db, customer: CustomerId, arrivals: i64, asked: &[(Window<'_>, Wanted)]) -> Result<Vec<Found>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    // One of them may be the one that is being decided: it is not stored yet, and neither are the spans that it brings about.
    if arrivals <= FEW + 1 {
        return few(db, customer, asked).await;
    }
    let windows: Vec<[Timestamp; 2]> = asked.iter().map(|(window, _)| [window.since, window.until]).collect();
    let covers = spans::covers(&mut *db, customer, &windows).await?;
    let summed: Vec<(&Window<'_>, &[Range])> =
        asked.iter().zip(&covers).filter(|((_, wanted), _)| matches!(wanted, Wanted::Totals)).map(|((window, _), cover)| (window, cover.as_slice())).collect();
    let (mut totals, mut found) = (summed_up(&mut *db, customer, &summed).await?.into_iter(), Vec::with_capacity(asked.len()));
    for ((window, wanted), cover) in asked.iter().zip(covers) {
        found.push(match *wanted {
            Wanted::Totals => Found::Totals(totals.next().expect("there is one for each")),
            Wanted::Values(field, most) => Found::Values(distinct::values(&mut *db, (customer, window), field, most, &cover).await?),
        });
    }
    Ok(found)
}

/// Reads the few transactions that a customer has, once for all windows.
async fn few(db: &mut Db, customer: CustomerId, asked: &[(Window<'_>, Wanted)]) -> Result<Vec<Found>> {
    let from = asked.iter().map(|(window, _)| window.since.0 + 1).min().unwrap_or_default();
    let to = asked.iter().map(|(window, _)| window.until.0 + 1).max().unwrap_or_default();
    let all = counted::between(db, customer, from, to).await?;
    let found = asked.iter().map(|(window, wanted)| {
        let fitting = all.iter().filter(|of| window.takes(of));
        match *wanted {
            Wanted::Totals => Found::Totals(fitting.fold(Totals::default(), |totals, of| Totals {
                count: totals.count + 1,
                sum: totals.sum + i128::from(of.amount),
                max: totals.max.max(Some(of.amount)),
            })),
            Wanted::Values(field, most) => {
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                let values: BTreeSet<Vec<u8>> = fitting.filter_map(|of| of.value(tally_of(field))).map(<[u8]>::to_vec).collect();
                Found::Values(values.into_iter().take(most).collect())
            }
        }
    });
    Ok(found.collect())
}

pub(super) const fn tally_of(field: DistinctField) -> Field {
    match field {
        DistinctField::CounterpartyId => Field::Counterparty,
        DistinctField::CounterpartyCountry => Field::CounterpartyCountry,
        DistinctField::Country => Field::Country,
        DistinctField::DeviceId => Field::Device,
    }
}

/// Counts and sums of these windows.
pub(super) async fn summed_up(db: &mut Db, customer: CustomerId, windows: &[(&Window<'_>, &[Range])]) -> Result<Vec<Totals>> {
    let mut totals = Vec::with_capacity(windows.len());
    for together in windows.chunks(TOGETHER) {
        totals.extend(summed_together(&mut *db, customer, together).await?);
    }
    Ok(totals)
}

/// Counts and sums of a few windows. The same statement for every cover, so that a connection keeps it prepared: a part that is not there is
/// empty.
async fn summed_together(db: &mut Db, customer: CustomerId, windows: &[(&Window<'_>, &[Range])]) -> Result<Vec<Totals>> {
    let (mut branches, mut first) = (Vec::with_capacity(windows.len()), 2);
    for (number, (window, _)) in windows.iter().enumerate() {
        branches.push(window.branch(number, first));
        first += RANGES * 2 + window.places() + usize::from(window.counterparty.is_some());
    }
    let mut query = sqlx::query(AssertSqlSafe(branches.join(" UNION ALL "))).bind(customer.row());
    for (window, cover) in windows {
        query = LEVELS.into_iter().flat_map(|level| ranges(cover, level)).flatten().fold(query, Query::bind);
        query = window.bind(query);
        if let Some(counterparty) = &window.counterparty {
            query = query.bind(counterparty.clone());
        }
    }
    let mut totals = vec![Totals::default(); windows.len()];
    for row in query.fetch_all(db).await? {
        let (high, low): (i64, i64) = (row.try_get("h")?, row.try_get("l")?);
        let count = u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or_default();
        let number = usize::try_from(row.try_get::<i64, _>("number")?).unwrap_or(usize::MAX);
        if let Some(totals) = totals.get_mut(number) {
            *totals = Totals { count, sum: i128::from(high) * i128::from(PART) + i128::from(low), max: row.try_get("m")? };
        }
    }
    Ok(totals)
}

/// What a cover has parts of.
const LEVELS: [Option<Level>; 5] = [Some(Level::Day), Some(Level::Hour), Some(Level::Minute), Some(Level::Second), None];
/// How many parts a statement has places for: two of each.
const RANGES: usize = 2 * LEVELS.len();

/// The parts of a level, two always: at most one is before the longer spans and one after them. An empty one has no length.
fn ranges(parts: &[Range], level: Option<Level>) -> [[i64; 2]; 2] {
    let mut found = parts.iter().filter(|part| part.level == level).map(|part| [part.from, part.to]);
    [found.next().unwrap_or([0, 0]), found.next().unwrap_or([0, 0])]
}

impl Window<'_> {
    /// Whether a transaction counts.
    fn takes(&self, of: &Counted) -> bool {
        let key = self.key;
        let is = |wanted: Option<String>, own: &str| wanted.is_none_or(|wanted| wanted == own);
        self.since.0 < of.occurred_at
            && of.occurred_at <= self.until.0
            && (key.blocked || !of.is_blocked)
            && is(key.measure.currency().map(|currency| currency.to_string()), &of.kind.currency)
            && is(key.r#type.clone(), &of.kind.r#type)
            && is(key.direction.map(|direction| direction.as_str().to_owned()), &of.kind.direction)
            && is(key.channel.clone(), &of.kind.channel)
            && is(key.country.as_ref().map(Country::to_string), &of.kind.country)
            && self.counterparty.as_deref().is_none_or(|wanted| of.value(Field::Counterparty) == Some(wanted))
    }

    /// The SELECT of this window's totals, whose places begin with this one: two for each part, then the conditions, then the counterparty.
    fn branch(&self, number: usize, first: usize) -> String {
        let conditions = self.conditions(first + 2 * RANGES);
        let counterparty = first + 2 * RANGES + self.places();
        let parts = LEVELS.into_iter().flat_map(|level| [level, level]).enumerate().map(|(at, level)| {
            let (from, to) = (first + 2 * at, first + 2 * at + 1);
            match level {
                Some(level) => self.tallied(level, &format!("start >= ${from} AND start < ${to}{conditions}"), counterparty),
                None => self.listed(&format!("occurred_at >= ${from} AND occurred_at < ${to}{conditions}"), counterparty),
            }
        });
        format!(
            "SELECT CAST({number} AS BIGINT) AS number, CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n, CAST(COALESCE(SUM(h), 0) AS BIGINT) AS h, \
             CAST(COALESCE(SUM(l), 0) AS BIGINT) AS l, MAX(m) AS m FROM ({}) AS parts",
            parts.collect::<Vec<_>>().join(" UNION ALL ")
        )
    }

    fn tallied(&self, level: Level, conditions: &str, counterparty: usize) -> String {
        let columns = if self.key.blocked {
            "count + blocked_count AS n, high + blocked_high AS h, low + blocked_low AS l, \
             CASE WHEN blocked_largest IS NULL OR largest > blocked_largest THEN largest ELSE blocked_largest END AS m"
        } else {
            "count AS n, high AS h, low AS l, largest AS m"
        };
        let field = match self.counterparty {
            Some(_) => format!("field = {} AND value_index = ${counterparty}", Field::Counterparty.number()),
            None => format!("field = {}", Field::All.number()),
        };
        format!("SELECT {columns} FROM tallies WHERE customer = $1 AND {field} AND level = {} AND {conditions}", level.number())
    }

    fn listed(&self, conditions: &str, counterparty: usize) -> String {
        let of_counterparty = if self.counterparty.is_some() { format!(" AND counterparty_index = ${counterparty}") } else { String::new() };
        let blocked = if self.key.blocked { "" } else { " AND status <> 'BLOCKED'" };
        format!(
            "SELECT 1 AS n, amount / {PART} AS h, amount % {PART} AS l, amount AS m FROM transactions WHERE customer = $1 AND {conditions}{of_counterparty}{blocked}"
        )
    }
}
