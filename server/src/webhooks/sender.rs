//! The job that sends the deliveries in the outbox. The lease of a delivery is longer than a try can take. If the process dies, another
//! claims the delivery when the lease ends, so an event arrives at least once.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use shared::{
    ids::{EndpointId, EventId},
    session::Timestamp,
};
use tracing::info;
use url::Url;

use super::{client::WebhookClient, failure::SendFailure, schedule, sign::Secret};
use crate::{
    failure::Failure,
    ids::DeliveryId,
    kill,
    kit::Kit,
    model::{Attempt, Claim, DeliveryStatus, Outgoing},
    outbox, sealed,
    store::{
        self, StoreError,
        queue::{self, Queue},
    },
    vault::Unsealable,
    work::{Job, Pace, Places},
};

/// Tries to one endpoint that this process runs at once. Each endpoint has its own limit, so that one that hangs delays no other.
const AT_ONCE: usize = 8;
/// How long the lease of a delivery lasts: longer than the 20 s that a try may take.
const LEASE_SECONDS: i64 = 23;

/// How many claims without a recorded try before the next one is recorded as failed. Such a claim means that the process died during
/// the try.
const CLAIMS: u32 = 20;

#[derive(Debug, thiserror::Error)]
enum PrepareError {
    #[error(transparent)]
    Sealed(#[from] Unsealable),
    #[error("the endpoint's URL or a header cannot be used")]
    Unusable,
}

/// A claimed delivery.
pub struct Due {
    delivery: DeliveryId,
    endpoint: EndpointId,
    claim: Claim,
}

/// The job that sends deliveries.
pub struct Sender {
    kit: Kit,
    client: WebhookClient,
}

impl Sender {
    /// A job that sends with this client.
    pub const fn new(kit: Kit, client: WebhookClient) -> Self {
        Self { kit, client }
    }

    /// Makes one try. Returns the event, the HTTP status or why there was none, and the duration in milliseconds.
    async fn send(&self, due: &Due, started_at: Timestamp) -> Result<(Option<EventId>, Result<u16, String>, i64), Failure> {
        let outgoing = match store::outbox::outgoing(&mut *self.kit.store.read().await?, &self.kit.vault, due.delivery).await {
            Ok(Some(outgoing)) => outgoing,
            Ok(None) => return Err(StoreError::Conflict.into()),
            Err(error @ StoreError::Inconsistent(_)) => return Ok((None, Err(format!("unusable: {error}")), 0)),
            Err(error) => return Err(error.into()),
        };
        Ok(match self.prepare(due.endpoint, &outgoing, started_at) {
            Ok((url, headers, body)) => {
                let attempt = self.client.post(&url, headers, body.into()).await;
                let failure = |failure: SendFailure| format!("{}: {failure}", failure.code());
                (Some(outgoing.event), attempt.outcome.map_err(failure), i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX))
            }
            // A try that cannot be prepared counts as a failed one. The schedule repeats it until the delivery has failed.
            Err(error) => (Some(outgoing.event), Err(format!("unusable: {error}")), 0),
        })
    }

    /// The URL, the headers with the signature, and the body of a delivery.
    fn prepare(&self, endpoint: EndpointId, outgoing: &Outgoing, at: Timestamp) -> Result<(Url, HeaderMap, Vec<u8>), PrepareError> {
        let body = outbox::body(&self.kit, outgoing)?;
        let secret = self.kit.vault.open_own(&sealed::endpoint_secret(endpoint), &outgoing.secret)?;
        let secret: [u8; 32] = secret.try_into().map_err(|_| PrepareError::Unusable)?;
        let url = Url::parse(&outgoing.url).map_err(|_| PrepareError::Unusable)?;
        let headers = headers(&Secret::from_bytes(secret), &outgoing.event.to_string(), at.0 / 1_000_000, &body)?;
        Ok((url, headers, body))
    }

