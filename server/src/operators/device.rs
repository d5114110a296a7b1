//! The credential of a browser from which an operator signed in before. Its tries to sign in are counted apart from everybody else's, so
//! that wrong passwords from elsewhere never lock the right person out. It lets nobody in: the password is still needed.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::session::Timestamp;

use super::email::{index, normalised};
use crate::kit::Kit;

/// How long a browser counts as known after a sign-in.
pub const DEVICE_SECONDS: i64 = 90 * 24 * 3_600;
/// So many operators may share a browser. The one who signed in longest ago is forgotten first.
const OPERATORS: usize = 4;
/// Between the credentials of several operators.
const BETWEEN: &str = ".";

/// The random number of a credential, under which its tries are counted.
pub type DeviceNumber = [u8; 16];

/// What the server signs: which device, when, and for whom. Equal for two credentials only if all three are.
fn mac(kit: &Kit, number: DeviceNumber, at: Timestamp, email: &str) -> [u8; 32] {
    let mut text = format!("{}:", at.0);
    for byte in number.iter().chain(&index(kit, email)) {
        let _ = write!(text, "{byte:02x}");
    }
    // Hashed again, so that comparing it tells nothing about the MAC by its time.
    Sha256::digest(kit.vault.index("operators.device", &text)).into()
}

fn credential(kit: &Kit, number: DeviceNumber, email: &str) -> String {
    let at = kit.ambient.now();
    URL_SAFE_NO_PAD.encode([&number[..], &at.0.to_be_bytes(), &mac(kit, number, at, email)].concat())
}

/// The number of a credential that this server made for this e-mail address in the last 90 days.
fn read(kit: &Kit, credential: &str, email: &str) -> Option<DeviceNumber> {
    let bytes = URL_SAFE_NO_PAD.decode(credential).ok()?;
    let (number, rest) = bytes.split_first_chunk::<16>()?;
    let (at, signed) = rest.split_first_chunk::<8>()?;
    let at = Timestamp(i64::from_be_bytes(*at));
    let is_fresh = kit.ambient.now() < at.plus_seconds(DEVICE_SECONDS);
    (is_fresh && signed == mac(kit, *number, at, email)).then_some(*number)
}

/// The number of the device that has this cookie, if the operator with this e-mail address signed in on it before.
pub fn known_device(kit: &Kit, cookie: &str, email: &str) -> Option<DeviceNumber> {
    let email = normalised(email).ok()?;
    cookie.split(BETWEEN).take(OPERATORS).find_map(|credential| read(kit, credential, &email))
}

/// The cookie of a device on which the operator with this e-mail address has just signed in; `cookie` is the one that it had.
pub fn with_device(kit: &Kit, cookie: &str, email: &str) -> String {
    let before: Vec<&str> = cookie.split(BETWEEN).filter(|credential| !credential.is_empty()).take(OPERATORS).collect();
    let number = before.iter().find_map(|credential| read(kit, credential, email));
    let others = before.into_iter().filter(|credential| read(kit, credential, email).is_none()).take(OPERATORS - 1);
    let newest = credential(kit, number.unwrap_or_else(|| kit.ambient.random()), email);
    std::iter::once(newest).chain(others.map(str::to_owned)).collect::<Vec<_>>().join(BETWEEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::testing::kit;

    #[tokio::test]
    async fn a_device_is_known_to_the_operators_who_signed_in_on_it() {
        let (kit, _folder) = kit().await;
        let ana = with_device(&kit, "", "ana@example.com");
        let number = known_device(&kit, &ana, "Ana@Example.com ").expect("known");
        assert_eq!(known_device(&kit, &ana, "eva@example.com"), None, "for this operator only");
        let both = with_device(&kit, &ana, "eva@example.com");
        assert_eq!(known_device(&kit, &both, "ana@example.com"), Some(number), "several operators share a browser");
        assert_ne!(known_device(&kit, &both, "eva@example.com"), Some(number));
        let again = with_device(&kit, &both, "ana@example.com");
        assert_eq!(known_device(&kit, &again, "ana@example.com"), Some(number), "signing in again makes no new device");
        assert_eq!(again.split(BETWEEN).count(), 2);
        let crowd = ["b@x", "c@x", "d@x", "e@x"].into_iter().fold(ana.clone(), |cookie, email| with_device(&kit, &cookie, email));
        assert_eq!((known_device(&kit, &crowd, "ana@example.com"), crowd.split(BETWEEN).count()), (None, OPERATORS));
    }

    #[tokio::test]
    async fn a_credential_that_this_server_did_not_make_is_unknown() {
        let (kit, _folder) = kit().await;
        let (other, _other_folder) = crate::kit::testing::kit().await;
        let email = "ana@example.com";
        assert_eq!(known_device(&kit, &with_device(&other, "", email), email), None, "another installation's");
        let mut bytes = URL_SAFE_NO_PAD.decode(with_device(&kit, "", email)).unwrap();
        for at in [0, 16, 23, 24, 55] {
            bytes[at] ^= 1;
            assert_eq!(known_device(&kit, &URL_SAFE_NO_PAD.encode(&bytes), email), None, "byte {at} changed");
            bytes[at] ^= 1;
        }
        assert!(known_device(&kit, &URL_SAFE_NO_PAD.encode(&bytes), email).is_some());
        for nonsense in ["", ".", "....", "AAAA", "\u{e9}"] {
            assert_eq!(known_device(&kit, nonsense, email), None);
        }
    }
}
