//! Webhooks: an event commits with the transition that it tells of, waits in the outbox, and is sent to every endpoint until
//! one 2xx or the end of the schedule. Signing is [`sign`], what may be typed [`typed`], where it may go [`address`], how often
//! [`schedule`].

pub mod address;
pub mod client;
pub mod schedule;
pub mod sender;
pub mod sign;
pub mod typed;

use shared::{
    event::{EventType, Told, session_body},
    ids::EndpointId,
};
use url::Url;
use uuid::Uuid;

use crate::{
    app::App,
    dossiers,
    model::{Endpoint, Session},
    sessions::SessionError,
    store::{self, StoreError, Tx, webhooks::NewEvent},
    vault::{self, Key, Place, Unsealable},
};

fn body_place<'a>(event: &'a str, session: &'a str) -> Place<'a> {
    Place { table: "events", column: "body", row: event, key_of: session }
}

/// Writes an event of a session and queues it for every endpoint, in the transaction of the transition that it tells of.
///
/// `occurrence` tells events of one kind and session apart, from 1.
///
/// # Errors
/// Where the event was written before, or the store does not answer.
pub async fn emit(app: &App, tx: &mut Tx, session: &Session, event: EventType, occurrence: i64, told: Told) -> Result<(), SessionError> {
    let session_ref = session.r#ref.to_string();
    let key = app.vault.data_key("sessions", &session_ref, &session.data_key)?;
    let id = session_id(session, &key)?;
    let customer = match session.customer {
        Some(customer) => Some(dossiers::reference(app, &store::customers::by_id(tx, customer).await?.ok_or(Unsealable)?)?),
        None => None,
    };
    let event_id = app.ambient.uuid();
    let body = session_body(event, &id, customer.as_deref(), told);
    let sealed = app.vault.seal(&key, body_place(&event_id.to_string(), &session_ref), body.as_bytes());
    let now = app.ambient.now();
    let row = NewEvent { id: event_id, event_type: event.as_str(), session: session.r#ref, occurrence, body: &sealed };
    store::webhooks::insert_event(tx, &row, now).await?;
    for endpoint in store::webhooks::active_endpoints(tx).await? {
        store::webhooks::insert_delivery(tx, app.ambient.uuid(), event_id, endpoint, now).await?;
    }
    Ok(())
}

/// The session's id, for its link and its events.
///
/// # Errors
/// Where it does not open.
pub(crate) fn session_id(session: &Session, key: &Key) -> Result<shared::ids::SessionId, Unsealable> {
    let row = session.r#ref.to_string();
    let place = Place { table: "sessions", column: "id_sealed", row: &row, key_of: &row };
    vault::open_text(key, place, &session.id_sealed)?.parse().map_err(|_| Unsealable)
}

/// An endpoint that was just added, with the secret that is shown this once.
pub struct Added {
    /// Its id.
    pub id: EndpointId,
    /// Where it is.
    pub url: Url,
    /// What its receiver verifies signatures with.
    pub secret: sign::Secret,
}

/// Why an endpoint was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// It is no URL that a host could be behind.
    #[error(transparent)]
    Malformed(#[from] typed::Malformed),
    /// Nothing could ever be sent to it.
    #[error(transparent)]
    Refused(#[from] address::Refused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds an endpoint. Events from now on go there, in a running server at once.
///
/// # Errors
/// Where nothing could ever be sent to it; nothing was added then.
pub async fn add(app: &App, url: &str, actor: &str) -> Result<Added, AddError> {
    let url = typed::read(url)?;
    app.webhook_policy.check_resolvable(&url).await?;
    let row = app.ambient.uuid();
    let secret = sign::Secret::from_bytes(app.ambient.random());
    let sealed = app.vault.seal_own("endpoints", "secret", &row.to_string(), secret.as_bytes());
    let id = EndpointId(row.as_u128());
    let now = app.ambient.now();
    let mut tx = app.store.write().await?;
    store::webhooks::insert_endpoint(&mut tx, &Endpoint { id, url: url.to_string(), secret: sealed, created_at: now, disabled_at: None }).await?;
    tx.audit(app.ambient.uuid(), now, actor, "endpoint.added", &row.to_string()).await?;
    tx.commit().await?;
    Ok(Added { id, url, secret })
}

/// Sends nothing to an endpoint any more.
///
/// # Errors
/// [`StoreError::Conflict`] where there is none of this id, or it was disabled before.
pub async fn disable(app: &App, id: EndpointId, actor: &str) -> Result<(), StoreError> {
    let now = app.ambient.now();
    let mut tx = app.store.write().await?;
    store::webhooks::disable_endpoint(&mut tx, id, now).await?;
    tx.audit(app.ambient.uuid(), now, actor, "endpoint.disabled", &Uuid::from_u128(id.0).to_string()).await?;
    tx.commit().await
}
