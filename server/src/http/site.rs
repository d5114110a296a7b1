//! Serves the site's files. Browsers may cache bundles for ever, because their path contains the build's hash, and other files for an hour.
//! A client that accepts brotli gets the compressed file, if the build made one.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{Context, problems::ApiError};

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|encoding| {
        let mut parts = encoding.split(';').map(str::trim);
        parts.next() == Some("br") && parts.next().is_none_or(|q| q != "q=0")
    })
}

/// Serves a file of the site.
pub async fn file(State(context): State<Context>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let brotli = takes_brotli(request.headers());
    let wanted = path.clone();
    let read = tokio::task::spawn_blocking(move || {
        let compressed = if brotli { context.site.read(&format!("{wanted}.br")) } else { None };
        compressed.map(|bytes| (bytes, true)).or_else(|| context.site.read(&wanted).map(|bytes| (bytes, false)))
    });
    let Some((bytes, compressed)) = read.await.ok().flatten() else { return ApiError::not_found().into_response() };
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind.as_ref()).unwrap_or(HeaderValue::from_static("application/octet-stream")));
    let cache = if path.starts_with("pkg/") { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}
