//! How many transactions each rule judged and matched, by day. A sweep counts them, a few minutes behind; what it has not counted yet is
//! counted when somebody asks. So deciding writes only its own rows, and asking reads few.

use std::collections::{BTreeMap, BTreeSet};

use shared::{rule::Mode, session::Timestamp};

use crate::{
    failure::Failure,
    kit::Kit,
    rules,
    store::{
        self, Db,
        matches::{self, COUNTED, Count, Key, first_at},
    },
};

/// Milliseconds of a day, in UTC.
const DAY: i64 = 24 * 3_600 * 1_000;
/// How far behind the sweep stays, in milliseconds: a decision commits well within this time after its id was made.
const BEHIND: i64 = 60 * 1_000;

/// What a rule did on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hits {
    /// The rule.
    pub rule: String,
    /// Days since 1970, in UTC.
    pub day: i64,
    /// While it was ACTIVE.
    pub active: Count,
    /// While it was in TEST.
    pub test: Count,
}

/// What each rule did on each of the last days, today included, by rule and day. A day on which a rule judged nothing is left out.
///
/// # Errors
/// If the store does not answer, or a rule is damaged.
pub async fn of_last_days(kit: &Kit, days: i64) -> Result<Vec<Hits>, Failure> {
    let now = kit.ambient.now().0 / 1_000;
    let since = now / DAY - days + 1;
    let mut db = kit.store.read().await?;
    let (up_to, mut all) = matches::counted(&mut db, since).await?;
    // What was decided since, whatever this process's clock says.
    let from = up_to.unwrap_or(0).max(since * DAY);
    for (key, count) in count(kit, &mut db, from, now + DAY).await? {
        add(&mut all, key, count);
    }
    let mut found: BTreeMap<(String, i64), Hits> = BTreeMap::new();
    for ((day, rule, is_test), count) in all {
        let hits = found.entry((rule.clone(), day)).or_insert(Hits { rule, day, active: Count::default(), test: Count::default() });
        *(if is_test { &mut hits.test } else { &mut hits.active }) = count;
    }
    Ok(found.into_values().collect())
}

fn add(all: &mut BTreeMap<Key, Count>, key: Key, count: Count) {
    let sum = all.entry(key).or_default();
    sum.judged += count.judged;
    sum.matched += count.matched;
}

/// Counts what was decided since the last time.
///
/// # Errors
/// If the store does not answer, or a rule is damaged.
pub async fn sweep(kit: &Kit) -> Result<(), Failure> {
    let until = kit.ambient.now().0 / 1_000 - BEHIND;
    let last = kit.store.fact(COUNTED).await?;
    let from: i64 = last.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
    if until <= from {
        return Ok(());
    }
    let counts = count(kit, &mut *kit.store.read().await?, from, until).await?;
    let mut tx = kit.store.write().await?;
    // Another process may have counted the same meanwhile.
    let is_first = match &last {
        Some(last) => tx.replace(COUNTED, last, &until.to_string()).await?,
        None => tx.note_once(COUNTED, &until.to_string()).await?,
    };
    if is_first {
        matches::add(&mut tx, &counts).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Counts what was decided from this millisecond until before that one, by day.
async fn count(kit: &Kit, db: &mut Db, from: i64, until: i64) -> Result<BTreeMap<Key, Count>, Failure> {
    let mut counts = BTreeMap::new();
    let mut modes: BTreeMap<i64, Vec<(String, bool)>> = BTreeMap::new();
    let mut at = from;
    // The first time begins with the first transaction.
    if at == 0 {
        at = matches::first_decided(db).await?.map_or(until, |first| first.max(0));
    }
    while at < until {
        let (day, end) = (at / DAY, until.min((at / DAY + 1) * DAY));
        let (first, last) = (first_at(Timestamp(at * 1_000)), first_at(Timestamp(end * 1_000)));
        let mut names = BTreeSet::new();
        for (number, judged) in matches::judged(db, &first, &last).await? {
            let known = match modes.get(&number) {
                Some(known) => known.clone(),
                None => judging(kit, db, number).await?,
            };
            for (rule, is_test) in &known {
                names.insert(rule.clone());
                add(&mut counts, (day, rule.clone(), *is_test), Count { judged, matched: 0 });
            }
            modes.insert(number, known);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (rule, version, matched) in matches::matched(db, &names, &first, &last).await? {
            let is_test = rules::version(kit, db, &rule, version).await?.is_some_and(|version| version.rule.mode() == Mode::Test);
            add(&mut counts, (day, rule, is_test), Count { judged: 0, matched });
        }
        at = end;
    }
    Ok(counts)
}

/// The rules that judged when there were this many versions, each with whether it was in TEST.
async fn judging(kit: &Kit, db: &mut Db, number: i64) -> Result<Vec<(String, bool)>, Failure> {
    let mut found = Vec::new();
    for (rule, version) in store::matches::in_force_at(db, number).await? {
        match rules::version(kit, db, &rule, version).await?.map(|version| version.rule.mode()) {
            Some(Mode::Active) => found.push((rule, false)),
            Some(Mode::Test) => found.push((rule, true)),
            Some(Mode::Disabled) | None => {}
        }
    }
    Ok(found)
}
