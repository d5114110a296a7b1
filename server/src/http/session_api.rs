//! The public session API, for the hosted pages and native apps alike: `/public`, `/steps/{step}`, `/answers`, `/complete`.

use std::time::Instant;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use shared::{
    api::{Accepted, PublicSession, RawUserData, UserDataBody},
    session::Status,
};
use unicode_normalization::UnicodeNormalization as _;

use super::{Context, body, device, language, path::Segments, problems::ApiError, visitor::Visitor};
use crate::sessions::{self, Sender, SessionError, complete, open::Opened, save};

/// Opens the session of a path; a malformed id is an unknown one.
///
/// # Errors
/// 404 where there is none; 429 where the session, or the address that guesses, has had its requests of this minute.
pub async fn open(context: &Context, id: &str, visitor: &Visitor) -> Result<Opened, ApiError> {
    let found = match id.parse() {
        Ok(id) => sessions::open::open(&context.app, id).await,
        Err(_) => Err(SessionError::NotFound),
    };
    // Looked up before anything is counted, so that an address full of guesses still opens what there is.
    match &found {
        Ok(opened) => context.limits.known(opened.session.r#ref, &visitor.method, Instant::now())?,
        Err(SessionError::NotFound) => context.limits.unknown(visitor.address, Instant::now())?,
        Err(_) => {}
    }
    Ok(found?)
}

/// Sets the resume cookie where the device had none.
pub fn with_cookie(mut response: Response, known: device::Known) -> Response {
    if let Some(cookie) = known.set_cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Text is kept in Unicode's composed form (NFC, UAX #15).
pub fn normalised(sent: RawUserData) -> RawUserData {
    let compose = |value: Value| match value {
        Value::String(text) => Value::String(text.nfc().collect()),
        other => other,
    };
    sent.into_iter().map(|(name, value)| (name, compose(value))).collect()
}

/// `GET /kyc-sessions/{id}/public`
pub async fn public(
    State(context): State<Context>,
    Segments(id): Segments<String>,
    visitor: Visitor,
    request: Request,
) -> Result<Json<PublicSession>, ApiError> {
    let opened = open(&context, &id, &visitor).await?;
    let language = language::of(request.headers(), request.uri().query(), &opened);
    Ok(Json(sessions::open::public(&context.app, &opened, language).await?))
}

/// `PUT /kyc-sessions/{id}/steps/{step}`
pub async fn save_step(
    State(context): State<Context>,
    Segments((id, step)): Segments<(String, String)>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, ApiError> {
    let opened = open(&context, &id, &visitor).await?;
    opened.require_open()?;
    let known = device::known_or_new(&context.app, request.headers(), &opened.id, opened.session.expires_at);
    let sender = Sender { device: Some(known.device), language: language::of(request.headers(), request.uri().query(), &opened) };
    let body: UserDataBody = body::json(request).await?;
    save::save(&context.app, &opened, &step, &normalised(body.user_data), sender).await?;
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), known))
}

/// `GET /kyc-sessions/{id}/answers`: this device's saved values while the session is open.
pub async fn answers(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let opened = open(&context, &id, &visitor).await?;
    let device = device::of(&context.app, &headers, &opened.id);
    let saved = sessions::open::saved(&context.app, &opened).await?.of_device(device);
    if saved.is_empty() || opened.require_open().is_err() {
        return Err(ApiError::not_found());
    }
    let user_data: Map<String, Value> = saved.into_iter().map(|(field, answer)| (field, answer.to_json())).collect();
    Ok(Json(json!({ "userData": user_data })))
}

/// `POST /kyc-sessions/{id}/complete`
pub async fn complete(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor, request: Request) -> Result<Response, ApiError> {
    let opened = open(&context, &id, &visitor).await?;
    if opened.status == Status::Expired {
        return Err(SessionError::Expired.into());
    }
    let known = device::known_or_new(&context.app, request.headers(), &opened.id, opened.session.expires_at);
    let sender = Sender { device: Some(known.device), language: language::of(request.headers(), request.uri().query(), &opened) };
    let body: Result<UserDataBody, ApiError> = body::json(request).await;
    // What cannot be read differs from what was submitted before.
    let body = body.map_err(|error| opened.require_open().map_or_else(ApiError::from, |()| error))?;
    complete::complete(&context.app, &opened, &normalised(body.user_data), sender).await?;
    Ok(with_cookie((StatusCode::ACCEPTED, Json(Accepted { status: Status::Processing })).into_response(), known))
}
