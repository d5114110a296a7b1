//! The pages of backtests: the list with the form that starts one, and one backtest with its progress and its result.

use app::dashboard::{backtest::BacktestPage, backtests::BacktestsPage, form::Refused};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use leptos::prelude::*;
use serde_json::json;

use super::{damaged, form::Form, ids::Ids, page::Page};
use crate::{
    http::problems::ApiError,
    ids::BacktestId,
    model::BacktestStatus,
    rules::RuleError,
    transactions::backtest::{self, BacktestError},
};

const BACKTESTS: &str = "/dashboard/rules/backtests";

async fn draw(page: &Page, status: StatusCode, faults: Vec<(String, String)>, refused: Refused) -> Result<Response, ApiError> {
    let backtests = page.views().backtests().await?;
    let view = move |site, viewer| {
        view! { <BacktestsPage site viewer backtests=backtests.clone() faults=faults.clone() refused=refused.clone() /> }
    };
    page.draw(status, false, view).await
}

/// `GET /dashboard/rules/backtests`
pub async fn list(page: Page) -> Result<Response, ApiError> {
    draw(&page, StatusCode::OK, Vec::new(), page.kept()).await
}

/// `POST /dashboard/rules/backtests`: `rule` is the JSON of a draft, or `stored` is the name of a rule. A draft that is refused is drawn
/// again as the answer: it may be too long for an address.
pub async fn start(page: Page, form: Form) -> Result<Response, ApiError> {
    let (kit, by) = (&page.context.app.kit, page.operator.actor());
    let json = match form.text("rule") {
        "" if !form.text("stored").is_empty() => {
            serde_json::to_string(&crate::rules::export(kit, form.text("stored"), by).await?.rule).expect("texts and numbers serialise")
        }
        json => json.to_owned(),
    };
    match backtest::start(kit, &json, by).await {
        Ok(running) => {
            let address = format!("{BACKTESTS}/{}", running.id);
            backtest::run_apart(kit, running);
            Ok(Redirect::to(&address).into_response())
        }
        Err(BacktestError::Draft(RuleError::Refused(faults))) => {
            let faults = faults.iter().map(|fault| (fault.path.clone(), fault.reason.clone())).collect();
            draw(&page, StatusCode::UNPROCESSABLE_ENTITY, faults, form.typed()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /dashboard/rules/backtests/{id}`
pub async fn show(page: Page, Ids(id): Ids<BacktestId>) -> Result<Response, ApiError> {
    let backtest = match page.views().backtest(id, page.operator.actor()).await {
        Ok(backtest) => backtest,
        Err(error) => return damaged::page(&page, &format!("{BACKTESTS}/{id}"), error).await,
    };
    page.draw(StatusCode::OK, false, move |site, viewer| view! { <BacktestPage site viewer backtest=backtest.clone() /> }).await
}

/// `GET /dashboard/rules/backtests/{id}/progress`: how far it is, for the page's script.
pub async fn progress(page: Page, Ids(id): Ids<BacktestId>) -> Result<Response, ApiError> {
    let kit = &page.context.app.kit;
    let of = backtest::find(kit, id).await?;
    let running = of.status_at(kit.ambient.now()) == BacktestStatus::Running;
    Ok(Json(json!({ "done": of.done, "whole": of.whole, "running": running })).into_response())
}

/// `POST /dashboard/rules/backtests/{id}/cancel`
pub async fn cancel(page: Page, Ids(id): Ids<BacktestId>) -> Result<Response, ApiError> {
    backtest::cancel(&page.context.app.kit, id, page.operator.actor()).await?;
    Ok(Redirect::to(&format!("{BACKTESTS}/{id}")).into_response())
}
