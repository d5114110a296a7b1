//! Transactions, for operators: `POST /dashboard/transactions/{ref}/decision`.

use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use shared::{
    problem::{Code, FieldCode, FieldFault, Problem},
    rule::TransactionStatus,
};

use super::{form::MAX_FORM, form::TOO_LARGE, ids::Ids, page::Page};
use crate::{
    http::{body, problems::ApiError},
    ids::TransactionRef,
    transactions::review,
};

/// `POST /dashboard/transactions/{ref}/decision`: `decision` APPROVED or BLOCKED, and `reason`, as a form or as JSON.
pub async fn decide(page: Page, Ids(transaction): Ids<TransactionRef>, request: Request) -> Result<Response, ApiError> {
    let fields: Map<String, Value> = if body::is_media_type(request.headers(), "application/json") {
        body::json(request).await?
    } else {
        body::urlencoded(request, MAX_FORM, TOO_LARGE).await?.into_iter().map(|(name, text)| (name, text.into())).collect()
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let Ok(decision) = text("decision").parse::<TransactionStatus>() else {
        let fault = FieldFault::new("decision", FieldCode::NotAnOption, "A decision is APPROVED or BLOCKED.");
        return Err(ApiError(Box::new(Problem::new(Code::InvalidRequest, "Some fields need correcting.").with_errors(vec![fault]))));
    };
    review::decide(&page.context.app.kit, transaction, decision, text("reason"), page.operator.id).await?;
    Ok((StatusCode::OK, Json(json!({ "status": decision.as_str() }))).into_response())
}
