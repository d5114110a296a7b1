//! Serves a company's stylesheet, with its colours, and its logo. Both belong to a version of a flow, which never changes, so browsers may
//! cache them for ever.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use shared::color;

use super::{Context, path::Segments, problems::ApiError};
use crate::{
    flows::{self, logo},
    model::Flow,
};

const FOR_EVER: &str = "public, max-age=31536000, immutable";

async fn flow(context: &Context, id: &str) -> Result<Arc<Flow>, ApiError> {
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    flows::by_id(&context.app.kit, id).await.map_err(|_| ApiError::not_found())
}

/// `GET /branding/{flow}/brand.css`
pub async fn stylesheet(State(context): State<Context>, Segments(id): Segments<String>) -> Result<Response, ApiError> {
    let css = color::brand_css(&flow(&context, &id).await?.definition.branding(None));
    Ok(([(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, FOR_EVER)], css).into_response())
}

/// `GET /branding/logo/{flow}`
pub async fn logo_image(State(context): State<Context>, Segments(id): Segments<String>) -> Result<Response, ApiError> {
    let flow = flow(&context, &id).await?;
    let read = move || flow.definition.logo().and_then(|given| logo::read(given).ok());
    let png = context.app.kit.cpu.run(read).await.ok().flatten().ok_or_else(ApiError::not_found)?;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, FOR_EVER)], png).into_response())
}
