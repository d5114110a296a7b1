//! Endpoints, deliveries and attempts; and the claim of a process on queued work.

use std::{str::FromStr, sync::Arc};

use shared::{
    ids::{EndpointId, EventId},
    session::Timestamp,
};

use super::subject::Subject;
use crate::ids::{CustomerId, DeliveryId, Lease};

/// The claim of a worker on a row of a queue.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The claim's lease. A result that is recorded with an old lease is refused.
    pub lease: Lease,
    /// How many tries were recorded before this one.
    pub tries: u32,
    /// How many claims since a try was last recorded, this one included. More than one means that a process died, or lost its lease,
    /// during a try.
    pub claims: u32,
}

/// A webhook endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Its URL.
    pub url: String,
    /// Its signing secret, sealed.
    pub secret: Vec<u8>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was disabled. From then on nothing is sent to it.
    pub disabled_at: Option<Timestamp>,
}

/// How an endpoint answers.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// When a try last succeeded; while it answers, at most ten seconds late.
    pub succeeded_at: Option<Timestamp>,
    /// The last try failed.
    pub failing: Option<Failing>,
    /// How many deliveries wait for it, the first try or another one; counted up to 1,000.
    pub waiting: i64,
}

/// An endpoint whose last try failed.
#[derive(Clone, Debug)]
pub struct Failing {
    /// The first failure since the last success.
    pub since: Timestamp,
    /// The last failure.
    pub last: Timestamp,
    /// The status that it answered; or why it did not answer, beginning with the name of a `SendFailure`.
    pub failure: String,
}

/// The status of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// A try is due.
    Pending,
    /// The endpoint answered 2xx.
    Delivered,
    /// The last try failed too, or the endpoint was disabled.
    Failed,
}

impl DeliveryStatus {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Delivered => "DELIVERED",
            Self::Failed => "FAILED",
        }
    }
}

impl FromStr for DeliveryStatus {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Pending, Self::Delivered, Self::Failed].into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}

/// What a delivery sends.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The event.
    pub event: EventId,
    /// Its body, sealed with its subject's data key.
    pub body: Vec<u8>,
    /// The subject that the event is about.
    pub subject: Subject,
    /// The data key that seals its events, wrapped by the master key.
    pub subject_key: Vec<u8>,
    /// The customer whose data key that is, if it is not the subject's own.
    pub customer: Option<CustomerId>,
}

/// A delivery of an event that this process has just written, and claimed with it.
#[derive(Clone, Debug)]
pub struct HandedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: Endpoint,
    /// The claim.
    pub claim: Claim,
    /// The event.
    pub event: EventId,
    /// Its body.
    pub body: Arc<str>,
}

/// One HTTP try of a delivery.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The attempt's number within the delivery, from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The HTTP status of the response, if there was one.
    pub status_code: Option<u16>,
    /// Why there was no response.
    pub failure: Option<String>,
}

/// A delivery with all its attempts.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its row.
    pub id: DeliveryId,
    /// The event.
    pub event: EventId,
    /// The event's type.
    pub event_type: String,
    /// The endpoint that it goes to.
    pub endpoint: EndpointId,
    /// What the event is about.
    pub subject: Subject,
    /// Its status.
    pub status: DeliveryStatus,
    /// When the next attempt is due.
    pub next_at: Option<Timestamp>,
    /// Every attempt so far.
    pub attempts: Vec<Attempt>,
}
