//! The first page of the dashboard, and the answer for an address that no page has.

use axum::response::{IntoResponse, Redirect, Response};
use shared::role::May;

use super::page::Page;
use crate::http::problems::ApiError;

/// `GET /dashboard`: redirects to the first page that the operator may see, with what is kept of a refused form.
pub async fn start(page: Page) -> Response {
    let first = if page.may(May::SeeSessions) { "/dashboard/sessions" } else { "/dashboard/links" };
    Redirect::to(&page.keeping(first, &page.kept())).into_response()
}

/// `GET /dashboard/{*rest}`: no page has this address.
pub async fn missing() -> ApiError {
    ApiError::not_found()
}
