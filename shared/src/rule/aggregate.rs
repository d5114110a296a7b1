//! Aggregates over a customer's transactions: what is counted or summed, of which transactions, and how far back. An [`Aggregate`] is what
//! a rule says; an [`AggregateKey`] is what that means for one transaction, and what a store measures.

use super::{
    country::Country,
    currency::Currency,
    span::Span,
    transaction::{Direction, Transaction},
};
use crate::session::Timestamp;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// How many transactions, of one currency or of all.
    Count(Option<Currency>),
    /// The sum of their amounts.
    Sum(Currency),
    /// The largest amount.
    Max(Currency),
    /// The average of their amounts.
    Average(Currency),
    /// How many different values a field has. Transactions without one do not count.
    Distinct(DistinctField),
}

impl Measure {
    /// The currency that it looks at.
    pub const fn currency(self) -> Option<Currency> {
        match self {
            Self::Count(currency) => currency,
            Self::Sum(currency) | Self::Max(currency) | Self::Average(currency) => Some(currency),
            Self::Distinct(_) => None,
        }
    }
}

/// A field whose different values are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DistinctField {
    /// `counterparty.id`
    CounterpartyId,
    /// `counterparty.country`
    CounterpartyCountry,
    /// `country`
    Country,
    /// `deviceId`
    DeviceId,
}

impl DistinctField {
    /// Every field.
    pub const ALL: [Self; 4] = [Self::CounterpartyId, Self::CounterpartyCountry, Self::Country, Self::DeviceId];

    /// As a rule writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CounterpartyId => "counterparty.id",
            Self::CounterpartyCountry => "counterparty.country",
            Self::Country => "country",
            Self::DeviceId => "deviceId",
        }
    }

    /// A transaction's value.
    pub fn of(self, transaction: &Transaction) -> Option<&str> {
        match self {
            Self::CounterpartyId => transaction.counterparty.id.as_deref(),
            Self::CounterpartyCountry => transaction.counterparty.country.as_ref().map(Country::as_str),
            Self::Country => transaction.country.as_ref().map(Country::as_str),
            Self::DeviceId => transaction.device_id.as_deref(),
        }
    }
}

/// What a `where` holds a field to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match<T> {
    /// The value that this transaction has itself.
    Same,
    /// This value.
    Is(T),
}

impl<T: Clone> Match<T> {
    /// The value for a transaction that has this one itself; `None` if it has none.
    fn resolved(&self, own: Option<T>) -> Option<T> {
        match self {
            Self::Same => own,
            Self::Is(value) => Some(value.clone()),
        }
    }
}

/// Which transactions count: those with these values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `type`
    pub r#type: Option<Match<String>>,
    /// `direction`
    pub direction: Option<Match<Direction>>,
    /// `channel`
    pub channel: Option<Match<String>>,
    /// `country`
    pub country: Option<Match<Country>>,
    /// `counterparty.id`
    pub counterparty_id: Option<Match<String>>,
}

/// An aggregate as a rule has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// What is measured.
    pub measure: Measure,
    /// Of which transactions.
    pub filter: Filter,
    /// How far back.
    pub within: Span,
    /// Whether blocked transactions count. They do not unless it says so.
    pub blocked: Option<bool>,
}

/// An aggregate for one transaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AggregateKey {
    /// What is measured.
    pub measure: Measure,
    /// Only transactions of this type.
    pub r#type: Option<String>,
    /// Only transactions of this direction.
    pub direction: Option<Direction>,
    /// Only transactions of this channel.
    pub channel: Option<String>,
    /// Only transactions of this country.
    pub country: Option<Country>,
    /// Only transactions with this counterparty.
    pub counterparty_id: Option<String>,
    /// How far back, in seconds.
    pub within_seconds: i64,
    /// Whether blocked transactions count.
    pub blocked: bool,
}

impl Aggregate {
    /// What it means for a transaction. `None` if nothing counts, because `same` names what this transaction has not.
    pub fn resolve(&self, of: &Transaction) -> Option<AggregateKey> {
        /// The outer `None`: nothing counts.
        fn resolved<T: Clone>(wanted: Option<&Match<T>>, own: Option<T>) -> Option<Option<T>> {
            wanted.map_or(Some(None), |wanted| wanted.resolved(own).map(Some))
        }
        let filter = &self.filter;
        Some(AggregateKey {
            measure: self.measure,
            r#type: resolved(filter.r#type.as_ref(), Some(of.r#type.clone()))?,
            direction: resolved(filter.direction.as_ref(), Some(of.direction))?,
            channel: resolved(filter.channel.as_ref(), of.channel.clone())?,
            country: resolved(filter.country.as_ref(), of.country)?,
            counterparty_id: resolved(filter.counterparty_id.as_ref(), of.counterparty.id.clone())?,
            within_seconds: self.within.seconds(),
            blocked: self.blocked.unwrap_or_default(),
        })
    }
}

impl AggregateKey {
    /// The first moment that counts is after this one; the last is the transaction's own.
    pub const fn since(&self, occurred_at: Timestamp) -> Timestamp {
        occurred_at.plus_seconds(-self.within_seconds)
    }

    /// Whether a transaction counts, apart from when it happened and whether it was blocked.
    pub fn takes(&self, transaction: &Transaction) -> bool {
        let fits = |wanted: Option<&str>, own: Option<&str>| wanted.is_none() || wanted == own;
        self.measure.currency().is_none_or(|currency| currency == transaction.currency)
            && self.direction.is_none_or(|direction| direction == transaction.direction)
            && fits(self.r#type.as_deref(), Some(&transaction.r#type))
            && fits(self.channel.as_deref(), transaction.channel.as_deref())
            && self.country.is_none_or(|country| transaction.country == Some(country))
            && fits(self.counterparty_id.as_deref(), transaction.counterparty.id.as_deref())
    }
}
