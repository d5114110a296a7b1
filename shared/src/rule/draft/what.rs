//! What a condition can be about, how it can be compared, and what has to be entered for that. The form offers nothing that a rule refuses.

use super::super::{
    aggregate::DistinctField,
    aggregate::Measure,
    condition::{Field, Leaf, SessionTest},
    list::ListKind,
};

/// Makes an enum of words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every one, in the order of the form.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The value in the form.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads the value in the form.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

words! {
    /// What a condition is about.
    What {
        /// The amount.
        Amount = "amount",
        /// The currency.
        Currency = "currency",
        /// The direction.
        Direction = "direction",
        /// The type.
        Type = "type",
        /// The channel.
        Channel = "channel",
        /// The country.
        Country = "country",
        /// The counterparty's id.
        CounterpartyId = "counterparty.id",
        /// The counterparty's country.
        CounterpartyCountry = "counterparty.country",
        /// The device.
        DeviceId = "deviceId",
        /// The address.
        Ip = "ip",
        /// The hour.
        Hour = "hour",
        /// The day of the week.
        Weekday = "weekday",
        /// A key of the metadata.
        Metadata = "metadata",
        /// How many transactions.
        Count = "count",
        /// The sum of their amounts.
        Sum = "sum",
        /// The largest amount.
        Max = "max",
        /// The average amount.
        Average = "average",
        /// How many different values.
        Distinct = "distinct",
        /// How long ago the last session was completed.
        Age = "age",
        /// Its score.
        Score = "score",
        /// Its decision.
        Decision = "decision",
        /// Whether there is none.
        NoSession = "none",
    }
}

words! {
    /// How a condition compares.
    Op {
        /// It is this.
        Is = "is",
        /// It is not this.
        IsNot = "isNot",
        /// It is one of these.
        In = "in",
        /// It is none of these.
        NotIn = "notIn",
        /// It is in a list.
        InList = "inList",
        /// ≥
        AtLeast = "atLeast",
        /// >
        Above = "above",
        /// ≤
        AtMost = "atMost",
        /// <
        Below = "below",
        /// It is there: `"present": true`.
        Present = "present",
        /// It is not there: `"present": false`.
        Absent = "absent",
    }
}

/// What is entered to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An amount of the condition's currency, with its point.
    Money,
    /// A whole number.
    Whole,
    /// An hour, 0 to 23.
    Hour,
    /// A day of the week.
    Day,
    /// A currency, a type, a channel or a country: capital letters.
    Code,
    /// `IN` or `OUT`.
    Direction,
    /// A text, exactly.
    Text,
    /// A text, a number, or true or false.
    Any,
    /// A length of time.
    Span,
    /// A decision on a session.
    Decision,
    /// Whether something is so.
    Flag,
}

const FIELD: [Op; 6] = [Op::Is, Op::IsNot, Op::In, Op::NotIn, Op::Present, Op::Absent];
const LISTED: [Op; 7] = [Op::Is, Op::IsNot, Op::In, Op::NotIn, Op::InList, Op::Present, Op::Absent];
const ORDERED: [Op; 10] = [Op::AtLeast, Op::Above, Op::AtMost, Op::Below, Op::Is, Op::IsNot, Op::In, Op::NotIn, Op::Present, Op::Absent];
const ORDERS: [Op; 4] = [Op::AtLeast, Op::Above, Op::AtMost, Op::Below];
const EQUAL: [Op; 4] = [Op::Is, Op::IsNot, Op::In, Op::NotIn];

