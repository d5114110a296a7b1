//! Answers requests that no route accepts: with an unknown address, or with a method that the route does not have.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Redirect, Response},
};
use shared::problem::Code;

use super::{
    Context,
    dashboard::{addresses::page_of, reader::is_browser},
    pages,
    problems::ApiError,
};

/// An address that no route has. Under `/verify/`, people get the page for a link to no session.
pub async fn fallback(State(context): State<Context>, request: Request) -> Response {
    if request.uri().path().starts_with("/verify/") {
        return pages::nowhere(State(context), request).await;
    }
    ApiError::not_found().into_response()
}

/// The route does not accept this method. A browser that opens the address of a form goes to the page of that form.
pub async fn method_not_allowed(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method == Method::GET && uri.path().starts_with("/dashboard/") && is_browser(&headers) {
        return Redirect::to(&page_of(uri.path())).into_response();
    }
    ApiError::new(Code::MethodNotAllowed, "This address does not take that method.").into_response()
}