    /// Records a try, and the delivery's new status.
    async fn record(&self, due: &Due, event: Option<EventId>, started_at: Timestamp, outcome: Result<u16, String>, duration_ms: i64) -> Result<(), Failure> {
        let number = due.claim.tries + 1;
        let now = self.kit.ambient.now();
        let (status, next) = match schedule::next_delay(number, self.kit.ambient.fraction()) {
            _ if matches!(outcome, Ok(200..=299)) => (DeliveryStatus::Delivered, None),
            Some(wait) => (DeliveryStatus::Pending, Some(now.plus(wait))),
            None => (DeliveryStatus::Failed, None),
        };
        let (status_code, failure) = outcome.map_or_else(|failure| (None, Some(failure)), |code| (Some(code), None));
        let event = event.map(|event| event.to_string());
        info!(event, delivery = %due.delivery, endpoint = %due.endpoint, attempt = number, status = status.as_str(), code = ?status_code, failure, "webhook tried");
        let attempt = Attempt { number, started_at, duration_ms, status_code, failure };
        let mut tx = self.kit.store.write().await?;
        store::outbox::record(&mut tx, due.delivery, due.claim.lease, &attempt, status, next).await?;
        match (&attempt.failure, attempt.status_code) {
            (None, Some(200..=299)) => store::endpoint_health::succeeded(&mut tx, due.endpoint, now).await?,
            (None, code) => store::endpoint_health::failed(&mut tx, due.endpoint, &code.unwrap_or_default().to_string(), now).await?,
            (Some(why), _) => store::endpoint_health::failed(&mut tx, due.endpoint, why, now).await?,
        }
        tx.commit().await?;
        kill::point("webhook.recorded");
        Ok(())
    }
}

impl Job for Sender {
    type Item = Due;
    /// Each endpoint has its own places.
    type Lane = EndpointId;

    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn pace(&self) -> Pace {
        Pace { at_once: AT_ONCE, poll: Duration::from_secs(1), wake: Some(self.kit.wakes.deliveries.clone()), renew: None }
    }

    async fn claim(&self, places: &Places<EndpointId>) -> Result<Vec<Due>, Failure> {
        let endpoints = store::endpoints::active(&mut *self.kit.store.read().await?).await?;
        let with_room: Vec<(EndpointId, usize)> =
            endpoints.into_iter().map(|endpoint| (endpoint, places.free(&endpoint))).filter(|(_, free)| *free > 0).collect();
        if with_room.is_empty() {
            return Ok(Vec::new());
        }
        let mut due = Vec::new();
        let now = self.kit.ambient.now();
        let mut tx = self.kit.store.write().await?;
        for (endpoint, free) in with_room {
            let limit = i64::try_from(free).unwrap_or(i64::MAX);
            let until = now.plus_seconds(LEASE_SECONDS);
            let claimed = queue::claim(&mut tx, Queue::DeliveriesTo(endpoint), now, until, self.kit.ambient.id(), limit).await?;
            due.extend(claimed.into_iter().map(|(delivery, claim)| Due { delivery, endpoint, claim }));
        }
        tx.commit().await?;
        Ok(due)
    }

    fn lane(&self, due: &Due) -> EndpointId {
        due.endpoint
    }

    async fn run(&self, due: &Due) -> Result<(), Failure> {
        kill::point("webhook.claimed");
        let started_at = self.kit.ambient.now();
        if due.claim.claims >= CLAIMS {
            return self.record(due, None, started_at, Err("other: the process died at each try".to_owned()), 0).await;
        }
        let (event, outcome, duration_ms) = self.send(due, started_at).await?;
        kill::point("webhook.sent");
        self.record(due, event, started_at, outcome, duration_ms).await
    }

    async fn panicked(&self, due: &Due) -> Result<(), Failure> {
        self.record(due, None, self.kit.ambient.now(), Err("other: the try panicked".to_owned()), 0).await
    }
}

/// The headers of Standard Webhooks 1.0.0.
fn headers(secret: &Secret, event: &str, timestamp_s: i64, body: &[u8]) -> Result<HeaderMap, PrepareError> {
    let pairs =
        [("webhook-id", event.to_owned()), ("webhook-timestamp", timestamp_s.to_string()), ("webhook-signature", secret.sign(event, timestamp_s, body))];
    let header = |(name, value): (&'static str, String)| {
        let value = HeaderValue::from_str(&value).map_err(|_| PrepareError::Unusable)?;
        Ok((HeaderName::from_static(name), value))
    };
    pairs.into_iter().map(header).collect()
}
