//! Endpoints, keys, operators, and the switch of the session API. What is secret is shown once, on the
//! page that follows the POST that made it.

use app::dashboard::{
    data::{BadUrl, Done, Refusal, Refused, ShownOnce},
    pages::{KeysPage, OperatorsPage, WebhookPage, WebhooksPage},
};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use leptos::prelude::*;
use shared::{ids::EndpointId, problem::Code, role::Role};

use super::{
    entrance::refusal,
    once, page_or_missing,
    pages::{Asked, Form, go, id},
};
use crate::{
    api_keys,
    http::{Context, path::Segments, problems::ApiError},
    model::Scope,
    operators::{self, OperatorError, SignedIn},
    sessions::SessionError,
    store::StoreError,
    webhooks::{
        self, AddError, address,
        typed::{MAX_LABEL, MAX_NAME, MAX_URL, Malformed},
    },
};

const WEBHOOKS: &str = "/dashboard/webhooks";
const KEYS: &str = "/dashboard/api-keys";
const OPERATORS: &str = "/dashboard/operators";

/// What a page says besides what there is: what is shown once, or why its form was refused.
struct Shown {
    status: StatusCode,
    once: Option<ShownOnce>,
    refused: Refused,
}

impl Shown {
    fn page(context: &Context, page: &'static str, operator: &SignedIn, headers: &HeaderMap) -> Self {
        Self { status: StatusCode::OK, once: once::take(&context.app, page, operator, headers), refused: Refused::default() }
    }

    fn refused(refused: Refused) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, once: None, refused }
    }
}

/// Done, or that there is nothing of this id to do it to.
fn disabled(done: Result<(), StoreError>, path: &str) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(go(path, Done::Disabled)),
        Err(StoreError::Conflict) => Err(ApiError::new(Code::Conflict, "There is none of this id, or it was disabled before.")),
        Err(error) => Err(SessionError::from(error).into()),
    }
}

async fn draw_webhooks(asked: &Asked<'_>, Shown { status, once, refused }: Shown) -> Result<Response, ApiError> {
    let endpoints = asked.desk().endpoints(asked.before()).await?;
    // With script, what is shown once has a button to copy it.
    let has_secret = once.is_some();
    let page = move |site, viewer| {
        view! { <WebhooksPage site viewer endpoints=endpoints.clone() once=once.clone() refused=refused.clone() /> }
    };
    let page = asked.draw(status, has_secret, page).await?;
    Ok(if has_secret { once::shown(&asked.context.app, page) } else { page })
}

/// `GET /dashboard/webhooks`
pub async fn webhooks(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    draw_webhooks(&Asked::new(&context, &operator, &headers, &uri), Shown::page(&context, WEBHOOKS, &operator, &headers)).await
}

/// What an operator reads of a URL that was not taken.
///
/// # Errors
/// What is no fault of the URL.
fn bad_url(error: AddError) -> Result<BadUrl, ApiError> {
    Ok(match error {
        AddError::Malformed(Malformed::NotAUrl(_)) => BadUrl::NotAUrl,
        AddError::Malformed(Malformed::TooLong(_)) => BadUrl::TooLong(MAX_URL),
        AddError::Malformed(Malformed::LongName(_)) => BadUrl::LongName(MAX_NAME),
        AddError::Malformed(Malformed::LongLabel(_)) => BadUrl::LongLabel(MAX_LABEL),
        AddError::Refused(address::Refused::Scheme(scheme)) => BadUrl::Scheme(scheme),
        AddError::Refused(address::Refused::UserInfo) => BadUrl::UserInfo,
        AddError::Refused(address::Refused::NoHost) => BadUrl::NoHost,
        AddError::Refused(address::Refused::PortZero) => BadUrl::PortZero,
        AddError::Refused(address::Refused::NotPublic(host)) => BadUrl::NotPublic(host),
        AddError::Refused(address::Refused::PlainHttp(host)) => BadUrl::PlainHttp(host),
        AddError::Store(error) => return Err(SessionError::from(error).into()),
    })
}

/// `POST /dashboard/webhooks`
pub async fn add_webhook(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let shown = match webhooks::add(&context.app, form.text("url"), &operator.actor()).await {
        Ok(added) => return Ok(once::go(&context.app, WEBHOOKS, &operator, added.url.as_str(), &added.secret.expose())),
        Err(error) => Shown::refused(form.refused("url", Refusal::BadUrl(bad_url(error)?))),
    };
    draw_webhooks(&Asked::instead_of(&context, &operator, &headers, WEBHOOKS.to_owned()), shown).await
}

/// `GET /dashboard/webhooks/{id}`
pub async fn webhook(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(endpoint): Segments<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let asked = Asked::new(&context, &operator, &headers, &uri);
    let drawn = async {
        let endpoint = asked.desk().endpoint(id::<EndpointId>(&endpoint)?).await?;
        asked.draw(StatusCode::OK, false, move |site, viewer| view! { <WebhookPage site viewer endpoint=endpoint.clone() /> }).await
    };
    page_or_missing(&asked, drawn.await).await
}

