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
    ids::CustomerId,
    kit::Kit,
    lists,
    model::RuleSet,
    store::{
        self, Db, StoreError,
        totals::{self, Window},
    },
    vault::Key,
};

/// Finds out what these rules need. The transaction is not stored yet; its customer's row is locked, so that no other one arrives meanwhile.
///
/// # Errors
/// If the store does not answer.
pub async fn gather(kit: &Kit, db: &mut Db, rules: &RuleSet, transaction: Transaction, whose: (CustomerId, &Key), now: Timestamp) -> Result<Facts, Failure> {
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
    (whose, blocked): ((CustomerId, &Key), bool),
    now: Timestamp,
) -> Result<Facts, Failure> {
    gather_for(kit, db, rules, transaction, (whose, Some(blocked)), now).await
}

async fn gather_for(
    kit: &Kit,
    db: &mut Db,
    rules: &RuleSet,
    transaction: Transaction,
    ((customer, key), stored): ((CustomerId, &Key), Option<bool>),
    now: Timestamp,
) -> Result<Facts, Failure> {
    let needs = Needs::of(rules.rules.iter().map(|version| &version.rule), &transaction);
    let mut facts = Facts::new(transaction, now);
    for (asked, up_to) in &needs.aggregates {
        // The store counts it already, unless it leaves out what is blocked.
        let is_counted = stored.is_some_and(|blocked| asked.blocked || !blocked);
        let measured = measure(db, asked, up_to.unwrap_or(u64::MAX), (&facts.transaction, is_counted), customer, key).await?;
        facts.measured.insert(asked.clone(), measured);
    }
    for flow in needs.sessions {
        if let Some(last) = store::step_ups::last_completed(db, customer, flow.as_deref()).await? {
            facts.sessions.insert(flow, last);
        }
    }
    for asked in needs.lists {
        if is_listed(kit, db, &asked, &facts.transaction, now).await? {
            facts.listed.insert(asked);
        }
    }
    let occurred_at = facts.transaction.occurred_at;
    facts.clocks = needs.timezones.into_iter().filter_map(|name| Some((name.clone(), wall_clock(&name, occurred_at)?))).collect();
    Ok(facts)
}

/// Whether the transaction's value is in a list. A list that is gone, which the server never removes, holds nothing.
async fn is_listed(kit: &Kit, db: &mut Db, asked: &ListKey, of: &Transaction, now: Timestamp) -> Result<bool, Failure> {
    let Some(value) = asked.field.value(of) else { return Ok(false) };
    match store::lists::by_name(db, &asked.list).await? {
        Some(list) => lists::holds(kit, db, &list, &value, now).await,
        None => Ok(false),
    }
}

/// What an aggregate comes to: the earlier transactions in the store, and this one, unless the store counts it.
async fn measure(
    db: &mut Db,
    asked: &AggregateKey,
    up_to: u64,
    (this, is_counted): (&Transaction, bool),
    customer: CustomerId,
    key: &Key,
) -> Result<Measured, StoreError> {
    let counterparty = asked.counterparty_id.as_deref().map(|id| indexes::counterparty(key, id));
    let window = Window { customer, since: asked.since(this.occurred_at), until: this.occurred_at, key: asked, counterparty };
    let counts = asked.takes(this) && !is_counted;
    if let Measure::Distinct(field) = asked.measure {
        let own = own_value(field, this, key).filter(|_| counts);
        let mut values: BTreeSet<Vec<u8>> = totals::values(db, &window, field, up_to).await?;
        values.extend(own);
        return Ok(Measured::Count((values.len() as u64).min(up_to)));
    }
    let mut all = totals::totals(db, &window).await?;
    if counts {
        all.count += 1;
        all.sum += i128::from(this.amount);
        all.max = all.max.max(Some(this.amount));
    }
    Ok(match asked.measure {
        Measure::Count(_) | Measure::Distinct(_) => Measured::Count(all.count),
        Measure::Sum(_) => Measured::Sum(all.sum),
        Measure::Max(_) => Measured::Max(all.max),
        Measure::Average(_) => Measured::Average { sum: all.sum, count: all.count },
    })
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
