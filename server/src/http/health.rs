//! Health checks: whether the process answers, and whether it can serve.

use std::time::Instant;

use axum::{extract::State, http::StatusCode};
use shared::problem::Code;

use super::{Context, problems::ApiError};
use crate::{storage::StorageError, store::Schema};

/// `GET /healthz`: the process answers.
pub async fn healthz() -> (StatusCode, &'static str) {
    (StatusCode::OK, "ok\n")
}

/// `GET /readyz`: the database answers and has this binary's tables, the storage can be written and is this installation's, and no job
/// keeps panicking.
pub async fn readyz(State(context): State<Context>) -> Result<&'static str, ApiError> {
    let app = &context.app;
    let unready = |why: &str| Err(ApiError::new(Code::Unavailable, why));
    match app.kit.store.schema().await {
        Ok(Schema::Ours) => {}
        Ok(Schema::Newer) => return unready("The database was migrated by a newer version of this server. Restart this process with that version."),
        Ok(Schema::Older) => return unready("The database is of an older version. Restart this process."),
        Err(_) => return unready("The database does not answer."),
    }
    match app.kit.storage.probe().await {
        Ok(()) => {}
        Err(StorageError::NotOurs) => return unready("The storage's folder is not this installation's. Is its disk mounted?"),
        Err(_) => return unready("The storage cannot be written."),
    }
    match app.health.dying(Instant::now()) {
        Some(job) => unready(&format!("The job {job} keeps crashing.")),
        None => Ok("ready\n"),
    }
}
