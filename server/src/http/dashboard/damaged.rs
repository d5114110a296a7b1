//! The page in place of one record whose own row is damaged, with status 500. It names the record, for whoever can restore it. Lists show
//! such a row as a line, and go on.

use app::dashboard::damaged::DamagedPage;
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use tracing::error;

use super::{addresses::page_of, page::Page};
use crate::{http::problems::ApiError, views::ViewError};

/// The page of a damaged record, the one at this path of the dashboard, such as `/dashboard/sessions/{ref}`.
///
/// # Errors
/// Any other error.
pub async fn page(page: &Page, path: &str, error: ViewError) -> Result<Response, ApiError> {
    let damage = match error {
        ViewError::Failure(damage) if damage.is_damage() => damage.to_string(),
        error => return Err(error.into()),
    };
    let record = path.trim_start_matches("/dashboard/").to_owned();
    error!(record, error = damage, "a page was asked for whose record is damaged");
    let back = page_of(path);
    let view = move |site, viewer| view! { <DamagedPage site viewer record=record.clone() fault=damage.clone() back=back.clone() /> };
    page.draw(StatusCode::INTERNAL_SERVER_ERROR, false, view).await
}
