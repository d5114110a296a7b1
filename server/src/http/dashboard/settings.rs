//! The pages of endpoints and API keys, and the switch of the session API. A secret is shown once, on the page after the POST
//! that made it.

use app::{
    dashboard::{
        keys::KeysPage,
        webhooks::{WebhookPage, WebhooksPage},
    },
    words::dashboard::{BadUrl, Done, Refusal},
};
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use leptos::prelude::*;
use shared::{
    ids::{EndpointId, KeyId},
    problem::Code,
};

use super::{
    addresses::go,
    damaged,
    form::Form,
    ids::Ids,
    once::{self, Shown},
    page::Page,
};
use crate::{
    api_keys,
    http::problems::ApiError,
    model::{KeyName, Scope},
    store::StoreError,
    webhooks::{
        add::{self, AddError},
        address::Refused,
        typed::{MAX_LABEL, MAX_NAME, MAX_URL, Malformed, TypedError},
    },
};

const WEBHOOKS: &str = "/dashboard/webhooks";
const KEYS: &str = "/dashboard/api-keys";

/// Redirects back to the list, which says that the row was disabled.
fn disabled(done: Result<(), StoreError>, path: &str) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(go(path, Done::Disabled)),
        Err(StoreError::Conflict) => Err(ApiError::new(Code::Conflict, "There is none of this id, or it was disabled before.")),
        Err(error) => Err(error.into()),
    }
}

async fn draw_webhooks(page: &Page, shown: Shown) -> Result<Response, ApiError> {
    if let Some(redirect) = shown.redirect(page, WEBHOOKS) {
        return Ok(redirect);
    }
    let endpoints = page.views().endpoints(page.before()).await?;
    let view = move |site, viewer, once, refused| view! { <WebhooksPage site viewer endpoints=endpoints.clone() once refused /> };
    shown.draw(page, view).await
}

/// `GET /dashboard/webhooks`
pub async fn webhooks(page: Page, headers: HeaderMap) -> Result<Response, ApiError> {
    draw_webhooks(&page, Shown::once(&page, WEBHOOKS, &headers).await?).await
}

/// What an operator reads about a URL that was refused.
///
/// # Errors
/// An error that is not the URL's fault.
fn bad_url(error: AddError) -> Result<BadUrl, ApiError> {
    Ok(match error {
        AddError::Typed(TypedError::Malformed(Malformed::NotAUrl(_))) => BadUrl::NotAUrl,
        AddError::Typed(TypedError::Malformed(Malformed::TooLong(_))) => BadUrl::TooLong(MAX_URL),
        AddError::Typed(TypedError::Malformed(Malformed::LongName(_))) => BadUrl::LongName(MAX_NAME),
        AddError::Typed(TypedError::Malformed(Malformed::LongLabel(_))) => BadUrl::LongLabel(MAX_LABEL),
        AddError::Typed(TypedError::Refused(refused)) | AddError::Refused(refused) => match refused {
            Refused::Scheme(scheme) => BadUrl::Scheme(scheme),
            Refused::UserInfo => BadUrl::UserInfo,
            Refused::NoHost => BadUrl::NoHost,
            Refused::PortZero => BadUrl::PortZero,
            Refused::NotPublic(host) => BadUrl::NotPublic(host),
            Refused::PlainHttp(host) => BadUrl::PlainHttp(host),
        },
        AddError::Store(error) => return Err(error.into()),
    })
}

/// `POST /dashboard/webhooks`
pub async fn add_webhook(page: Page, form: Form) -> Result<Response, ApiError> {
    match add::add(&page.context.app.kit, &page.context.app.webhook_policy, form.text("url"), page.operator.actor()).await {
        Ok(added) => Ok(once::go(&page, WEBHOOKS, added.url.as_str(), &added.secret.expose())),
        Err(error) => draw_webhooks(&page, Shown::refused(form.refused("url", Refusal::BadUrl(bad_url(error)?)))).await,
    }
}

/// `GET /dashboard/webhooks/{id}`
pub async fn webhook(page: Page, Ids(endpoint): Ids<EndpointId>) -> Result<Response, ApiError> {
    let endpoint = match page.views().endpoint(endpoint).await {
        Ok(endpoint) => endpoint,
        Err(error) => return damaged::page(&page, &format!("{WEBHOOKS}/{endpoint}"), error).await,
    };
    page.draw(StatusCode::OK, false, move |site, viewer| view! { <WebhookPage site viewer endpoint=endpoint.clone() /> }).await
}

/// `POST /dashboard/webhooks/{id}/disable`
pub async fn disable_webhook(page: Page, Ids(endpoint): Ids<EndpointId>) -> Result<Response, ApiError> {
    disabled(add::disable(&page.context.app.kit, endpoint, page.operator.actor()).await, WEBHOOKS)
}

async fn draw_keys(page: &Page, shown: Shown) -> Result<Response, ApiError> {
    if let Some(redirect) = shown.redirect(page, KEYS) {
        return Ok(redirect);
    }
    let session_api = api_keys::is_session_api_on(&page.context.app.kit).await?;
    let keys = page.views().keys(page.before()).await?;
    let view = move |site, viewer, once, refused| view! { <KeysPage site viewer session_api keys=keys.clone() once refused /> };
    shown.draw(page, view).await
}

/// `GET /dashboard/api-keys`
pub async fn keys(page: Page, headers: HeaderMap) -> Result<Response, ApiError> {
    draw_keys(&page, Shown::once(&page, KEYS, &headers).await?).await
}

/// `POST /dashboard/api-keys`
pub async fn create_key(page: Page, form: Form) -> Result<Response, ApiError> {
    let scopes: Result<Vec<Scope>, String> = form.all("scope").map(str::parse).collect();
    let name = form.parsed::<KeyName>("name", Refusal::BadKeyName(KeyName::MAX));
    let why = match scopes {
        Ok(scopes) if scopes.is_empty() => Some(Refusal::NoScope),
        Ok(scopes) => match name {
            Ok(name) => {
                let made = api_keys::create(&page.context.app.kit, name, scopes, page.operator.actor()).await?;
                let of = made.name.map_or_else(|| made.id.to_string(), |name| format!("{} · {}", name.as_str(), made.id));
                return Ok(once::go(&page, KEYS, &of, &made.key));
            }
            Err(refused) => return draw_keys(&page, Shown::refused(refused)).await,
        },
        Err(_) => Some(Refusal::BadChoice),
    };
    let mut refused = name.err().unwrap_or_else(|| form.typed());
    refused.faults.extend(why.map(|why| ("scope".into(), why)));
    draw_keys(&page, Shown::refused(refused)).await
}

/// `POST /dashboard/api-keys/{id}/disable`
pub async fn disable_key(page: Page, Ids(key): Ids<KeyId>) -> Result<Response, ApiError> {
    disabled(api_keys::disable(&page.context.app.kit, key, page.operator.actor()).await, KEYS)
}

/// `POST /dashboard/settings/session-api`
pub async fn session_api(page: Page, form: Form) -> Result<Response, ApiError> {
    let on = match form.text("value") {
        "on" => true,
        "off" => false,
        _ => return Err(ApiError::new(Code::InvalidRequest, "The session API is on or off.")),
    };
    api_keys::switch_session_api(&page.context.app.kit, on, page.operator.actor()).await?;
    Ok(go(KEYS, Done::Changed))
}
