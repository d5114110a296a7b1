//! Creating links, and how far their sessions are.

use app::dashboard::{
    data::{Refusal, Refused},
    pages::{LinkPage, LinksPage},
};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::{duration, language::Language, role::May};

use super::{
    page_or_missing,
    pages::{Asked, Form, id},
};
use crate::{
    dossiers::CustomerReference,
    flows::FlowError,
    http::{Context, path::Segments, problems::ApiError},
    operators::SignedIn,
    sessions::{
        SessionError,
        create::{NewSession, create},
    },
};

async fn draw(asked: &Asked<'_>, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    let data = asked.desk().links(asked.before()).await?;
    asked.draw(status, false, move |site, viewer| view! { <LinksPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/links`
pub async fn list(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    draw(&Asked::new(&context, &operator, &headers, &uri), StatusCode::OK, Refused::default()).await
}

/// What a form asks for.
fn asked_for(form: &Form) -> Result<NewSession, Refused> {
    let ttl = form.text("ttl");
    let ttl_seconds = if ttl.is_empty() { None } else { Some(duration::parse_seconds(ttl).map_err(|_| form.refused("ttl", Refusal::BadTimeout))?) };
    let locale = match form.text("locale") {
        "" => None,
        tag => Some(Language::from_tag(tag).ok_or_else(|| form.refused("locale", Refusal::BadChoice))?),
    };
    Ok(NewSession {
        flow: form.text("flow").to_owned(),
        customer: form.parsed::<CustomerReference>("customer", Refusal::BadReference)?,
        ttl_seconds,
        locale,
        return_url: None,
    })
}

/// `POST /dashboard/links`
pub async fn post(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let created = match asked_for(&form) {
        Ok(new) => create(&context.app, new, &operator.actor()).await,
        Err(refused) => return refuse(&context, &operator, &headers, refused).await,
    };
    match created {
        Ok(created) => Ok(Redirect::to(&format!("/dashboard/links/{}", created.session.r#ref)).into_response()),
        Err(SessionError::Flow(FlowError::Unknown { .. })) => refuse(&context, &operator, &headers, form.refused("flow", Refusal::UnknownFlow)).await,
        Err(error) => Err(error.into()),
    }
}

async fn refuse(context: &Context, operator: &SignedIn, headers: &HeaderMap, refused: Refused) -> Result<Response, ApiError> {
    let asked = Asked::instead_of(context, operator, headers, "/dashboard/links".to_owned());
    draw(&asked, StatusCode::UNPROCESSABLE_ENTITY, refused).await
}

/// `GET /dashboard/links/{ref}`
pub async fn show(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(r#ref): Segments<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let asked = Asked::new(&context, &operator, &headers, &uri);
    let drawn = async {
        let data = asked.desk().link(id(&r#ref)?, asked.may(May::CreateLinks), asked.may(May::SeeSessions)).await?;
        asked.draw(StatusCode::OK, true, move |site, viewer| view! { <LinkPage site viewer data=data.clone() /> }).await
    };
    page_or_missing(&asked, drawn.await).await
}
