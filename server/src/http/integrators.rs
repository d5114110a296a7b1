//! The session API for integrators, with an API key: `POST /kyc-sessions` and `GET /kyc-sessions/{id}`. Creating sessions is off until an
//! administrator switches it on; reading them is not.

use std::time::Instant;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use shared::{
    duration,
    language::Language,
    problem::{Code, FieldCode, FieldFault, field_fault},
    session::SessionState,
};

use super::{Context, bearer, body, errors::not_created, path::Segments, problems::ApiError};
use crate::{
    actor::Actor,
    api_keys::{self, Flight, KeyCreateError},
    clock::rfc3339,
    failure::Failure,
    model::{ApiKey, Scope},
    sessions::{
        create::{CreateError, Created, NewSession, prepare},
        show::{Read, read},
    },
    store::StoreError,
};

/// Authenticates a request: its API key is known, within its limit, and has this scope.
async fn key(context: &Context, headers: &HeaderMap, scope: Scope) -> Result<ApiKey, ApiError> {
    let key = bearer::known(context, headers).await?;
    context.limits.key(key.id, Instant::now())?;
    bearer::require(&key, scope)?;
    Ok(key)
}

/// Checks that the session API is on.
async fn require_on(context: &Context) -> Result<(), ApiError> {
    if api_keys::is_session_api_on(&context.app.kit).await? {
        return Ok(());
    }
    Err(ApiError::new(Code::Disabled, "The session API is switched off; an administrator can switch it on."))
}

/// `POST /kyc-sessions`
pub async fn create(State(context): State<Context>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let key = key(&context, &headers, Scope::SessionsCreate).await?;
    require_on(&context).await?;
    let flight = bearer::flight(&context, &headers, &key)?;
    let bytes = body::json_bytes(request).await?;
    // A key or a switch that was lost meanwhile does not count.
    let key = bearer::with_scope(&context, &headers, Scope::SessionsCreate).await?;
    require_on(&context).await?;
    let answer = match answer(&context, &key, flight.as_ref(), &bytes).await? {
        Ok(answer) => answer,
        // Another process answered the same request first, and has stored its answer.
        Err(StoreError::Conflict) => match &flight {
            Some(flight) => api_keys::answered(&context.app.kit, flight, &bytes).await?.ok_or_else(bearer::in_flight)?,
            None => return Err(StoreError::Conflict.into()),
        },
        Err(error) => return Err(error.into()),
    };
    Ok((StatusCode::CREATED, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], answer).into_response())
}

async fn answer(context: &Context, key: &ApiKey, flight: Option<&Flight>, bytes: &[u8]) -> Result<Result<Vec<u8>, StoreError>, ApiError> {
    if let Some(flight) = flight
        && let Some(answer) = api_keys::answered(&context.app.kit, flight, bytes).await?
    {
        return Ok(Ok(answer));
    }
    let (new, faults) = parse_body(body::parsed(bytes)?);
    if !faults.is_empty() {
        return Err(with_flow_faults(context, new, faults).await);
    }
    match api_keys::create_session(&context.app.kit, key, new, flight.map(|flight| (flight, bytes)), body_of).await {
        Ok(answer) => Ok(Ok(answer)),
        Err(KeyCreateError::Failure(Failure::Store(error)) | KeyCreateError::Create(CreateError::Failure(Failure::Store(error)))) => Ok(Err(error)),
        Err(error) => Err(error.into()),
    }
}

fn body_of(created: &Created) -> Vec<u8> {
    json!({ "sessionId": created.id.expose(), "url": created.url, "expiresAt": rfc3339(created.session.expires_at) }).to_string().into_bytes()
}

/// The problem of a body with these faults. It adds the faults that the flow finds, so that the caller sees all of them at once.
async fn with_flow_faults(context: &Context, new: NewSession, mut faults: Vec<FieldFault>) -> ApiError {
    let names_a_flow = faults.iter().all(|fault| fault.field != "flow");
    if names_a_flow && let Err(error) = prepare(&context.app.kit, new).await {
        let problem = ApiError::from(error).0;
        // Not a fault of the body: for example, the database does not answer.
        if problem.errors.is_empty() {
            return ApiError(problem);
        }
        faults.extend(problem.errors);
    }
    not_created(faults)
}

/// Parses a body, and collects its faults. The flow is not looked up yet.
fn parse_body(mut body: Map<String, Value>) -> (NewSession, Vec<FieldFault>) {
    let mut faults: Vec<FieldFault> = Vec::new();
    let mut fault = |field: &str, code, message: &str| faults.push(FieldFault::new(field, code, message));
    let mut text = |name: &str| match body.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(()),
    };
    let mut new = NewSession { flow: String::new(), customer: None, ttl_seconds: None, locale: None, return_url: None };
    match text("flow") {
        Ok(Some(flow)) => new.flow = flow,
        Ok(None) => fault("flow", FieldCode::Required, "The name of a flow is needed."),
        Err(()) => fault("flow", FieldCode::Malformed, "The name of a flow is a string."),
    }
    match text("customerId").map(|text| text.map(|text| text.parse()).transpose()) {
        Ok(Ok(customer)) => new.customer = customer,
        _ => fault("customerId", FieldCode::Malformed, "A customer reference has 1 to 128 of A-Za-z0-9_.:-."),
    }
    match text("ttl").map(|text| text.map(|text| duration::parse_seconds(&text)).transpose()) {
        Ok(Ok(seconds)) => new.ttl_seconds = seconds,
        _ => fault("ttl", FieldCode::Malformed, "A duration is a number and s, m, h or d, from 1s to 30d, as a string."),
    }
    match text("locale").map(|text| text.map(|text| Language::from_tag(&text).ok_or(())).transpose()) {
        Ok(Ok(locale)) => new.locale = locale,
        _ => fault("locale", FieldCode::NotAnOption, "A locale is pt-BR, en or es."),
    }
    match text("returnUrl") {
        Ok(url) => new.return_url = url,
        Err(()) => fault("returnUrl", FieldCode::Malformed, "A return URL is a string."),
    }
    let message = "There is no such field; allowed are flow, customerId, ttl, locale and returnUrl.";
    faults.extend(field_fault::unknown(body.keys().map(String::as_str), message));
    (new, faults)
}

/// `GET /kyc-sessions/{id}`, by id or ref.
pub async fn show(State(context): State<Context>, Segments(id): Segments<String>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let key = key(&context, &headers, Scope::SessionsRead).await?;
    let Read { session, status, customer } = read(&context.app.kit, &id, Actor::Key(key.id)).await?;
    let (completed_at, outcome) = match &session.state {
        SessionState::Completed { completed_at, outcome } => (Some(*completed_at), Some(outcome)),
        _ => (None, None),
    };
    Ok(Json(json!({
        "ref": session.r#ref,
        "status": status,
        "customerId": customer,
        "riskScore": outcome.map(|outcome| outcome.risk_score),
        "decision": outcome.map(|outcome| outcome.decision),
        "reasons": outcome.map(|outcome| outcome.reasons.clone()).unwrap_or_default(),
        "createdAt": rfc3339(session.created_at),
        "expiresAt": rfc3339(session.expires_at),
        "submittedAt": session.submitted_at.map(rfc3339),
        "completedAt": completed_at.map(rfc3339),
    })))
}
