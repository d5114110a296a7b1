//! Adds and disables endpoints.

use shared::ids::EndpointId;
use url::Url;

use super::{
    address::{Policy, Refused},
    sign::Secret,
    typed,
};
use crate::{
    actor::{Act, Actor, Entry},
    kit::Kit,
    model::Endpoint,
    sealed,
    store::{self, StoreError},
};

/// A new endpoint, with its secret. The secret is shown only once.
pub struct Added {
    /// Its id.
    pub id: EndpointId,
    /// Its URL.
    pub url: Url,
    /// The secret with which the receiver verifies signatures.
    pub secret: Secret,
}

/// Why an endpoint was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The text is not a URL that we could ever send to.
    #[error(transparent)]
    Typed(#[from] typed::TypedError),
    /// The policy does not allow the addresses that its name resolves to.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds an endpoint. A running server sends it every event from now on.
///
/// # Errors
/// If we could never send to it; then nothing was added.
pub async fn add(kit: &Kit, policy: &Policy, url: &str, by: Actor) -> Result<Added, AddError> {
    let url = typed::read(url)?;
    policy.check_resolvable(&url).await?;
    let id: EndpointId = kit.ambient.id();
    let secret = Secret::from_bytes(kit.ambient.random());
    let sealed = kit.vault.seal_own(&sealed::endpoint_secret(id), secret.as_bytes());
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    store::endpoints::insert(&mut tx, &kit.vault, &Endpoint { id, url: url.to_string(), secret: sealed, created_at: now, disabled_at: None }).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::EndpointAdded(id))).await?;
    tx.commit().await?;
    Ok(Added { id, url, secret })
}

/// Disables an endpoint. Nothing more is sent to it.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no endpoint with this id, or it was disabled before.
pub async fn disable(kit: &Kit, id: EndpointId, by: Actor) -> Result<(), StoreError> {
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    store::endpoints::disable(&mut tx, id, now).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::EndpointDisabled(id))).await?;
    tx.commit().await
}
