//! What the aggregates of a rule come to over one customer's transactions, as they arrive one after the other: in memory, and exact. A
//! transaction counts from its arrival on, and until it is blocked, unless the aggregate counts blocked ones.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
};

use shared::{
    rule::{Aggregate, Country, Direction, DistinctField, Leaf, Match, Measure, Measured, Rule, Transaction, TransactionStatus},
    session::Timestamp,
};

use super::{
    super::indexes,
    series::{Amounts, Before, Place, Series},
};
use crate::{
    model::{Entry, Stored},
    vault::Key,
};

/// The values to which `where` says `"same"`: transactions that share them are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Same {
    r#type: Option<String>,
    direction: Option<Direction>,
    channel: Option<String>,
    country: Option<Country>,
    counterparty: Option<Vec<u8>>,
}

/// The transactions of one group.
#[derive(Debug)]
enum Group {
    Amounts(Series<Amounts>),
    Distinct(Distinct),
}

/// Different values.
#[derive(Debug, Default)]
struct Distinct {
    series: Series<Before>,
    places: HashMap<Vec<u8>, BTreeSet<Place>>,
}

impl Distinct {
    fn insert(&mut self, value: &[u8], place: Place) {
        let places = self.places.entry(value.to_vec()).or_default();
        let (before, next) = neighbours(places, place);
        places.insert(place);
        self.series.insert(place, before);
        if let Some(next) = next {
            self.series.remove(next);
            self.series.insert(next, place.0);
        }
    }

    fn remove(&mut self, value: &[u8], place: Place) {
        let Some(places) = self.places.get_mut(value) else { return };
        if !places.remove(&place) {
            return;
        }
        let (before, next) = neighbours(places, place);
        self.series.remove(place);
        if let Some(next) = next {
            self.series.remove(next);
            self.series.insert(next, before);
        }
    }

    fn count(&self, since: i64, until: i64) -> u64 {
        let mut count = 0;
        self.series.within(since, until, |part| count += Before::new_since(&part, since));
        count
    }

    fn has(&self, value: &[u8], since: i64, until: i64) -> bool {
        let window = (Bound::Excluded((since, i64::MAX)), Bound::Included((until, i64::MAX)));
        self.places.get(value).is_some_and(|places| places.range(window).next().is_some())
    }
}

/// The moment of the place before, or the earliest there is, and the place after.
fn neighbours(places: &BTreeSet<Place>, place: Place) -> (i64, Option<Place>) {
    let before = places.range(..place).next_back().map_or(i64::MIN, |(at, _)| *at);
    (before, places.range((Bound::Excluded(place), Bound::Unbounded)).next().copied())
}

/// One aggregate, and its groups.
#[derive(Debug)]
struct Measuring {
    aggregate: Aggregate,
    /// The HMAC of the counterparty that `where` names.
    counterparty: Option<Vec<u8>>,
    groups: HashMap<Same, Group>,
}

/// What a `where` makes of a value: `None` if the transaction does not count, else the value by which it is grouped.
fn grouped<T: PartialEq + Clone>(wanted: Option<&Match<T>>, own: Option<&T>) -> Option<Option<T>> {
    match wanted {
        None => Some(None),
        Some(Match::Same) => own.cloned().map(Some),
        Some(Match::Is(value)) => (own == Some(value)).then_some(None),
    }
}

impl Measuring {
    fn new(aggregate: &Aggregate, key: &Key) -> Self {
        let counterparty = match &aggregate.filter.counterparty_id {
            Some(Match::Is(id)) => Some(indexes::counterparty(key, id)),
            _ => None,
        };
        Self { aggregate: aggregate.clone(), counterparty, groups: HashMap::new() }
    }

