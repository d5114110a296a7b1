//! Transactions, with an API key of scope `transactions`: `POST /transactions`, `POST /transactions/batch` and
//! `GET /transactions/{id}`.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context as Poller, Poll},
    time::Instant,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use http_body::{Frame, SizeHint};
use shared::{ids::KeyId, problem::Code, rule::Posted};

use super::{Context, bearer, body, errors, path::Segments, problems::ApiError};
use crate::{
    actor::Actor,
    api_keys::{self, KeyCreateError},
    artifacts::permits::{Permit, Permits, Queue},
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

/// The most batches of a key that arrive, are decided or are answered at once: a large one takes a hundred mebibytes while it is read.
const BATCHES: usize = 2;
/// The bytes of an answer to a batch that are sent at once.
const PIECE: usize = 64 * 1024;

/// What a client learns that sends two batches under one key to two processes at the same moment.
const OTHER_BATCH: &str = "This Idempotency-Key was used with another batch at the same moment. What this one posted stays posted; send it again \
     with another key to see its answers.";

/// The places of batches.
pub fn batches() -> Arc<Permits<KeyId>> {
    Permits::new(BATCHES, Queue::LONG, "An API key sends at most 2 batches at once, and the others did not end in time.")
}

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
        return Ok(sent(kept_response(answer)));
    }
    let kept = flight.as_ref().map(|flight| Kept { flight, body: &bytes, answer: kept_answer });
    match decided(&context, &key, &bytes, kept.as_ref()).await {
        Ok(answered) => Ok(sent(response(code(&answered), answered.body))),
        // Another process answered the same request first, and has kept its answer.
        Err(PostError::Failure(Failure::Store(StoreError::Conflict))) => {
            let Some(flight) = &flight else { return Err(StoreError::Conflict.into()) };
            Ok(sent(kept_response(api_keys::answered(kit, flight, &bytes).await?.ok_or_else(bearer::in_flight)?)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /transactions/batch`
pub async fn create_batch(State(context): State<Context>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    let flight = bearer::flight(&context, &headers, &key)?;
    let place = context.batches.take(key.id).await.map_err(|busy| ApiError::new(Code::Unavailable, busy.0))?;
    let bytes = body::json_bytes_up_to(request, BATCH).await?;
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    let kit = &context.app.kit;
    if let Some(flight) = &flight
        && let Some(answer) = api_keys::answered(kit, flight, &bytes).await?
    {
        return Ok(held(kept_response(answer), place));
    }
    // Apart from the threads that answer: it may have two million values.
    let read = move || {
        let batch = parsed(&bytes).and_then(|posted| posted.batch().map_err(PostError::Faults));
        (bytes, batch)
    };
    let (bytes, batch) = kit.cpu.run(read).await.map_err(|panicked| errors::internal(&panicked))?;
    let batch = batch?;
    context.limits.transactions(key.id, u32::try_from(batch.len()).unwrap_or(u32::MAX), Instant::now())?;
    let answers = batch::post_all(kit, &batch, &key).await;
    let mut whole = b"{\"results\":[".to_vec();
    for (at, answer) in answers.into_iter().enumerate() {
        whole.extend_from_slice(if at == 0 { b"" } else { b"," });
        result(answer, &mut whole);
    }
    whole.extend_from_slice(b"]}");
    let Some(flight) = &flight else { return Ok(held(response(StatusCode::OK, whole), place)) };
    let kept = [b"200 ".as_slice(), &whole].concat();
    drop(whole);
    let kept = match api_keys::keep_alone(kit, &key, flight, &bytes, &kept).await {
        Ok(()) => kept,
        // Another process answered the same request first. What this one posted is there already, or is what the other one found.
        Err(StoreError::Conflict) => match api_keys::answered(kit, flight, &bytes).await {
            Err(KeyCreateError::OtherBody) => return Err(ApiError::new(Code::Conflict, OTHER_BATCH)),
            answer => answer?.ok_or_else(bearer::in_flight)?,
        },
        Err(error) => return Err(error.into()),
    };
    Ok(held(kept_response(kept), place))
}

/// Sends an answer in pieces. Its batch has its place until the client has taken them: a long answer stays in memory until then.
fn held(whole: Response<Bytes>, place: Permit<KeyId>) -> Response {
    whole.map(|left| Body::new(Held { left, _place: place }))
}

struct Held {
    left: Bytes,
    _place: Permit<KeyId>,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Poller<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.left.len().min(PIECE);
        Poll::Ready((piece > 0).then(|| Ok(Frame::data(self.left.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

/// Writes the result of one transaction of a batch: its status and its body, as if it had been posted alone.
fn result(answer: Result<Answered, PostError>, whole: &mut Vec<u8>) {
    let (status, body) = match answer {
        Ok(answered) => (code(&answered).as_u16(), answered.body),
        Err(error) => {
            let problem = ApiError::from(error).0;
            (problem.status, serde_json::to_vec(&*problem).expect("texts and numbers serialise"))
        }
    };
    whole.extend_from_slice(format!("{{\"status\":{status},\"body\":").as_bytes());
    whole.extend_from_slice(&body);
    whole.push(b'}');
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

fn response(code: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = code;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn sent(response: Response<Bytes>) -> Response {
    response.map(Body::from)
}

/// What is kept of an answer: its status, a space, its body.
fn kept_answer(answered: &Answered) -> Vec<u8> {
    [code(answered).as_str().as_bytes(), b" ", &answered.body].concat()
}

fn kept_response(kept: Vec<u8>) -> Response<Bytes> {
    let mut body = Bytes::from(kept);
    let code = body.split_to(body.len().min(4));
    response(StatusCode::from_bytes(code.trim_ascii()).unwrap_or(StatusCode::OK), body)
}

/// `GET /transactions/{id}`
pub async fn show(State(context): State<Context>, Segments(id): Segments<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let key = bearer::with_scope(&context, &headers, Scope::Transactions).await?;
    context.limits.transactions(key.id, 1, Instant::now())?;
    Ok(sent(response(StatusCode::OK, show::read(&context.app.kit, &id, Actor::Key(key.id)).await?.json())))
}
