//! The outbox. An event commits in the same transaction as the change that it reports, and waits in the outbox until it is sent. It is
//! about one [`Subject`], whose key encrypts it and whose events are numbered.

use shared::{event::Payload, ids::EventId, session::Timestamp};

use crate::{
    clock::rfc3339,
    failure::Failure,
    kit::Kit,
    model::{Outgoing, Subject},
    sealed,
    store::{self, Tx, outbox::NewEvent},
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

/// Writes an event and queues a delivery to every active endpoint. `payload` gets the event's sequence number and makes its body.
///
/// # Errors
/// If this occurrence was written before, or the store does not answer.
pub async fn emit<P: Payload>(kit: &Kit, tx: &mut Tx, about: About<'_>, payload: impl FnOnce(i64) -> P) -> Result<(), Failure> {
    let About { subject, key, occurrence, at } = about;
    let sequence = store::outbox::next_sequence(tx, subject).await?;
    let payload = payload(sequence);
    let id: EventId = kit.ambient.id();
    let body = payload.body(&rfc3339(at));
    let sealed = kit.vault.seal(key, &sealed::event_body(id, subject), body.as_bytes());
    let event = NewEvent { id, event_type: payload.event_type().as_str(), subject, occurrence, sequence, body: &sealed };
    store::outbox::insert_event(tx, &event, at).await?;
    let endpoints = store::endpoints::active(tx).await?;
    let deliveries: Vec<_> = endpoints.into_iter().map(|endpoint| (kit.ambient.id(), endpoint)).collect();
    store::outbox::insert_deliveries(tx, id, &deliveries, at).await?;
    tx.wake(&kit.wakes.deliveries);
    Ok(())
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
