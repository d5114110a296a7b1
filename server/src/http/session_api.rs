//! The public session API, for the hosted pages and for native apps: `/public`, `/steps/{step}`, `/answers`, `/complete`.

use std::time::Instant;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use shared::{
    api::{Accepted, PublicSession, RawUserData, UserDataBody},
    session::Status,
};
use unicode_normalization::UnicodeNormalization as _;

use super::{Context, body, device, language, path::Segments, problems::ApiError, visitor::Visitor};
use crate::sessions::{
    self,
    complete::{self, Completed},
    open::{OpenError, Opened},
    save::{self, Sender},
    transition::Closed,
};

/// Opens the session whose id is in a path. A malformed id counts as an unknown one.
///
/// # Errors
/// 404 if there is none; 429 if the session, or an address that sends unknown ids, has reached its limit.
pub async fn open(context: &Context, id: &str, visitor: &Visitor) -> Result<Opened, ApiError> {
    let found = match id.parse() {
        Ok(id) => sessions::open::open(&context.app.kit, id).await,
        Err(_) => Err(OpenError::NotFound),
    };
    // We look the session up before we count, so that an address that has reached its limit of unknown ids can still open sessions.
    match &found {
        Ok(opened) => context.limits.known(opened.session.r#ref, &visitor.method, Instant::now())?,
        Err(OpenError::NotFound) => context.limits.unknown(visitor.address, Instant::now())?,
        Err(_) => {}
    }
    Ok(found?)
}

/// Normalises texts to NFC (UAX #15), in which we store them.
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
    Ok(Json(sessions::open::public(&context.app.kit, &opened, language).await?))
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
    let known = device::known_or_new(&context.app.kit, request.headers(), &opened).await?;
    let sender = Sender { device: Some(known.device), language: language::of(request.headers(), request.uri().query(), &opened) };
    let body: UserDataBody = body::json(request).await?;
    save::save(&context.app.kit, &opened, &step, &normalised(body.user_data), sender).await?;
    Ok(known.set_on(StatusCode::NO_CONTENT.into_response()))
}

/// `GET /kyc-sessions/{id}/answers`: this device's saved values while the session is open.
pub async fn answers(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let opened = open(&context, &id, &visitor).await?;
    let device = device::of(&context.app.kit, &headers, &opened.id);
    let saved = sessions::open::saved(&context.app.kit, &opened).await?.of_device(device);
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
        return Err(Closed::Expired.into());
    }
    let known = device::known_or_new(&context.app.kit, request.headers(), &opened).await?;
    let sender = Sender { device: Some(known.device), language: language::of(request.headers(), request.uri().query(), &opened) };
    let visit = device::visit(&context.app.kit, request.headers(), &known, visitor.address);
    let body: Result<UserDataBody, ApiError> = body::json(request).await;
    // If the session was submitted before, an unreadable body differs from what was submitted: 409 instead of the body's own error.
    let body = body.map_err(|error| opened.require_open().map_or_else(ApiError::from, |()| error))?;
    let completed = complete::complete(&context.app.kit, &context.app.lifecycle, &opened, &normalised(body.user_data), sender, &visit).await?;
    let response = (StatusCode::ACCEPTED, Json(Accepted { status: Status::Processing })).into_response();
    // A completion that is sent again writes nothing, so it sets no cookie either.
    Ok(if completed == Completed::Now { known.set_on(response) } else { response })
}
