//! The job that sends the deliveries in the outbox. One transaction writes the results of the last tries and claims the next deliveries,
//! which are sent while it commits. The lease of a delivery is longer than a try can take. If the process dies, another claims the
//! delivery when the lease ends, so an event arrives at least once.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use shared::{ids::EndpointId, session::Timestamp};
use tokio::sync::Notify;
use tracing::warn;

use super::{
    client::WebhookClient,
    commits::Commits,
    due::{Content, Due},
    failure::SendFailure,
    lanes::{self, Lanes},
    record::Batch,
    results::{Ended, Results},
    target::Target,
};
use crate::{
    failure::Failure,
    kill,
    kit::Kit,
    model::HandedDelivery,
    outbox::LEASE_SECONDS,
    store::{
        self, StoreError, Tx,
        deliveries::{Claimed, LANES, Wanted},
        places,
    },
    work::{Job, Pace, Places},
};

/// How many claims without a recorded try before the next one is recorded as failed. Such a claim means that the process died during
/// the try.
const CLAIMS: u32 = 20;

/// The job that sends deliveries.
pub struct Sender {
    kit: Kit,
    client: WebhookClient,
    lanes: Lanes,
    results: Results,
    commits: Commits,
    /// Claims that left out endpoints; the next claim begins with the endpoint after the last one.
    turn: AtomicUsize,
    /// Claims in a row that left out endpoints and claimed nothing, because what was due waits for an earlier event.
    in_vain: AtomicUsize,
    /// More is due than the last claim took.
    more: Notify,
}

impl Sender {
    /// A job that sends with this client.
    pub fn new(kit: Kit, client: WebhookClient) -> Self {
        let (lanes, results, commits) = (Lanes::default(), Results::default(), Commits::default());
        Self { kit, client, lanes, results, commits, turn: AtomicUsize::new(0), in_vain: AtomicUsize::new(0), more: Notify::new() }
    }

    /// Makes one try.
    async fn send(&self, due: &Due, started_at: Timestamp) -> Ended {
        // A try that cannot be prepared counts as a failed one. The schedule repeats it until the delivery has failed.
        match due.prepare(&self.kit, started_at) {
            Ok((url, headers, body)) => {
                let attempt = self.client.post(&url, headers, body.into()).await;
                self.lanes.answered(due.endpoint, attempt.duration, matches!(attempt.outcome, Ok(200..=299)));
                let failure = |failure: SendFailure| format!("{}: {failure}", failure.code());
                let duration_ms = i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX);
                due.ended(started_at, attempt.outcome.map_err(failure), duration_ms)
            }
            Err(error) => due.ended(started_at, Err(format!("unusable: {error}")), 0),
        }
    }

    /// The endpoints with due deliveries and free places, in turn, at most as many as one claim takes; and how many more there are.
    async fn with_room(&self, places: &Places<EndpointId>) -> Result<(Vec<(Room, Arc<Result<Target, String>>)>, usize), Failure> {
        let now = self.kit.ambient.now();
        let mut waiting = store::endpoints::with_due_deliveries(&mut *self.kit.store.read().await?, &self.kit.vault, now).await?;
        self.lanes.keep(&waiting.iter().map(|(endpoint, _)| *endpoint).chain(places.lanes()).collect::<HashSet<_>>());
        let in_all = places.in_all();
        let free = |endpoint: &EndpointId| self.lanes.free(endpoint, places.taken(endpoint), in_all);
        waiting.retain(|(endpoint, _)| free(endpoint) > 0);
        let left = waiting.len().saturating_sub(LANES);
        if left > 0 {
            let turn = self.turn.fetch_add(LANES, Ordering::Relaxed) % waiting.len();
            waiting.rotate_left(turn);
            waiting.truncate(LANES);
        }
        let share = places::MOST / waiting.len().max(1);
        let room = |(endpoint, read): (EndpointId, Result<_, StoreError>)| {
            let free = free(&endpoint);
            let target = read.map_err(|damage| damage.to_string()).and_then(|read| Target::new(&self.kit, read).map_err(|error| error.to_string()));
            (Room { endpoint, free, limit: free.min(share) }, Arc::new(target))
        };
        Ok((waiting.into_iter().map(room).collect(), left))
    }

    /// Whether to claim again at once, for the endpoints that were left out: until every endpoint had its turn without a claim.
    fn goes_round(&self, left: usize, is_in_vain: bool) -> bool {
        let in_vain = if is_in_vain { self.in_vain.load(Ordering::Relaxed) + 1 } else { 0 };
        let goes_round = left > 0 && in_vain * LANES < left + LANES;
        self.in_vain.store(if goes_round { in_vain } else { 0 }, Ordering::Relaxed);
        goes_round
    }

    /// Claims due deliveries for these endpoints.
    async fn claim_for(&self, tx: &mut Tx, rooms: &[(Room, Arc<Result<Target, String>>)]) -> Result<Vec<Due>, StoreError> {
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        let lanes: Vec<_> = rooms.iter().map(|(room, _)| (room.endpoint, room.limit)).collect();
        let wanted = Wanted { lanes: &lanes, now: self.kit.ambient.now(), lease_seconds: LEASE_SECONDS, lease: self.kit.ambient.id() };
        let claimed = store::deliveries::claim(tx, &wanted).await?;
        let due = |claimed: Claimed| {
            let target = rooms.iter().find(|(room, _)| room.endpoint == claimed.endpoint).map(|(_, target)| Arc::clone(target))?;
            let Claimed { delivery, endpoint, claim, outgoing } = claimed;
            Some(Due { delivery, endpoint, claim, content: outgoing.map(Content::Sealed).map_err(|damage| damage.to_string()), target })
        };
        Ok(claimed.into_iter().filter_map(due).collect())
    }

    fn handed(&self, handed: Vec<HandedDelivery>) -> Vec<Due> {
        handed.into_iter().map(|handed| Due::handed(&self.kit, handed)).collect()
    }

    /// Writes results and claims deliveries, in one transaction. The deliveries may be sent while it commits.
    async fn exchange(&self, batch: Batch, rooms: &[(Room, Arc<Result<Target, String>>)]) -> Result<Vec<Due>, StoreError> {
        let written = async {
            let mut tx = self.kit.store.write().await?;
            batch.write(&mut tx).await?;
            let due = self.claim_for(&mut tx, rooms).await?;
            Ok((tx, due))
        };
        match written.await {
            Ok((tx, due)) => self.commits.begin(&self.kit, tx, batch).await.map(|()| due),
            Err(error) => {
                batch.write_apart(&self.kit).await;
                Err(error)
            }
        }
    }
}

