//! Counts what a backtest comes to, and keeps the transactions that its result names: those that differ first, then the newest.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use shared::session::Timestamp;

use crate::{
    ids::{CustomerId, TransactionRef},
    model::{Stored, Tally},
};

/// How many transactions a result names.
pub const MOST_NAMED: usize = 50;

const DAY_MICROS: i64 = 86_400_000_000;

/// A transaction that the result names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Whether the draft and the active version differ.
    pub differs: bool,
    /// When it arrived.
    pub created_at: Timestamp,
    /// The transaction.
    pub transaction: TransactionRef,
    /// Whether the draft matched it.
    pub matched: bool,
    /// What the draft's conditions saw.
    pub seen: String,
}

/// What it came to so far.
#[derive(Debug, Default)]
pub struct Totals {
    /// The numbers.
    pub tally: Tally,
    named: BinaryHeap<Reverse<Named>>,
    customers: BTreeMap<TransactionRef, CustomerId>,
}

impl Totals {
    /// Counts a transaction.
    pub fn count(&mut self, of: &Stored, matched: bool, recorded: bool, seen: impl FnOnce() -> String) {
        let day = self.tally.days.entry(of.created_at.0.div_euclid(DAY_MICROS)).or_default();
        let one = |flag: bool| u64::from(flag);
        day.judged += 1;
        day.matched += one(matched);
        day.recorded += one(recorded);
        self.tally.judged += 1;
        self.tally.matched += one(matched);
        self.tally.recorded += one(recorded);
        self.tally.added += one(matched && !recorded);
        self.tally.removed += one(recorded && !matched);
        let differs = matched != recorded;
        if !matched && !differs {
            return;
        }
        let is_kept =
            self.named.len() < MOST_NAMED || self.named.peek().is_some_and(|Reverse(last)| (last.differs, last.created_at) < (differs, of.created_at));
        if is_kept {
            self.named.push(Reverse(Named { differs, created_at: of.created_at, transaction: of.r#ref, matched, seen: seen() }));
            self.customers.insert(of.r#ref, of.customer);
            if self.named.len() > MOST_NAMED
                && let Some(Reverse(out)) = self.named.pop()
            {
                self.customers.remove(&out.transaction);
            }
        }
    }

    /// The transactions that the result names, in their order, each with its customer.
    pub fn named(&self) -> Vec<(&Named, CustomerId)> {
        let mut all: Vec<&Named> = self.named.iter().map(|Reverse(named)| named).collect();
        all.sort_by(|one, other| other.cmp(one));
        all.into_iter().filter_map(|named| Some((named, *self.customers.get(&named.transaction)?))).collect()
    }
}
