//! Dossiers: looking for one, what is in it, what is in none, and putting it there.

use app::dashboard::{
    data::{Done, Refusal, Refused},
    pages::{CustomersPage, DossierPage, UnresolvedPage},
};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::ids::ArtifactId;
use uuid::Uuid;

use super::{
    page_or_missing,
    pages::{Asked, Form, go, id, inside},
    sessions::too_late,
};
use crate::{
    artifacts::ArtifactError,
    dossiers::{self, CustomerReference, What},
    http::{Context, path::Segments, problems::ApiError},
    operators::SignedIn,
};

/// `GET /dashboard/unresolved`
pub async fn unresolved(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let asked = Asked::new(&context, &operator, &headers, &uri);
    let data = asked.desk().unresolved(asked.before().unwrap_or(Uuid::max())).await?;
    asked.draw(StatusCode::OK, false, move |site, viewer| view! { <UnresolvedPage site viewer data=data.clone() /> }).await
}

async fn draw_search(asked: &Asked<'_>, search: String) -> Result<Response, ApiError> {
    asked.draw(StatusCode::OK, false, move |site, viewer| view! { <CustomersPage site viewer search=search.clone() /> }).await
}

/// `GET /dashboard/customers`
pub async fn customers(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    draw_search(&Asked::new(&context, &operator, &headers, &uri), String::new()).await
}

/// `POST /dashboard/customers`: a search by the whole reference, which comes into no address.
pub async fn search(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    if let Some(customer) = dossiers::find(&context.app, form.text("q")).await.map_err(ArtifactError::from)? {
        return Ok(Redirect::to(&format!("/dashboard/customers/{customer}")).into_response());
    }
    let asked = Asked::instead_of(&context, &operator, &headers, "/dashboard/customers".to_owned());
    draw_search(&asked, form.text("q").to_owned()).await
}

async fn draw(asked: &Asked<'_>, customer: Uuid, revealed: bool) -> Result<Response, ApiError> {
    let data = asked.desk().dossier(customer, revealed).await?;
    asked.draw(StatusCode::OK, false, move |site, viewer| view! { <DossierPage site viewer data=data.clone() /> }).await
}

/// `GET /dashboard/customers/{id}`
pub async fn show(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(customer): Segments<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let asked = Asked::new(&context, &operator, &headers, &uri);
    let drawn = async { draw(&asked, id(&customer)?, false).await };
    page_or_missing(&asked, drawn.await).await
}

/// `POST /dashboard/customers/{id}/reveal`
pub async fn reveal(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(customer): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let customer = id(&customer)?;
    dossiers::reveal(&context.app, customer, &operator.actor()).await?;
    draw(&Asked::instead_of(&context, &operator, &headers, format!("/dashboard/customers/{customer}")), customer, true).await
}

/// What a form does: link, or unlink.
#[derive(Clone, Copy)]
enum Verb {
    Link,
    Unlink,
}

async fn change(context: &Context, operator: &SignedIn, session: &str, what: What, verb: Verb, request: Request) -> Result<Response, ApiError> {
    let session = id(session)?;
    let headers = request.headers().clone();
    let form = Form::read(request).await?;
    let back = if form.text("back").is_empty() { format!("/dashboard/sessions/{session}") } else { inside(form.text("back")).to_owned() };
    let changed = match (verb, form.parsed::<CustomerReference>("customer", Refusal::BadReference)) {
        (Verb::Link, Ok(to)) => dossiers::link(&context.app, session, what, to, &operator.actor()).await,
        (Verb::Unlink, _) => dossiers::unlink(&context.app, session, what, form.text("from").parse().ok(), &operator.actor()).await,
        (Verb::Link, Err(refused)) => return super::sessions::refuse(context, operator, &headers, session, StatusCode::UNPROCESSABLE_ENTITY, refused).await,
    };
    match changed {
        Ok(()) => Ok(go(&back, if matches!(verb, Verb::Link) { Done::Linked } else { Done::Unlinked })),
        Err(ArtifactError::Session(error)) => too_late(context, operator, &headers, session, Refused::one("", Refusal::TooLate), error).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /dashboard/sessions/{ref}/link`
pub async fn link_session(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(session): Segments<String>,
    request: Request,
) -> Result<Response, ApiError> {
    change(&context, &operator, &session, What::Session, Verb::Link, request).await
}

/// `POST /dashboard/sessions/{ref}/unlink`
pub async fn unlink_session(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(session): Segments<String>,
    request: Request,
) -> Result<Response, ApiError> {
    change(&context, &operator, &session, What::Session, Verb::Unlink, request).await
}

/// `POST /dashboard/sessions/{ref}/artifacts/{artifact}/link`
pub async fn link_artifact(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments((session, artifact)): Segments<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    change(&context, &operator, &session, What::Artifact(id::<ArtifactId>(&artifact)?), Verb::Link, request).await
}

/// `POST /dashboard/sessions/{ref}/artifacts/{artifact}/unlink`
pub async fn unlink_artifact(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments((session, artifact)): Segments<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    change(&context, &operator, &session, What::Artifact(id::<ArtifactId>(&artifact)?), Verb::Unlink, request).await
}
