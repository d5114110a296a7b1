//! Seals what one page passes on to the next, in an address or in a cookie: encrypted, for one place and one reader, and for a short
//! time. So the server keeps nothing, and any process can answer.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use shared::session::Timestamp;

use crate::{kit::Kit, vault::Place};

/// What a token carried.
pub struct Carried<T> {
    /// The value.
    pub value: T,
    /// When the token ends.
    pub until: Timestamp,
    /// The token's bytes, which no other token has.
    pub sealed: Vec<u8>,
}

/// Seals a value for this many seconds. The token has only characters that an address and a cookie take as they are.
pub fn seal(kit: &Kit, place: &Place, seconds: i64, value: &impl Serialize) -> String {
    let until = kit.ambient.now().plus_seconds(seconds).0;
    let plain = serde_json::to_vec(&(until, value)).expect("texts and numbers are JSON");
    URL_SAFE_NO_PAD.encode(kit.vault.seal_own(place, &plain))
}

/// What a token carries, if it was sealed for this place and is still valid.
pub fn open<T: DeserializeOwned>(kit: &Kit, place: &Place, token: &str) -> Option<Carried<T>> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let plain = kit.vault.open_own(place, &sealed).ok()?;
    let (until, value) = serde_json::from_slice(&plain).ok()?;
    let until = Timestamp(until);
    (kit.ambient.now() < until).then_some(Carried { value, until, sealed })
}
