//! A transaction as a company posts it: something a customer does with money, told to us before it happens.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{country::Country, currency::Currency, value::Value};
use crate::{by_field::ByField, language::Language, session::Timestamp};

/// The largest amount, in minor units.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000_000;

/// Which way the money goes, seen from the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// To the customer.
    In,
    /// From the customer.
    Out,
}

impl Direction {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::In, Self::Out];

    /// As stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "IN",
            Self::Out => "OUT",
        }
    }

    /// Reads `IN` or `OUT`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.as_str() == text)
    }
}

/// The other side of a transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counterparty {
    /// Its account, or another id by which the company knows it.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its country.
    pub country: Option<Country>,
}

/// A transaction. Everything in it was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// The company's id of it, one for the whole installation.
    pub transaction_id: String,
    /// The company's reference for the customer.
    pub customer_id: String,
    /// In minor units of the currency.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// Which way the money goes.
    pub direction: Direction,
    /// The company's word for its kind, such as `PIX`.
    pub r#type: String,
    /// The company's word for where it came from, such as `APP`.
    pub channel: Option<String>,
    /// The country that it was made in.
    pub country: Option<Country>,
    /// The device that it was made on.
    pub device_id: Option<String>,
    /// The address that it was made from. IPv4 inside IPv6 is IPv4.
    pub ip: Option<IpAddr>,
    /// The other side.
    pub counterparty: Counterparty,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The language of a session that it may trigger.
    pub locale: Option<Language>,
    /// Where such a session leads to at its end. Not checked: whether the flow lists it is known only then.
    pub return_url: Option<String>,
    /// What else the company wants rules to know.
    pub metadata: ByField<Value>,
}

/// Whether a text may be a transaction's or a customer's id: 1 to 128 of `A-Za-z0-9_.:-`, and neither `.` nor `..`, which no URL can name.
pub fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(fits) && text != "." && text != ".."
}

/// Whether a text may be a type or a channel: `[A-Z][A-Z0-9_]{0,31}`.
pub fn is_word(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 32 && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(fits)
}

/// Whether a text may be a key of the metadata: `[a-z][a-zA-Z0-9_]{0,31}`.
pub fn is_metadata_key(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 32 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_letters_and_lengths() {
        for (text, id, word, key) in [
            ("pix-0001", true, false, false),
            ("a.b:c_d-E", true, false, false),
            (".", false, false, false),
            ("..", false, false, false),
            ("...", true, false, false),
            ("", false, false, false),
            ("PIX", true, true, false),
            ("P_2", true, true, false),
            ("_P", true, false, false),
            ("age", true, false, true),
            ("isVip_2", true, false, true),
            ("é", false, false, false),
            ("a b", false, false, false),
        ] {
            assert_eq!((is_id(text), is_word(text), is_metadata_key(text)), (id, word, key), "{text}");
        }
        assert!(is_id(&"a".repeat(128)) && !is_id(&"a".repeat(129)));
        assert!(is_word(&"A".repeat(32)) && !is_word(&"A".repeat(33)));
        assert!(is_metadata_key(&"a".repeat(32)) && !is_metadata_key(&"a".repeat(33)));
    }
}
