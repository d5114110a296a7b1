//! `GET /kyc-sessions/{id}/artifacts/{artifact}`: a file, for the device that uploaded it while the session is open.

use std::sync::Arc;

use axum::{Extension, extract::State, http::HeaderMap, response::Response};

use super::{Context, connections::Connection, device, path::Segments, problems::ApiError, reads::served, session_api, streams::Side, visitor::Visitor};
use crate::artifacts;

/// Serves the stored file, with a sandboxing policy.
pub async fn artifact(
    State(context): State<Context>,
    Segments((id, artifact)): Segments<(String, String)>,
    visitor: Visitor,
    Extension(connection): Extension<Arc<Connection>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let opened = session_api::open(&context, &id, &visitor).await?;
    let artifact = artifact.parse().map_err(|_| ApiError::not_found())?;
    let device = device::of(&context.app.kit, &headers, &opened.id);
    let place = context.reads.enter((opened.session.r#ref, Side::Customer), visitor.counted_as(), &connection).await?;
    let (artifact, file) = artifacts::of_device(&context.app.kit, &opened, artifact, device).await?;
    Ok(served(&artifact, file, place))
}
