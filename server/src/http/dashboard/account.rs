//! The page of an operator's own account: changing the password, and ending sign-ins on other browsers.

use std::time::Instant;

use app::{
    dashboard::{account::AccountPage, form::Refused},
    words::dashboard::{Done, Refusal},
};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use shared::problem::Code;

use super::{
    addresses::go,
    entrance::{chosen, refusal},
    form::Form,
    page::Page,
};
use crate::{
    actor::Act,
    http::problems::ApiError,
    operators::{self, OperatorError, Visit},
};

const ACCOUNT: &str = "/dashboard/account";

async fn draw(page: &Page, visit: &Visit, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect(ACCOUNT, &refused) {
        return Ok(redirect);
    }
    let data = page.views().account(&page.operator, visit).await?;
    page.draw(status, false, move |site, viewer| view! { <AccountPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/account`
pub async fn show(page: Page, visit: Visit) -> Result<Response, ApiError> {
    draw(&page, &visit, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/account/password`
pub async fn change_password(page: Page, visit: Visit, form: Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    let new = match chosen(&form) {
        Ok(new) => new,
        Err(refused) => return draw(&page, &visit, StatusCode::UNPROCESSABLE_ENTITY, refused).await,
    };
    let refused = async || app.refusals.record(&app.kit, page.operator.actor(), Act::OperatorRefused(page.operator.id), visit.source).await;
    if let Err(too_many) = page.context.limits.password(page.operator.id, Instant::now()) {
        refused().await;
        return Err(too_many);
    }
    match operators::change_password(&app.kit, &app.passwords, &page.operator, form.whole("password_current"), new, &visit).await {
        Ok(()) => Ok(go(ACCOUNT, Done::PasswordChanged)),
        Err(error) => {
            if matches!(error, OperatorError::WrongPassword) {
                refused().await;
            }
            let (input, why) = refusal(error)?;
            let status = if why == Refusal::Unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNPROCESSABLE_ENTITY };
            draw(&page, &visit, status, form.refused(input, why)).await
        }
    }
}

/// `POST /dashboard/account/sign-ins`: ends the sign-in that the form names, or all others.
pub async fn end_sign_ins(page: Page, visit: Visit, form: Form) -> Result<Response, ApiError> {
    let one = Some(form.text("sign_in")).filter(|id| !id.is_empty());
    match operators::end_sign_ins(&page.context.app.kit, &page.operator, one, &visit).await {
        Ok(()) => Ok(go(ACCOUNT, Done::SignInsEnded)),
        Err(OperatorError::NotFound) => Err(ApiError::new(Code::Conflict, "Nothing was changed: this sign-in has ended already.")),
        Err(error) => Err(error.into()),
    }
}
