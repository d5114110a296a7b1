//! Tallies of a customer's transactions by span and kind. Each transaction is added when it is stored, and moved to the blocked ones if it is
//! blocked later. Its customer's row is locked meanwhile.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row as _};

use super::{
    counted::{self, Counted, Kind},
    distinct::{self, Seen},
    error::Result,
    places,
    spans::{self, FEW, Field, Level, PART},
    tx::Tx,
};
use crate::{
    ids::{CustomerId, RowId as _},
    model::Stored,
};

/// The most tallies that one statement writes.
const BATCH: usize = 64;

/// Which tally.
type Key = (i64, i64, i64, Vec<u8>, Kind);

/// What it comes to: those that are not blocked, and those that are.
#[derive(Clone, Copy, Debug, Default)]
struct Sums([Sum; 2]);

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: i64,
    high: i64,
    low: i64,
    largest: Option<i64>,
}

/// Adds a transaction that is about to be stored, in the same commit. What it writes waits with the rest of the decision (`later.rs`).
pub async fn add(tx: &mut Tx, of: &Stored) -> Result<()> {
    let (new, mut added) = (Counted::from(of), Added::default());
    if of.arrival == FEW + 1 {
        let mut all = counted::between(tx.db().await?, of.customer, i64::MIN, i64::MAX).await?;
        all.push(new);
        all.iter().for_each(|one| added.seen.add(one));
        added.fill(Level::Day, all);
    } else if of.arrival > FEW {
        let known = spans::counts_at(tx, of.customer, of.occurred_at).await?;
        added.seen.add(&new);
        let mut level = Some(Level::Day);
        while let Some(here) = level {
            let start = here.start(new.occurred_at);
            added.count(here, start, 1);
            added.collect(&new, here);
            let count = known.get(&here).copied().unwrap_or_default() + 1;
            level = here.next().filter(|_| count > FEW);
            if count == FEW + 1
                && let Some(next) = level.take()
            {
                let mut all = counted::between(tx.db().await?, of.customer, start, start + here.micros()).await?;
                all.push(new.clone());
                added.fill(next, all);
            }
        }
    }
    added.write(tx, of.customer).await
}

/// What is added to spans and tallies.
#[derive(Default)]
struct Added {
    counts: BTreeMap<(i64, i64), i64>,
    sums: BTreeMap<Key, Sums>,
    seen: Seen,
}

impl Added {
    /// Makes the spans of a level for these transactions, and divides those that are full.
    fn fill(&mut self, level: Level, all: Vec<Counted>) {
        let mut todo = vec![(level, all)];
        while let Some((level, all)) = todo.pop() {
            let mut by_start: BTreeMap<i64, Vec<Counted>> = BTreeMap::new();
            for one in all {
                self.collect(&one, level);
                by_start.entry(level.start(one.occurred_at)).or_default().push(one);
            }
            for (start, within) in by_start {
                let many = i64::try_from(within.len()).unwrap_or(i64::MAX);
                self.count(level, start, many);
                todo.extend(level.next().filter(|_| many > FEW).map(|next| (next, within)));
            }
        }
    }

    fn count(&mut self, level: Level, start: i64, many: i64) {
        *self.counts.entry((level.number(), start)).or_default() += many;
    }

    fn collect(&mut self, of: &Counted, level: Level) {
        for (field, value) in tallied(of) {
            let key = (field.number(), level.number(), level.start(of.occurred_at), value.to_vec(), of.kind.clone());
            let sum = &mut self.sums.entry(key).or_default().0[usize::from(of.is_blocked)];
            sum.count += 1;
            sum.high += of.amount / PART;
            sum.low += of.amount % PART;
            sum.largest = sum.largest.max(Some(of.amount));
        }
    }

    async fn write(self, tx: &mut Tx, customer: CustomerId) -> Result<()> {
        spans::count(tx, customer, &self.counts).await?;
        self.seen.write(tx, customer).await?;
        write(tx, customer, &self.sums).await
    }
}

const COLUMNS: &str = "customer, field, level, start, value_index, currency, type, direction, channel, country, \
     count, high, low, largest, blocked_count, blocked_high, blocked_low, blocked_largest";

