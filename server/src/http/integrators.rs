//! Sessions for integrators, by API key: `POST /kyc-sessions` and `GET /kyc-sessions/{id}`. Off until an administrator lets
//! keys in.

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
    problem::{Code, FieldCode, FieldFault, Problem},
    session::SessionState,
};

use super::{
    Context, body,
    path::Segments,
    problems::{ApiError, not_created},
};
use crate::{
    api_keys::{self, CreateError, Flight},
    clock::rfc3339,
    model::{ApiKey, Scope},
    sessions::{
        SessionError,
        create::{Created, NewSession, prepare},
        show::{Read, read},
    },
    store::StoreError,
};

/// The longest `Idempotency-Key`, in bytes.
const MAX_KEY: usize = 255;
/// Seconds after which a request that is still being answered may be asked again.
const RETRY_AFTER: u64 = 1;

/// The key of a request, where it may do this.
async fn key(context: &Context, headers: &HeaderMap, scope: Scope) -> Result<ApiKey, ApiError> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    let secret = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, secret)| secret.trim());
    let known = match secret {
        Some(secret) => api_keys::of_secret(&context.app, secret).await.map_err(SessionError::from)?,
        None => None,
    };
    let unauthorized = "Send an API key as Authorization: Bearer fs_…; this request has none that is known.";
    let key = known.ok_or_else(|| ApiError(Box::new(Problem::new(Code::Unauthorized, unauthorized).asking_for_key())))?;
    context.limits.key(key.id, Instant::now())?;
    if !key.scopes.contains(&scope) {
        return Err(ApiError::new(Code::Forbidden, format!("This key does not have the scope {}.", scope.as_str())));
    }
    if !api_keys::is_session_api_on(&context.app).await.map_err(SessionError::from)? {
        return Err(ApiError::new(Code::Disabled, "The session API is switched off; an administrator can switch it on."));
    }
    Ok(key)
}

/// `POST /kyc-sessions`
pub async fn create(State(context): State<Context>, request: Request) -> Result<Response, ApiError> {
    let key = key(&context, request.headers(), Scope::SessionsCreate).await?;
    // Held until the answer is there, so that of two at once one is told to come again.
    let flight = match idempotency_key(request.headers())? {
        Some(name) => Some(api_keys::begin(&context.app, &key, &name).ok_or_else(in_flight)?),
        None => None,
    };
    let bytes = body::json_bytes(request).await?;
    let answer = match answer(&context, &key, flight.as_ref(), &bytes).await? {
        Ok(answer) => answer,
        // Another process was first: by now its answer is there.
        Err(StoreError::Conflict) => match &flight {
            Some(flight) => api_keys::answered(&context.app, flight, &bytes).await.map_err(refused)?.ok_or_else(in_flight)?,
            None => return Err(SessionError::from(StoreError::Conflict).into()),
        },
        Err(error) => return Err(SessionError::from(error).into()),
    };
    Ok((StatusCode::CREATED, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], answer).into_response())
}

async fn answer(context: &Context, key: &ApiKey, flight: Option<&Flight>, bytes: &[u8]) -> Result<Result<Vec<u8>, StoreError>, ApiError> {
    if let Some(flight) = flight
        && let Some(answer) = api_keys::answered(&context.app, flight, bytes).await.map_err(refused)?
    {
        return Ok(Ok(answer));
    }
    let (new, faults) = asked_for(body::parsed(bytes)?);
    if !faults.is_empty() {
        return Err(every_fault(context, new, faults).await);
    }
    match api_keys::create_session(&context.app, key, new, flight.map(|flight| (flight, bytes)), body_of).await {
        Ok(answer) => Ok(Ok(answer)),
        Err(CreateError::Session(SessionError::Store(error))) => Ok(Err(error)),
        Err(error) => Err(refused(error)),
    }
}

fn body_of(created: &Created) -> Vec<u8> {
    json!({ "sessionId": created.id.expose(), "url": created.url, "expiresAt": rfc3339(created.session.expires_at) }).to_string().into_bytes()
}

fn refused(error: CreateError) -> ApiError {
    match error {
        CreateError::Session(error) => error.into(),
        CreateError::OtherBody => ApiError::new(Code::Conflict, "This Idempotency-Key was used with another body; nothing was created."),
    }
}

fn in_flight() -> ApiError {
    let detail = format!("The first request with this Idempotency-Key is still being answered. Try again in {RETRY_AFTER} s.");
    ApiError(Box::new(Problem::new(Code::Conflict, detail).with_retry_after(RETRY_AFTER)))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let fits = |text: &&str| !text.is_empty() && text.len() <= MAX_KEY;
    let text = value.to_str().ok().filter(fits);
    text.map(|text| Some(text.to_owned())).ok_or_else(|| ApiError::new(Code::InvalidRequest, "An Idempotency-Key has 1 to 255 visible ASCII characters."))
}

/// The refusal of a body with these faults, and with what its flow says against it: every fault at once.
async fn every_fault(context: &Context, new: NewSession, mut faults: Vec<FieldFault>) -> ApiError {
    let names_a_flow = faults.iter().all(|fault| fault.field != "flow");
    if names_a_flow && let Err(error) = prepare(&context.app, new).await {
        let problem = ApiError::from(error).0;
        // No fault of the body, such as a database that does not answer.
        if problem.errors.is_empty() {
            return ApiError(problem);
        }
        faults.extend(problem.errors);
    }
    ApiError(Box::new(not_created(faults)))
}

/// What a body asks for, and what is wrong with it by itself.
fn asked_for(mut body: Map<String, Value>) -> (NewSession, Vec<FieldFault>) {
    let mut faults: Vec<FieldFault> = Vec::new();
    let mut fault = |field: &str, code, message: &str| faults.push(FieldFault { field: field.to_owned(), code, message: message.to_owned() });
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
    for name in body.keys() {
        let name: String = name.chars().take(64).collect();
        fault(&name, FieldCode::UnknownField, "There is no such field; allowed are flow, customerId, ttl, locale and returnUrl.");
    }
    (new, faults)
}

/// `GET /kyc-sessions/{id}`, by id or ref.
pub async fn show(State(context): State<Context>, Segments(id): Segments<String>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    key(&context, &headers, Scope::SessionsRead).await?;
    let Read { session, status, customer } = read(&context.app, &id).await?;
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