/// `POST /dashboard/webhooks/{id}/disable`
pub async fn disable_webhook(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(endpoint): Segments<String>,
) -> Result<Response, ApiError> {
    disabled(webhooks::disable(&context.app, id(&endpoint)?, &operator.actor()).await, WEBHOOKS)
}

async fn draw_keys(asked: &Asked<'_>, Shown { status, once, refused }: Shown) -> Result<Response, ApiError> {
    let session_api = api_keys::is_session_api_on(&asked.context.app).await.map_err(SessionError::from)?;
    let keys = asked.desk().keys(asked.before()).await?;
    // With script, what is shown once has a button to copy it.
    let has_secret = once.is_some();
    let page = move |site, viewer| {
        view! { <KeysPage site viewer session_api keys=keys.clone() once=once.clone() refused=refused.clone() /> }
    };
    let page = asked.draw(status, has_secret, page).await?;
    Ok(if has_secret { once::shown(&asked.context.app, page) } else { page })
}

/// `GET /dashboard/api-keys`
pub async fn keys(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    draw_keys(&Asked::new(&context, &operator, &headers, &uri), Shown::page(&context, KEYS, &operator, &headers)).await
}

/// `POST /dashboard/api-keys`
pub async fn create_key(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let scopes: Result<Vec<Scope>, String> = form.all("scope").map(str::parse).collect();
    let shown = match scopes {
        Ok(scopes) if scopes.is_empty() => Shown::refused(form.refused("scope", Refusal::NoScope)),
        Ok(scopes) => {
            let made = api_keys::create(&context.app, scopes, &operator.actor()).await.map_err(SessionError::from)?;
            return Ok(once::go(&context.app, KEYS, &operator, &made.id.to_string(), &made.key));
        }
        Err(_) => Shown::refused(form.refused("scope", Refusal::BadChoice)),
    };
    draw_keys(&Asked::instead_of(&context, &operator, &headers, KEYS.to_owned()), shown).await
}

/// `POST /dashboard/api-keys/{id}/disable`
pub async fn disable_key(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(key): Segments<String>,
) -> Result<Response, ApiError> {
    disabled(api_keys::disable(&context.app, id(&key)?, &operator.actor()).await, KEYS)
}

/// `POST /dashboard/settings/session-api`
pub async fn session_api(State(context): State<Context>, Extension(operator): Extension<SignedIn>, request: Request) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let on = match form.text("value") {
        "on" => true,
        "off" => false,
        _ => return Err(ApiError::new(Code::InvalidRequest, "The session API is on or off.")),
    };
    api_keys::switch_session_api(&context.app, on, &operator.actor()).await.map_err(SessionError::from)?;
    Ok(go(KEYS, Done::Changed))
}

async fn draw_operators(asked: &Asked<'_>, Shown { status, once, refused }: Shown) -> Result<Response, ApiError> {
    let operators = asked.desk().operators(asked.operator, asked.before()).await?;
    // With script, what is shown once has a button to copy it.
    let has_secret = once.is_some();
    let page = move |site, viewer| {
        view! { <OperatorsPage site viewer operators=operators.clone() once=once.clone() refused=refused.clone() /> }
    };
    let page = asked.draw(status, has_secret, page).await?;
    Ok(if has_secret { once::shown(&asked.context.app, page) } else { page })
}

/// `GET /dashboard/operators`
pub async fn operators(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    draw_operators(&Asked::new(&context, &operator, &headers, &uri), Shown::page(&context, OPERATORS, &operator, &headers)).await
}

/// `POST /dashboard/operators`
pub async fn invite(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let shown = match form.text("role").parse::<Role>() {
        Ok(role) => match operators::invite(&context.app, form.text("email"), role, &operator.actor()).await {
            Ok(invited) => return Ok(once::go(&context.app, OPERATORS, &operator, &invited.email, &invited.url)),
            Err(error) => {
                let (input, why) = refusal(error)?;
                Shown::refused(form.refused(input, why))
            }
        },
        Err(_) => Shown::refused(form.refused("role", Refusal::BadChoice)),
    };
    draw_operators(&Asked::instead_of(&context, &operator, &headers, OPERATORS.to_owned()), shown).await
}

/// `POST /dashboard/operators/{id}/disable`
pub async fn disable_operator(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(other): Segments<String>,
) -> Result<Response, ApiError> {
    match operators::disable(&context.app, id(&other)?, &operator).await {
        Ok(()) => Ok(go(OPERATORS, Done::Disabled)),
        Err(error @ (OperatorError::Oneself | OperatorError::NotFound | OperatorError::Disabled)) => {
            Err(ApiError::new(Code::Conflict, format!("Nothing was changed: {error}.")))
        }
        Err(error) => Err(error.into()),
    }
}
