//! What a condition saw, and whether it holds. It depends on nothing else, so that a stored explanation can be judged again.

use super::{
    aggregate::Measure,
    condition::{DecisionTest, Field, Leaf, SessionTest, Test},
    currency::Currency,
    facts::enough,
    measured::Measured,
    value::{Order, Value},
};
use crate::risk::Decision;

/// What a condition saw.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Nothing: the transaction has no such value, there is no such session, or nothing of which there could be a maximum or an average.
    Absent,
    /// A value of the transaction, or the score of a session.
    Value(Value),
    /// An amount in another currency than the condition's.
    Foreign(i64, Currency),
    /// Whether the value is in the list.
    Listed(bool),
    /// A number of transactions or of different values, a sum, or the largest amount.
    Total(i128),
    /// An average, by its sum and its number. The number is not 0.
    Average(i128, u64),
    /// How long ago a session was completed, in microseconds.
    Age(i64),
    /// The decision on a session.
    Decision(Decision),
}

impl Seen {
    /// What a condition on an aggregate saw. Different values count up to the threshold and one more, whatever other rules need.
    pub(super) fn measured(measure: Measure, threshold: i64, measured: Measured) -> Self {
        match measured {
            Measured::Count(count) if matches!(measure, Measure::Distinct(_)) => Self::Total(count.min(enough(threshold)).into()),
            Measured::Count(count) => Self::Total(count.into()),
            Measured::Sum(sum) => Self::Total(sum),
            Measured::Max(Some(amount)) => Self::Total(amount.into()),
            Measured::Max(None) | Measured::Average { count: 0, .. } => Self::Absent,
            Measured::Average { sum, count } => Self::Average(sum, count),
        }
    }
}

impl Leaf {
    /// Whether it holds, where it saw this. What is absent, or of another kind, holds nothing.
    pub fn holds(&self, seen: &Seen) -> bool {
        match (self, seen) {
            (Self::Field(Field::Amount(_), Test::Present(_)), Seen::Foreign(..)) => false,
            (Self::Field(_, Test::Present(present)), seen) => *present == (*seen != Seen::Absent),
            (Self::Field(_, Test::InList(_)), Seen::Listed(listed)) => *listed,
            (Self::Field(_, test), Seen::Value(value)) => test.holds(value),
            (Self::Aggregate(_, order, threshold), Seen::Total(total)) => order.holds(total, &i128::from(*threshold)),
            (Self::Aggregate(_, order, threshold), Seen::Average(sum, count)) => order.holds(sum, &i128::from(*threshold).saturating_mul(i128::from(*count))),
            (Self::Session(_, SessionTest::Age(order, span)), Seen::Age(micros)) => order.holds(micros, &span.micros()),
            (Self::Session(_, SessionTest::Score(order, score)), Seen::Value(Value::Whole(seen))) => order.holds(seen, &i64::from(*score)),
            (Self::Session(_, SessionTest::Decision(test)), Seen::Decision(decision)) => test.holds(*decision),
            (Self::Session(_, SessionTest::None(none)), Seen::Value(Value::Flag(seen))) => none == seen,
            _ => false,
        }
    }
}

impl Test {
    /// Whether a value passes. A value of another kind passes nothing.
    pub(super) fn holds(&self, seen: &Value) -> bool {
        match self {
            Self::Is(value) => value == seen,
            Self::IsNot(value) => value.is_like(seen) && value != seen,
            Self::In(values) => values.contains(seen),
            Self::NotIn(values) => values.iter().any(|value| value.is_like(seen)) && !values.contains(seen),
            Self::Order(order, value) => is_ordered(*order, seen, value),
            Self::InList(_) | Self::Present(_) => false,
        }
    }
}

fn is_ordered(order: Order, seen: &Value, other: &Value) -> bool {
    match (seen, other) {
        (Value::Whole(seen), Value::Whole(other)) => order.holds(seen, other),
        (Value::Number(seen), Value::Number(other)) => order.holds(seen, other),
        _ => false,
    }
}

impl DecisionTest {
    fn holds(&self, seen: Decision) -> bool {
        match self {
            Self::Is(decision) => *decision == seen,
            Self::IsNot(decision) => *decision != seen,
            Self::In(decisions) => decisions.contains(&seen),
            Self::NotIn(decisions) => !decisions.contains(&seen),
        }
    }
}
