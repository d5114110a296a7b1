//! The site's files, from inside the binary or from a folder: bundles under their build's name for ever, the rest for an
//! hour. Where the client takes brotli and the build made it, that is sent.

use std::{borrow::Cow, path::PathBuf};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use super::{Context, problems::ApiError};

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Embedded;

/// Where the site's files are.
pub struct SiteFiles {
    folder: Option<PathBuf>,
    build: String,
}

impl SiteFiles {
    /// The site in this folder, else the one inside the binary.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let mut files = Self { folder, build: String::new() };
        files.build = files.read("build").map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        files
    }

    /// The folder of this build's bundles, without a slash before it.
    pub fn pkg(&self) -> String {
        format!("pkg/{}", self.build)
    }

    fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let plain = !path.is_empty() && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        match &self.folder {
            _ if !plain => None,
            Some(folder) => std::fs::read(folder.join(path)).ok().map(Cow::Owned),
            None => Embedded::get(path).map(|file| file.data),
        }
    }
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|encoding| {
        let mut parts = encoding.split(';').map(str::trim);
        parts.next() == Some("br") && parts.next().is_none_or(|q| q != "q=0")
    })
}

/// A file of the site.
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
