//! The days, hours, minutes and seconds in which a customer's transactions are tallied. A span whose transactions are few is not divided: it is
//! as quick to read them. So whoever has few transactions has no rows here, and whoever has many in one second has rows of that second.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::session::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::ids::{CustomerId, RowId as _};

/// How many transactions a span holds before it is divided, and a customer has before there are spans at all.
pub const FEW: i64 = 64;

/// Amounts are summed in two parts, so that no sum is larger than the databases' integers: those of 10⁹ transactions fit.
pub const PART: i64 = 1 << 32;

/// What the value of a tally is of, and of what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Of nothing: all transactions.
    All,
    /// The counterparty's id.
    Counterparty,
    /// The counterparty's country.
    CounterpartyCountry,
    /// The country.
    Country,
    /// The device.
    Device,
}

impl Field {
    /// As stored.
    pub const fn number(self) -> i64 {
        match self {
            Self::All => 0,
            Self::Counterparty => 1,
            Self::CounterpartyCountry => 2,
            Self::Country => 3,
            Self::Device => 4,
        }
    }
}

/// The length of a span, the longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// A day of UTC.
    Day,
    /// An hour.
    Hour,
    /// A minute.
    Minute,
    /// A second.
    Second,
}

impl Level {
    /// Every level, the longest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Hour, Self::Minute, Self::Second];

    /// As stored.
    pub const fn number(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Hour => 2,
            Self::Minute => 3,
            Self::Second => 4,
        }
    }

    /// In microseconds.
    pub const fn micros(self) -> i64 {
        1_000_000
            * match self {
                Self::Day => 86_400,
                Self::Hour => 3_600,
                Self::Minute => 60,
                Self::Second => 1,
            }
    }

    /// What a span of this length is divided into.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Day => Some(Self::Hour),
            Self::Hour => Some(Self::Minute),
            Self::Minute => Some(Self::Second),
            Self::Second => None,
        }
    }

    /// The beginning of the span that holds this moment.
    pub const fn start(self, at: i64) -> i64 {
        at.div_euclid(self.micros()) * self.micros()
    }
}

/// A part of a window, from `from` up to, but not including, `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Whole spans of this length; `None` for the transactions themselves.
    pub level: Option<Level>,
    /// Its first microsecond.
    pub from: i64,
    /// The first one after it.
    pub to: i64,
}

/// For each of these windows of one customer, after its first moment and up to its second, the parts that together are it: whole spans where
/// there are rows of them, else the transactions. The customer has more than [`FEW`] transactions.
pub async fn covers(db: &mut Db, customer: CustomerId, windows: &[[Timestamp; 2]]) -> Result<Vec<Vec<Range>>> {
    let ends = |[since, until]: &[Timestamp; 2]| [since.0 + 1, until.0 + 1];
    let moments: BTreeSet<i64> = windows.iter().flat_map(ends).collect();
    let counts = counts_around(db, customer, &moments).await?;
    let cover = |window| {
        let ([from, to], mut parts) = (ends(window), Vec::new());
        divide(Level::Day, from, to, &counts, &mut parts);
        parts
    };
    Ok(windows.iter().map(cover).collect())
}

type Counts = HashMap<(i64, i64), i64>;

/// How many transactions the spans hold in which these moments lie, by level and start.
async fn counts_around(db: &mut Db, customer: CustomerId, moments: &BTreeSet<i64>) -> Result<Counts> {
    let mut counts = Counts::new();
    let moments: Vec<i64> = moments.iter().copied().collect();
    for moments in moments.chunks(places::MOST) {
        // The last one again and again, up to a number of which there are few.
        let last = moments.len() - 1;
        let moments: Vec<i64> = (0..places::width(moments.len())).map(|place| moments[place.min(last)]).collect();
        let levels = [Level::Day, Level::Hour, Level::Minute];
        let branch = |(number, level): (usize, &Level)| {
            let places: Vec<String> = (0..moments.len()).map(|place| format!("${}", 2 + number * moments.len() + place)).collect();
            format!("SELECT level, start, count FROM spans WHERE customer = $1 AND level = {} AND start IN ({})", level.number(), places.join(", "))
        };
        let sql = levels.iter().enumerate().map(branch).collect::<Vec<_>>().join(" UNION ALL ");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(customer.row());
        let starts = levels.iter().flat_map(|level| moments.iter().map(|at| level.start(*at)));
        for row in starts.fold(query, |query, start| query.bind(start)).fetch_all(&mut *db).await? {
            counts.insert((row.try_get("level")?, row.try_get("start")?), row.try_get("count")?);
        }
    }
    Ok(counts)
}

