//! Counts and sums of a customer's transactions by kind: from the tallies of whole spans, and at the ends of a window from the transactions
//! themselves.

use sqlx::{AssertSqlSafe, Row as _, any::AnyRow, query::Query};

use super::{
    counted::Kind,
    error::Result,
    spans::{Field, Level, PART, Range},
    tx::Db,
    window::{Totals, Window},
};
use crate::ids::{CustomerId, RowId as _};

/// The most parts that one statement sums up.
const TOGETHER: usize = 16;

/// What is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part<'w> {
    /// The window, in parts.
    cover: &'w [Range],
    /// Only with this counterparty.
    counterparty: Option<&'w [u8]>,
}

/// What those of one kind come to.
#[derive(Clone, Debug)]
struct Sum {
    kind: Kind,
    /// Those that are not blocked.
    open: Totals,
    /// Those that are.
    blocked: Totals,
}

/// Counts and sums of these windows. What several of them read is read once.
pub(super) async fn summed_up(db: &mut Db, customer: CustomerId, windows: &[(&Window<'_>, &[Range])]) -> Result<Vec<Totals>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut part_of = Vec::with_capacity(windows.len());
    for (window, cover) in windows {
        let part = Part { cover, counterparty: window.counterparty.as_deref() };
        part_of.push(parts.iter().position(|known| *known == part).unwrap_or_else(|| {
            parts.push(part);
            parts.len() - 1
        }));
    }
    let sums = by_kind(db, customer, &parts).await?;
    let total = |((window, _), part): (&(&Window<'_>, &[Range]), usize)| {
        let fitting = sums[part].iter().filter(|sum| window.fits(&sum.kind));
        fitting.fold(Totals::default(), |totals, sum| if window.key.blocked { totals.and(sum.open).and(sum.blocked) } else { totals.and(sum.open) })
    };
    Ok(windows.iter().zip(part_of).map(total).collect())
}

/// Sums up each of these parts.
async fn by_kind(db: &mut Db, customer: CustomerId, parts: &[Part<'_>]) -> Result<Vec<Vec<Sum>>> {
    let mut all = Vec::with_capacity(parts.len());
    for parts in parts.chunks(TOGETHER) {
        let (mut selects, mut first) = (Vec::with_capacity(parts.len()), 2);
        for (number, part) in parts.iter().enumerate() {
            selects.push(part.select(number, first));
            first += 2 * RANGES + usize::from(part.counterparty.is_some());
        }
        let mut query = sqlx::query(AssertSqlSafe(selects.join(" UNION ALL "))).bind(customer.row());
        for part in parts {
            query = LEVELS.into_iter().flat_map(|level| ranges(part.cover, level)).flatten().fold(query, Query::bind);
            if let Some(counterparty) = part.counterparty {
                query = query.bind(counterparty.to_vec());
            }
        }
        let mut sums = vec![Vec::new(); parts.len()];
        for row in query.fetch_all(&mut *db).await? {
            let number = usize::try_from(row.try_get::<i64, _>("number")?).unwrap_or(usize::MAX);
            if let Some(sums) = sums.get_mut(number) {
                sums.push(read(&row)?);
            }
        }
        all.append(&mut sums);
    }
    Ok(all)
}

fn read(row: &AnyRow) -> Result<Sum, sqlx::Error> {
    let text = |column: &str| row.try_get(column);
    let totals = |[count, high, low, max]: [&str; 4]| -> Result<Totals, sqlx::Error> {
        let sum = i128::from(row.try_get::<i64, _>(high)?) * i128::from(PART) + i128::from(row.try_get::<i64, _>(low)?);
        Ok(Totals { count: u64::try_from(row.try_get::<i64, _>(count)?).unwrap_or_default(), sum, max: row.try_get(max)? })
    };
    Ok(Sum {
        kind: Kind { currency: text("currency")?, r#type: text("type")?, direction: text("direction")?, channel: text("channel")?, country: text("country")? },
        open: totals(["n", "h", "l", "m"])?,
        blocked: totals(["bn", "bh", "bl", "bm"])?,
    })
}

/// What a cover has parts of.
const LEVELS: [Option<Level>; 5] = [Some(Level::Day), Some(Level::Hour), Some(Level::Minute), Some(Level::Second), None];
/// How many ranges a statement has places for, two of each: the same statement for every cover, so that a connection keeps it prepared.
const RANGES: usize = 2 * LEVELS.len();

/// The ranges of a level, two always: at most one is before the longer spans and one after them. One that is not there has no length.
fn ranges(cover: &[Range], level: Option<Level>) -> [[i64; 2]; 2] {
    let mut found = cover.iter().filter(|part| part.level == level).map(|part| [part.from, part.to]);
    [found.next().unwrap_or([0, 0]), found.next().unwrap_or([0, 0])]
}

impl Part<'_> {
    /// The SELECT of this part, whose places begin with this one: two for each range, then the counterparty.
    fn select(&self, number: usize, first: usize) -> String {
        let counterparty = first + 2 * RANGES;
        let (tallied, listed) = match self.counterparty {
            Some(_) => {
                (format!("field = {} AND value_index = ${counterparty}", Field::Counterparty.number()), format!(" AND counterparty_index = ${counterparty}"))
            }
            None => (format!("field = {}", Field::All.number()), String::new()),
        };
        let ranges = LEVELS.into_iter().flat_map(|level| [level, level]).enumerate().map(|(at, level)| {
            let (from, to) = (first + 2 * at, first + 2 * at + 1);
            match level {
                Some(level) => format!(
                    "SELECT currency, type, direction, channel, country, count AS n, high AS h, low AS l, largest AS m, \
                     blocked_count AS bn, blocked_high AS bh, blocked_low AS bl, blocked_largest AS bm \
                     FROM tallies WHERE customer = $1 AND {tallied} AND level = {} AND start >= ${from} AND start < ${to}",
                    level.number()
                ),
                None => format!(
                    "SELECT currency, type, direction, COALESCE(channel, ''), COALESCE(country, ''), \
                     CASE WHEN status <> 'BLOCKED' THEN 1 ELSE 0 END, CASE WHEN status <> 'BLOCKED' THEN amount / {PART} ELSE 0 END, \
                     CASE WHEN status <> 'BLOCKED' THEN amount % {PART} ELSE 0 END, CASE WHEN status <> 'BLOCKED' THEN amount END, \
                     CASE WHEN status = 'BLOCKED' THEN 1 ELSE 0 END, CASE WHEN status = 'BLOCKED' THEN amount / {PART} ELSE 0 END, \
                     CASE WHEN status = 'BLOCKED' THEN amount % {PART} ELSE 0 END, CASE WHEN status = 'BLOCKED' THEN amount END \
                     FROM transactions WHERE customer = $1 AND occurred_at >= ${from} AND occurred_at < ${to}{listed}"
                ),
            }
        });
        let sums = ["n", "h", "l", "bn", "bh", "bl"].map(|column| format!("CAST(SUM({column}) AS BIGINT) AS {column}")).join(", ");
        format!(
            "SELECT CAST({number} AS BIGINT) AS number, currency, type, direction, channel, country, {sums}, MAX(m) AS m, MAX(bm) AS bm \
             FROM ({}) AS parts GROUP BY currency, type, direction, channel, country",
            ranges.collect::<Vec<_>>().join(" UNION ALL ")
        )
    }
}
