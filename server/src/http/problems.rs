//! Errors as they are sent: one match a use case turns its errors into problems, and the cause is logged once, here.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use shared::problem::{Code, FieldCode, FieldFault, Problem};
use tracing::error;

use super::{
    dashboard::pages::{is_browser, page_of},
    path::Segments,
};
use crate::{
    artifacts::{ArtifactError, inspect::Fault},
    flows::FlowError,
    operators::OperatorError,
    sessions::SessionError,
    store::StoreError,
};

/// Seconds after which to come again where the server cannot answer.
const RETRY_AFTER: u64 = 5;

/// A problem, ready to be sent.
#[derive(Debug)]
pub struct ApiError(pub Box<Problem>);

impl ApiError {
    /// A problem of this code.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let problem = Problem::new(code, detail);
        Self(Box::new(if problem.status == 503 { problem.with_retry_after(RETRY_AFTER) } else { problem }))
    }

    /// Too many requests: the limit, and the seconds after which there is room again.
    pub fn rate_limited(limit: &str, seconds: u64) -> Self {
        let detail = format!("{limit} Try again in {seconds} s.");
        Self(Box::new(Problem::new(Code::RateLimited, detail).with_retry_after(seconds)))
    }

    /// Says when to come again, where that is known.
    pub fn retry_after(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }

    /// The one answer for whatever is not there or may not be seen: the same bytes for every id.
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

fn unavailable(cause: &dyn std::fmt::Display) -> Problem {
    error!(%cause, "a request could not be answered");
    Problem::new(Code::Unavailable, "The service cannot answer right now. Nothing that was saved is lost.").with_retry_after(RETRY_AFTER)
}

fn internal(cause: &dyn std::fmt::Display) -> Problem {
    error!(%cause, "a request failed");
    Problem::new(Code::Internal, "Something went wrong on our side. Nothing that was saved is lost.")
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        Self(Box::new(match error {
            SessionError::NotFound => return Self::not_found(),
            SessionError::Expired => Problem::new(Code::Expired, "This session's time is up; nothing more can be sent to it."),
            SessionError::NotOpen => Problem::new(Code::Conflict, "This session was submitted before; what you sent was not saved."),
            SessionError::UnknownStep => Problem::new(Code::UnknownStep, "The session's flow has no step of this id."),
            SessionError::Invalid { faults, missing_steps } => {
                let detail = match faults.len() {
                    1 => "One answer needs correcting; nothing was saved.".to_owned(),
                    n => format!("{n} answers need correcting; nothing was saved."),
                };
                let mut problem = Problem::new(Code::InvalidUserData, detail).with_errors(faults);
                problem.missing_steps = missing_steps;
                problem
            }
            SessionError::Store(StoreError::Conflict) => Problem::new(Code::Conflict, "Another request was first; nothing was saved."),
            SessionError::Store(StoreError::Unavailable(cause)) => unavailable(&cause),
            SessionError::Store(cause @ StoreError::Inconsistent(_)) => internal(&cause),
            SessionError::Flow(FlowError::Store(StoreError::Unavailable(cause))) => unavailable(&cause),
            SessionError::Flow(cause @ FlowError::Unknown { .. }) => at_fault("flow", FieldCode::NotAnOption, &cause),
            cause @ SessionError::ReturnUrl { .. } => at_fault("returnUrl", FieldCode::NotAnOption, &cause),
            SessionError::Flow(cause) => internal(&cause),
            SessionError::Sealed(cause) => internal(&cause),
        }))
    }
}

impl From<ArtifactError> for ApiError {
    fn from(error: ArtifactError) -> Self {
        Self(Box::new(match error {
            ArtifactError::Session(error) => return error.into(),
            ArtifactError::File(fault) => file_problem(&fault),
            ArtifactError::NotAccepted(accepted) => {
                Problem::new(Code::UnsupportedMedia, format!("This field takes {accepted}; a file's kind is told by its content."))
            }
            ArtifactError::TooLarge(limit) => Problem::new(Code::TooLarge, limit),
            ArtifactError::Request(fault) => Problem::new(Code::InvalidRequest, "A part of the request is missing or wrong.").with_errors(vec![fault]),
            ArtifactError::Storage(cause) => unavailable(&cause),
            ArtifactError::Io(cause) => unavailable(&cause),
            ArtifactError::Panicked => internal(&"looking at an uploaded file panicked"),
        }))
    }
}

/// A session that is not created for one of the request's fields.
fn at_fault(field: &str, code: FieldCode, message: &dyn std::fmt::Display) -> Problem {
    not_created(vec![FieldFault { field: field.to_owned(), code, message: sentence(message) }])
}

/// A session that is not created for these of the request's fields.
pub fn not_created(faults: Vec<FieldFault>) -> Problem {
    Problem::new(Code::InvalidRequest, "Some fields need correcting; nothing was created.").with_errors(faults)
}

/// An error's text, from its capital to its full stop.
fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{capital}.")
}

impl From<OperatorError> for ApiError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Store(error) => SessionError::from(error).into(),
            OperatorError::Busy(busy) => Self(Box::new(unavailable(&busy))),
            OperatorError::NotFound => Self::not_found(),
            cause => Self(Box::new(internal(&cause))),
        }
    }
}

fn file_problem(fault: &Fault) -> Problem {
    let code = match fault {
        Fault::UnsupportedMedia => Code::UnsupportedMedia,
        Fault::TooManyPixels { .. } | Fault::BadImage(_) => Code::BadImage,
        Fault::Truncated => Code::Truncated,
    };
    Problem::new(code, sentence(fault))
}

/// `GET /problems/{code}`: what a problem means, to a person.
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

/// Whatever no route takes.
pub async fn fallback() -> ApiError {
    ApiError::not_found()
}

/// A route that does not take this method. Who looks at the address of a form is led to the form's page.
pub async fn method_not_allowed(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method == Method::GET && uri.path().starts_with("/dashboard/") && is_browser(&headers) {
        return Redirect::to(&page_of(uri.path())).into_response();
    }
    ApiError::new(Code::MethodNotAllowed, "This address does not take that method.").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_come_again_is_told_when() {
        let unavailable = || ApiError::from(SessionError::Store(StoreError::Unavailable(sqlx::Error::PoolTimedOut)));
        for (error, seconds) in [
            (unavailable(), Some("5")),
            (ApiError::new(Code::Unavailable, "The storage does not answer."), Some("5")),
            (ApiError::rate_limited("So many a minute.", 42), Some("42")),
            (ApiError::not_found(), None),
        ] {
            let response = error.into_response();
            assert_eq!(response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap()), seconds);
        }
    }
}
