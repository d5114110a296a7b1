//! Which rules matched which transactions, and how many transactions of a day each rule judged and matched. The matches are rows of their own,
//! so that two customers' decisions never wait for one counter; a sweep counts them later.

use std::collections::BTreeMap;

use shared::session::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    columns::Columns,
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::ids::{RowId as _, TransactionRef};

/// Writes which rules matched a transaction: each by its name and its version.
pub async fn insert(tx: &mut Tx, transaction: TransactionRef, matches: &[(&str, u32)]) -> Result<()> {
    for matches in matches.chunks(places::MOST) {
        let width = places::width(matches.len());
        let sql = format!(
            "WITH wanted (rule, version) AS (VALUES {}) INSERT INTO rule_matches (rule, transaction_ref, version) \
             SELECT rule, ${}, version FROM wanted WHERE rule IS NOT NULL",
            places::rows(width, 2),
            2 * width + 1
        );
        let mut query = tx.later(&sql).await?;
        for place in 0..width {
            let one = matches.get(place);
            query = query.bind(one.map(|(rule, _)| (*rule).to_owned())).bind(one.map(|(_, version)| i64::from(*version)));
        }
        query.bind(transaction.row());
    }
    Ok(())
}

/// The smallest id that a row can have that is made at this time: ids begin with their time in milliseconds.
pub fn first_at(at: Timestamp) -> String {
    let millis = at.0.max(0) / 1_000;
    format!("{:08x}-{:04x}-0000-0000-000000000000", millis >> 16, millis & 0xffff)
}

/// How many transactions that were decided from `from` until before `until` were judged by each set of rules: its number, and how many.
pub async fn judged(db: &mut Db, from: &str, until: &str) -> Result<Vec<(i64, i64)>> {
    let query =
        sqlx::query("SELECT rules_number, COUNT(*) AS n FROM transactions WHERE ref >= $1 AND ref < $2 AND rules_number IS NOT NULL GROUP BY rules_number");
    let rows = query.bind(from.to_owned()).bind(until.to_owned()).fetch_all(db).await?;
    rows.iter().map(|row| Ok((row.try_get("rules_number")?, row.try_get("n")?))).collect()
}

/// How many of them each version of these rules matched: name, version, number.
pub async fn matched(db: &mut Db, rules: &[&str], from: &str, until: &str) -> Result<Vec<(String, u32, i64)>> {
    let mut found = Vec::new();
    for rules in rules.chunks(places::MOST) {
        let places: Vec<String> = (0..places::width(rules.len())).map(|place| format!("${}", place + 3)).collect();
        let sql = format!(
            "SELECT rule, version, COUNT(*) AS n FROM rule_matches WHERE rule IN ({}) AND transaction_ref >= $1 AND transaction_ref < $2 GROUP BY rule, version",
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(from.to_owned()).bind(until.to_owned());
        for place in 0..places.len() {
            // Padded by repeating the last name, so that few different statements are prepared.
            query = query.bind((*rules[place.min(rules.len() - 1)]).to_owned());
        }
        for row in query.fetch_all(&mut *db).await? {
            let columns = Columns::new(&row, "rule_matches", "rule")?;
            found.push((columns.get("rule")?, columns.number("version")?, row.try_get("n")?));
        }
    }
    Ok(found)
}

/// Which day, which rule, and whether it was in TEST.
pub type Key = (i64, String, bool);

/// How many transactions a rule judged, and how many of them it matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Judged.
    pub judged: i64,
    /// Matched.
    pub matched: i64,
}

/// The fact that says up to which time the sweep has counted, in milliseconds.
pub const COUNTED: &str = "rule_hits";

/// What the sweep has counted since a day, and up to which time, in milliseconds. Both are of the same moment.
pub async fn counted(db: &mut Db, since_day: i64) -> Result<(Option<i64>, BTreeMap<Key, Count>)> {
    let query = sqlx::query(
        "SELECT m.value AS value, h.day AS day, h.rule AS rule, h.is_test AS is_test, h.judged AS judged, h.matched AS matched \
         FROM meta m LEFT JOIN rule_hits h ON h.day >= $1 WHERE m.key = $2",
    );
    let rows = query.bind(since_day).bind(COUNTED).fetch_all(db).await?;
    let up_to = rows.first().map(|row| row.try_get::<String, _>("value")).transpose()?.and_then(|text| text.parse().ok());
    let mut found = BTreeMap::new();
    for row in &rows {
        if let Some(day) = row.try_get::<Option<i64>, _>("day")? {
            let columns = Columns::new(row, "rule_hits", "rule")?;
            let key = (day, columns.get("rule")?, columns.get::<i64>("is_test")? != 0);
            found.insert(key, Count { judged: columns.get("judged")?, matched: columns.get("matched")? });
        }
    }
    Ok((up_to, found))
}

/// Adds to what was counted.
pub async fn add(tx: &mut Tx, counts: &BTreeMap<Key, Count>) -> Result<()> {
    let all: Vec<_> = counts.iter().collect();
    for batch in all.chunks(places::MOST) {
        let sql = format!(
            "INSERT INTO rule_hits (day, rule, is_test, judged, matched) VALUES {} ON CONFLICT (day, rule, is_test) \
             DO UPDATE SET judged = rule_hits.judged + excluded.judged, matched = rule_hits.matched + excluded.matched",
            places::rows(batch.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((day, rule, is_test), count) in batch {
            query = query.bind(*day).bind(rule.clone()).bind(i64::from(*is_test)).bind(count.judged).bind(count.matched);
        }
        query.execute(tx.db().await?).await?;
    }
    Ok(())
}

/// The newest version of each rule among the first `number` versions of all rules.
pub async fn in_force_at(db: &mut Db, number: i64) -> Result<Vec<(String, u32)>> {
    let query = sqlx::query("SELECT name, MAX(version) AS version FROM rules WHERE number <= $1 GROUP BY name");
    let rows = query.bind(number).fetch_all(db).await?;
    rows.iter().map(|row| Columns::new(row, "rules", "name").and_then(|columns| Ok((columns.get("name")?, columns.number("version")?)))).collect()
}

/// When the first transaction was made, in milliseconds.
pub async fn first_decided(db: &mut Db) -> Result<Option<i64>> {
    let row = sqlx::query("SELECT MIN(ref) AS ref FROM transactions").fetch_one(db).await?;
    let first: Option<String> = row.try_get("ref")?;
    Ok(first.and_then(|first| i64::from_str_radix(first.replace('-', "").get(..12)?, 16).ok()))
}
