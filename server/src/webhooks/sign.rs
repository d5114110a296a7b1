//! Signatures as in Standard Webhooks 1.0.0, so that a receiver can verify them with any of the published libraries. The secret has its
//! own type, so that it cannot be printed by mistake.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroize as _;

/// The prefix of a symmetric secret (Standard Webhooks 1.0.0, "Signature scheme").
const PREFIX: &str = "whsec_";

/// The key that an endpoint and the server share: 32 bytes, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A secret from 32 bytes of a CSPRNG.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The secret as the integrator configures it, `whsec_…`. Only for the one answer that shows it, never for a log.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// The raw key, to be encrypted at rest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The value of `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`. The
    /// timestamp is in seconds since the Unix epoch (Standard Webhooks 1.0.0, "Signature scheme").
    pub fn sign(&self, msg_id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length (RFC 2104, section 2)");
        mac.update(format!("{msg_id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

    use super::*;

    /// The published vectors use keys of 24 bytes. HMAC fills a short key with zeros up to the block (RFC 2104, section
    /// 2), so eight zero bytes more are the same key.
    fn published(encoded: &str) -> Secret {
        let mut key = [0; 32];
        key[..24].copy_from_slice(&STANDARD.decode(encoded).unwrap());
        Secret::from_bytes(key)
    }

    #[test]
    fn signs_the_published_vectors() {
        let cases: [(&str, &str, i64, &[u8], &str); 2] = [
            (
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                br#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                br#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
        ];
        for (key, id, timestamp, body, signature) in cases {
            assert_eq!(published(key).sign(id, timestamp, body), signature, "key {key}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the reference library holds a timestamp against the machine's clock")]
    fn is_verified_by_the_reference_library() {
        let secret = Secret::from_bytes(std::array::from_fn(|i| i as u8 * 7));
        let receiver = Webhook::new(&secret.expose()).unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let now = now.as_secs() as i64;
        let body = r#"{"type":"session.completed","data":{"customerId":"joão"}}"#.as_bytes();

        let signature = secret.sign("evt_1", now, body);
        let verify = |id: &str, body: &[u8]| {
            let headers = [(HEADER_WEBHOOK_ID, id), (HEADER_WEBHOOK_TIMESTAMP, &now.to_string()), (HEADER_WEBHOOK_SIGNATURE, &signature)]
                .into_iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            receiver.verify(body, &headers).is_ok()
        };
        assert!(verify("evt_1", body));
        assert!(!verify("evt_2", body), "another event's signature");
        assert!(!verify("evt_1", &body[1..]), "another body's signature");
    }

    #[test]
    fn exposes_its_bytes_as_base64_after_a_prefix() {
        assert_eq!(Secret::from_bytes([0xA5; 32]).expose(), "whsec_paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU=");
    }

    #[test]
    fn hides_itself_from_logs() {
        let secret = Secret::from_bytes([0xA5; 32]);
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
