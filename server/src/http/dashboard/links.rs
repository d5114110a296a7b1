//! The pages of links: creating one, and how far each session has come.

use std::borrow::Cow;

use app::{
    dashboard::{
        form::Refused,
        links::{LinkPage, LinksPage},
    },
    words::dashboard::Refusal,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::{duration, language::Language, role::May};

use super::{damaged, form::Form, ids::Ids, page::Page};
use crate::{
    actor::Act,
    flows::FlowError,
    http::problems::ApiError,
    ids::SessionRef,
    sessions::create::{CreateError, NewSession, create_prepared, prepare},
};

async fn draw(page: &Page, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect("/dashboard/links", &refused) {
        return Ok(redirect);
    }
    let data = page.views().links(page.before()).await?;
    page.draw(status, false, move |site, viewer| view! { <LinksPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/links`
pub async fn list(page: Page) -> Result<Response, ApiError> {
    draw(&page, StatusCode::OK, page.kept()).await
}

/// Faults of a form: the input, and why it is wrong.
type Faults = Vec<(Cow<'static, str>, Refusal)>;

/// The parsed value of an input; `None` if it is empty. A value that cannot be parsed is a fault.
fn read<T>(form: &Form, input: &'static str, parse: impl Fn(&str) -> Option<T>, why: Refusal, faults: &mut Faults) -> Option<T> {
    let text = form.text(input);
    let value = parse(text);
    if value.is_none() && !text.is_empty() {
        faults.push((input.into(), why));
    }
    value
}

/// Parses a form, and collects its faults in the form's order.
fn parse_form(form: &Form) -> (NewSession, Faults) {
    let mut faults = Faults::new();
    let new = NewSession {
        flow: form.text("flow").to_owned(),
        locale: read(form, "locale", Language::from_tag, Refusal::BadChoice, &mut faults),
        customer: read(form, "customer", |text| text.parse().ok(), Refusal::BadReference, &mut faults),
        ttl_seconds: read(form, "ttl", |text| duration::parse_seconds(text).ok(), Refusal::BadTimeout, &mut faults),
        return_url: None,
    };
    (new, faults)
}

/// `POST /dashboard/links`
pub async fn post(page: Page, form: Form) -> Result<Response, ApiError> {
    let (new, mut faults) = parse_form(&form);
    let prepared = match prepare(&page.context.app.kit, new).await {
        Ok(prepared) => Some(prepared),
        Err(CreateError::Flow(FlowError::Unknown { .. })) => {
            faults.insert(0, ("flow".into(), Refusal::UnknownFlow));
            None
        }
        Err(error) => return Err(error.into()),
    };
    match prepared.filter(|_| faults.is_empty()) {
        Some(prepared) => {
            let created = create_prepared(&page.context.app.kit, prepared, page.operator.actor()).await?;
            Ok(Redirect::to(&format!("/dashboard/links/{}", created.session.r#ref)).into_response())
        }
        None => draw(&page, StatusCode::UNPROCESSABLE_ENTITY, Refused { faults, ..form.typed() }).await,
    }
}

/// `GET /dashboard/links/{ref}`
pub async fn show(page: Page, Ids(r#ref): Ids<SessionRef>) -> Result<Response, ApiError> {
    let data = match page.views().link(r#ref, page.may(May::CreateLinks), page.may(May::SeeSessions)).await {
        Ok(data) => data,
        Err(error) => return damaged::page(&page, &format!("/dashboard/links/{}", r#ref), error).await,
    };
    if data.url.is_some() {
        page.context.app.kit.audit_read(page.operator.actor(), Act::LinkShown(r#ref)).await?;
    }
    page.draw(StatusCode::OK, true, move |site, viewer| view! { <LinkPage site viewer data=data.clone() /> }).await
}
