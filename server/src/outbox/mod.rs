//! The outbox. An event commits in the same transaction as the change that it reports, and waits in the outbox until it is sent. It is
//! about one [`Subject`], whose key encrypts it and whose events are numbered.

use std::sync::Arc;

use shared::{event::Payload, ids::EventId, session::Timestamp};

use crate::{
    clock::rfc3339,
    failure::Failure,
    ids::DeliveryId,
    kit::Kit,
    model::{Claim, HandedDelivery, Outgoing, Subject},
    sealed,
    store::{
        self, Tx,
        outbox::{NewDelivery, NewEvent, Next},
    },
    vault::{self, Key, Unsealable},
};

/// What an event is about, which key encrypts it, and its number.
pub struct About<'a> {
    /// The subject. The transaction has locked its row, so that its events are numbered in order.
    pub subject: Subject,
    /// The subject's data key.
    pub key: &'a Key,
    /// The number of the event among those of its type and subject, from 1. The database refuses the same number twice.
    pub occurrence: i64,
    /// When the change happened.
    pub at: Timestamp,
}

/// How long the lease of a delivery lasts: longer than the 20 s that a try may take.
pub const LEASE_SECONDS: i64 = 23;

/// Writes an event and queues a delivery to every active endpoint. `payload` gets the event's sequence number and makes its body.
///
/// # Errors
/// If this occurrence was written before, or the store does not answer. The first shows only when what was written is sent.
pub async fn emit<P: Payload>(kit: &Kit, tx: &mut Tx, about: About<'_>, payload: impl FnOnce(i64) -> P) -> Result<(), Failure> {
    let About { subject, key, occurrence, at } = about;
    let Next { sequence, endpoints } = store::outbox::next(tx, &kit.vault, subject).await?;
    let payload = payload(sequence);
    let event: EventId = kit.ambient.id();
    let body: Arc<str> = payload.body(&rfc3339(at)).into();
    let sealed = kit.vault.seal(key, &sealed::event_body(event, subject), body.as_bytes());
    let new = NewEvent { id: event, event_type: payload.event_type().as_str(), subject, occurrence, sequence, body: &sealed };
    store::outbox::insert_event(tx, &new, at).await?;
    let now = kit.ambient.now();
    let mut deliveries = Vec::with_capacity(endpoints.len());
    for (endpoint, read) in endpoints {
        let id: DeliveryId = kit.ambient.id();
        // First tries of a subject's events start in order, so a later event waits in the queue for the one before.
        let place = if sequence == 1 && read.is_ok() { kit.handoffs.deliveries.reserve(endpoint) } else { None };
        let handoff = Arc::clone(&kit.handoffs.deliveries);
        if let (Some(place), Ok(to)) = (place, read) {
            let claim = Claim { lease: kit.ambient.id(), tries: 0, claims: 1 };
            deliveries.push(NewDelivery { id, endpoint, lease: Some(claim.lease), due_at: now.plus_seconds(LEASE_SECONDS) });
            let handed = HandedDelivery { id, endpoint: to, claim, event, body: Arc::clone(&body) };
            tx.then(move || handoff.give(place, handed));
        } else {
            deliveries.push(NewDelivery { id, endpoint, lease: None, due_at: now });
            tx.then(move || handoff.queued());
        }
    }
    Ok(store::outbox::insert_deliveries(tx, event, &deliveries).await?)
}

/// Decrypts the body of an event: the same bytes that [`emit`] wrote.
///
/// # Errors
/// If it cannot be decrypted.
pub fn body(kit: &Kit, outgoing: &Outgoing) -> Result<Vec<u8>, Unsealable> {
    let key = match outgoing.subject {
        Subject::Session(session) => kit.vault.data_key(&sealed::session_key(session), &outgoing.subject_key)?,
        Subject::Transaction(_) => kit.vault.data_key(&sealed::customer_key(outgoing.customer.ok_or(Unsealable)?), &outgoing.subject_key)?,
    };
    vault::open(&key, &sealed::event_body(outgoing.event, outgoing.subject), &outgoing.body)
}
