//! Sends what is in the outbox. A delivery is held by a lease for longer than a try can take; a process that dies leaves it
//! to be taken again, so an event arrives at least once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use shared::{ids::EndpointId, session::Timestamp};
use tokio::{task::JoinSet, time::Duration};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use url::Url;
use uuid::Uuid;

use super::{body_place, schedule, sign::Secret};
use crate::{
    app::App,
    kill,
    model::{Attempt, ClaimedDelivery},
    store::{self, StoreError},
    vault::{self, Unsealable},
};

/// Tries under way at once in this process to one endpoint, so that one that hangs holds up no other.
const AT_ONCE: usize = 8;
/// How long a delivery is held: longer than the 20 s that a try may take.
const LEASE_SECONDS: i64 = 23;
/// How often the outbox is looked at where nobody says that there is something in it.
const POLL: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Sealed(#[from] Unsealable),
    #[error("the endpoint's URL or a header cannot be used")]
    Unusable,
}

/// How many tries are under way to each endpoint.
type UnderWay = Arc<Mutex<HashMap<EndpointId, usize>>>;

/// Sends until told to stop; then lets the tries under way end.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let under_way = UnderWay::default();
    let mut tries = JoinSet::new();
    while !stop.is_cancelled() {
        let claimed = claim(&app, &under_way).await.unwrap_or_else(|error| {
            warn!(%error, "the outbox could not be read; the next round tries again");
            Vec::new()
        });
        for delivery in claimed {
            let (app, under_way) = (Arc::clone(&app), Arc::clone(&under_way));
            tries.spawn(async move {
                let (id, endpoint) = (delivery.event, delivery.endpoint);
                match deliver(&app, delivery).await {
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => warn!(event = %id, endpoint = %endpoint, %error, "a try could not be recorded; it is made again"),
                }
                lock(&under_way).entry(endpoint).and_modify(|count| *count -= 1);
                // Another delivery may be waiting for this place.
                app.event_written.notify_one();
            });
        }
        while tries.try_join_next().is_some() {}
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.event_written.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    while tries.join_next().await.is_some() {}
}

fn lock(under_way: &UnderWay) -> MutexGuard<'_, HashMap<EndpointId, usize>> {
    under_way.lock().expect("nothing panics while it holds this lock")
}

/// Takes what is due, as much for each endpoint as it has places free.
async fn claim(app: &App, under_way: &UnderWay) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let endpoints = store::webhooks::active_endpoints(&mut *app.store.read().await?).await?;
    let free = |endpoint: &EndpointId| AT_ONCE - lock(under_way).get(endpoint).copied().unwrap_or_default().min(AT_ONCE);
    let with_room: Vec<(EndpointId, usize)> = endpoints.into_iter().map(|endpoint| (endpoint, free(&endpoint))).filter(|(_, free)| *free > 0).collect();
    if with_room.is_empty() {
        return Ok(Vec::new());
    }
    let mut claimed = Vec::new();
    let now = app.ambient.now();
    let mut tx = app.store.write().await?;
    for (endpoint, free) in with_room {
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        claimed.extend(store::webhooks::claim(&mut tx, endpoint, now, now.plus_seconds(LEASE_SECONDS), app.ambient.uuid(), limit).await?);
    }
    tx.commit().await?;
    for delivery in &claimed {
        *lock(under_way).entry(delivery.endpoint).or_default() += 1;
    }
    Ok(claimed)
}

/// One try, and its record.
async fn deliver(app: &App, delivery: ClaimedDelivery) -> Result<(), StoreError> {
    kill::point("webhook.claimed");
    let started_at = app.ambient.now();
    let (outcome, duration_ms) = match prepare(app, &delivery, started_at) {
        Ok((url, headers, body)) => {
            let attempt = app.webhooks.post(&url, headers, body.into()).await;
            let failure = |failure: super::client::SendFailure| format!("{}: {failure}", failure.code());
            (attempt.outcome.map_err(failure), i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX))
        }
        // What cannot be prepared now is tried again like everything else, and given up like everything else.
        Err(error) => (Err(format!("unusable: {error}")), 0),
    };
    kill::point("webhook.sent");

    let claim = &delivery.claim;
    let now = app.ambient.now();
    let delivered = matches!(outcome, Ok(200..=299));
    let (status, next) = match schedule::next_delay(claim.tries, app.ambient.fraction()) {
        _ if delivered => ("DELIVERED", None),
        Some(wait) => ("PENDING", Some(now.plus(wait))),
        None => ("FAILED", None),
    };
    let (status_code, failure) = outcome.map_or_else(|failure| (None, Some(failure)), |code| (Some(code), None));
    info!(event = %delivery.event, endpoint = %delivery.endpoint, attempt = claim.tries, status, code = ?status_code, failure, "webhook tried");
    let attempt = Attempt { number: claim.tries, started_at, duration_ms, status_code, failure };
    let mut tx = app.store.write().await?;
    store::webhooks::record(&mut tx, claim, &attempt, status, next).await?;
    tx.commit().await?;
    kill::point("webhook.recorded");
    Ok(())
}

/// Where a delivery goes, with its signature and its body.
fn prepare(app: &App, delivery: &ClaimedDelivery, at: Timestamp) -> Result<(Url, HeaderMap, Vec<u8>), SendError> {
    let session = delivery.session.to_string();
    let key = app.vault.data_key("sessions", &session, &delivery.session_key)?;
    let body = vault::open(&key, body_place(&Uuid::from_u128(delivery.event.0).to_string(), &session), &delivery.body)?;
    let endpoint = Uuid::from_u128(delivery.endpoint.0).to_string();
    let secret: [u8; 32] = app.vault.open_own("endpoints", "secret", &endpoint, &delivery.secret)?.try_into().map_err(|_| SendError::Unusable)?;
    let url = Url::parse(&delivery.url).map_err(|_| SendError::Unusable)?;
    let headers = headers(&Secret::from_bytes(secret), &delivery.event.to_string(), at.0 / 1_000_000, &body)?;
    Ok((url, headers, body))
}

/// Standard Webhooks 1.0.0.
fn headers(secret: &Secret, event: &str, timestamp_s: i64, body: &[u8]) -> Result<HeaderMap, SendError> {
    let pairs =
        [("webhook-id", event.to_owned()), ("webhook-timestamp", timestamp_s.to_string()), ("webhook-signature", secret.sign(event, timestamp_s, body))];
    pairs.into_iter().map(|(name, value)| Ok((HeaderName::from_static(name), HeaderValue::from_str(&value).map_err(|_| SendError::Unusable)?))).collect()
}
