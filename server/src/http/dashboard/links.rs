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
    flows::FlowError,
    http::{Context, path::Segments, problems::ApiError},
    operators::SignedIn,
    sessions::{
        SessionError,
        create::{NewSession, create_prepared, prepare},
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

/// What is wrong with a form: the input, and why.
type Faults = Vec<(&'static str, Refusal)>;

/// What an input says; nothing where it is empty, and where it cannot be read, which is a fault.
fn read<T>(form: &Form, input: &'static str, parse: impl Fn(&str) -> Option<T>, why: Refusal, faults: &mut Faults) -> Option<T> {
    let text = form.text(input);
    let said = parse(text);
    if said.is_none() && !text.is_empty() {
        faults.push((input, why));
    }
    said
}

/// What a form asks for, and what is wrong with it by itself, in the form's order.
fn asked_for(form: &Form) -> (NewSession, Faults) {
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
pub async fn post(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let (new, mut faults) = asked_for(&form);
    let prepared = match prepare(&context.app, new).await {
        Ok(prepared) => Some(prepared),
        Err(SessionError::Flow(FlowError::Unknown { .. })) => {
            faults.insert(0, ("flow", Refusal::UnknownFlow));
            None
        }
        Err(error) => return Err(error.into()),
    };
    match prepared.filter(|_| faults.is_empty()) {
        Some(prepared) => {
            let created = create_prepared(&context.app, prepared, &operator.actor()).await?;
            Ok(Redirect::to(&format!("/dashboard/links/{}", created.session.r#ref)).into_response())
        }
        None => {
            let asked = Asked::instead_of(&context, &operator, &headers, "/dashboard/links".to_owned());
            draw(&asked, StatusCode::UNPROCESSABLE_ENTITY, Refused { faults, ..form.typed() }).await
        }
    }
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
