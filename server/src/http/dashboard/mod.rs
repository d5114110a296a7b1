//! The operators' dashboard: parse, call one use case, draw. Who may is decided in `access`, by what the route table says.

pub mod access;
pub mod dossiers;
pub mod entrance;
pub mod links;
mod once;
pub(in crate::http) mod pages;
pub mod sessions;
pub mod settings;
pub mod troubles;

use app::dashboard::pages::{ForbiddenPage, MissingPage};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::role::May;

use self::pages::Asked;
use super::{Context, problems::ApiError};
use crate::operators::SignedIn;

/// `GET /dashboard`: on to what the operator may see.
pub async fn start(Extension(operator): Extension<SignedIn>) -> Response {
    Redirect::to(if operator.role.may(May::SeeSessions) { "/dashboard/sessions" } else { "/dashboard/links" }).into_response()
}

/// What is not there, for those who are signed in.
pub async fn missing(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    missing_page(&Asked::new(&context, &operator, &headers, &uri)).await
}

async fn missing_page(asked: &Asked<'_>) -> Result<Response, ApiError> {
    asked.draw(StatusCode::NOT_FOUND, false, |site, viewer| view! { <MissingPage site viewer /> }).await
}

/// A page, or that there is none.
async fn page_or_missing(asked: &Asked<'_>, drawn: Result<Response, ApiError>) -> Result<Response, ApiError> {
    match drawn {
        Err(error) if pages::is_missing(&error) => missing_page(asked).await,
        drawn => drawn,
    }
}

async fn forbidden_page(context: &Context, operator: &SignedIn, request: &Parts) -> Response {
    let asked = Asked::new(context, operator, &request.headers, &request.uri);
    asked.draw(StatusCode::FORBIDDEN, false, |site, viewer| view! { <ForbiddenPage site viewer /> }).await.into_response()
}