async fn write(tx: &mut Tx, customer: CustomerId, sums: &BTreeMap<Key, Sums>) -> Result<()> {
    let all: Vec<_> = sums.iter().collect();
    for batch in all.chunks(BATCH) {
        let larger = |column: &str| {
            format!(
                "{column} = CASE WHEN tallies.{column} IS NULL OR excluded.{column} > tallies.{column} THEN COALESCE(excluded.{column}, tallies.{column}) \
                 ELSE tallies.{column} END"
            )
        };
        let added =
            ["count", "high", "low", "blocked_count", "blocked_high", "blocked_low"].map(|column| format!("{column} = tallies.{column} + excluded.{column}"));
        let sql = format!(
            "INSERT INTO tallies ({COLUMNS}) VALUES {} ON CONFLICT (customer, field, level, start, value_index, currency, type, direction, channel, country) \
             DO UPDATE SET {}, {}, {}",
            places::rows(batch.len(), 18),
            added.join(", "),
            larger("largest"),
            larger("blocked_largest")
        );
        let mut query = tx.later(&sql).await?;
        for ((field, level, start, value, kind), Sums(sums)) in batch {
            query = query.bind(customer.row()).bind(*field).bind(*level).bind(*start).bind(value.clone());
            query =
                query.bind(kind.currency.clone()).bind(kind.r#type.clone()).bind(kind.direction.clone()).bind(kind.channel.clone()).bind(kind.country.clone());
            for sum in sums {
                query = query.bind(sum.count).bind(sum.high).bind(sum.low).bind(sum.largest);
            }
        }
    }
    Ok(())
}

/// Moves a transaction to the blocked ones. Its row says BLOCKED already.
pub async fn block(tx: &mut Tx, of: &Stored) -> Result<()> {
    let counted = Counted::from(of);
    // From the shortest span to the longest: the largest amount of a span is that of the spans within it.
    let known = spans::counts_at(tx, of.customer, of.occurred_at).await?;
    let levels: Vec<Level> = Level::ALL.into_iter().filter(|level| known.contains_key(level)).collect();
    for (place, level) in levels.iter().enumerate().rev() {
        let within = levels.get(place + 1).copied();
        for (field, value) in tallied(&counted) {
            move_to_blocked(tx, of.customer, &counted, (*level, within), field, value).await?;
        }
    }
    distinct::block(tx, of.customer, &counted).await
}

/// What is tallied of it: itself, and with its counterparty.
fn tallied(of: &Counted) -> impl Iterator<Item = (Field, &[u8])> {
    [Field::All, Field::Counterparty].into_iter().filter_map(|field| Some((field, of.value(field)?)))
}

async fn move_to_blocked(
    tx: &mut Tx,
    customer: CustomerId,
    counted: &Counted,
    (level, within): (Level, Option<Level>),
    field: Field,
    value: &[u8],
) -> Result<()> {
    let kind = &counted.kind;
    let largest = largest(tx, customer, counted, (level, within), field, value).await?;
    let query = sqlx::query(
        "UPDATE tallies SET count = count - 1, high = high - $11, low = low - $12, largest = $13, blocked_count = blocked_count + 1, \
         blocked_high = blocked_high + $11, blocked_low = blocked_low + $12, \
         blocked_largest = CASE WHEN blocked_largest IS NULL OR blocked_largest < $14 THEN $14 ELSE blocked_largest END \
         WHERE customer = $1 AND field = $2 AND level = $3 AND start = $4 AND value_index = $5 AND currency = $6 AND type = $7 AND direction = $8 \
         AND channel = $9 AND country = $10",
    );
    let query = query.bind(customer.row()).bind(field.number()).bind(level.number()).bind(level.start(counted.occurred_at)).bind(value.to_vec());
    let query = query.bind(kind.currency.clone()).bind(kind.r#type.clone()).bind(kind.direction.clone()).bind(kind.channel.clone()).bind(kind.country.clone());
    query.bind(counted.amount / PART).bind(counted.amount % PART).bind(largest).bind(counted.amount).execute(tx.db().await?).await?;
    Ok(())
}

/// The largest amount of those of a span that are of this kind and not blocked: that of the spans within it, or of the transactions.
async fn largest(
    tx: &mut Tx,
    customer: CustomerId,
    counted: &Counted,
    (level, within): (Level, Option<Level>),
    field: Field,
    value: &[u8],
) -> Result<Option<i64>> {
    let kind = &counted.kind;
    let sql = match within {
        Some(within) => format!(
            "SELECT MAX(largest) AS largest FROM tallies WHERE customer = $1 AND currency = $2 AND type = $3 AND direction = $4 AND channel = $5 \
             AND country = $6 AND start >= $7 AND start < $8 AND level = {} AND field = {} AND value_index = $9",
            within.number(),
            field.number()
        ),
        None => format!(
            "SELECT MAX(amount) AS largest FROM transactions WHERE customer = $1 AND currency = $2 AND type = $3 AND direction = $4 \
             AND COALESCE(channel, '') = $5 AND COALESCE(country, '') = $6 AND occurred_at >= $7 AND occurred_at < $8 AND status <> 'BLOCKED'{}",
            if field == Field::Counterparty { " AND counterparty_index = $9" } else { "" }
        ),
    };
    let start = level.start(counted.occurred_at);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(kind.currency.clone()).bind(kind.r#type.clone());
    let query = query.bind(kind.direction.clone()).bind(kind.channel.clone()).bind(kind.country.clone()).bind(start).bind(start + level.micros());
    let query = if within.is_some() || field == Field::Counterparty { query.bind(value.to_vec()) } else { query };
    Ok(query.fetch_one(tx.db().await?).await?.try_get("largest")?)
}
