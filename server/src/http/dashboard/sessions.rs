//! Sessions: the list, the search, everything about one, and what operators do with it.

use app::dashboard::{
    data::{Done, Filter, Refusal, Refused},
    pages::{SessionPage, SessionsPage},
};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::{ids::ArtifactId, risk::Decision, session::Status};
use uuid::Uuid;

use super::{
    access, page_or_missing,
    pages::{Asked, Form, go, id},
};
use crate::{
    artifacts,
    desk::sessions::Found,
    http::{Context, artifacts::served, events, language::query, path::Segments, problems::ApiError},
    operators::SignedIn,
    sessions::{
        SessionError,
        expire::expire_now,
        review::{self, ReviewError},
    },
    store::StoreError,
};

/// `GET /dashboard/sessions`
pub async fn list(State(context): State<Context>, Extension(operator): Extension<SignedIn>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let asked = Asked::new(&context, &operator, &headers, &uri);
    let word = |key| query(uri.query(), key);
    let status =
        word("status").and_then(|word| [Status::Pending, Status::Processing, Status::Completed, Status::Expired].into_iter().find(|s| s.as_str() == word));
    let customer: Option<Uuid> = word("customer").and_then(|word| word.parse().ok());
    let filter = Filter { status, review: word("review").is_some(), customer: None, search: String::new() };
    let data = asked.desk().sessions(filter, customer, asked.before()).await?;
    asked.draw(StatusCode::OK, false, move |site, viewer| view! { <SessionsPage site viewer data=data.clone() /> }).await
}

/// `POST /dashboard/sessions`: a search. What is looked for comes into no address, since it may be a link's id or a CPF.
pub async fn search(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let asked = Asked::instead_of(&context, &operator, &headers, "/dashboard/sessions".to_owned());
    let searched = form.text("q").to_owned();
    let to = match asked.desk().search(&searched).await? {
        Found::Session(session) => format!("/dashboard/sessions/{session}"),
        Found::Customer(customer) => format!("/dashboard/sessions?customer={customer}"),
        Found::Before(session) => format!("/dashboard/sessions?before={session}"),
        Found::Nothing if searched.is_empty() => "/dashboard/sessions".to_owned(),
        Found::Nothing => {
            let data = app::dashboard::data::Sessions {
                filter: Filter { search: searched, ..Filter::default() },
                rows: Vec::new(),
                older: None,
                newest: Some("/dashboard/sessions".to_owned()),
            };
            return asked.draw(StatusCode::OK, false, move |site, viewer| view! { <SessionsPage site viewer data=data.clone() /> }).await;
        }
    };
    Ok(Redirect::to(&to).into_response())
}

async fn draw(asked: &Asked<'_>, session: Uuid, revealed: bool, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    let data = asked.desk().session(session, revealed).await?;
    asked.draw(status, true, move |site, viewer| view! { <SessionPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/sessions/{ref}`
pub async fn show(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(session): Segments<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let asked = Asked::new(&context, &operator, &headers, &uri);
    let drawn = async { draw(&asked, id(&session)?, false, StatusCode::OK, Refused::default()).await };
    page_or_missing(&asked, drawn.await).await
}

/// `GET /dashboard/sessions/{ref}/events`
pub async fn events(State(context): State<Context>, Segments(session): Segments<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let token = access::token(&context.app, &headers).unwrap_or_default().to_owned();
    events::of_ref(context, id(&session)?, token).await
}

fn instead<'a>(context: &'a Context, operator: &'a SignedIn, headers: &HeaderMap, session: Uuid) -> Asked<'a> {
    Asked::instead_of(context, operator, headers, format!("/dashboard/sessions/{session}"))
}

/// `POST /dashboard/sessions/{ref}/reveal`: the decision that is half written comes along and stays.
pub async fn reveal(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(session): Segments<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let session = id(&session)?;
    let half_written = Form::read(request).await?.typed();
    review::reveal(&context.app, session, &operator).await?;
    draw(&instead(&context, &operator, &headers, session), session, true, StatusCode::OK, half_written).await
}

/// `POST /dashboard/sessions/{ref}/decision`
pub async fn decide(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(session): Segments<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let session = id(&session)?;
    let form = Form::read(request).await?;
    let after = form.text("after").parse().ok();
    let decided = match form.text("decision").parse::<Decision>() {
        Ok(decision) => review::decide(&context.app, session, decision, form.whole("reason"), after, &operator).await,
        Err(()) => return refuse(&context, &operator, &headers, session, StatusCode::UNPROCESSABLE_ENTITY, form.refused("decision", Refusal::BadChoice)).await,
    };
    match decided {
        Ok(()) => Ok(go(&format!("/dashboard/sessions/{session}"), Done::Decided)),
        Err(ReviewError::BadReason) => {
            refuse(&context, &operator, &headers, session, StatusCode::UNPROCESSABLE_ENTITY, form.refused("reason", Refusal::BadReason)).await
        }
        Err(ReviewError::Session(error)) => too_late(&context, &operator, &headers, session, form.refused("", Refusal::TooLate), error).await,
    }
}

/// `POST /dashboard/sessions/{ref}/expire`
pub async fn expire(
    State(context): State<Context>,
    Extension(operator): Extension<SignedIn>,
    Segments(session): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let session = id(&session)?;
    match expire_now(&context.app, session, &operator.actor()).await {
        Ok(()) => Ok(go(&format!("/dashboard/sessions/{session}"), Done::Expired)),
        Err(error) => too_late(&context, &operator, &headers, session, Refused::one("", Refusal::TooLate), error).await,
    }
}

pub(super) async fn refuse(
    context: &Context,
    operator: &SignedIn,
    headers: &HeaderMap,
    session: Uuid,
    status: StatusCode,
    refused: Refused,
) -> Result<Response, ApiError> {
    draw(&instead(context, operator, headers, session), session, false, status, refused).await
}

/// The session's page as it is by now, where somebody else, or time, was first.
pub(super) async fn too_late(
    context: &Context,
    operator: &SignedIn,
    headers: &HeaderMap,
    session: Uuid,
    refused: Refused,
    error: SessionError,
) -> Result<Response, ApiError> {
    match error {
        SessionError::Store(StoreError::Conflict) | SessionError::NotOpen => refuse(context, operator, headers, session, StatusCode::CONFLICT, refused).await,
        error => Err(error.into()),
    }
}

/// `GET /dashboard/sessions/{ref}/artifacts/{artifact}`
pub async fn artifact(State(context): State<Context>, Segments((session, artifact)): Segments<(String, String)>) -> Result<Response, ApiError> {
    let (artifact, bytes) = artifacts::of_session(&context.app, id(&session)?, id::<ArtifactId>(&artifact)?).await?;
    Ok(served(&artifact, bytes))
}
