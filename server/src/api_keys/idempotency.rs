//! Requests with an `Idempotency-Key`, which create exactly once: the answer commits in the same transaction as the session that it is
//! about.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use shared::ids::KeyId;

use crate::{
    actor::Actor,
    failure::Failure,
    kit::Kit,
    model::ApiKey,
    sealed,
    sessions::create::{CreateError, Created, NewSession, create_in, prepare},
    store::{self, StoreError, Tx, api_keys::Answered},
    vault::Place,
};

/// How long we keep an answer, to give it again for the same `Idempotency-Key`.
const ANSWER_SECONDS: i64 = 48 * 3_600;

/// An API key, and the HMAC of an `Idempotency-Key` that came with it.
type Request = (KeyId, Vec<u8>);

/// The requests with an `Idempotency-Key` that this process is answering now.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<Request>>>);

/// One request in [`InFlight`]. Dropping it removes the request.
pub struct Flight {
    all: InFlight,
    key: KeyId,
    /// The HMAC of the `Idempotency-Key`.
    index: Vec<u8>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.all.0.lock().expect("nothing panics while it holds this lock").remove(&(self.key, std::mem::take(&mut self.index)));
    }
}

/// Begins a request with an `Idempotency-Key`; `None` if another request with the same key is still being answered.
pub fn begin(kit: &Kit, in_flight: &InFlight, key: &ApiKey, idempotency_key: &str) -> Option<Flight> {
    let index = kit.vault.index("idempotency.key", idempotency_key);
    let all = in_flight.clone();
    let is_first = all.0.lock().expect("nothing panics while it holds this lock").insert((key.id, index.clone()));
    // Only the first one gets a flight: dropping one ends what it stands for.
    is_first.then(|| Flight { all, key: key.id, index })
}

/// Why no session was created for a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyCreateError {
    /// The session could not be created.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The same `Idempotency-Key` came with another body.
    #[error("this Idempotency-Key was used with another body")]
    OtherBody,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(KeyCreateError);

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where an answer is sealed: the key, the request and the body that it belongs to, so that nobody can give it to another one.
fn place(key: KeyId, index: &[u8], body: &[u8]) -> Place {
    sealed::idempotent_answer(key, &hexadecimal(index), &hexadecimal(body))
}

/// Seals the answers of an earlier build anew, at the API key and the body that they belong to. The upgrade calls it once. Leaves out
/// answers that do not open.
///
/// # Errors
/// If the store does not answer.
pub async fn seal_answers_from_before(kit: &Kit, tx: &mut Tx) -> Result<(), StoreError> {
    for (key, index, known) in store::api_keys::answers(tx.db().await?).await? {
        if let Ok(answer) = kit.vault.open_own(&sealed::first_idempotent_answer(&hexadecimal(&index)), &known.answer) {
            let sealed = kit.vault.seal_own(&place(key, &index, &known.body), &answer);
            store::api_keys::reseal_answer(tx, key, &index, &sealed).await?;
        }
    }
    Ok(())
}

/// The stored answer to this request, if there is one.
///
/// # Errors
/// [`KeyCreateError::OtherBody`]
pub async fn answered(kit: &Kit, flight: &Flight, body: &[u8]) -> Result<Option<Vec<u8>>, KeyCreateError> {
    let oldest = kit.ambient.now().plus_seconds(-ANSWER_SECONDS);
    let Some(known) = store::api_keys::answered(&mut *kit.store.read().await?, flight.key, &flight.index, oldest).await? else { return Ok(None) };
    if known.body != body_index(kit, body) {
        return Err(KeyCreateError::OtherBody);
    }
    Ok(Some(kit.vault.open_own(&place(flight.key, &flight.index, &known.body), &known.answer)?))
}

fn body_index(kit: &Kit, body: &[u8]) -> Vec<u8> {
    kit.vault.index("idempotency.body", &String::from_utf8_lossy(body))
}

/// Creates a session for a key, and stores the answer in the same transaction, so that a retry after a crash cannot create a second one.
///
/// # Errors
/// As [`prepare`]; [`StoreError::Conflict`] if another process has answered the same request meanwhile.
pub async fn create_session(
    kit: &Kit,
    key: &ApiKey,
    new: NewSession,
    flight: Option<(&Flight, &[u8])>,
    answer: impl Fn(&Created) -> Vec<u8>,
) -> Result<Vec<u8>, KeyCreateError> {
    let prepared = prepare(kit, new).await?;
    let mut tx = kit.store.write().await?;
    let created = create_in(kit, &mut tx, prepared, Actor::Key(key.id)).await?;
    let answer = answer(&created);
    if let Some((flight, body)) = flight {
        keep(kit, &mut tx, key, flight, body, &answer).await?;
    }
    tx.commit().await?;
    Ok(answer)
}

/// Keeps the answer to a request in the transaction that makes it.
///
/// # Errors
/// [`StoreError::Conflict`] if another process has answered the same request meanwhile.
pub async fn keep(kit: &Kit, tx: &mut Tx, key: &ApiKey, flight: &Flight, body: &[u8], answer: &[u8]) -> Result<(), StoreError> {
    let now = kit.ambient.now();
    let body = body_index(kit, body);
    let sealed = kit.vault.seal_own(&place(key.id, &flight.index, &body), answer);
    let answered = Answered { body, answer: sealed };
    store::api_keys::insert_answer(tx, key.id, &flight.index, &answered, now, now.plus_seconds(-ANSWER_SECONDS)).await
}

/// Keeps the answer to a request whose parts have committed.
///
/// # Errors
/// As [`keep`].
pub async fn keep_alone(kit: &Kit, key: &ApiKey, flight: &Flight, body: &[u8], answer: &[u8]) -> Result<(), StoreError> {
    let mut tx = kit.store.write().await?;
    keep(kit, &mut tx, key, flight, body, answer).await?;
    tx.commit().await
}

/// Deletes answers that are too old to be given again.
///
/// # Errors
/// If the store does not answer.
pub async fn sweep(kit: &Kit) -> Result<(), StoreError> {
    let mut tx = kit.store.write().await?;
    store::api_keys::remove_answers(&mut tx, kit.ambient.now().plus_seconds(-ANSWER_SECONDS)).await?;
    tx.commit().await
}
