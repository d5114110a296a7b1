//! The public session API, for the hosted pages and native apps alike: `/public`, `/steps/{step}`, `/answers`, `/complete`.

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

use super::{Context, body, device, language, path::Segments, problems::ApiError};
use crate::sessions::{self, Sender, SessionError, complete, open::Opened, save};

/// Opens the session of a path; a malformed id is an unknown one.
///
/// # Errors
/// 404 where there is none.
pub async fn open(context: &Context, id: &str) -> Result<Opened, ApiError> {
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    Ok(sessions::open::open(&context.app, id).await?)
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
pub async fn public(State(context): State<Context>, Segments(id): Segments<String>, request: Request) -> Result<Json<PublicSession>, ApiError> {
    let opened = open(&context, &id).await?;
    let language = language::of(request.headers(), request.uri().query(), &opened);
    Ok(Json(sessions::open::public(&context.app, &opened, language).await?))
}

/// `PUT /kyc-sessions/{id}/steps/{step}`
pub async fn save_step(State(context): State<Context>, Segments((id, step)): Segments<(String, String)>, request: Request) -> Result<Response, ApiError> {
    let opened = open(&context, &id).await?;
    opened.require_open()?;
    let known = device::known_or_new(&context.app, request.headers(), &opened.id, opened.session.expires_at);
    let sender = Sender { device: Some(known.device), language: language::of(request.headers(), request.uri().query(), &opened) };
    let body: UserDataBody = body::json(request).await?;
    save::save(&context.app, &opened, &step, &normalised(body.user_data), sender).await?;
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), known))
}

/// `GET /kyc-sessions/{id}/answers`: this device's saved values while the session is open.
pub async fn answers(State(context): State<Context>, Segments(id): Segments<String>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let opened = open(&context, &id).await?;
    let device = device::of(&context.app, &headers, &opened.id);
    let saved = sessions::open::saved(&context.app, &opened).await?.of_device(device);
    if saved.is_empty() || opened.require_open().is_err() {
        return Err(ApiError::not_found());
    }
    let user_data: Map<String, Value> = saved.into_iter().map(|(field, answer)| (field, answer.to_json())).collect();
    Ok(Json(json!({ "userData": user_data })))
}

/// `POST /kyc-sessions/{id}/complete`
pub async fn complete(State(context): State<Context>, Segments(id): Segments<String>, request: Request) -> Result<Response, ApiError> {
    let opened = open(&context, &id).await?;
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
