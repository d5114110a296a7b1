//! Requests of programs with an API key: the key, its scope, and the `Idempotency-Key`.

use axum::http::{HeaderMap, header};
use shared::problem::{Code, Problem};

use super::{Context, problems::ApiError};
use crate::{
    api_keys::{self, Flight},
    model::{ApiKey, Scope},
};

/// The longest `Idempotency-Key`, in bytes.
const MAX_KEY: usize = 255;
/// The seconds in `Retry-After` while the first request with the same `Idempotency-Key` is still being answered.
const RETRY_AFTER: u64 = 1;

/// The API key that came with a request.
///
/// # Errors
/// 401 if there is none that is known.
pub async fn known(context: &Context, headers: &HeaderMap) -> Result<ApiKey, ApiError> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    let secret = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, secret)| secret.trim());
    let known = match secret {
        Some(secret) => api_keys::of_secret(&context.app.kit, secret).await?,
        None => None,
    };
    let unauthorized = "Send an API key as Authorization: Bearer fs_…; this request has none that is known.";
    known.ok_or_else(|| ApiError(Box::new(Problem::new(Code::Unauthorized, unauthorized).asking_for_key())))
}

/// Checks that a key has this scope.
///
/// # Errors
/// 403 if it does not.
pub fn require(key: &ApiKey, scope: Scope) -> Result<(), ApiError> {
    if key.scopes.contains(&scope) {
        return Ok(());
    }
    Err(ApiError::new(Code::Forbidden, format!("This key does not have the scope {}.", scope.as_str())))
}

/// The API key that came with a request, if it has this scope. Call it again once the body is whole: a key that was lost meanwhile does not
/// count.
///
/// # Errors
/// 401, 403
pub async fn with_scope(context: &Context, headers: &HeaderMap, scope: Scope) -> Result<ApiKey, ApiError> {
    let key = known(context, headers).await?;
    require(&key, scope)?;
    Ok(key)
}

/// Begins a request with an `Idempotency-Key`. Hold the flight until the request is answered: a second one with the same key gets 409
/// meanwhile. `None` if it has no such header.
///
/// # Errors
/// 409 if the first is still being answered; 422 if the header is malformed.
pub fn flight(context: &Context, headers: &HeaderMap, key: &ApiKey) -> Result<Option<Flight>, ApiError> {
    let name = idempotency_key(headers)?;
    name.map(|name| api_keys::begin(&context.app.kit, &context.app.in_flight, key, &name).ok_or_else(in_flight)).transpose()
}

/// The problem of a request whose first one is still being answered.
pub fn in_flight() -> ApiError {
    let detail = format!("The first request with this Idempotency-Key is still being answered. Try again in {RETRY_AFTER} s.");
    ApiError(Box::new(Problem::new(Code::Conflict, detail).with_retry_after(RETRY_AFTER)))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let fits = |text: &&str| !text.is_empty() && text.len() <= MAX_KEY;
    let text = value.to_str().ok().filter(fits);
    text.map(|text| Some(text.to_owned())).ok_or_else(|| ApiError::new(Code::InvalidRequest, "An Idempotency-Key has 1 to 255 visible ASCII characters."))
}
