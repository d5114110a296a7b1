//! Keys of the API, the switch that lets them in, and requests that create exactly once. A key is 256 random bits, kept as
//! their SHA-256.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::ids::KeyId;
use uuid::Uuid;

use crate::{
    app::App,
    model::{ApiKey, Scope},
    operators,
    sessions::{
        SessionError,
        create::{Created, NewSession, create_in, prepare},
    },
    store::{self, StoreError, api_keys::Answered},
    vault::Unsealable,
};

/// What a key begins with.
const PREFIX: &str = "fs_";
/// How often it is written down that a key was used.
const TOUCH_SECONDS: i64 = 60;
/// How long an answer is given again for the same `Idempotency-Key`.
const ANSWER_SECONDS: i64 = 48 * 3_600;
/// The setting that lets keys in at all.
const SESSION_API: &str = "session_api";

/// A key that was just made, with the secret that is shown this once.
pub struct Made {
    /// What it is called.
    pub id: KeyId,
    /// The key itself.
    pub key: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// Makes a key; it opens a running server at once.
///
/// # Errors
/// Where the store does not answer.
pub async fn create(app: &App, mut scopes: Vec<Scope>, actor: &str) -> Result<Made, StoreError> {
    scopes.sort_unstable();
    scopes.dedup();
    let row = app.ambient.uuid();
    let key = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(app.ambient.random::<32>()));
    let now = app.ambient.now();
    let new = ApiKey { id: KeyId(row.as_u128()), scopes, created_at: now, used_at: None, disabled_at: None };
    let mut tx = app.store.write().await?;
    store::api_keys::insert(&mut tx, &new, operators::hash(&key)).await?;
    tx.audit(app.ambient.uuid(), now, actor, "api_key.created", &row.to_string()).await?;
    tx.commit().await?;
    Ok(Made { id: new.id, key, scopes: new.scopes })
}

/// Keys older than `before`, the newest first, at most `limit`.
///
/// # Errors
/// Where the store does not answer.
pub async fn list(app: &App, before: Uuid, limit: i64) -> Result<Vec<ApiKey>, StoreError> {
    store::api_keys::list(&mut *app.store.read().await?, before, limit).await
}

/// Disables a key: it opens nothing any more, at once.
///
/// # Errors
/// [`StoreError::Conflict`] where there is none of this id, or it was disabled before.
pub async fn disable(app: &App, id: KeyId, actor: &str) -> Result<(), StoreError> {
    let now = app.ambient.now();
    let mut tx = app.store.write().await?;
    store::api_keys::disable(&mut tx, id, now).await?;
    tx.audit(app.ambient.uuid(), now, actor, "api_key.disabled", &Uuid::from_u128(id.0).to_string()).await?;
    tx.commit().await
}

/// The key of this secret; `None` where there is none, or it is disabled.
///
/// # Errors
/// Where the store does not answer.
pub async fn of_secret(app: &App, secret: &str) -> Result<Option<ApiKey>, StoreError> {
    let Some(key) = store::api_keys::by_hash(&mut *app.store.read().await?, operators::hash(secret)).await? else { return Ok(None) };
    let now = app.ambient.now();
    if key.used_at.is_none_or(|used| now >= used.plus_seconds(TOUCH_SECONDS)) {
        let mut tx = app.store.write().await?;
        store::api_keys::touch(&mut tx, key.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(key))
}

/// Whether an administrator let keys in.
///
/// # Errors
/// Where the store does not answer.
pub async fn is_session_api_on(app: &App) -> Result<bool, StoreError> {
    Ok(app.store.fact(SESSION_API).await?.as_deref() == Some("on"))
}

/// Lets keys in, or none of them; at work in a running server at once.
///
/// # Errors
/// Where the store does not answer.
pub async fn switch_session_api(app: &App, on: bool, actor: &str) -> Result<(), StoreError> {
    let value = if on { "on" } else { "off" };
    let mut tx = app.store.write().await?;
    tx.set(SESSION_API, value).await?;
    tx.audit(app.ambient.uuid(), app.ambient.now(), actor, &format!("session_api.{value}"), SESSION_API).await?;
    tx.commit().await
}

/// An API key, and the index of an `Idempotency-Key` that came with it.
type Request = (KeyId, Vec<u8>);

/// Requests with an `Idempotency-Key` that this process is just answering.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<Request>>>);

/// One such request, until it is dropped.
pub struct Flight {
    all: InFlight,
    key: KeyId,
    /// The `Idempotency-Key`'s index.
    index: Vec<u8>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.all.0.lock().expect("nothing panics while it holds this lock").remove(&(self.key, std::mem::take(&mut self.index)));
    }
}

