//! Serves a company's stylesheet, with its colours, and its logo. Both belong to a version of a flow, which never changes, so browsers may
//! cache them for ever.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
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
    let plate = plate(&context, &flow).await;
    let css = color::brand_css(&flow.definition.branding(None), plate);
    Ok(([(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, FOR_EVER)], css).into_response())
}

/// The plate that the flow's logo needs. The logo is decoded for the first request only.
async fn plate(context: &Context, flow: &Arc<Flow>) -> Option<Plate> {
    if let Some(known) = flow.plate.get() {
        return *known;
    }
    let read = {
        let flow = Arc::clone(flow);
        move || *flow.plate.get_or_init(|| flow.definition.logo().and_then(|given| logo::plate(&logo::read(given).ok()?)))
    };
    context.app.kit.cpu.run(read).await.ok().flatten()
}

/// `GET /branding/logo/{flow}`
pub async fn logo_image(State(context): State<Context>, Segments(id): Segments<String>) -> Result<Response, ApiError> {
    let flow = flow(&context, &id).await?;
    let read = move || flow.definition.logo().and_then(|given| logo::read(given).ok());
    let png = context.app.kit.cpu.run(read).await.ok().flatten().ok_or_else(ApiError::not_found)?;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, FOR_EVER)], png).into_response())
}
