//! The pages of operators: the list with the form that invites, and one operator with what administrators do and what happened. A link is
//! shown once, on the list, after the POST that made it.

use app::{
    dashboard::{form::Refused, operator::OperatorPage, operators::OperatorsPage},
    words::dashboard::{Done, Refusal},
};
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use leptos::prelude::*;
use shared::{problem::Code, role::Role};

use super::{
    addresses::go,
    damaged,
    entrance::refusal,
    form::Form,
    ids::Ids,
    once::{self, Shown},
    page::Page,
};
use crate::{
    http::problems::ApiError,
    ids::OperatorId,
    operators::{self, OperatorError},
};

const OPERATORS: &str = "/dashboard/operators";

async fn draw_list(page: &Page, shown: Shown) -> Result<Response, ApiError> {
    if let Some(redirect) = shown.redirect(page, OPERATORS) {
        return Ok(redirect);
    }
    let operators = page.views().operators(&page.operator, page.before()).await?;
    let view = move |site, viewer, once, refused| view! { <OperatorsPage site viewer operators=operators.clone() once refused /> };
    shown.draw(page, view).await
}

/// `GET /dashboard/operators`
pub async fn list(page: Page, headers: HeaderMap) -> Result<Response, ApiError> {
    draw_list(&page, Shown::once(&page, OPERATORS, &headers).await?).await
}

/// `POST /dashboard/operators`
pub async fn invite(page: Page, form: Form) -> Result<Response, ApiError> {
    let Ok(role) = form.text("role").parse::<Role>() else {
        return draw_list(&page, Shown::refused(form.refused("role", Refusal::BadChoice))).await;
    };
    match operators::invite(&page.context.app.kit, form.text("email"), role, page.operator.actor()).await {
        Ok(invited) => Ok(once::go(&page, OPERATORS, &invited.email, &invited.url)),
        Err(error) => {
            let (input, why) = refusal(error)?;
            draw_list(&page, Shown::refused(form.refused(input, why))).await
        }
    }
}

async fn draw(page: &Page, operator: OperatorId, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    let data = match page.views().operator(&page.operator, operator).await {
        Ok(data) => data,
        Err(OperatorError::Failure(failure)) => return damaged::page(page, &format!("{OPERATORS}/{operator}"), failure.into()).await,
        Err(error) => return Err(error.into()),
    };
    if let Some(redirect) = page.redirect(&format!("{OPERATORS}/{operator}"), &refused) {
        return Ok(redirect);
    }
    page.draw(status, false, move |site, viewer| view! { <OperatorPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/operators/{id}`
pub async fn show(page: Page, Ids(operator): Ids<OperatorId>) -> Result<Response, ApiError> {
    draw(&page, operator, StatusCode::OK, page.kept()).await
}

/// Redirects to the operator's page, which says what was done; or says why nothing was done.
async fn answer(page: &Page, done: Result<(), OperatorError>, operator: OperatorId, what: Done) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(go(&format!("{OPERATORS}/{operator}"), what)),
        Err(OperatorError::LastAdministrator) => draw(page, operator, StatusCode::CONFLICT, Refused::one("", Refusal::LastAdministrator)).await,
        Err(error) => Err(unchanged(error)),
    }
}

fn unchanged(error: OperatorError) -> ApiError {
    match error {
        OperatorError::OwnAccount | OperatorError::NotFound | OperatorError::Disabled | OperatorError::IsDisabled | OperatorError::IsDemo => {
            ApiError::new(Code::Conflict, format!("Nothing was changed: {error}."))
        }
        error => error.into(),
    }
}

/// `POST /dashboard/operators/{id}/disable`
pub async fn disable(page: Page, Ids(operator): Ids<OperatorId>) -> Result<Response, ApiError> {
    match operators::disable(&page.context.app.kit, operator, &page.operator).await {
        Ok(()) => Ok(go(OPERATORS, Done::Disabled)),
        refused => answer(&page, refused, operator, Done::Disabled).await,
    }
}

/// `POST /dashboard/operators/{id}/enable`
pub async fn enable(page: Page, Ids(operator): Ids<OperatorId>) -> Result<Response, ApiError> {
    let done = operators::enable(&page.context.app.kit, operator, &page.operator).await;
    answer(&page, done, operator, Done::Enabled).await
}

/// `POST /dashboard/operators/{id}/role`
pub async fn change_role(page: Page, Ids(operator): Ids<OperatorId>, form: Form) -> Result<Response, ApiError> {
    let role = form.text("role").parse::<Role>().map_err(|why| ApiError::new(Code::InvalidRequest, format!("Nothing was changed: {why}.")))?;
    let done = operators::change_role(&page.context.app.kit, operator, role, &page.operator).await;
    answer(&page, done, operator, Done::RoleChanged).await
}

/// `POST /dashboard/operators/{id}/reset`
pub async fn reset(page: Page, Ids(operator): Ids<OperatorId>) -> Result<Response, ApiError> {
    match operators::reset_link(&page.context.app.kit, operator, page.operator.actor()).await {
        Ok(made) => Ok(once::go(&page, OPERATORS, &made.email, &made.url)),
        Err(error) => Err(unchanged(error)),
    }
}
