//! Typed ids. Anyone who has a session's id can open the session; every other id only names a row by its UUID. Both are written in
//! Crockford's base32 in lower case (<https://www.crockford.com/base32.html>). Any other form is malformed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// This text is not an id of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed id")]
pub struct MalformedId;

fn value_of(character: u8) -> Option<u8> {
    ALPHABET.iter().position(|&c| c == character).and_then(|at| u8::try_from(at).ok())
}

/// The id of a session: `sess_` and 26 characters, 130 random bits. Anyone who has it can open the session, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    const PREFIX: &'static str = "sess_";

    /// Makes an id from the low 5 bits of each random byte.
    pub fn from_random(bytes: [u8; LENGTH]) -> Self {
        let code = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        Self(Self::PREFIX.chars().chain(code).collect())
    }

    /// The whole id with its prefix. Only for links, and for answers to someone who has the id already; never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionId {
    type Err = MalformedId;
    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let code = text.strip_prefix(Self::PREFIX).ok_or(MalformedId)?;
        if code.len() == LENGTH && code.bytes().all(|c| value_of(c).is_some()) { Ok(Self(text.to_owned())) } else { Err(MalformedId) }
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

/// Writes 128 bits as 26 characters, the most significant bits first.
fn encode(bits: u128) -> String {
    (0..LENGTH).map(|at| char::from(ALPHABET[(bits >> (5 * (LENGTH - 1 - at)) & 31) as usize])).collect()
}

fn decode(code: &str) -> Result<u128, MalformedId> {
    let bytes = code.as_bytes();
    if bytes.len() != LENGTH || value_of(bytes[0]).is_none_or(|first| first > 7) {
        return Err(MalformedId);
    }
    bytes.iter().try_fold(0u128, |bits, &c| Ok(bits << 5 | u128::from(value_of(c).ok_or(MalformedId)?)))
}

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;
            fn from_str(text: &str) -> Result<Self, MalformedId> {
                decode(text.strip_prefix($prefix).ok_or(MalformedId)?).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

row_id!(
    /// An uploaded file: `art_` and the row's UUID.
    ArtifactId, "art_"
);
row_id!(
    /// An event: `evt_` and the row's UUID. It is the same for every endpoint and every attempt.
    EventId, "evt_"
);
row_id!(
    /// A webhook endpoint: `wh_` and the row's UUID.
    EndpointId, "wh_"
);
row_id!(
    /// The id of an API key, not the key itself: `key_` and the row's UUID.
    KeyId, "key_"
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_row_id_survives_its_own_text(bits: u128) {
            let text = ArtifactId(bits).to_string();
            prop_assert_eq!(text.len(), 30);
            prop_assert_eq!(text.parse(), Ok(ArtifactId(bits)));
        }

        #[test]
        fn a_session_id_survives_its_own_text(bytes: [u8; 26]) {
            let id = SessionId::from_random(bytes);
            prop_assert_eq!(id.expose().parse::<SessionId>(), Ok(id));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = text.parse::<SessionId>();
            let _ = text.parse::<ArtifactId>();
        }
    }

    #[test]
    fn only_the_canonical_form_is_an_id() {
        let good = format!("sess_{}", "0".repeat(26));
        assert!(good.parse::<SessionId>().is_ok());
        for bad in ["", "sess_", &good[..30], &format!("{good}0"), &good.replace("sess", "SESS"), &good.replace('0', "O"), &good.replace('0', "u")] {
            assert!(bad.parse::<SessionId>().is_err(), "{bad}");
        }
        assert!(format!("art_8{}", "0".repeat(25)).parse::<ArtifactId>().is_err(), "more than 128 bits");
    }

    #[test]
    fn debug_shows_no_session_id() {
        assert_eq!(format!("{:?}", SessionId::from_random([7; 26])), "SessionId(…)");
    }
}
