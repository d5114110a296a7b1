//! The pages of dossiers: searching one, its contents, files that are in none, and linking and unlinking.

use app::{
    dashboard::{
        dossiers::{CustomersPage, DossierPage, UnresolvedPage},
        form::Refused,
    },
    words::dashboard::{Done, Refusal},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::ids::ArtifactId;

use super::{
    addresses::{go, inside},
    damaged,
    form::Form,
    ids::Ids,
    page::Page,
    revealed, searches,
    sessions::{as_left, refuse, too_late},
};
use crate::{
    customers::{self, CustomerReference},
    dossiers::{self, DossierError, Linked, Linking},
    http::problems::ApiError,
    ids::{CustomerId, RowId as _, SessionRef},
    operators::Visit,
};

/// `GET /dashboard/unresolved`
pub async fn unresolved(page: Page) -> Result<Response, ApiError> {
    let data = page.views().unresolved(page.before().unwrap_or(ArtifactId::last())).await?;
    page.draw(StatusCode::OK, false, move |site, viewer| view! { <UnresolvedPage site viewer data=data.clone() /> }).await
}

async fn draw_search(page: &Page, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect("/dashboard/customers", &refused) {
        return Ok(redirect);
    }
    let search = refused.typed("q");
    page.draw(status, false, move |site, viewer| view! { <CustomersPage site viewer search=search.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/customers`
pub async fn customers(page: Page) -> Result<Response, ApiError> {
    draw_search(&page, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/customers`: a search by the whole reference. It is a POST, so that the reference is in no address.
pub async fn search(page: Page, visit: Visit, form: Form) -> Result<Response, ApiError> {
    let searched = form.text("q").to_owned();
    if searched.is_empty() {
        return draw_search(&page, StatusCode::OK, Refused::default()).await;
    }
    searches::count(&page, &visit).await?;
    if !searches::may_find(&page, &searched) {
        let refused = searches::refused(&page, &searched, &visit).await;
        return draw_search(&page, StatusCode::FORBIDDEN, refused).await;
    }
    let found = customers::find(&page.context.app.kit, &searched).await?;
    searches::audit(&page, found).await?;
    match found {
        Some(customer) => Ok(Redirect::to(&format!("/dashboard/customers/{customer}")).into_response()),
        None => draw_search(&page, StatusCode::OK, form.typed()).await,
    }
}

/// `GET /dashboard/customers/{id}`
pub async fn show(page: Page, Ids(customer): Ids<CustomerId>) -> Result<Response, ApiError> {
    let revealed = revealed::of_address(&page, customer).is_some();
    let data = match page.views().dossier(customer, revealed).await {
        Ok(data) => data,
        Err(error) => return damaged::page(&page, &format!("/dashboard/customers/{customer}"), error).await,
    };
    let refused = page.kept();
    page.draw(StatusCode::OK, false, move |site, viewer| view! { <DossierPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `POST /dashboard/customers/{id}/reveal`
pub async fn reveal(page: Page, Ids(customer): Ids<CustomerId>) -> Result<Response, ApiError> {
    dossiers::reveal(&page.context.app.kit, customer, page.operator.actor()).await?;
    Ok(Redirect::to(&revealed::address(&page, &format!("/dashboard/customers/{customer}"), customer)).into_response())
}

/// Links a session or a file to the customer that the form names.
async fn link(page: Page, visit: Visit, session: SessionRef, linked: Linked, form: Form) -> Result<Response, ApiError> {
    let to = match form.parsed::<CustomerReference>("customer", Refusal::BadReference) {
        Ok(to) => to,
        Err(refused) => return refuse(&page, session, &form, refused).await,
    };
    // The answer says whether there is a customer with this reference, as a search does.
    if to.is_some() {
        searches::count(&page, &visit).await?;
        searches::audit(&page, None).await?;
    }
    let (may_create, is_empty) = (!form.text("create").is_empty(), to.is_none());
    match dossiers::link(&page.context.app.kit, session, linked, to, may_create, page.operator.actor()).await {
        Ok(Linking::WouldCreate) => {
            let why = if is_empty { Refusal::NoReference } else { Refusal::NewReference };
            refuse(&page, session, &form, form.refused("customer", why)).await
        }
        done => answer(page, session, done.map(drop), &form, Done::Linked).await,
    }
}

/// Unlinks a session or a file from the customer that the form names.
async fn unlink(page: Page, session: SessionRef, linked: Linked, form: Form) -> Result<Response, ApiError> {
    let done = dossiers::unlink(&page.context.app.kit, session, linked, form.text("from").parse().ok(), page.operator.actor()).await;
    answer(page, session, done, &form, Done::Unlinked).await
}

/// Redirects back to the page that the form names, or to the session's page.
async fn answer(page: Page, session: SessionRef, changed: Result<(), DossierError>, form: &Form, done: Done) -> Result<Response, ApiError> {
    let back = form.text("back");
    let is_here = back.is_empty() || back.split('?').next() == Some(&format!("/dashboard/sessions/{session}"));
    match changed {
        Ok(()) if is_here => Ok(go(&as_left(&page, session, form), done)),
        Ok(()) => Ok(go(inside(back), done)),
        Err(error) => too_late(&page, session, form, Refused::one("", Refusal::TooLate), error.into()).await,
    }
}

/// `POST /dashboard/sessions/{ref}/link`
pub async fn link_session(page: Page, visit: Visit, Ids(session): Ids<SessionRef>, form: Form) -> Result<Response, ApiError> {
    link(page, visit, session, Linked::Session, form).await
}

/// `POST /dashboard/sessions/{ref}/unlink`
pub async fn unlink_session(page: Page, Ids(session): Ids<SessionRef>, form: Form) -> Result<Response, ApiError> {
    unlink(page, session, Linked::Session, form).await
}

/// `POST /dashboard/sessions/{ref}/artifacts/{artifact}/link`
pub async fn link_artifact(page: Page, visit: Visit, Ids((session, artifact)): Ids<(SessionRef, ArtifactId)>, form: Form) -> Result<Response, ApiError> {
    link(page, visit, session, Linked::Artifact(artifact), form).await
}

/// `POST /dashboard/sessions/{ref}/artifacts/{artifact}/unlink`
pub async fn unlink_artifact(page: Page, Ids((session, artifact)): Ids<(SessionRef, ArtifactId)>, form: Form) -> Result<Response, ApiError> {
    unlink(page, session, Linked::Artifact(artifact), form).await
}
