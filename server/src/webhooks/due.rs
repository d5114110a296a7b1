//! A claimed delivery, with what a try of it needs.

use std::sync::Arc;

use http::HeaderMap;
use shared::{
    ids::{EndpointId, EventId},
    session::Timestamp,
};
use url::Url;

use super::{
    results::Ended,
    target::{Target, Unusable},
};
use crate::{
    ids::DeliveryId,
    kit::Kit,
    model::{Claim, HandedDelivery, Outgoing},
    outbox,
};

/// A claimed delivery.
pub struct Due {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// The claim.
    pub claim: Claim,
    /// What is sent, or why it cannot be read.
    pub content: Result<Content, String>,
    /// Where it is sent to, or why it cannot be.
    pub target: Arc<Result<Target, String>>,
}

/// What is sent.
pub enum Content {
    /// An event of this moment.
    Open { event: EventId, body: Arc<str> },
    /// An event as it was stored.
    Sealed(Outgoing),
}

impl Content {
    const fn event(&self) -> EventId {
        match self {
            Self::Open { event, .. } => *event,
            Self::Sealed(outgoing) => outgoing.event,
        }
    }
}

impl Due {
    /// A delivery that a transaction of this process has claimed as it wrote it.
    pub fn handed(kit: &Kit, handed: HandedDelivery) -> Self {
        let HandedDelivery { id, endpoint, claim, event, body } = handed;
        let to = endpoint.id;
        let target = Target::new(kit, endpoint).map_err(|error| error.to_string());
        Self { delivery: id, endpoint: to, claim, content: Ok(Content::Open { event, body }), target: Arc::new(target) }
    }

    /// The URL, the headers with the signature, and the body.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub fn prepare(&self, kit: &Kit, at: Timestamp) -> Result<(Url, HeaderMap, Vec<u8>), Unusable> {
        let content = self.content.as_ref().map_err(|damage| Unusable::Damaged(damage.clone()))?;
        let target = self.target.as_ref().as_ref().map_err(|damage| Unusable::Damaged(damage.clone()))?;
        let body = match content {
            Content::Open { body, .. } => body.as_bytes().to_vec(),
            Content::Sealed(outgoing) => outbox::body(kit, outgoing)?,
        };
        let headers = target.headers(&content.event().to_string(), at.0 / 1_000_000, &body)?;
        Ok((target.url.clone(), headers, body))
    }

    /// The result of a try.
    pub fn ended(&self, started_at: Timestamp, outcome: Result<u16, String>, duration_ms: i64) -> Ended {
        let event = self.content.as_ref().ok().map(Content::event);
        Ended { delivery: self.delivery, endpoint: self.endpoint, claim: self.claim, event, started_at, outcome, duration_ms }
    }
}