    /// The group of a transaction; `None` if it does not count.
    fn group_of(&self, of: &Stored) -> Option<Same> {
        let filter = &self.aggregate.filter;
        if self.aggregate.measure.currency().is_some_and(|currency| currency != of.currency) {
            return None;
        }
        let counterparty = match (&filter.counterparty_id, &self.counterparty) {
            (Some(Match::Is(_)), wanted) => (*wanted == of.counterparty_index).then_some(None)?,
            (Some(Match::Same), _) => Some(of.counterparty_index.clone()?),
            (None, _) => None,
        };
        Some(Same {
            r#type: grouped(filter.r#type.as_ref(), Some(&of.r#type))?,
            direction: grouped(filter.direction.as_ref(), Some(&of.direction))?,
            channel: grouped(filter.channel.as_ref(), of.channel.as_ref())?,
            country: grouped(filter.country.as_ref(), of.country.as_ref())?,
            counterparty,
        })
    }

    /// The group that counts for a transaction, whether or not it is in it itself. All that `"same"` names is there.
    fn asked_by(&self, of: &Stored) -> Same {
        let filter = &self.aggregate.filter;
        Same {
            r#type: filter.r#type.as_ref().filter(|wanted| **wanted == Match::Same).map(|_| of.r#type.clone()),
            direction: filter.direction.as_ref().filter(|wanted| **wanted == Match::Same).map(|_| of.direction),
            channel: filter.channel.as_ref().filter(|wanted| **wanted == Match::Same).and_then(|_| of.channel.clone()),
            country: filter.country.as_ref().filter(|wanted| **wanted == Match::Same).and(of.country),
            counterparty: filter.counterparty_id.as_ref().filter(|wanted| **wanted == Match::Same).and_then(|_| of.counterparty_index.clone()),
        }
    }

    fn insert(&mut self, of: &Stored) {
        let Some(same) = self.group_of(of) else { return };
        let place = place(of);
        match self.aggregate.measure {
            Measure::Distinct(field) => {
                let Some(value) = value(field, of) else { return };
                let group = self.groups.entry(same).or_insert_with(|| Group::Distinct(Distinct::default()));
                if let Group::Distinct(distinct) = group {
                    distinct.insert(&value, place);
                }
            }
            _ => {
                let group = self.groups.entry(same).or_insert_with(|| Group::Amounts(Series::default()));
                if let Group::Amounts(series) = group {
                    series.insert(place, of.amount);
                }
            }
        }
    }

    fn remove(&mut self, of: &Stored) {
        let Some(same) = self.group_of(of) else { return };
        match (self.groups.get_mut(&same), self.aggregate.measure) {
            (Some(Group::Amounts(series)), _) => series.remove(place(of)),
            (Some(Group::Distinct(distinct)), Measure::Distinct(field)) => {
                if let Some(value) = value(field, of) {
                    distinct.remove(&value, place(of));
                }
            }
            _ => {}
        }
    }

    /// What it comes to for a transaction: those that have arrived before, and itself.
    fn measured(&self, of: &Stored) -> Measured {
        let until = of.occurred_at.0;
        let since = of.occurred_at.plus_seconds(-self.aggregate.within.seconds()).0;
        let group = self.groups.get(&self.asked_by(of));
        let counts = self.group_of(of).is_some();
        if let Measure::Distinct(field) = self.aggregate.measure {
            let own = value(field, of).filter(|_| counts);
            let (count, has_own) = match group {
                Some(Group::Distinct(distinct)) => (distinct.count(since, until), own.as_ref().is_some_and(|own| distinct.has(own, since, until))),
                _ => (0, false),
            };
            return Measured::Count(count + u64::from(own.is_some() && !has_own));
        }
        let mut amounts = Amounts::default();
        if let Some(Group::Amounts(series)) = group {
            series.within(since, until, |part| amounts.take(&part));
        }
        if counts {
            super::series::Whole::add(&mut amounts, of.amount);
        }
        match self.aggregate.measure {
            Measure::Count(_) | Measure::Distinct(_) => Measured::Count(amounts.count),
            Measure::Sum(_) => Measured::Sum(amounts.sum),
            Measure::Max(_) => Measured::Max(amounts.max),
            Measure::Average(_) => Measured::Average { sum: amounts.sum, count: amounts.count },
        }
    }
}

