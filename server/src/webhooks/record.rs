//! Writes the results of tries: the attempts, the deliveries' new status, and how the endpoints answer. One transaction writes many.

use std::collections::{BTreeMap, HashSet};

use shared::{ids::EndpointId, session::Timestamp};
use tracing::{info, warn};

use super::{results::Ended, schedule};
use crate::{
    ids::DeliveryId,
    kill,
    kit::Kit,
    model::{Attempt, DeliveryStatus, Failing},
    store::{
        self, StoreError, Tx,
        deliveries::Tried,
        endpoint_health::{self, Noted},
    },
};

/// Results that are ready to be written, at most [`store::places::MOST`].
pub struct Batch {
    tried: Vec<(EndpointId, Tried)>,
    now: Timestamp,
}

impl Batch {
    /// Decides for each try whether, and when, its delivery is tried again.
    pub fn new(kit: &Kit, ended: Vec<Ended>) -> Self {
        let now = kit.ambient.now();
        let tried = |ended: Ended| {
            let number = ended.claim.tries + 1;
            let (status, next) = match schedule::next_delay(number, kit.ambient.fraction()) {
                _ if is_success(ended.outcome.as_ref().ok()) => (DeliveryStatus::Delivered, None),
                Some(wait) => (DeliveryStatus::Pending, Some(now.plus(wait))),
                None => (DeliveryStatus::Failed, None),
            };
            let (status_code, failure) = ended.outcome.map_or_else(|failure| (None, Some(failure)), |code| (Some(code), None));
            let event = ended.event.map(|event| event.to_string());
            info!(event, delivery = %ended.delivery, endpoint = %ended.endpoint, attempt = number, status = status.as_str(), code = ?status_code, failure, "webhook tried");
            let attempt = Attempt { number, started_at: ended.started_at, duration_ms: ended.duration_ms, status_code, failure };
            (ended.endpoint, Tried { delivery: ended.delivery, lease: ended.claim.lease, attempt, status, next })
        };
        Self { tried: ended.into_iter().map(tried).collect(), now }
    }

    /// Whether there is nothing to write.
    pub const fn is_empty(&self) -> bool {
        self.tried.is_empty()
    }

    /// Writes the results in this transaction. What was tried under an old lease is left out: another worker has the delivery, or the
    /// endpoint was disabled.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn write(&self, tx: &mut Tx) -> Result<(), StoreError> {
        if self.is_empty() {
            return Ok(());
        }
        let tried: Vec<&Tried> = self.tried.iter().map(|(_, tried)| tried).collect();
        let recorded = store::deliveries::record(tx, &tried).await?;
        let noted = self.noted(&recorded);
        if noted.is_empty() { Ok(()) } else { endpoint_health::note(tx, &noted, self.now).await }
    }

    /// Writes each result in a transaction of its own, so that one that the database refuses does not take others with it.
    pub async fn write_apart(self, kit: &Kit) {
        for tried in self.tried {
            let delivery = tried.1.delivery;
            let single = Self { tried: vec![tried], now: self.now };
            if let Err(error) = single.commit(kit).await {
                warn!(%delivery, %error, "the result of a try could not be recorded; it is sent again");
            }
        }
    }

    async fn commit(&self, kit: &Kit) -> Result<(), StoreError> {
        let mut tx = kit.store.write().await?;
        self.write(&mut tx).await?;
        tx.commit().await?;
        kill::point("webhook.recorded");
        Ok(())
    }

    /// What the recorded tries say of each endpoint.
    fn noted(&self, recorded: &HashSet<DeliveryId>) -> BTreeMap<EndpointId, Noted> {
        let mut noted = BTreeMap::new();
        for (endpoint, tried) in self.tried.iter().filter(|(_, tried)| recorded.contains(&tried.delivery)) {
            let noted: &mut Noted = noted.entry(*endpoint).or_default();
            if is_success(tried.attempt.status_code.as_ref()) {
                *noted = Noted { succeeded_at: Some(self.now), failing: None };
            } else {
                let failure = tried.attempt.failure.clone().unwrap_or_else(|| tried.attempt.status_code.unwrap_or_default().to_string());
                noted.failing = Some(Failing { since: self.now, last: self.now, failure });
            }
        }
        noted
    }
}

/// Whether this status of an answer, if there was one, is a success.
fn is_success(status: Option<&u16>) -> bool {
    matches!(status, Some(200..=299))
}
