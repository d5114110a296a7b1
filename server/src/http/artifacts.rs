//! `GET /kyc-sessions/{id}/artifacts/{artifact}`: a file, for the device that uploaded it while the session is open.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{Context, device, disposition, path::Segments, problems::ApiError, session_api, visitor::Visitor};
use crate::{artifacts, model::Artifact};

/// Serves the stored file, with a sandboxing policy.
pub async fn artifact(
    State(context): State<Context>,
    Segments((id, artifact)): Segments<(String, String)>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let opened = session_api::open(&context, &id, &visitor).await?;
    let artifact = artifact.parse().map_err(|_| ApiError::not_found())?;
    let device = device::of(&context.app.kit, &headers, &opened.id);
    let (artifact, bytes) = artifacts::of_device(&context.app.kit, &opened, artifact, device).await?;
    Ok(served(&artifact, bytes))
}

/// The response with a file: the media type that we detected, a sandboxing policy, and a name to save it under.
pub fn served(artifact: &Artifact, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&artifact.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::CONTENT_DISPOSITION, disposition::of(artifact));
    response
}
