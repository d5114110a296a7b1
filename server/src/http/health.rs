//! Health checks: whether the process answers, and whether it can serve.

use std::time::{Duration, Instant};

use axum::{extract::State, http::StatusCode};
use shared::problem::Code;
use tokio::time::timeout;

use super::{Context, problems::ApiError};
use crate::{storage::StorageError, store::Schema};

/// The most that `/readyz` waits, in all. Whoever asks has a limit of its own; a connection that died silently takes minutes to say so.
const PATIENCE: Duration = Duration::from_secs(3);

/// `GET /healthz`: the process answers.
pub async fn healthz() -> (StatusCode, &'static str) {
    (StatusCode::OK, "ok\n")
}

/// `GET /readyz`: the database answers and has this binary's tables, the storage can be written and is this installation's, and no job
/// keeps panicking. It answers within [`PATIENCE`].
pub async fn readyz(State(context): State<Context>) -> Result<&'static str, ApiError> {
    let app = &context.app;
    let unready = |why: &str| Err(ApiError::new(Code::Unavailable, why));
    let until = Instant::now() + PATIENCE;
    match timeout(PATIENCE, app.kit.store.schema()).await {
        Ok(Ok(Schema::Ours)) => {}
        Ok(Ok(Schema::Newer)) => return unready("The database was migrated by a newer version of this server. Restart this process with that version."),
        Ok(Ok(Schema::Older)) => return unready("The database is of an older version. Restart this process."),
        Ok(Err(_)) | Err(_) => return unready("The database does not answer."),
    }
    match timeout(until.saturating_duration_since(Instant::now()), app.kit.storage.probe()).await {
        Ok(Ok(())) => {}
        Ok(Err(StorageError::NotOurs)) => return unready("The storage's folder is not this installation's. Is its disk mounted?"),
        Ok(Err(_)) => return unready("The storage cannot be written."),
        Err(_) => return unready("The storage does not answer."),
    }
    match app.health.dying(Instant::now()) {
        Some(job) => unready(&format!("The job {job} keeps crashing.")),
        None => Ok("ready\n"),
    }
}
