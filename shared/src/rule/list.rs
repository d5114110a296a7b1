//! Lists that a rule asks: what kinds there are, which field of a transaction takes which, and the one form of a value by which it is found.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{country::Country, network::Network};
use crate::{cpf::Cpf, email, phone, text};

/// The region of a telephone number without `+`, as of a flow's field.
const REGION: &str = "BR";
/// The most characters of an account or a device, as of a transaction's.
const MAX_ID: usize = 128;
/// The most characters of another text.
const MAX_TEXT: usize = 200;

/// The kind of a list's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListKind {
    /// Any text.
    #[default]
    Text,
    /// A country's code.
    Country,
    /// An account, such as a counterparty's.
    Account,
    /// A device.
    Device,
    /// An address or a network.
    Ip,
    /// A Brazilian taxpayer number.
    Cpf,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// The number of an identity document.
    Document,
}

impl ListKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [Self::Text, Self::Country, Self::Account, Self::Device, Self::Ip, Self::Cpf, Self::Email, Self::Phone, Self::Document];

    /// The kind as it is stored and written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Country => "country",
            Self::Account => "account",
            Self::Device => "device",
            Self::Ip => "ip",
            Self::Cpf => "cpf",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Document => "document",
        }
    }

    /// Whether its values are stored in the clear. The others are people's: sealed, and found by HMAC.
    pub const fn is_clear(self) -> bool {
        matches!(self, Self::Text | Self::Country | Self::Ip)
    }

    /// What a value of this kind looks like.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Text | Self::Document => "a value has 1 to 200 characters, and none that cannot be seen",
            Self::Account | Self::Device => "a value has 1 to 128 characters, and none that cannot be seen",
            Self::Country => "a value is a country's code of two letters, such as BR",
            Self::Ip => "a value is an address, or a network such as 203.0.113.0/24",
            Self::Cpf => "a value is a CPF of 11 digits",
            Self::Email => "a value is an e-mail address",
            Self::Phone => "a value is a telephone number of Brazil, or one with + and a country code",
        }
    }

    /// The one form of a value, by which it is found; `None` if it is none of this kind.
    pub fn normalised(self, value: &str) -> Option<String> {
        let clean = composed(&text::cleaned(value, false));
        let fits = |max: usize| (!clean.is_empty() && clean.chars().count() <= max && text::refused(value).is_none()).then(|| clean.clone());
        match self {
            Self::Text | Self::Document => fits(MAX_TEXT),
            Self::Account | Self::Device => fits(MAX_ID),
            Self::Country => Country::parse(&clean.to_ascii_uppercase()).map(|code| code.as_str().to_owned()),
            Self::Ip => Network::parse(&clean).map(|network| network.to_string()),
            Self::Cpf => Cpf::parse(&clean).map(|cpf| cpf.digits()),
            Self::Email => fits(email::MAX_CHARS).filter(|clean| email::is_address(clean)),
            Self::Phone => phone::read(&clean, Some(REGION)),
        }
    }

    /// The forms of the entries that a value is found by: its own, or those of every network that holds the address.
    pub fn sought(self, value: &str) -> Vec<String> {
        match (self, value.parse::<IpAddr>()) {
            (Self::Ip, Ok(address)) => Network::holding(address).map(|network| network.to_string()).collect(),
            _ => self.normalised(value).into_iter().collect(),
        }
    }
}

impl std::str::FromStr for ListKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// Whether a list or a rule may have this name: `[a-z][a-z0-9-]{0,63}`.
pub fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(fits)
}

/// A text in Unicode's form NFC. The browser has no tables for it.
#[cfg(feature = "server")]
fn composed(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfc(text).collect()
}

#[cfg(not(feature = "server"))]
fn composed(text: &str) -> String {
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_one_form() {
        for (kind, value, form) in [
            (ListKind::Text, " Loja\tAzul ", Some("Loja Azul")),
            (ListKind::Text, " ", None),
            (ListKind::Text, "a\u{0}b", None),
            (ListKind::Country, " br ", Some("BR")),
            (ListKind::Country, "UK", None),
            (ListKind::Account, " Acct-77", Some("Acct-77")),
            (ListKind::Account, "", None),
            (ListKind::Device, "D-9", Some("D-9")),
            (ListKind::Ip, "203.0.113.9/24", Some("203.0.113.0/24")),
            (ListKind::Ip, "shop.example", None),
            (ListKind::Cpf, "529.982.247-25", Some("52998224725")),
            (ListKind::Cpf, "5299", None),
            (ListKind::Email, "Ana@acme.example ", Some("Ana@acme.example")),
            (ListKind::Email, "ana", None),
            (ListKind::Document, "MG-12.345.678", Some("MG-12.345.678")),
        ] {
            assert_eq!(kind.normalised(value).as_deref(), form, "{kind:?} {value:?}");
        }
        assert!(ListKind::Account.normalised(&"é".repeat(128)).is_some() && ListKind::Account.normalised(&"é".repeat(129)).is_none());
        assert!(ListKind::ALL.iter().all(|kind| serde_json::to_value(kind).expect("JSON") == kind.as_str()));
        assert!(ListKind::ALL.iter().all(|kind| kind.as_str().parse() == Ok(*kind)) && "ips".parse::<ListKind>().is_err());
    }

    #[cfg(feature = "server")]
    #[test]
    fn the_server_composes_letters_and_reads_numbers() {
        assert_eq!(ListKind::Account.normalised("Jose\u{301}").as_deref(), Some("Jos\u{e9}"));
        assert_eq!(ListKind::Phone.normalised("(11) 91234-5678").as_deref(), Some("+5511912345678"));
        assert!(ListKind::Phone.normalised("190").is_none());
    }

    #[test]
    fn an_address_is_sought_by_every_network() {
        let sought = ListKind::Ip.sought("203.0.113.7");
        assert!(sought.len() == 33 && sought.contains(&"203.0.113.0/24".to_owned()) && sought.contains(&"203.0.113.7".to_owned()));
        assert_eq!(ListKind::Text.sought(" BR"), ["BR"]);
        assert_eq!(ListKind::Country.sought("XX"), [""; 0]);
    }

    #[test]
    fn names() {
        assert!(["a", "known-payees", "a1"].into_iter().all(is_name) && is_name(&"a".repeat(64)));
        assert!(!["", "A", "1a", "-a", "a_b", "a b", "é"].into_iter().any(is_name) && !is_name(&"a".repeat(65)));
    }
}
