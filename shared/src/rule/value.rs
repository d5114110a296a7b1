//! A value that a rule compares: what a transaction has in a field, and what a rule holds against it.

use std::net::IpAddr;

use serde::{Serialize, Serializer};

/// A value. Only values of the same kind can be equal, and only numbers have an order.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text: a code, a country, an id, or a string of the metadata.
    Text(String),
    /// A whole number: an amount in minor units, an hour or a day of the week.
    Whole(i64),
    /// A number of the metadata.
    Number(f64),
    /// True or false, of the metadata.
    Flag(bool),
    /// An address. IPv4 inside IPv6 is IPv4.
    Ip(IpAddr),
}

impl Value {
    /// Reads an address, v4 or v6.
    pub fn ip(text: &str) -> Option<Self> {
        text.parse().ok().map(|address: IpAddr| Self::Ip(address.to_canonical()))
    }

    /// Whether the other one is of the same kind.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// As JSON. A number without a fraction is written as a whole one, as people write it.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Number(number) => match whole(*number) {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(*number),
            },
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Ip(address) => serializer.collect_str(address),
        }
    }
}

/// A double that is a whole number, where each of them is exact.
pub fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// An order that a comparison asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// ≥
    AtLeast,
    /// >
    Above,
    /// ≤
    AtMost,
    /// <
    Below,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::AtLeast, Self::Above, Self::AtMost, Self::Below];

    /// The key of a rule's JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "atLeast",
            Self::Above => "above",
            Self::AtMost => "atMost",
            Self::Below => "below",
        }
    }

    /// The sign between two numbers.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => "≥",
            Self::Above => ">",
            Self::AtMost => "≤",
            Self::Below => "<",
        }
    }

    /// What is true where this is not.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::AtLeast => Self::Below,
            Self::Above => Self::AtMost,
            Self::AtMost => Self::Above,
            Self::Below => Self::AtLeast,
        }
    }

    /// Whether the seen number stands in this order to the other one.
    pub fn holds<T: PartialOrd>(self, seen: &T, other: &T) -> bool {
        match self {
            Self::AtLeast => seen >= other,
            Self::Above => seen > other,
            Self::AtMost => seen <= other,
            Self::Below => seen < other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_or_its_opposite_holds() {
        for order in Order::ALL {
            for seen in [1, 2, 3] {
                assert_ne!(order.holds(&seen, &2), order.opposite().holds(&seen, &2), "{order:?} {seen}");
            }
            assert_eq!(order.opposite().opposite(), order);
        }
        assert!(Order::AtLeast.holds(&2, &2) && !Order::Above.holds(&2, &2) && Order::AtMost.holds(&2, &2) && !Order::Below.holds(&2, &2));
    }

    #[test]
    fn a_value_is_written_as_people_write_it() {
        for (value, json) in [
            (Value::Number(31.0), "31"),
            (Value::Number(-0.0), "0"),
            (Value::Number(0.5), "0.5"),
            (Value::Number(1e300), "1e+300"),
            (Value::Whole(7), "7"),
            (Value::Flag(true), "true"),
            (Value::ip("::ffff:203.0.113.7").expect("an address"), "\"203.0.113.7\""),
            (Value::ip("2001:DB8:0::1").expect("an address"), "\"2001:db8::1\""),
        ] {
            assert_eq!(serde_json::to_string(&value).expect("serialises"), json);
        }
        assert_eq!(Value::ip("203.0.113.7/32"), None);
    }
}
