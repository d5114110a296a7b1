//! Health checks: whether the process answers, and whether it can serve.

use std::time::Instant;

use axum::{extract::State, http::StatusCode};
use shared::problem::Code;

use super::{Context, problems::ApiError};

/// `GET /healthz`: the process answers.
pub async fn healthz() -> (StatusCode, &'static str) {
    (StatusCode::OK, "ok\n")
}

/// `GET /readyz`: the database answers, the storage can be written, and no job keeps panicking.
pub async fn readyz(State(context): State<Context>) -> Result<&'static str, ApiError> {
    if context.app.kit.store.ping().await.is_err() {
        return Err(ApiError::new(Code::Unavailable, "The database does not answer."));
    }
    if context.app.kit.storage.probe().await.is_err() {
        return Err(ApiError::new(Code::Unavailable, "The storage cannot be written."));
    }
    match context.app.health.dying(Instant::now()) {
        Some(job) => Err(ApiError::new(Code::Unavailable, format!("The job {job} keeps crashing."))),
        None => Ok("ready\n"),
    }
}
