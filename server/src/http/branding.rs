//! Serves a company's stylesheet, with its colours, and its logo. Both belong to a version of a flow, which never changes, so browsers may
//! cache them for ever.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::color::{self, Plate};

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
    let flow = flow(&context, &id).await?;
    let plate = plate(&context, &flow).await?;
    let css = color::brand_css(&flow.definition.branding(None), plate);
    Ok(([(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, FOR_EVER)], css).into_response())
}

/// The plate that the flow's logo needs. The logo is decoded for the first request only.
async fn plate(context: &Context, flow: &Arc<Flow>) -> Result<Option<Plate>, ApiError> {
    let kit = &context.app.kit;
    if let Some(known) = flow.plate.get() {
        return Ok(*known);
    }
    let Some(png) = logo::kept(kit, flow).await? else { return Ok(None) };
    let flow = Arc::clone(flow);
    Ok(kit.cpu.run(move || *flow.plate.get_or_init(|| logo::plate(&png))).await.ok().flatten())
}

/// `GET /branding/logo/{flow}`. Its ETag is the version, because a version keeps its logo for ever.
pub async fn logo_image(State(context): State<Context>, Segments(id): Segments<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let flow = flow(&context, &id).await?;
    let tag = format!("\"{}\"", flow.id);
    let about = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, FOR_EVER)];
    if flow.definition.logo().is_some() && names(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let png = logo::to_send(&context.app.kit, &flow).await?.ok_or_else(ApiError::not_found)?;
    Ok((about, [(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// Whether `If-None-Match` names this tag.
fn names(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).map(str::trim).any(|given| given == "*" || given.trim_start_matches("W/") == tag)
}
