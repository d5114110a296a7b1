//! Finds out what the rules need to know for a transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Timelike as _};
use shared::{
    rule::{AggregateKey, Country, DistinctField, Facts, ListKey, Measure, Measured, Needs, Transaction, WallClock},
    session::Timestamp,
};

use super::indexes;
use crate::{
    failure::Failure,
    ids::{CustomerId, ListId},
    kit::Kit,
    lists,
    model::RuleSet,
    store::{
        self, Db,
        totals::{self, Distinct, Found, Totals, Wanted, Window},
    },
    vault::Key,
};

/// The most lists that one statement asks.
const LISTS: usize = 32;

/// Whose transaction it is.
#[derive(Clone, Copy)]
pub struct Whose<'k> {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's data key.
    pub key: &'k Key,
    /// How many transactions of theirs have arrived, this one included.
    pub arrivals: i64,
}

/// Finds out what these rules need. The transaction is not stored yet; its customer's row is locked, so that no other one arrives meanwhile.
///
/// # Errors
/// If the store does not answer.
pub async fn gather(kit: &Kit, db: &mut Db, rules: &RuleSet, transaction: Transaction, whose: Whose<'_>, now: Timestamp) -> Result<Facts, Failure> {
    gather_for(kit, db, rules, transaction, (whose, None), now).await
}

/// The same for a transaction that is stored, and `blocked` or not: as if it arrived now.
///
/// # Errors
/// If the store does not answer.
pub async fn gather_stored(
    kit: &Kit,
    db: &mut Db,
    rules: &RuleSet,
    transaction: Transaction,
    (whose, blocked): (Whose<'_>, bool),
    now: Timestamp,
) -> Result<Facts, Failure> {
    gather_for(kit, db, rules, transaction, (whose, Some(blocked)), now).await
}

async fn gather_for(
    kit: &Kit,
    db: &mut Db,
    rules: &RuleSet,
    transaction: Transaction,
    (whose, stored): (Whose<'_>, Option<bool>),
    now: Timestamp,
) -> Result<Facts, Failure> {
    let needs = Needs::of(rules.rules.iter().map(|version| &version.rule), &transaction);
    let mut facts = Facts::new(transaction, now);
    let this = &facts.transaction;
    // The store counts it already if it is stored, unless it leaves out what is blocked.
    let counts = |asked: &AggregateKey| asked.takes(this) && !stored.is_some_and(|blocked| asked.blocked || !blocked);
    let asked: Vec<_> = needs
        .aggregates
        .iter()
        .map(|(asked, up_to)| (window(asked, this, whose.key), wanted(asked, *up_to, counts(asked).then_some(this), whose.key)))
        .collect();
    let found = totals::measure(db, whose.customer, whose.arrivals, &asked).await?;
    let measured = needs
        .aggregates
        .keys()
        .zip(&asked)
        .zip(found)
        .map(|((key, (_, wanted)), found)| (key.clone(), with_this(key, wanted, found, counts(key).then_some(this))));
    facts.measured = measured.collect();
    for flow in needs.sessions {
        if let Some(last) = store::step_ups::last_completed(db, whose.customer, flow.as_deref()).await? {
            facts.sessions.insert(flow, last);
        }
    }
    facts.listed = listed(kit, db, rules, needs.lists, &facts.transaction, now).await?;
    let occurred_at = facts.transaction.occurred_at;
    facts.clocks = needs.timezones.into_iter().filter_map(|name| Some((name.clone(), wall_clock(&name, occurred_at)?))).collect();
    Ok(facts)
}

/// Those of the lists that hold the transaction's value now. A list that is gone, which the server never removes, holds nothing.
async fn listed(kit: &Kit, db: &mut Db, rules: &RuleSet, asked: BTreeSet<ListKey>, of: &Transaction, now: Timestamp) -> Result<BTreeSet<ListKey>, Failure> {
    let sought = |asked: ListKey| {
        let (list, value) = (rules.lists.get(&asked.list)?, asked.field.value(of)?);
        let forms = lists::sought(kit, list, &value);
        (!forms.is_empty()).then_some((asked, (list.id, forms)))
    };
    let (keys, sought): (Vec<ListKey>, Vec<(ListId, Vec<String>)>) = asked.into_iter().filter_map(sought).unzip();
    let mut listed = BTreeSet::new();
    for (keys, sought) in keys.chunks(LISTS).zip(sought.chunks(LISTS)) {
        let entries = store::lists::find_in(db, &kit.vault, now, sought).await?;
        let holds =
            |(list, forms): &(ListId, Vec<String>)| entries.iter().any(|(of, entry)| of == list && entry.counts_at(now) && forms.contains(&entry.found));
        listed.extend(keys.iter().zip(sought).filter(|(_, sought)| holds(sought)).map(|(key, _)| key.clone()));
    }
    Ok(listed)
}

fn window<'k>(asked: &'k AggregateKey, this: &Transaction, key: &Key) -> Window<'k> {
    let counterparty = asked.counterparty_id.as_deref().map(|id| indexes::counterparty(key, id));
    Window { since: asked.since(this.occurred_at), until: this.occurred_at, key: asked, counterparty }
}

