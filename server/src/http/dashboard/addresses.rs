//! Addresses within the dashboard: which page a form is on, and where a redirect may lead.

use app::words::dashboard::Done;
use axum::response::{IntoResponse, Redirect, Response};

/// Redirects to a page that says what was done.
pub fn go(path: &str, done: Done) -> Response {
    let and = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{and}done={}", done.as_str())).into_response()
}

/// This address if it is in the dashboard, else the dashboard's first page: no redirect leads anywhere else.
pub fn inside(path: &str) -> &str {
    let is_inside = path == "/dashboard" || path.starts_with("/dashboard/") || path.starts_with("/dashboard?");
    if is_inside && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') { path } else { "/dashboard" }
}

/// The page with the form that posts to this address.
pub fn page_of(action: &str) -> String {
    let mut parts = action.split('/').skip(2);
    match (parts.next(), parts.next(), parts.next()) {
        (Some("account"), ..) => "/dashboard/account".to_owned(),
        (Some(pages @ ("sessions" | "customers" | "operators")), Some(row), Some(_)) => format!("/dashboard/{pages}/{row}"),
        (Some("settings"), ..) => "/dashboard/api-keys".to_owned(),
        (Some(pages @ ("links" | "sessions" | "customers" | "webhooks" | "api-keys" | "operators")), ..) => format!("/dashboard/{pages}"),
        _ => "/dashboard".to_owned(),
    }
}

/// A text as a part of a query.
pub fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
