//! Whether the process lives, and whether it can serve.

use axum::{extract::State, http::StatusCode};
use object_store::{ObjectStoreExt as _, path::Path};

use super::{Context, problems::ApiError};
use shared::problem::Code;

/// `GET /healthz`: the process answers.
pub async fn healthz() -> (StatusCode, &'static str) {
    (StatusCode::OK, "ok\n")
}

/// `GET /readyz`: database and storage answer.
pub async fn readyz(State(context): State<Context>) -> Result<&'static str, ApiError> {
    let database = context.app.store.ping().await.is_ok();
    let probe = context.app.objects.head(&Path::from("ready")).await;
    let storage = matches!(probe, Ok(_) | Err(object_store::Error::NotFound { .. })) && context.app.config.artifacts_dir.is_dir();
    match (database, storage) {
        (true, true) => Ok("ready\n"),
        (false, _) => Err(ApiError::new(Code::Unavailable, "The database does not answer.")),
        (_, false) => Err(ApiError::new(Code::Unavailable, "The storage does not answer.")),
    }
}
