//! Finds out who reads an answer: a person in a browser, or a program.

use axum::{
    extract::MatchedPath,
    http::{HeaderMap, header, request::Parts},
};

/// Whether a person reads the answer: a browser asks for a page, a program does not.
pub fn is_browser(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// Whether the request is for a page, and not for a file, what a page's script follows, or a form's action.
pub fn is_page(request: &Parts) -> bool {
    let route = request.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_followed = route.ends_with("/events") || route.ends_with("/progress");
    request.method.is_safe() && route.starts_with("/dashboard") && !is_followed && !route.contains("/artifacts/")
}
