//! Which earlier transactions of a customer an aggregate counts, what is wanted of them, and what was found.

use shared::{
    rule::{AggregateKey, DistinctField},
    session::Timestamp,
};

use super::{
    counted::{Counted, Kind},
    spans::Field,
};

/// Which transactions of a customer count: those after `since` and up to `until` that fit the key.
#[derive(Clone, Debug)]
pub struct Window<'k> {
    /// The last moment that does not count.
    pub since: Timestamp,
    /// The last moment that counts.
    pub until: Timestamp,
    /// What they have to be.
    pub key: &'k AggregateKey,
    /// The HMAC of the counterparty that the key names.
    pub counterparty: Option<Vec<u8>>,
}

/// What they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many.
    pub count: u64,
    /// The sum of their amounts.
    pub sum: i128,
    /// The largest amount.
    pub max: Option<i64>,
}

/// What is wanted of a window.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Counts and sums.
    Totals,
    /// How many different values a field has.
    Values(Distinct),
}

/// What of the different values of a field is counted.
#[derive(Clone, Debug)]
pub struct Distinct {
    /// The field.
    pub field: DistinctField,
    /// When this many are known, no more are read.
    pub most: u64,
    /// This one does not count.
    pub without: Option<Vec<u8>>,
}

/// What was found of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Counts and sums.
    Totals(Totals),
    /// How many different values.
    Values(u64),
}

/// As what the values of a field are stored.
pub(super) const fn stored_as(field: DistinctField) -> Field {
    match field {
        DistinctField::CounterpartyId => Field::Counterparty,
        DistinctField::CounterpartyCountry => Field::CounterpartyCountry,
        DistinctField::Country => Field::Country,
        DistinctField::DeviceId => Field::Device,
    }
}

impl Totals {
    /// Of one amount.
    pub fn of(amount: i64) -> Self {
        Self { count: 1, sum: i128::from(amount), max: Some(amount) }
    }

    /// Together with others.
    pub fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum + other.sum, max: self.max.max(other.max) }
    }
}

impl Window<'_> {
    /// Whether a transaction counts.
    pub(super) fn takes(&self, of: &Counted) -> bool {
        self.since.0 < of.occurred_at
            && of.occurred_at <= self.until.0
            && (self.key.blocked || !of.is_blocked)
            && self.fits(&of.kind)
            && self.counterparty.as_deref().is_none_or(|wanted| of.value(Field::Counterparty) == Some(wanted))
    }

    /// Whether those of a kind count.
    pub(super) fn fits(&self, kind: &Kind) -> bool {
        let key = self.key;
        key.measure.currency().is_none_or(|currency| currency.as_str() == kind.currency)
            && key.r#type.as_ref().is_none_or(|wanted| *wanted == kind.r#type)
            && key.direction.is_none_or(|wanted| wanted.as_str() == kind.direction)
            && key.channel.as_ref().is_none_or(|wanted| *wanted == kind.channel)
            && key.country.as_ref().is_none_or(|wanted| wanted.as_str() == kind.country)
    }
}
