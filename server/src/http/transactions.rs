//! Transactions, with an API key of scope `transactions`: `POST /transactions`, `POST /transactions/batch` and
//! `GET /transactions/{id}`.

use std::time::Instant;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::rule::Posted;

use super::{Context, bearer, body, path::Segments, problems::ApiError};
use crate::{
    actor::Actor,
    api_keys,
    failure::Failure,
    model::{ApiKey, Scope},
    store::StoreError,
    transactions::{
        batch,
        post::{self, Answered, Kept, PostError},
        show,
    },
};

/// The largest body of one transaction.
const ONE: body::MostJson = body::MostJson { bytes: 64 * 1024, words: "64 KiB (65536 bytes)" };

/// The largest body of a batch.
const BATCH: body::MostJson = body::MostJson { bytes: 4 * 1024 * 1024, words: "4 MiB (4194304 bytes)" };

/// `POST /transactions`
pub async fn create(State(context): State<Context>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    context.limits.transactions(key.id, 1, Instant::now())?;
    let flight = bearer::flight(&context, &headers, &key)?;
    let bytes = body::json_bytes_up_to(request, ONE).await?;
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    let kit = &context.app.kit;
    if let Some(flight) = &flight
        && let Some(answer) = api_keys::answered(kit, flight, &bytes).await?
    {
        return Ok(kept_response(answer));
    }
    let kept = flight.as_ref().map(|flight| Kept { flight, body: &bytes, answer: kept_answer });
    match decided(&context, &key, &bytes, kept.as_ref()).await {
        Ok(answered) => Ok(response(code(&answered), answered.body)),
        // Another process answered the same request first, and has kept its answer.
        Err(PostError::Failure(Failure::Store(StoreError::Conflict))) => {
            let Some(flight) = &flight else { return Err(StoreError::Conflict.into()) };
            Ok(kept_response(api_keys::answered(kit, flight, &bytes).await?.ok_or_else(bearer::in_flight)?))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /transactions/batch`
pub async fn create_batch(State(context): State<Context>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    let flight = bearer::flight(&context, &headers, &key)?;
    let bytes = body::json_bytes_up_to(request, BATCH).await?;
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    let kit = &context.app.kit;
    if let Some(flight) = &flight
        && let Some(answer) = api_keys::answered(kit, flight, &bytes).await?
    {
        return Ok(kept_response(answer));
    }
    let batch = parsed(&bytes)?.batch().map_err(PostError::Faults)?;
    context.limits.transactions(key.id, u32::try_from(batch.len()).unwrap_or(u32::MAX), Instant::now())?;
    let answers = batch::post_all(kit, &batch, &key).await;
    let results: Vec<Vec<u8>> = answers.into_iter().map(result).collect();
    let whole = [b"{\"results\":[".as_slice(), &results.join(b",".as_slice()), b"]}"].concat();
    if let Some(flight) = &flight {
        api_keys::keep_alone(kit, &key, flight, &bytes, &[b"200 ".as_slice(), &whole].concat()).await?;
    }
    Ok(response(StatusCode::OK, whole))
}

/// The result of one transaction of a batch: its status and its body, as if it had been posted alone.
fn result(answer: Result<Answered, PostError>) -> Vec<u8> {
    let (status, body) = match answer {
        Ok(answered) => (code(&answered).as_u16(), answered.body),
        Err(error) => {
            let problem = ApiError::from(error).0;
            (problem.status, serde_json::to_vec(&*problem).expect("texts and numbers serialise"))
        }
    };
    [format!("{{\"status\":{status},\"body\":").as_bytes(), &body, b"}"].concat()
}

async fn decided(context: &Context, key: &ApiKey, bytes: &[u8], kept: Option<&Kept<'_>>) -> Result<Answered, PostError> {
    let posted = parsed(bytes)?;
    post::post(&context.app.kit, &posted, key, kept).await
}

/// Parses a body that has to be an object.
fn parsed(bytes: &[u8]) -> Result<Posted, PostError> {
    let text = std::str::from_utf8(bytes).map_err(|_| PostError::NotJson("The body is not UTF-8.".to_owned()))?;
    if text.trim_start().as_bytes().first() != Some(&b'{') {
        return Err(PostError::NotJson("The body has to be a JSON object.".to_owned()));
    }
    Posted::parse(text).map_err(|error| PostError::NotJson(format!("The body is not JSON, at line {}, column {}.", error.line(), error.column())))
}

const fn code(answered: &Answered) -> StatusCode {
    if answered.is_repeat { StatusCode::OK } else { StatusCode::CREATED }
}

fn response(code: StatusCode, body: Vec<u8>) -> Response {
    (code, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// What is kept of an answer: its status, a space, its body.
fn kept_answer(answered: &Answered) -> Vec<u8> {
    [code(answered).as_str().as_bytes(), b" ", &answered.body].concat()
}

fn kept_response(kept: Vec<u8>) -> Response {
    let (code, body) = kept.split_at_checked(4).unwrap_or_default();
    response(StatusCode::from_bytes(code.trim_ascii()).unwrap_or(StatusCode::OK), body.to_vec())
}

/// `GET /transactions/{id}`
pub async fn show(State(context): State<Context>, Segments(id): Segments<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    context.limits.transactions(key.id, 1, Instant::now())?;
    Ok(response(StatusCode::OK, show::read(&context.app.kit, &id, Actor::Key(key.id)).await?.json()))
}
