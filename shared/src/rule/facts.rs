//! What a rule needs to know of the world, as data, and what was found out. Who evaluates rules asks [`Needs`] what to measure, measures it,
//! and hands it in as [`Facts`]. Evaluation itself asks nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    aggregate::{AggregateKey, Measure},
    condition::{Condition, Field, Leaf, Test},
    country::Country,
    measured::Measured,
    model::Rule,
    transaction::Transaction,
};
use crate::{risk::Decision, session::Timestamp};

/// A field that can be looked up in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListField {
    /// `country`
    Country,
    /// `counterparty.id`
    CounterpartyId,
    /// `counterparty.country`
    CounterpartyCountry,
    /// `deviceId`
    DeviceId,
    /// `ip`
    Ip,
}

impl ListField {
    /// The field, if it can be looked up in a list.
    pub const fn of(field: &Field) -> Option<Self> {
        match field {
            Field::Country => Some(Self::Country),
            Field::CounterpartyId => Some(Self::CounterpartyId),
            Field::CounterpartyCountry => Some(Self::CounterpartyCountry),
            Field::DeviceId => Some(Self::DeviceId),
            Field::Ip => Some(Self::Ip),
            _ => None,
        }
    }

    /// What a transaction has there.
    pub fn value(self, of: &Transaction) -> Option<String> {
        match self {
            Self::Country => of.country.as_ref().map(Country::to_string),
            Self::CounterpartyId => of.counterparty.id.clone(),
            Self::CounterpartyCountry => of.counterparty.country.as_ref().map(Country::to_string),
            Self::DeviceId => of.device_id.clone(),
            Self::Ip => of.ip.map(|address| address.to_string()),
        }
    }
}

/// Whether a field's value is in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListKey {
    /// The list's name.
    pub list: String,
    /// The field.
    pub field: ListField,
}

/// What rules need to know for one transaction: each thing once, however many rules ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The aggregates. With those that count different values, how far to count; that is far enough for every rule.
    pub aggregates: BTreeMap<AggregateKey, Option<u64>>,
    /// The lists, each with the field whose value is sought there. The transaction has a value in each of them.
    pub lists: BTreeSet<ListKey>,
    /// The customer's last completed session: of each of these flows, or with `None` of any flow. A rule with `grace` needs that of its flow.
    pub sessions: BTreeSet<Option<String>>,
    /// The time zones whose hour and weekday are needed.
    pub timezones: BTreeSet<String>,
}

impl Needs {
    /// What these rules need for a transaction.
    pub fn of<'r>(rules: impl IntoIterator<Item = &'r Rule>, transaction: &Transaction) -> Self {
        let mut needs = Self::default();
        for rule in rules {
            needs.add(rule, transaction);
        }
        needs
    }

    /// Adds what this rule needs.
    pub fn add(&mut self, rule: &Rule, transaction: &Transaction) {
        self.add_condition(&rule.when, rule, transaction);
        let graces = rule.step_up().filter(|step_up| step_up.grace.is_some());
        self.sessions.extend(graces.map(|step_up| Some(step_up.flow.clone())));
    }

    fn add_condition(&mut self, condition: &Condition, rule: &Rule, transaction: &Transaction) {
        match condition {
            Condition::All(of) | Condition::Any(of) => of.iter().for_each(|one| self.add_condition(one, rule, transaction)),
            Condition::Not(of) => self.add_condition(of, rule, transaction),
            Condition::Leaf(Leaf::Session(flow, _)) => {
                self.sessions.insert(flow.clone());
            }
            Condition::Leaf(Leaf::Field(Field::Hour | Field::Weekday, _)) => {
                self.timezones.insert(rule.timezone().to_owned());
            }
            Condition::Leaf(Leaf::Field(field, Test::InList(list))) => {
                let sought = ListField::of(field).filter(|field| field.value(transaction).is_some());
                self.lists.extend(sought.map(|field| ListKey { list: list.clone(), field }));
            }
            Condition::Leaf(Leaf::Field(..)) => {}
            Condition::Leaf(Leaf::Aggregate(aggregate, _, threshold)) => {
                let Some(key) = aggregate.resolve(transaction) else { return };
                let up_to = matches!(key.measure, Measure::Distinct(_)).then(|| enough(*threshold));
                let known = self.aggregates.entry(key).or_default();
                *known = up_to.max(*known);
            }
        }
    }
}

/// How far different values are counted: to the threshold and one more.
pub(super) fn enough(threshold: i64) -> u64 {
    u64::try_from(threshold).unwrap_or_default().saturating_add(1)
}

/// A completed session of the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSession {
    /// When it was completed.
    pub completed_at: Timestamp,
    /// Its risk score, 0 to 100.
    pub score: u8,
    /// Its newest decision.
    pub decision: Decision,
}

/// The wall clock of a time zone when the transaction happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallClock {
    /// 0 to 23
    pub hour: u8,
    /// 1 (Monday) to 7
    pub weekday: u8,
}

/// A transaction, and what was found out for it. What is missing here counts as absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The transaction.
    pub transaction: Transaction,
    /// The moment of deciding.
    pub now: Timestamp,
    /// What each aggregate came to, this transaction included.
    pub measured: BTreeMap<AggregateKey, Measured>,
    /// The lists in which the field's value is, at the moment of deciding. In the others it is not.
    pub listed: BTreeSet<ListKey>,
    /// The customer's last completed session of each flow, and with `None` of any flow, where there is one.
    pub sessions: BTreeMap<Option<String>, LastSession>,
    /// The wall clock by the name of the time zone.
    pub clocks: BTreeMap<String, WallClock>,
}

impl Facts {
    /// A transaction of which nothing else is known yet.
    pub const fn new(transaction: Transaction, now: Timestamp) -> Self {
        Self { transaction, now, measured: BTreeMap::new(), listed: BTreeSet::new(), sessions: BTreeMap::new(), clocks: BTreeMap::new() }
    }
}
