//! The different values of a field within a window: from the tallies of whole spans, and at its ends from the transactions themselves.

use std::collections::BTreeSet;

use shared::rule::DistinctField;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    error::Result,
    spans::{Level, Range},
    totals::{Window, tally_of},
    tx::Db,
};
use crate::ids::{CustomerId, RowId as _};

/// The most values that one statement reads.
const PAGE: usize = 256;

/// The different values: when this many are known, no more are read.
pub(super) async fn values(db: &mut Db, of: (CustomerId, &Window<'_>), field: DistinctField, most: u64, mut parts: Vec<Range>) -> Result<BTreeSet<Vec<u8>>> {
    let (most, window) = (usize::try_from(most).unwrap_or(usize::MAX), of.1);
    let mut found = BTreeSet::new();
    if window.counterparty.is_some() {
        // The tallies of a field do not name the counterparty.
        parts = vec![Range { level: None, from: window.since.0 + 1, to: window.until.0 + 1 }];
    }
    for part in parts {
        match part.level {
            Some(level) => tallied_values(&mut *db, of, field, (level, part), most, &mut found).await?,
            None if found.len() < most => found.extend(listed_values(&mut *db, of, field, part).await?),
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
    (customer, window): (CustomerId, &Window<'_>),
    field: DistinctField,
    (level, part): (Level, Range),
    most: usize,
    found: &mut BTreeSet<Vec<u8>>,
) -> Result<()> {
    let counts = if window.key.blocked { "count + blocked_count > 0" } else { "count > 0" };
    let sql = format!(
        "SELECT start, value_index FROM tallies WHERE customer = $1 AND field = {} AND level = {} AND (start, value_index) > ($2, $3) \
         AND start < $4 AND {counts}{} ORDER BY start, value_index LIMIT {PAGE}",
        tally_of(field).number(),
        level.number(),
        window.conditions(5)
    );
    let mut after = (part.from - 1, Vec::new());
    while found.len() < most {
        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(customer.row()).bind(after.0).bind(after.1.clone()).bind(part.to);
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
async fn listed_values(db: &mut Db, (customer, window): (CustomerId, &Window<'_>), field: DistinctField, part: Range) -> Result<BTreeSet<Vec<u8>>> {
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
    let query = window.bind(sqlx::query(AssertSqlSafe(sql)).bind(customer.row()).bind(part.from).bind(part.to));
    let query = if let Some(counterparty) = &window.counterparty { query.bind(counterparty.clone()) } else { query };
    let rows = query.fetch_all(db).await?;
    let value = |row: &AnyRow| if is_text { row.try_get::<String, _>("value").map(String::into_bytes) } else { row.try_get("value") };
    Ok(rows.iter().map(value).collect::<Result<_, _>>()?)
}