fn divide(level: Level, from: i64, to: i64, counts: &Counts, parts: &mut Vec<Range>) {
    let (first, last) = (level.start(from + level.micros() - 1), level.start(to));
    let rest = |from: i64, to: i64, parts: &mut Vec<Range>| {
        if from >= to {
            return;
        }
        let is_divided = counts.get(&(level.number(), level.start(from))).is_some_and(|count| *count > FEW);
        match level.next().filter(|_| is_divided) {
            Some(next) => divide(next, from, to, counts, parts),
            None => parts.push(Range { level: None, from, to }),
        }
    };
    if first > last {
        return rest(from, to, parts);
    }
    rest(from, first, parts);
    if first < last {
        parts.push(Range { level: Some(level), from: first, to: last });
    }
    rest(last, to, parts);
}

/// Adds to how many transactions spans hold, by level and start.
pub(super) async fn count(tx: &mut Tx, customer: CustomerId, added: &BTreeMap<(i64, i64), i64>) -> Result<()> {
    let added: Vec<_> = added.iter().collect();
    for batch in added.chunks(places::MOST) {
        let sql = format!(
            "INSERT INTO spans (customer, level, start, count) VALUES {} ON CONFLICT (customer, level, start) DO UPDATE SET count = spans.count + excluded.count",
            places::rows(batch.len(), 4)
        );
        let mut query = tx.later(&sql).await?;
        for ((level, start), many) in batch {
            query = query.bind(customer.row()).bind(*level).bind(*start).bind(**many);
        }
    }
    Ok(())
}

/// How many transactions the spans around a moment hold, of those that have rows.
pub(super) async fn counts_at(tx: &mut Tx, customer: CustomerId, at: Timestamp) -> Result<HashMap<Level, i64>> {
    let query = sqlx::query(
        "SELECT level, count FROM spans WHERE customer = $1 AND ((level = 1 AND start = $2) OR (level = 2 AND start = $3) \
         OR (level = 3 AND start = $4) OR (level = 4 AND start = $5))",
    );
    let query = Level::ALL.into_iter().fold(query.bind(customer.row()), |query, level| query.bind(level.start(at.0)));
    let rows = query.fetch_all(tx.db().await?).await?;
    let found: HashMap<i64, i64> = rows.iter().map(|row| Ok((row.try_get("level")?, row.try_get("count")?))).collect::<Result<_>>()?;
    Ok(Level::ALL.into_iter().filter_map(|level| Some((level, *found.get(&level.number())?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_divide_only_what_is_full() {
        const S: i64 = 1_000_000;
        let day = 86_400 * S;
        // From 12:34:56.5 of one day up to 01:00:00 of the third.
        let (from, to) = (45_296 * S + 500_000, 2 * day + 3_600 * S);
        let parts = |full: &[(Level, i64)]| {
            let counts: Counts = full.iter().map(|(level, at)| ((level.number(), level.start(*at)), FEW + 1)).collect();
            let mut parts = Vec::new();
            divide(Level::Day, from, to, &counts, &mut parts);
            assert!(parts.windows(2).all(|two| two[0].to == two[1].from), "{parts:?}");
            assert_eq!((parts[0].from, parts[parts.len() - 1].to), (from, to));
            parts.iter().map(|part| part.level).collect::<Vec<_>>()
        };
        assert_eq!(parts(&[]), [None, Some(Level::Day), None]);
        assert_eq!(parts(&[(Level::Day, to)]), [None, Some(Level::Day), Some(Level::Hour)]);
        let left = [(Level::Day, from), (Level::Hour, from), (Level::Minute, from)];
        let all = [None, Some(Level::Second), Some(Level::Minute), Some(Level::Hour), Some(Level::Day), None];
        assert_eq!(parts(&left), all);
        assert_eq!(Level::Day.start(-1), -day, "before 1970 as well");
    }
}
