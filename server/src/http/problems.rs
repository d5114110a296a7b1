//! Sends problems (RFC 9457), and serves the page that explains one. `errors.rs` decides which error becomes which problem.

use std::fmt::Display;

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use shared::problem::{Code, Problem};

use super::path::Segments;

/// The seconds in `Retry-After` when the server cannot answer.
pub(super) const RETRY_AFTER: u64 = 5;

/// A problem, ready to be sent.
#[derive(Debug)]
pub struct ApiError(pub Box<Problem>);

impl ApiError {
    /// A problem with this code. A 503 gets a `Retry-After`.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let problem = Problem::new(code, detail);
        Self(Box::new(if problem.status == 503 { problem.with_retry_after(RETRY_AFTER) } else { problem }))
    }

    /// Too many requests. `limit` is the limit as a sentence; `seconds` is the time until the next request is allowed.
    pub fn rate_limited(limit: &str, seconds: u64) -> Self {
        let detail = format!("{limit} Try again in {seconds} s.");
        Self(Box::new(Problem::new(Code::RateLimited, detail).with_retry_after(seconds)))
    }

    /// Sets `Retry-After`, if the problem has one.
    pub fn retry_after(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }

    /// The answer for anything that does not exist or that the sender may not see. Its bytes are the same for every id.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here, or nothing that this link opens.")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&*self.0)).into_response();
        let headers = response.headers_mut();
        self.retry_after(headers);
        if self.0.asks_for_key {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// An error's text as a sentence: with a capital letter and a full stop.
pub(super) fn sentence(error: &dyn Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{capital}.")
}

/// `GET /problems/{code}`: a page that explains a problem.
pub async fn explain(Segments(code): Segments<String>) -> Result<Html<String>, ApiError> {
    let known = Code::ALL.into_iter().find(|known| known.as_str() == code).ok_or_else(ApiError::not_found)?;
    Ok(Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1><p>HTTP {status}, <code>{code}</code></p><p>{advice}</p></main></body></html>",
        title = known.title(),
        status = known.status(),
        advice = known.advice(),
    )))
}
