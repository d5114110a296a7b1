//! Sends what is in the outbox. A delivery is held by a lease for longer than a try can take; a process that dies leaves it
//! to be taken again, so an event arrives at least once.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::{sync::Semaphore, task::JoinSet, time::Duration};
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

/// Tries under way at once in this process.
const AT_ONCE: usize = 16;
/// How long a delivery is held: longer than the 20 s that a try may take.
const LEASE_SECONDS: i64 = 23;
/// How often the outbox is looked at where nobody says that there is something in it.
const POLL: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sealed(#[from] Unsealable),
    #[error("the endpoint's URL or a header cannot be used")]
    Unusable,
}

/// Sends until told to stop; then lets the tries under way end.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tries = JoinSet::new();
    while !stop.is_cancelled() {
        let free = permits.available_permits();
        let claimed = if free == 0 { Vec::new() } else { claim(&app, free).await };
        let more = free > 0 && claimed.len() == free;
        for delivery in claimed {
            let permit = Arc::clone(&permits).acquire_owned().await.expect("the semaphore is never closed");
            let app = Arc::clone(&app);
            tries.spawn(async move {
                let _permit = permit;
                let (id, endpoint) = (delivery.event, delivery.endpoint.id);
                match deliver(&app, delivery).await {
                    Ok(()) | Err(SendError::Store(StoreError::Conflict)) => {}
                    Err(error) => warn!(event = %id, endpoint = %endpoint, %error, "a try could not be made or recorded; it is made again"),
                }
                // Another delivery may be waiting for this place.
                app.event_written.notify_one();
            });
        }
        while tries.try_join_next().is_some() {}
        if !more {
            tokio::select! {
                () = stop.cancelled() => {}
                () = app.event_written.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
    while tries.join_next().await.is_some() {}
}

async fn claim(app: &App, limit: usize) -> Vec<ClaimedDelivery> {
    let work = async {
        let now = app.ambient.now();
        let mut tx = app.store.write().await?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let claimed = store::webhooks::claim(&mut tx, now, now.plus_seconds(LEASE_SECONDS), app.ambient.uuid(), limit).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(claimed)
    };
    match work.await {
        Ok(claimed) => claimed,
        Err(error) => {
            warn!(%error, "the outbox could not be read; the next round tries again");
            Vec::new()
        }
    }
}

/// One try, and its record.
async fn deliver(app: &App, delivery: ClaimedDelivery) -> Result<(), SendError> {
    kill::point("webhook.claimed");
    let session = delivery.session.to_string();
    let key = app.vault.data_key("sessions", &session, &delivery.session_key)?;
    let body = vault::open(&key, body_place(&Uuid::from_u128(delivery.event.0).to_string(), &session), &delivery.body)?;
    let endpoint_row = Uuid::from_u128(delivery.endpoint.id.0).to_string();
    let secret: [u8; 32] = app.vault.open_own("endpoints", "secret", &endpoint_row, &delivery.endpoint.secret)?.try_into().map_err(|_| SendError::Unusable)?;
    let url = Url::parse(&delivery.endpoint.url).map_err(|_| SendError::Unusable)?;
    let started_at = app.ambient.now();
    let headers = headers(&Secret::from_bytes(secret), &delivery.event.to_string(), started_at.0 / 1_000_000, &body)?;
    let attempt = app.webhooks.post(&url, headers, body.into()).await;
    kill::point("webhook.sent");

    let claim = &delivery.claim;
    let now = app.ambient.now();
    let wait = schedule::next_delay(claim.tries, app.ambient.fraction());
    let (status, next) = match (attempt.delivered(), wait) {
        (true, _) => ("DELIVERED", None),
        (false, Some(wait)) => ("PENDING", Some(now.plus(wait))),
        (false, None) => ("FAILED", None),
    };
    let record = Attempt {
        number: claim.tries,
        started_at,
        duration_ms: i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX),
        status_code: attempt.outcome.as_ref().ok().copied(),
        failure: attempt.outcome.as_ref().err().map(|failure| format!("{}: {failure}", failure.code())),
    };
    let mut tx = app.store.write().await?;
    store::webhooks::record(&mut tx, claim, &record, status, next).await?;
    tx.commit().await?;
    kill::point("webhook.recorded");
    let failure = attempt.outcome.as_ref().err().map(super::client::SendFailure::code);
    info!(event = %delivery.event, endpoint = %delivery.endpoint.id, attempt = claim.tries, status, code = ?record.status_code, failure, "webhook tried");
    Ok(())
}

/// Standard Webhooks 1.0.0.
fn headers(secret: &Secret, event: &str, timestamp_s: i64, body: &[u8]) -> Result<HeaderMap, SendError> {
    let pairs =
        [("webhook-id", event.to_owned()), ("webhook-timestamp", timestamp_s.to_string()), ("webhook-signature", secret.sign(event, timestamp_s, body))];
    pairs.into_iter().map(|(name, value)| Ok((HeaderName::from_static(name), HeaderValue::from_str(&value).map_err(|_| SendError::Unusable)?))).collect()
}