impl What {
    /// Those that are fields of the transaction.
    pub fn fields() -> &'static [Self] {
        &Self::ALL[..13]
    }

    /// Those that look at the customer's transactions.
    pub fn aggregates() -> &'static [Self] {
        &Self::ALL[13..18]
    }

    /// Those that look at the customer's last session.
    pub fn sessions() -> &'static [Self] {
        &Self::ALL[18..]
    }

    /// Whether it looks at the customer's transactions.
    pub fn is_aggregate(self) -> bool {
        Self::aggregates().contains(&self)
    }

    /// Whether it looks at the customer's last session.
    pub fn is_session(self) -> bool {
        Self::sessions().contains(&self)
    }

    /// How it can be compared. The first is what a new condition has.
    pub const fn ops(self) -> &'static [Op] {
        match self {
            Self::Amount | Self::Hour | Self::Weekday | Self::Metadata => &ORDERED,
            Self::Currency | Self::Direction | Self::Type | Self::Channel => &FIELD,
            Self::Country | Self::CounterpartyId | Self::CounterpartyCountry | Self::DeviceId | Self::Ip => &LISTED,
            Self::Count | Self::Sum | Self::Max | Self::Average | Self::Distinct | Self::Age | Self::Score => &ORDERS,
            Self::Decision => &EQUAL,
            Self::NoSession => &[Op::Is],
        }
    }

    /// What is entered to compare with.
    pub const fn entry(self) -> Entry {
        match self {
            Self::Amount | Self::Sum | Self::Max | Self::Average => Entry::Money,
            Self::Count | Self::Distinct | Self::Score => Entry::Whole,
            Self::Hour => Entry::Hour,
            Self::Weekday => Entry::Day,
            Self::Currency | Self::Type | Self::Channel | Self::Country | Self::CounterpartyCountry => Entry::Code,
            Self::Direction => Entry::Direction,
            Self::CounterpartyId | Self::DeviceId | Self::Ip => Entry::Text,
            Self::Metadata => Entry::Any,
            Self::Age => Entry::Span,
            Self::Decision => Entry::Decision,
            Self::NoSession => Entry::Flag,
        }
    }

    /// Whether it is about amounts, or may be of one currency.
    pub const fn takes_currency(self) -> bool {
        matches!(self, Self::Amount | Self::Sum | Self::Max | Self::Average | Self::Count)
    }

    /// The kinds of lists that it can be looked up in.
    pub const fn list_kinds(self) -> &'static [ListKind] {
        match self {
            Self::Country => Field::Country.kinds(),
            Self::CounterpartyCountry => Field::CounterpartyCountry.kinds(),
            Self::CounterpartyId => Field::CounterpartyId.kinds(),
            Self::DeviceId => Field::DeviceId.kinds(),
            Self::Ip => Field::Ip.kinds(),
            _ => &[],
        }
    }

    /// What a condition is about.
    pub(super) const fn of(leaf: &Leaf) -> Self {
        match leaf {
            Leaf::Field(field, _) => match field {
                Field::Amount(_) => Self::Amount,
                Field::Currency => Self::Currency,
                Field::Direction => Self::Direction,
                Field::Type => Self::Type,
                Field::Channel => Self::Channel,
                Field::Country => Self::Country,
                Field::CounterpartyId => Self::CounterpartyId,
                Field::CounterpartyCountry => Self::CounterpartyCountry,
                Field::DeviceId => Self::DeviceId,
                Field::Ip => Self::Ip,
                Field::Hour => Self::Hour,
                Field::Weekday => Self::Weekday,
                Field::Metadata(_) => Self::Metadata,
            },
            Leaf::Aggregate(aggregate, ..) => match aggregate.measure {
                Measure::Count(_) => Self::Count,
                Measure::Sum(_) => Self::Sum,
                Measure::Max(_) => Self::Max,
                Measure::Average(_) => Self::Average,
                Measure::Distinct(_) => Self::Distinct,
            },
            Leaf::Session(_, test) => match test {
                SessionTest::Age(..) => Self::Age,
                SessionTest::Score(..) => Self::Score,
                SessionTest::Decision(_) => Self::Decision,
                SessionTest::None(_) => Self::NoSession,
            },
        }
    }
}

/// The field whose different values are counted, where none is chosen yet.
pub(super) const DISTINCT: DistinctField = DistinctField::CounterpartyId;
