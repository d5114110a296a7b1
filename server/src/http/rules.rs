//! Rules, with an API key of scope `rules`: `GET /rules`, `GET` and `PUT /rules/{name}`.

use std::time::Instant;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use shared::{
    language::Language,
    problem::{Code, FieldCode, FieldFault, Problem},
    rule::{MAX_BYTES, Rule},
};

use super::{Context, bearer, body, path::Segments, problems::ApiError};
use crate::{
    actor::Actor,
    model::{ApiKey, RuleVersion, Scope},
    rules::{self, RuleError},
};

/// The largest rule.
const MOST: body::MostJson = body::MostJson { bytes: MAX_BYTES, words: "64 KiB (65536 bytes)" };

async fn key(context: &Context, headers: &HeaderMap) -> Result<ApiKey, ApiError> {
    let key = bearer::known(context, headers).await?;
    context.limits.key(key.id, Instant::now())?;
    bearer::require(&key, Scope::Rules)?;
    Ok(key)
}

/// `GET /rules`
pub async fn list(State(context): State<Context>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    key(&context, &headers).await?;
    let entry = |version: &RuleVersion| {
        let rule = &version.rule;
        json!({
            "name": rule.name, "version": version.version, "mode": rule.mode().as_str(), "priority": rule.priority(),
            "title": rule.title(Language::En),
        })
    };
    Ok(Json(rules::list(&context.app.kit).await?.iter().map(|version| entry(version)).collect()))
}

/// `GET /rules/{name}`
pub async fn show(State(context): State<Context>, Segments(name): Segments<String>, headers: HeaderMap) -> Result<Json<Rule>, ApiError> {
    let key = key(&context, &headers).await?;
    let version = rules::export(&context.app.kit, &name, Actor::Key(key.id)).await?;
    Ok(Json(Rule { version: Some(version.version), ..version.rule.clone() }))
}

/// `PUT /rules/{name}`; with `?check=1` it stores nothing.
pub async fn put(State(context): State<Context>, Segments(name): Segments<String>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    key(&context, &headers).await?;
    let checks_only = url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).any(|(name, value)| name == "check" && value == "1");
    let bytes = body::json_bytes_up_to(request, MOST).await?;
    // Reads it once to answer 400 where it is no JSON object.
    let keys: Map<String, Value> = body::parsed(&bytes)?;
    let key = bearer::with_scope(&context, &headers, Scope::Rules).await?;
    let text = String::from_utf8_lossy(&bytes);
    if keys.get("name").is_some_and(|given| *given != name) {
        let mut faults = vec![FieldFault::new("name", FieldCode::Malformed, format!("The name is {name:?}, as in the path."))];
        if let Err(RuleError::Refused(more)) = rules::check(&context.app.kit, &text).await {
            faults.extend(more.of_fields().into_iter().filter(|fault| fault.field != "name"));
        }
        return Err(ApiError(Box::new(Problem::new(Code::InvalidRequest, "The rule needs correcting; nothing was changed.").with_errors(faults))));
    }
    if checks_only {
        let rule = rules::check(&context.app.kit, &text).await?;
        return Ok(Json(json!({ "name": rule.name, "errors": [] })).into_response());
    }
    let imported = rules::import(&context.app.kit, &text, Actor::Key(key.id)).await?;
    let (rule, version) = (&imported.version.rule, imported.version.version);
    let code = if imported.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((code, Json(json!({ "name": rule.name, "version": version, "mode": rule.mode().as_str() }))).into_response())
}
