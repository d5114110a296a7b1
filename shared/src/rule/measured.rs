//! What an aggregate came to, and the plain way to measure it: go through every transaction. A store that is quicker must come to the same.

use std::collections::BTreeSet;

use super::{
    aggregate::{AggregateKey, Measure},
    transaction::Transaction,
};

/// What an aggregate came to, this transaction included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// How many transactions, or how many different values.
    Count(u64),
    /// The sum of amounts.
    Sum(i128),
    /// The largest amount; `None` of nothing.
    Max(Option<i64>),
    /// The sum and the number of which it is the average. None of nothing.
    Average {
        /// The sum of amounts.
        sum: i128,
        /// How many.
        count: u64,
    },
}

impl Measured {
    /// What a measure comes to where nothing counts.
    pub const fn nothing(measure: Measure) -> Self {
        match measure {
            Measure::Count(_) | Measure::Distinct(_) => Self::Count(0),
            Measure::Sum(_) => Self::Sum(0),
            Measure::Max(_) => Self::Max(None),
            Measure::Average(_) => Self::Average { sum: 0, count: 0 },
        }
    }
}

/// Measures an aggregate over all of a customer's transactions that arrived before `this` one, and itself. With each, whether it is blocked
/// now. Different values are counted up to `up_to`.
pub fn measure<'t>(key: &AggregateKey, up_to: u64, this: &'t Transaction, earlier: impl IntoIterator<Item = (&'t Transaction, bool)>) -> Measured {
    let is_within = |one: &Transaction| one.occurred_at > key.since(this.occurred_at) && one.occurred_at <= this.occurred_at;
    let counted = earlier.into_iter().filter(|(_, blocked)| key.blocked || !blocked).map(|(one, _)| one).chain([this]);
    let all: Vec<&Transaction> = counted.filter(|one| is_within(one) && key.takes(one)).collect();
    let sum = || all.iter().map(|one| i128::from(one.amount)).sum();
    let count = all.len() as u64;
    match key.measure {
        Measure::Count(_) => Measured::Count(count),
        Measure::Sum(_) => Measured::Sum(sum()),
        Measure::Max(_) => Measured::Max(all.iter().map(|one| one.amount).max()),
        Measure::Average(_) => Measured::Average { sum: sum(), count },
        Measure::Distinct(field) => Measured::Count((all.iter().filter_map(|one| field.of(one)).collect::<BTreeSet<_>>().len() as u64).min(up_to)),
    }
}
