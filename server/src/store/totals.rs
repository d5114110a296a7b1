//! What aggregates over a customer's earlier transactions come to: from the tallies of whole spans, and at the ends of the window from the
//! transactions themselves. Counts and sums cost the same however many transactions the customer has.

use std::collections::BTreeSet;

use shared::{
    rule::{AggregateKey, DistinctField},
    session::Timestamp,
};

use super::{
    counted::{self, Counted, Kind},
    distinct,
    error::Result,
    spans::{self, FEW, Field, Range},
    sums::{self, Part},
    tx::Db,
};
use crate::ids::CustomerId;

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

/// Measures windows of one customer, who has this many transactions, the one that is being decided included.
pub async fn measure(db: &mut Db, customer: CustomerId, arrivals: i64, asked: &[(Window<'_>, Wanted)]) -> Result<Vec<Found>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    // One of them may be the one that is being decided: it is not stored yet, and neither are the spans that it brings about.
    if arrivals <= FEW + 1 {
        return few(db, customer, asked).await;
    }
    let windows: Vec<[Timestamp; 2]> = asked.iter().map(|(window, _)| [window.since, window.until]).collect();
    let covers = spans::covers(&mut *db, customer, &windows).await?;
    let summed: Vec<(&Window<'_>, &[Range])> =
        asked.iter().zip(&covers).filter(|((_, wanted), _)| matches!(wanted, Wanted::Totals)).map(|((window, _), cover)| (window, cover.as_slice())).collect();
    let (mut totals, mut found) = (summed_up(&mut *db, customer, &summed).await?.into_iter(), Vec::with_capacity(asked.len()));
    for ((window, wanted), cover) in asked.iter().zip(covers) {
        found.push(match wanted {
            Wanted::Totals => Found::Totals(totals.next().expect("there is one for each")),
            Wanted::Values(distinct) => Found::Values(distinct::count(&mut *db, (customer, window), distinct, &cover).await?),
        });
    }
    Ok(found)
}

/// Reads the few transactions that a customer has, once for all windows.
async fn few(db: &mut Db, customer: CustomerId, asked: &[(Window<'_>, Wanted)]) -> Result<Vec<Found>> {
    let from = asked.iter().map(|(window, _)| window.since.0 + 1).min().unwrap_or_default();
    let to = asked.iter().map(|(window, _)| window.until.0 + 1).max().unwrap_or_default();
    let all = counted::between(db, customer, from, to).await?;
    let found = asked.iter().map(|(window, wanted)| {
        let fitting = all.iter().filter(|of| window.takes(of));
        match wanted {
            Wanted::Totals => Found::Totals(fitting.fold(Totals::default(), |totals, of| totals.and(Totals::of(of.amount)))),
            Wanted::Values(Distinct { field, most, without }) => {
                let values: BTreeSet<&[u8]> = fitting.filter_map(|of| of.value(stored_as(*field))).filter(|value| Some(*value) != without.as_deref()).collect();
                Found::Values((values.len() as u64).min(*most))
            }
        }
    });
    Ok(found.collect())
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

/// Counts and sums of these windows. What several of them read is read once.
pub(super) async fn summed_up(db: &mut Db, customer: CustomerId, windows: &[(&Window<'_>, &[Range])]) -> Result<Vec<Totals>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut part_of = Vec::with_capacity(windows.len());
    for (window, cover) in windows {
        let part = Part { cover, counterparty: window.counterparty.as_deref() };
        part_of.push(parts.iter().position(|known| *known == part).unwrap_or_else(|| {
            parts.push(part);
            parts.len() - 1
        }));
    }
    let sums = sums::by_kind(db, customer, &parts).await?;
    let total = |((window, _), part): (&(&Window<'_>, &[Range]), usize)| {
        let fitting = sums[part].iter().filter(|sum| window.fits(&sum.kind));
        fitting.fold(Totals::default(), |totals, sum| if window.key.blocked { totals.and(sum.open).and(sum.blocked) } else { totals.and(sum.open) })
    };
    Ok(windows.iter().zip(part_of).map(total).collect())
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
    fn takes(&self, of: &Counted) -> bool {
        self.since.0 < of.occurred_at
            && of.occurred_at <= self.until.0
            && (self.key.blocked || !of.is_blocked)
            && self.fits(&of.kind)
            && self.counterparty.as_deref().is_none_or(|wanted| of.value(Field::Counterparty) == Some(wanted))
    }

    /// Whether those of a kind count.
    fn fits(&self, kind: &Kind) -> bool {
        let key = self.key;
        key.measure.currency().is_none_or(|currency| currency.as_str() == kind.currency)
            && key.r#type.as_ref().is_none_or(|wanted| *wanted == kind.r#type)
            && key.direction.is_none_or(|wanted| wanted.as_str() == kind.direction)
            && key.channel.as_ref().is_none_or(|wanted| *wanted == kind.channel)
            && key.country.as_ref().is_none_or(|wanted| wanted.as_str() == kind.country)
    }
}
