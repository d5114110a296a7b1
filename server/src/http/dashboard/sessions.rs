//! The pages of sessions: the list, the search, and one session with the forms of its operators.

use std::sync::Arc;

use app::{
    dashboard::{
        form::Refused,
        session::SessionPage,
        sessions::{Filter, Sessions, SessionsPage},
    },
    words::dashboard::{Done, Refusal},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::{ids::ArtifactId, problem::Code, risk::Decision, session::Status};

use super::{addresses::go, cookie, damaged, form::Form, ids::Ids, page::Page, revealed, searches};
use crate::{
    actor::Act,
    artifacts,
    http::{Context, connections::Connection, events, problems::ApiError, reads::served, streams::Side, visitor::Visitor},
    ids::{CustomerId, SessionRef},
    operators::Visit,
    sessions::{
        expire::expire_now,
        review::{self, MAX_REASON, ReviewError},
    },
    views::search::Found,
};

/// The inputs of a decision. Every form of the session's page sends along what is typed into them but not sent yet.
const DECISION: [&str; 2] = ["decision", "reason"];

/// The list, or what a search did not find. A search that was refused leaves the list as it was.
async fn draw_list(page: &Page, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect("/dashboard/sessions", &refused) {
        return Ok(redirect);
    }
    let search = refused.typed("q");
    let data = if search.is_empty() || !refused.faults.is_empty() {
        let all = [Status::Pending, Status::Processing, Status::Completed, Status::Expired];
        let status = page.query("status").and_then(|word| all.into_iter().find(|status| status.as_str() == word));
        let customer: Option<CustomerId> = page.query("customer").and_then(|word| word.parse().ok());
        let filter = Filter { status, review: page.query("review").is_some(), customer: None, search };
        page.views().sessions(filter, customer, page.before()).await?
    } else {
        let newest = Some("/dashboard/sessions".to_owned());
        Sessions { filter: Filter { search, ..Filter::default() }, rows: Vec::new(), older: None, newest }
    };
    page.draw(status, false, move |site, viewer| view! { <SessionsPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/sessions`
pub async fn list(page: Page) -> Result<Response, ApiError> {
    draw_list(&page, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/sessions`: a search. It is a POST, so that no address contains the searched text, which may be a session id or a CPF.
pub async fn search(page: Page, visit: Visit, form: Form) -> Result<Response, ApiError> {
    let searched = form.text("q").to_owned();
    if searched.is_empty() {
        return Ok(Redirect::to("/dashboard/sessions").into_response());
    }
    searches::count(&page, &visit).await?;
    // The beginning of a ref may happen to be a number, so an operator who may not look for numbers still finds sessions.
    let with_customers = searches::may_find(&page, &searched);
    let found = page.views().search(&searched, with_customers).await?;
    searches::audit(&page, if let Found::Customer(customer) = found { Some(customer) } else { None }).await?;
    let to = match found {
        Found::Session(session) => format!("/dashboard/sessions/{session}"),
        Found::Customer(customer) => format!("/dashboard/sessions?customer={customer}"),
        Found::Before(session) => format!("/dashboard/sessions?before={session}"),
        Found::Nothing => {
            return if with_customers {
                draw_list(&page, StatusCode::OK, form.typed()).await
            } else {
                draw_list(&page, StatusCode::FORBIDDEN, searches::refused(&page, &searched, &visit).await).await
            };
        }
    };
    Ok(Redirect::to(&to).into_response())
}

/// The address of a session's page, revealed with this token.
fn address(session: SessionRef, revealed: Option<&str>) -> String {
    revealed::at(&format!("/dashboard/sessions/{session}"), revealed)
}

async fn draw(page: &Page, session: SessionRef, revealed: Option<String>, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    let data = match page.views().session(session, revealed).await {
        Ok(data) => data,
        Err(error) => return damaged::page(page, &address(session, None), error).await,
    };
    if let Some(redirect) = page.redirect(&address(session, data.revealed.as_deref()), &refused) {
        return Ok(redirect);
    }
    page.draw(status, true, move |site, viewer| view! { <SessionPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/sessions/{ref}`
pub async fn show(page: Page, Ids(session): Ids<SessionRef>) -> Result<Response, ApiError> {
    let revealed = revealed::of_address(&page, session);
    draw(&page, session, revealed, StatusCode::OK, page.kept()).await
}

/// `GET /dashboard/sessions/{ref}/events`
pub async fn events(State(context): State<Context>, Ids(session): Ids<SessionRef>, visitor: Visitor, headers: HeaderMap) -> Result<Response, ApiError> {
    let token = cookie::token(&context.app.kit, &headers).unwrap_or_default().to_owned();
    events::of_ref(context, session, &visitor, token).await
}

/// `POST /dashboard/sessions/{ref}/reveal`: the page keeps a decision that is typed but not sent yet.
pub async fn reveal(page: Page, Ids(session): Ids<SessionRef>, form: Form) -> Result<Response, ApiError> {
    // The page's address has no room for a longer reason, and no decision takes one.
    if form.whole("reason").chars().count() > MAX_REASON {
        return refuse(&page, session, &form, form.refused("reason", Refusal::BadReason)).await;
    }
    review::reveal(&page.context.app.kit, session, page.operator.id).await?;
    let revealed = revealed::address(&page, &address(session, None), session);
    Ok(Redirect::to(&page.keeping(&revealed, &form.typed_into(&DECISION))).into_response())
}

/// `POST /dashboard/sessions/{ref}/decision`
pub async fn decide(page: Page, Ids(session): Ids<SessionRef>, form: Form) -> Result<Response, ApiError> {
    let Ok(decision) = form.text("decision").parse::<Decision>() else {
        return refuse(&page, session, &form, form.refused("decision", Refusal::BadChoice)).await;
    };
    let after = form.text("after").parse().ok();
    let app = &page.context.app;
    match review::decide(&app.kit, &app.lifecycle, session, decision, form.whole("reason"), after, page.operator.id).await {
        Ok(()) => Ok(go(&address(session, None), Done::Decided)),
        Err(ReviewError::BadReason) => refuse(&page, session, &form, form.refused("reason", Refusal::BadReason)).await,
        Err(error) => too_late(&page, session, &form, form.refused("", Refusal::TooLate), error.into()).await,
    }
}

/// `POST /dashboard/sessions/{ref}/expire`
pub async fn expire(page: Page, Ids(session): Ids<SessionRef>, form: Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    match expire_now(&app.kit, &app.lifecycle, session, page.operator.actor()).await {
        Ok(()) => Ok(go(&as_left(&page, session, &form), Done::Expired)),
        Err(error) => too_late(&page, session, &form, Refused::one("", Refusal::TooLate), error.into()).await,
    }
}

/// The session's page as it was when its form was sent: revealed, and with the decision that is typed but not sent yet.
pub(super) fn as_left(page: &Page, session: SessionRef, form: &Form) -> String {
    let revealed = revealed::of_form(page, session, form);
    page.keeping(&address(session, revealed.as_deref()), &form.typed_into(&DECISION))
}

/// The session's page with why its form was refused.
pub(super) async fn refuse(page: &Page, session: SessionRef, form: &Form, refused: Refused) -> Result<Response, ApiError> {
    draw(page, session, revealed::of_form(page, session, form), StatusCode::UNPROCESSABLE_ENTITY, refused).await
}

/// Draws the session's page as it is now, if the session changed or expired before the form arrived.
pub(super) async fn too_late(page: &Page, session: SessionRef, form: &Form, refused: Refused, error: ApiError) -> Result<Response, ApiError> {
    match error.0.code {
        Code::Conflict | Code::Expired => draw(page, session, revealed::of_form(page, session, form), StatusCode::CONFLICT, refused).await,
        _ => Err(error),
    }
}

/// `GET /dashboard/sessions/{ref}/artifacts/{artifact}`
pub async fn artifact(
    page: Page,
    visitor: Visitor,
    Extension(connection): Extension<Arc<Connection>>,
    Ids((session, artifact)): Ids<(SessionRef, ArtifactId)>,
) -> Result<Response, ApiError> {
    let kit = &page.context.app.kit;
    let place = page.context.reads.enter((session, Side::Operators), visitor.counted_as(), &connection).await?;
    let (artifact, file) = artifacts::of_session(kit, session, artifact).await?;
    kit.audit_read(page.operator.actor(), Act::ArtifactViewed { session, artifact: artifact.id }).await?;
    Ok(served(&artifact, file, place))
}