/// The places of an endpoint.
struct Room {
    endpoint: EndpointId,
    /// How many are free.
    free: usize,
    /// How many are taken now at most.
    limit: usize,
}

impl Job for Sender {
    type Item = Due;
    /// Each endpoint has its own places.
    type Lane = EndpointId;

    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn pace(&self) -> Pace {
        Pace { at_once: lanes::MOST, poll: Duration::from_secs(1), wake: Some(self.kit.handoffs.deliveries.came()), renew: None }
    }

    fn places(&self) -> Arc<Places<EndpointId>> {
        self.kit.handoffs.deliveries.open()
    }

    fn left(&self) -> Vec<Due> {
        self.handed(self.kit.handoffs.deliveries.close())
    }

    async fn claim(&self, places: &Places<EndpointId>) -> Result<Vec<Due>, Failure> {
        let handed = self.kit.handoffs.deliveries.take();
        if !handed.is_empty() {
            if self.kit.handoffs.deliveries.has_queued() {
                self.more.notify_one();
            }
            return Ok(self.handed(handed));
        }
        self.commits.ended().await;
        let batch = Batch::new(&self.kit, self.results.take());
        let (rooms, left) = match self.with_room(places).await {
            Ok(found) => found,
            Err(error) => {
                batch.write_apart(&self.kit).await;
                return Err(error);
            }
        };
        if batch.is_empty() && rooms.is_empty() {
            return Ok(Vec::new());
        }
        let due = self.exchange(batch, &rooms).await?;
        let mut is_more = self.goes_round(left, due.is_empty());
        for (room, _) in &rooms {
            let count = due.iter().filter(|due| due.endpoint == room.endpoint).count();
            self.lanes.claimed(room.endpoint, count == room.free);
            is_more |= count == room.limit && room.limit < room.free;
        }
        if is_more {
            self.more.notify_one();
        }
        Ok(due)
    }

    fn lane(&self, due: &Due) -> EndpointId {
        due.endpoint
    }

    async fn run(&self, due: &Due) -> Result<(), Failure> {
        kill::point("webhook.claimed");
        let started_at = self.kit.ambient.now();
        let ended = if due.claim.claims >= CLAIMS {
            due.ended(started_at, Err("other: the process died at each try".to_owned()), 0)
        } else {
            self.send(due, started_at).await
        };
        kill::point("webhook.sent");
        self.results.push(ended);
        Ok(())
    }

    async fn panicked(&self, due: &Due) -> Result<(), Failure> {
        self.results.push(due.ended(self.kit.ambient.now(), Err("other: the try panicked".to_owned()), 0));
        Ok(())
    }

    async fn ready(&self, places: &Places<EndpointId>) {
        tokio::select! {
            () = self.results.gathered(|| places.in_all()) => {}
            () = self.more.notified() => {}
        }
    }

    async fn stopped(&self) {
        loop {
            self.commits.ended().await;
            let batch = Batch::new(&self.kit, self.results.take());
            if batch.is_empty() {
                return;
            }
            if let Err(error) = self.exchange(batch, &[]).await {
                warn!(%error, "results could not be written together");
            }
        }
    }
}
