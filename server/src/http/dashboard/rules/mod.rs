//! The pages of rules: the list, one rule with its modes, its versions and a trial, the editor, and the forms of presets.

pub mod editor;
pub mod presets;
mod state;
mod trials;

use app::{
    dashboard::{
        form::Refused,
        rules::{
            address,
            list::RulesPage,
            page::RulePage,
            trial::{POSTED, STORED, TrialForm},
        },
    },
    words::dashboard::{Done, Refusal},
};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use shared::{problem::Code, role::May, rule::Mode};

use super::{addresses::go, damaged, form::Form, ids::Ids, page::Page};
use crate::{
    http::problems::ApiError,
    operators::Visit,
    rules::{self, RuleError},
};

/// `GET /dashboard/rules`
pub async fn list(page: Page) -> Result<Response, ApiError> {
    let (rules, refused) = (page.views().rules().await?, page.kept());
    page.draw(StatusCode::OK, false, move |site, viewer| view! { <RulesPage site viewer rules=rules.clone() refused=refused.clone() /> }).await
}

/// The page of a rule. What was tried on it is typed into it.
async fn draw(page: &Page, name: &str, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect(&address(name), &refused) {
        return Ok(redirect);
    }
    let number = |key: &str| page.query(key).and_then(|number| number.parse().ok());
    let trial = TrialForm { stored: refused.typed(STORED), posted: refused.typed(POSTED), ..TrialForm::default() };
    let mut data = match page.views().rule(name, number("from").zip(number("to")), trial).await {
        Ok(data) => data,
        Err(error) => return damaged::page(page, &address(name), error).await,
    };
    if !refused.typed(TRIED).is_empty() && page.may(May::ChangeSettings) {
        data.trial = trials::tried(page, &data.rule, data.trial).await?;
    }
    let status = if status == StatusCode::UNPROCESSABLE_ENTITY && data.trial.faults.is_empty() { StatusCode::OK } else { status };
    page.draw(status, false, move |site, viewer| view! { <RulePage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// The name under which a page keeps that something was tried.
const TRIED: &str = "tried";

/// `GET /dashboard/rules/by-name/{name}`
pub async fn show(page: Page, Ids(name): Ids<String>) -> Result<Response, ApiError> {
    draw(&page, &name, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/rules/by-name/{name}/mode`
pub async fn change_mode(page: Page, Ids(name): Ids<String>, form: Form) -> Result<Response, ApiError> {
    let (Ok(mode), Ok(over)) = (form.text("mode").parse::<Mode>(), form.text("_over").parse()) else {
        return Err(ApiError::new(Code::InvalidRequest, "Nothing was changed: a mode is ACTIVE, TEST or DISABLED, and _over is the newest version."));
    };
    match rules::change_mode(&page.context.app.kit, &name, mode, over, page.operator.actor()).await {
        Ok(_) => Ok(go(&address(&name), Done::ModeChanged)),
        Err(RuleError::OldVersion { .. }) => draw(&page, &name, StatusCode::CONFLICT, Refused::one("", Refusal::RuleChanged)).await,
        // Its editor says what is wrong with it by now.
        Err(RuleError::Refused(_)) => editor::check(&page, &name, mode).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /dashboard/rules/by-name/{name}/test`: tries the rule on a transaction. It is a POST, so that no address contains the transaction.
pub async fn test(page: Page, visit: Visit, Ids(name): Ids<String>, form: Form) -> Result<Response, ApiError> {
    let mut typed = form.typed_into(&[STORED, POSTED]);
    typed.typed.push((TRIED.to_owned(), "1".to_owned()));
    let rule = editor::newest(&page, &name).await?;
    trials::audit(&page, &visit, &rule.rule, form.text(STORED)).await?;
    draw(&page, &name, StatusCode::UNPROCESSABLE_ENTITY, typed).await
}
