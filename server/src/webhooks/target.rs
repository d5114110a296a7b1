//! Where a delivery goes: the endpoint's URL and secret, read once for all deliveries of a claim.

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::sign::Secret;
use crate::{kit::Kit, model::Endpoint, sealed, vault::Unsealable};

/// Why a delivery cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Its body or the endpoint's secret cannot be decrypted.
    #[error(transparent)]
    Sealed(#[from] Unsealable),
    /// Its row or the endpoint's is damaged.
    #[error("{0}")]
    Damaged(String),
    /// The endpoint's URL or a header cannot be used.
    #[error("the endpoint's URL or a header cannot be used")]
    Malformed,
}

/// An endpoint, ready to be sent to.
pub struct Target {
    /// Its URL.
    pub url: Url,
    secret: Secret,
}

impl Target {
    /// Opens the endpoint's secret.
    ///
    /// # Errors
    /// If it cannot be decrypted, or the URL cannot be parsed.
    pub fn new(kit: &Kit, endpoint: Endpoint) -> Result<Self, Unusable> {
        let secret = kit.vault.open_own(&sealed::endpoint_secret(endpoint.id), &endpoint.secret)?;
        let secret: [u8; 32] = secret.try_into().map_err(|_| Unusable::Malformed)?;
        Ok(Self { url: Url::parse(&endpoint.url).map_err(|_| Unusable::Malformed)?, secret: Secret::from_bytes(secret) })
    }

    /// The headers of Standard Webhooks 1.0.0.
    ///
    /// # Errors
    /// If a value cannot be in a header.
    pub fn headers(&self, event: &str, timestamp_s: i64, body: &[u8]) -> Result<HeaderMap, Unusable> {
        let signature = self.secret.sign(event, timestamp_s, body);
        let pairs = [("webhook-id", event.to_owned()), ("webhook-timestamp", timestamp_s.to_string()), ("webhook-signature", signature)];
        let header = |(name, value): (&'static str, String)| {
            let value = HeaderValue::from_str(&value).map_err(|_| Unusable::Malformed)?;
            Ok((HeaderName::from_static(name), value))
        };
        pairs.into_iter().map(header).collect()
    }
}
