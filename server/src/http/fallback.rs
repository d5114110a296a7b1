//! Answers requests that no route accepts: with an unknown address, or with a method that the route does not have.

use axum::{
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Redirect, Response},
};
use shared::problem::Code;

use super::{
    dashboard::{addresses::page_of, reader::is_browser},
    problems::ApiError,
};

/// An address that no route has.
pub async fn fallback() -> ApiError {
    ApiError::not_found()
}

/// The route does not accept this method. A browser that opens the address of a form goes to the page of that form.
pub async fn method_not_allowed(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method == Method::GET && uri.path().starts_with("/dashboard/") && is_browser(&headers) {
        return Redirect::to(&page_of(uri.path())).into_response();
    }
    ApiError::new(Code::MethodNotAllowed, "This address does not take that method.").into_response()
}