const fn place(of: &Stored) -> Place {
    (of.occurred_at.0, of.arrival)
}

/// The value that is counted.
fn value(field: DistinctField, of: &Stored) -> Option<Vec<u8>> {
    let code = |country: Option<&Country>| country.map(|country| country.as_str().as_bytes().to_vec());
    match field {
        DistinctField::CounterpartyId => of.counterparty_index.clone(),
        DistinctField::CounterpartyCountry => code(of.counterparty_country.as_ref()),
        DistinctField::Country => code(of.country.as_ref()),
        DistinctField::DeviceId => of.device_index.clone(),
    }
}

/// The history of one customer, up to the transaction that is judged.
#[derive(Debug, Default)]
pub struct History {
    all: Vec<Measuring>,
    /// Those that are blocked later, by the number of the last transaction that arrived before that.
    blocked_after: BTreeMap<i64, Vec<Stored>>,
    /// The same by the time of it, for those that were blocked before the number was kept.
    blocked_at: BTreeMap<Timestamp, Vec<Stored>>,
}

impl History {
    /// An empty one, for the aggregates of a rule.
    pub fn new(rule: &Rule, key: &Key) -> Self {
        let mut all: Vec<Measuring> = Vec::new();
        for (_, leaf) in rule.when.leaves() {
            if let Leaf::Aggregate(aggregate, ..) = leaf
                && all.iter().all(|known| known.aggregate != *aggregate)
            {
                all.push(Measuring::new(aggregate, key));
            }
        }
        Self { all, ..Self::default() }
    }

    /// A transaction arrives: what was blocked before does not count for it.
    pub fn arrives(&mut self, of: &Stored) {
        while let Some(first) = self.blocked_after.first_entry().filter(|first| *first.key() < of.arrival) {
            first.remove().iter().for_each(|blocked| block(&mut self.all, blocked));
        }
        while let Some(first) = self.blocked_at.first_entry().filter(|first| *first.key() <= of.created_at) {
            first.remove().iter().for_each(|blocked| block(&mut self.all, blocked));
        }
    }

    /// What each aggregate comes to for a transaction that has arrived and is not added yet.
    pub fn measured(&self, of: &Stored, transaction: &Transaction) -> impl Iterator<Item = (shared::rule::AggregateKey, Measured)> {
        self.all.iter().filter_map(move |one| Some((one.aggregate.resolve(transaction)?, one.measured(of))))
    }

    /// Adds a transaction that has arrived.
    pub fn add(&mut self, of: Stored) {
        if self.all.is_empty() {
            return;
        }
        let (first, later) = of.state.history.split_first().expect("a history is never empty");
        let is_blocked = first.status == TransactionStatus::Blocked;
        self.all.iter_mut().filter(|one| !is_blocked || counts_blocked(one)).for_each(|one| one.insert(&of));
        let blocked: Option<Entry> = later.iter().find(|entry| entry.status == TransactionStatus::Blocked).copied();
        match blocked {
            Some(Entry { after: Some(after), .. }) => self.blocked_after.entry(after).or_default().push(without_details(of)),
            Some(Entry { at, .. }) => self.blocked_at.entry(at).or_default().push(without_details(of)),
            None => {}
        }
    }
}

fn without_details(of: Stored) -> Stored {
    Stored { details: Vec::new(), ..of }
}

fn counts_blocked(one: &Measuring) -> bool {
    one.aggregate.blocked.unwrap_or_default()
}

fn block(all: &mut [Measuring], blocked: &Stored) {
    all.iter_mut().filter(|one| !counts_blocked(one)).for_each(|one| one.remove(blocked));
}
