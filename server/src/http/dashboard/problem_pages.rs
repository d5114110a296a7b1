//! Shows problems to people. A browser that asks the dashboard for a page gets a page in its language, with a link back, whatever went
//! wrong. A browser that sent a form is led back to the form's page, which says what went wrong and keeps what was typed. A program gets
//! the problem itself. This middleware wraps every route, so handlers only return problems.

use std::sync::Arc;

use app::{
    dashboard::{
        entrance::Entrance,
        form::{REVEALED, Refused},
        problem::ProblemPage,
    },
    words::dashboard::{PageProblem, Refusal},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use leptos::prelude::*;

use super::{
    access,
    addresses::{escaped, list_of, page_of},
    form,
    kept::{self, Sent, is_form_of_browser},
    open_page::OpenPage,
    page::Page,
    reader::{is_browser, is_page},
    revealed,
};
use crate::{http::Context, operators::SignedIn};

/// Middleware: a page, or the way to one, in place of a problem. On a page the status stays, and so do the headers that are not about the
/// body.
pub async fn as_pages(State(context): State<Context>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/dashboard" && !path.starts_with("/dashboard/") {
        return next.run(request).await;
    }
    let (mut request, body) = request.into_parts();
    let sent = Arc::<Sent>::default();
    request.extensions.insert(sent.clone());
    let response = next.run(Request::from_parts(request.clone(), body)).await;
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if !is_problem || !wants_page(&request, response.status()) {
        return response;
    }
    let (mut problem, _) = response.into_parts();
    if is_form_of_browser(&request) && problem.status != StatusCode::UNAUTHORIZED {
        return access::with_headers(led_back(&context, &request, &sent, problem.status, &problem.headers));
    }
    let mut page = page(&context, &request, problem.status, &problem.headers).await;
    for of_the_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        problem.headers.remove(of_the_body);
    }
    page.headers_mut().extend(problem.headers);
    access::with_headers(page)
}

/// A browser always gets a page. A program that asks for a page gets one too, if the page is not there or not for this role.
fn wants_page(request: &Parts, status: StatusCode) -> bool {
    is_browser(&request.headers) || (is_page(request) && [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status))
}

/// Redirects from a form to its page, or to the list if the row does not exist. What was typed is kept if there is room for it. Asks the
/// store for nothing, because it may have failed.
fn led_back(context: &Context, request: &Parts, sent: &Sent, status: StatusCode, headers: &HeaderMap) -> Response {
    let (kit, sign_in) = (&context.app.kit, sent.sign_in.get().map(String::as_str));
    let typed = sent.typed.get().cloned().unwrap_or_default();
    let mut page = page_of(request.uri.path());
    if status == StatusCode::NOT_FOUND {
        page = list_of(&page);
    } else if page == request.uri.path() {
        // Its query says, for example, where to go after signing in.
        page = request.uri.path_and_query().map_or(page, ToString::to_string);
    } else {
        let token = Some(typed.typed(REVEALED)).filter(|token| !token.is_empty());
        page = revealed::at(&page, token.as_deref());
    }
    let why = Refused::one("", why(context, request, status, headers));
    let whole = Refused { typed: typed.typed, ..why.clone() };
    let address = kept::address(kit, sign_in, &page, &whole).or_else(|| kept::address(kit, sign_in, &page, &why));
    Redirect::to(&address.unwrap_or(page)).into_response()
}

/// Why a form ended with a problem.
fn why(context: &Context, request: &Parts, status: StatusCode, headers: &HeaderMap) -> Refusal {
    let is_from_us = access::check_origin(&context.app.kit, &request.method, &request.headers).is_ok();
    match status.as_u16() {
        403 if is_from_us => Refusal::Forbidden,
        403 => Refusal::Elsewhere,
        404 | 409 | 410 => Refusal::DoneBefore,
        408 => Refusal::TooSlow,
        413 => form::too_large(request.uri.path()),
        429 => Refusal::TooMany(seconds(headers)),
        500.. => Refusal::Unavailable,
        _ => Refusal::NoSuchForm,
    }
}

/// The seconds of `Retry-After`.
fn seconds(headers: &HeaderMap) -> u64 {
    headers.get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok()).unwrap_or_default()
}

async fn page(context: &Context, request: &Parts, status: StatusCode, headers: &HeaderMap) -> Response {
    if status == StatusCode::UNAUTHORIZED {
        return signed_out(context, request).await;
    }
    // After a failure we ask the store for nothing more, and draw the page that needs no operator.
    let operator = if status.is_server_error() { None } else { access::operator(context, &request.headers).await.unwrap_or_default() };
    let problem = problem_of(status, headers, operator.as_ref());
    let back = back(request, problem);
    if let Some(operator) = operator {
        let back = back.clone();
        let view = move |site, viewer| view! { <ProblemPage site viewer problem back=back.clone() /> };
        if let Ok(drawn) = Page::of(context, operator, request).draw(status, false, view).await {
            return drawn;
        }
    }
    OpenPage::of(context, request).at(back.clone()).draw(status, Entrance::Problem { problem, back }, Refused::default()).await
}

/// The answer to a form that was sent after its operator was signed out. The browser still has what was typed, and sends it again if the
/// page is reloaded.
async fn signed_out(context: &Context, request: &Parts) -> Response {
    let page = page_of(request.uri.path());
    let entrance = Entrance::Ended { next: escaped(&page) };
    OpenPage::of(context, request).at(page).draw(StatusCode::UNAUTHORIZED, entrance, Refused::default()).await
}

/// Where a problem's page links back to: the list if the row does not exist, or a page for this role.
fn back(request: &Parts, problem: PageProblem) -> String {
    let page = page_of(request.uri.path());
    match problem {
        PageProblem::Missing => list_of(&page),
        PageProblem::Forbidden(_) => "/dashboard".to_owned(),
        _ => page,
    }
}

fn problem_of(status: StatusCode, headers: &HeaderMap, operator: Option<&SignedIn>) -> PageProblem {
    match (status.as_u16(), operator) {
        (403, Some(operator)) => PageProblem::Forbidden(operator.role),
        (429, _) => PageProblem::TooMany(seconds(headers)),
        (500.., _) => PageProblem::Unavailable,
        _ => PageProblem::Missing,
    }
}
