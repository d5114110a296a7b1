//! API keys, and the setting that switches the session API on. A key is 256 random bits; we store only its SHA-256.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::ids::KeyId;

use crate::{
    actor::{Act, Actor, Entry},
    kit::Kit,
    model::{ApiKey, KeyName, Scope},
    operators,
    store::{self, Listed, StoreError},
};

/// The prefix of a key.
const PREFIX: &str = "fs_";
/// The least time between two updates of a key's `used_at`.
const TOUCH_SECONDS: i64 = 60;
/// The setting that switches the session API on.
const SESSION_API: &str = "session_api";

/// A new key. The key itself is shown only once.
pub struct Made {
    /// Its id.
    pub id: KeyId,
    /// Its name, if it has one.
    pub name: Option<KeyName>,
    /// The key itself.
    pub key: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// Makes a key. A running server accepts it at once.
///
/// # Errors
/// If the store does not answer.
pub async fn create(kit: &Kit, name: Option<KeyName>, mut scopes: Vec<Scope>, by: Actor) -> Result<Made, StoreError> {
    scopes.sort_unstable();
    scopes.dedup();
    let id = kit.ambient.id();
    let key = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(kit.ambient.random::<32>()));
    let now = kit.ambient.now();
    let new = ApiKey { id, name, scopes, created_at: now, used_at: None, disabled_at: None };
    let mut tx = kit.store.write().await?;
    store::api_keys::insert(&mut tx, &kit.vault, &new, operators::hash(&key)).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::KeyCreated(id))).await?;
    tx.commit().await?;
    Ok(Made { id: new.id, name: new.name, key, scopes: new.scopes })
}

/// Keys older than `before`, the newest first, at most `limit`.
///
/// # Errors
/// If the store does not answer.
pub async fn list(kit: &Kit, before: KeyId, limit: i64) -> Result<Vec<Listed<ApiKey>>, StoreError> {
    store::api_keys::list(&mut *kit.store.read().await?, &kit.vault, before, limit).await
}

/// Disables a key. A running server refuses it at once.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no key with this id, or it was disabled before.
pub async fn disable(kit: &Kit, id: KeyId, by: Actor) -> Result<(), StoreError> {
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    store::api_keys::disable(&mut tx, id, now).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::KeyDisabled(id))).await?;
    tx.commit().await
}

/// The API key with this secret; `None` if there is none, or it is disabled.
///
/// # Errors
/// If the store does not answer.
pub async fn of_secret(kit: &Kit, secret: &str) -> Result<Option<ApiKey>, StoreError> {
    let Some(key) = store::api_keys::by_hash(&mut *kit.store.read().await?, &kit.vault, operators::hash(secret)).await? else { return Ok(None) };
    let now = kit.ambient.now();
    if key.used_at.is_none_or(|used| now >= used.plus_seconds(TOUCH_SECONDS)) {
        let mut tx = kit.store.write().await?;
        store::api_keys::touch(&mut tx, key.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(key))
}

/// Whether the session API is on.
///
/// # Errors
/// If the store does not answer.
pub async fn is_session_api_on(kit: &Kit) -> Result<bool, StoreError> {
    Ok(kit.store.fact(SESSION_API).await?.as_deref() == Some("on"))
}

/// Switches the session API on or off. A running server applies it at once.
///
/// # Errors
/// If the store does not answer.
pub async fn switch_session_api(kit: &Kit, on: bool, by: Actor) -> Result<(), StoreError> {
    let value = if on { "on" } else { "off" };
    let mut tx = kit.store.write().await?;
    tx.set(SESSION_API, value).await?;
    let act = if on { Act::SessionApiOn } else { Act::SessionApiOff };
    tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), by, act)).await?;
    tx.commit().await
}
