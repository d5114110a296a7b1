//! The conditions of a rule, as a typed tree: what cannot be compared cannot be written here. `all`, `any` and `not` hold others; the leaves
//! ask a field, an aggregate or the customer's last session.

use super::{
    aggregate::Aggregate,
    currency::Currency,
    list::ListKind,
    span::Span,
    value::{Order, Value},
};
use crate::risk::Decision;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Every one of these.
    All(Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
    /// Not this one.
    Not(Box<Self>),
    /// A leaf.
    Leaf(Leaf),
}

impl Default for Condition {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// A condition that holds no other one.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    /// A field of the transaction.
    Field(Field, Test),
    /// An aggregate over the customer's transactions: its order to the threshold.
    Aggregate(Aggregate, Order, i64),
    /// The customer's last completed session, of one flow or of any.
    Session(Option<String>, SessionTest),
}

/// A field of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// `amount`, in this currency.
    Amount(Currency),
    /// `currency`
    Currency,
    /// `direction`
    Direction,
    /// `type`
    Type,
    /// `channel`
    Channel,
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
    /// `hour`, 0 to 23, on the wall clock of the rule's time zone.
    Hour,
    /// `weekday`, 1 (Monday) to 7, in the same.
    Weekday,
    /// `metadata.KEY`
    Metadata(String),
}

impl Field {
    /// As a rule writes it.
    pub fn name(&self) -> String {
        let name = match self {
            Self::Amount(_) => "amount",
            Self::Currency => "currency",
            Self::Direction => "direction",
            Self::Type => "type",
            Self::Channel => "channel",
            Self::Country => "country",
            Self::CounterpartyId => "counterparty.id",
            Self::CounterpartyCountry => "counterparty.country",
            Self::DeviceId => "deviceId",
            Self::Ip => "ip",
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Metadata(key) => return format!("metadata.{key}"),
        };
        name.to_owned()
    }

    /// Whether a transaction may lack it.
    pub const fn may_be_absent(&self) -> bool {
        !matches!(self, Self::Amount(_) | Self::Currency | Self::Direction | Self::Type | Self::Hour | Self::Weekday)
    }

    /// Whether its values have an order.
    pub const fn is_ordered(&self) -> bool {
        matches!(self, Self::Amount(_) | Self::Hour | Self::Weekday | Self::Metadata(_))
    }

    /// The kinds of lists that it can be looked up in.
    pub const fn kinds(&self) -> &'static [ListKind] {
        match self {
            Self::Country | Self::CounterpartyCountry => &[ListKind::Country, ListKind::Text],
            Self::CounterpartyId => &[ListKind::Account, ListKind::Text],
            Self::DeviceId => &[ListKind::Device, ListKind::Text],
            Self::Ip => &[ListKind::Ip],
            _ => &[],
        }
    }
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is this.
    Is(Value),
    /// It is there, and not this.
    IsNot(Value),
    /// It is one of these.
    In(Vec<Value>),
    /// It is there, and none of these.
    NotIn(Vec<Value>),
    /// It is in this list.
    InList(String),
    /// Its order to this number.
    Order(Order, Value),
    /// Whether it is there.
    Present(bool),
}

/// What is asked of the customer's last completed session. Without one every answer is no, but for `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionTest {
    /// How long ago it was completed.
    Age(Order, Span),
    /// Its risk score, 0 to 100.
    Score(Order, u8),
    /// Its newest decision.
    Decision(DecisionTest),
    /// Whether there is none.
    None(bool),
}

/// What is asked of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionTest {
    /// It is this.
    Is(Decision),
    /// It is not this.
    IsNot(Decision),
    /// It is one of these.
    In(Vec<Decision>),
    /// It is none of these.
    NotIn(Vec<Decision>),
}

impl Condition {
    /// The leaves in order, each with its path from here, such as `all[1].not`.
    pub fn leaves(&self) -> Vec<(String, &Leaf)> {
        let mut leaves = Vec::new();
        self.collect(String::new(), &mut leaves);
        leaves
    }

    fn collect<'c>(&'c self, path: String, leaves: &mut Vec<(String, &'c Leaf)>) {
        let step = |word: &str| if path.is_empty() { word.to_owned() } else { [&path, ".", word].concat() };
        match self {
            Self::All(of) => of.iter().enumerate().for_each(|(at, one)| one.collect(step(&format!("all[{at}]")), leaves)),
            Self::Any(of) => of.iter().enumerate().for_each(|(at, one)| one.collect(step(&format!("any[{at}]")), leaves)),
            Self::Not(of) => of.collect(step("not"), leaves),
            Self::Leaf(leaf) => leaves.push((path, leaf)),
        }
    }

    /// How many leaves it has.
    pub fn count(&self) -> usize {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().map(Self::count).sum(),
            Self::Not(of) => of.count(),
            Self::Leaf(_) => 1,
        }
    }

    /// Whether it holds, where these leaves hold, in order. A leaf without an answer does not.
    pub fn holds(&self, answers: &mut impl Iterator<Item = bool>) -> bool {
        match self {
            // Each leaf takes its own answer, so nothing may stop early.
            Self::All(of) => of.iter().filter(|one| !one.holds(answers)).count() == 0,
            Self::Any(of) => of.iter().filter(|one| one.holds(answers)).count() > 0,
            Self::Not(of) => !of.holds(answers),
            Self::Leaf(_) => answers.next().unwrap_or_default(),
        }
    }
}