/// Begins a request with an `Idempotency-Key`; `None` where the first of it is still being answered.
pub fn begin(app: &App, key: &ApiKey, idempotency_key: &str) -> Option<Flight> {
    let index = app.vault.index("idempotency.key", idempotency_key);
    let all = app.in_flight.clone();
    let is_first = all.0.lock().expect("nothing panics while it holds this lock").insert((key.id, index.clone()));
    is_first.then_some(Flight { all, key: key.id, index })
}

/// Why no session was created for a key.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The same `Idempotency-Key` came with another body.
    #[error("this Idempotency-Key was used with another body")]
    OtherBody,
}

impl From<StoreError> for CreateError {
    fn from(error: StoreError) -> Self {
        Self::Session(error.into())
    }
}

impl From<Unsealable> for CreateError {
    fn from(error: Unsealable) -> Self {
        Self::Session(error.into())
    }
}

fn answer_row(flight: &Flight) -> String {
    flight.index.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the request was answered before, where its body is the same.
///
/// # Errors
/// [`CreateError::OtherBody`]
pub async fn answered(app: &App, flight: &Flight, body: &[u8]) -> Result<Option<Vec<u8>>, CreateError> {
    let oldest = app.ambient.now().plus_seconds(-ANSWER_SECONDS);
    let Some(known) = store::api_keys::answered(&mut *app.store.read().await?, flight.key, &flight.index, oldest).await? else { return Ok(None) };
    if known.body != body_index(app, body) {
        return Err(CreateError::OtherBody);
    }
    Ok(Some(app.vault.open_own("idempotency", "answer", &answer_row(flight), &known.answer)?))
}

fn body_index(app: &App, body: &[u8]) -> Vec<u8> {
    app.vault.index("idempotency.body", &String::from_utf8_lossy(body))
}

/// Creates a session for a key and writes its answer down in the same transaction, so that no crash makes two of one.
///
/// # Errors
/// As [`prepare`]; [`StoreError::Conflict`] where another process answered the same request meanwhile.
pub async fn create_session(
    app: &App,
    key: &ApiKey,
    new: NewSession,
    flight: Option<(&Flight, &[u8])>,
    answer: impl Fn(&Created) -> Vec<u8>,
) -> Result<Vec<u8>, CreateError> {
    let prepared = prepare(app, new).await?;
    let mut tx = app.store.write().await?;
    let created = create_in(app, &mut tx, prepared, &format!("key:{}", Uuid::from_u128(key.id.0))).await?;
    let answer = answer(&created);
    if let Some((flight, body)) = flight {
        let now = app.ambient.now();
        let sealed = app.vault.seal_own("idempotency", "answer", &answer_row(flight), &answer);
        let answered = Answered { body: body_index(app, body), answer: sealed };
        store::api_keys::insert_answer(&mut tx, key.id, &flight.index, &answered, now, now.plus_seconds(-ANSWER_SECONDS)).await?;
    }
    tx.commit().await?;
    Ok(answer)
}

/// Takes answers away that are not given again.
///
/// # Errors
/// Where the store does not answer.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    store::api_keys::remove_answers(&mut tx, app.ambient.now().plus_seconds(-ANSWER_SECONDS)).await?;
    tx.commit().await
}