/// What is wanted besides `this` transaction, if it counts.
fn wanted(asked: &AggregateKey, up_to: Option<u64>, this: Option<&Transaction>, key: &Key) -> Wanted {
    match asked.measure {
        Measure::Distinct(field) => {
            let without = this.and_then(|this| own_value(field, this, key));
            Wanted::Values(Distinct { field, most: up_to.unwrap_or(u64::MAX), without })
        }
        Measure::Count(_) | Measure::Sum(_) | Measure::Max(_) | Measure::Average(_) => Wanted::Totals,
    }
}

/// What an aggregate comes to: the earlier transactions in the store, and `this` one if it counts.
fn with_this(asked: &AggregateKey, wanted: &Wanted, found: Found, this: Option<&Transaction>) -> Measured {
    let earlier = match (found, wanted) {
        (Found::Totals(totals), _) => totals,
        (Found::Values(count), Wanted::Values(distinct)) => return Measured::Count((count + u64::from(distinct.without.is_some())).min(distinct.most)),
        (Found::Values(count), Wanted::Totals) => return Measured::Count(count),
    };
    let all = this.map_or(earlier, |this| earlier.and(Totals::of(this.amount)));
    match asked.measure {
        Measure::Count(_) | Measure::Distinct(_) => Measured::Count(all.count),
        Measure::Sum(_) => Measured::Sum(all.sum),
        Measure::Max(_) => Measured::Max(all.max),
        Measure::Average(_) => Measured::Average { sum: all.sum, count: all.count },
    }
}

/// The value that is counted, as the store has it.
fn own_value(field: DistinctField, of: &Transaction, key: &Key) -> Option<Vec<u8>> {
    let code = |country: Option<&Country>| country.map(|country| country.as_str().as_bytes().to_vec());
    match field {
        DistinctField::CounterpartyId => of.counterparty.id.as_deref().map(|id| indexes::counterparty(key, id)),
        DistinctField::CounterpartyCountry => code(of.counterparty.country.as_ref()),
        DistinctField::Country => code(of.country.as_ref()),
        DistinctField::DeviceId => of.device_id.as_deref().map(|id| indexes::device(key, id)),
    }
}

pub(super) fn wall_clock(timezone: &str, at: Timestamp) -> Option<WallClock> {
    let local = DateTime::from_timestamp_micros(at.0)?.with_timezone(&timezone.parse::<chrono_tz::Tz>().ok()?);
    let (hour, weekday) = (local.hour(), local.weekday().number_from_monday());
    Some(WallClock { hour: u8::try_from(hour).ok()?, weekday: u8::try_from(weekday).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_are_those_of_the_wall_clock() {
        // 2026-11-30, a Monday, 01:30 in UTC.
        let at = Timestamp(1_796_002_200_000_000);
        for (timezone, hour, weekday) in [("UTC", 1, 1), ("America/Sao_Paulo", 22, 7), ("Asia/Kathmandu", 7, 1)] {
            assert_eq!(wall_clock(timezone, at), Some(WallClock { hour, weekday }), "{timezone}");
        }
        // 2026-07-01T12:00Z: summer time.
        let summer = Timestamp(1_782_907_200_000_000);
        assert_eq!(wall_clock("Europe/Lisbon", summer).map(|clock| clock.hour), Some(13));
        assert_eq!(wall_clock("Mars/Olympus", at), None);
    }
}
