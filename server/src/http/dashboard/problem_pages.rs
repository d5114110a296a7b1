//! Shows problems as pages. A browser that asks the dashboard for a page gets a page in its language, with a link back, whatever went
//! wrong. A program gets the problem itself. This middleware wraps every route, so handlers only return problems.

use app::{
    dashboard::{entrance::Entrance, form::Refused, problem::ProblemPage},
    words::dashboard::PageProblem,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use leptos::prelude::*;

use super::{
    access,
    addresses::{escaped, page_of},
    form::MAX_FORM,
    open_page::OpenPage,
    page::Page,
    reader::{is_browser, is_page},
};
use crate::{http::Context, operators::SignedIn};

/// Middleware: a page in place of a problem. The status stays, and so do the headers that are not about the body.
pub async fn as_pages(State(context): State<Context>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/dashboard" && !path.starts_with("/dashboard/") {
        return next.run(request).await;
    }
    let (request, body) = request.into_parts();
    let response = next.run(Request::from_parts(request.clone(), body)).await;
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if !is_problem || !wants_page(&request, response.status()) {
        return response;
    }
    let (mut problem, _) = response.into_parts();
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

async fn page(context: &Context, request: &Parts, status: StatusCode, headers: &HeaderMap) -> Response {
    if status == StatusCode::UNAUTHORIZED {
        return signed_out(context, request).await;
    }
    // After a failure we ask the store for nothing more, and draw the page that needs no operator.
    let operator = if status.is_server_error() { None } else { access::operator(context, &request.headers).await.unwrap_or_default() };
    let problem = problem_of(context, request, status, headers, operator.as_ref());
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

/// Where a problem's page links back to: the page of the form, or the list if the row does not exist.
fn back(request: &Parts, problem: PageProblem) -> String {
    let page = page_of(request.uri.path());
    match problem {
        PageProblem::Missing => page_of(&page),
        // A page for other roles leads to one for this role.
        PageProblem::Forbidden(_) if request.method.is_safe() => "/dashboard".to_owned(),
        _ => page,
    }
}

fn problem_of(context: &Context, request: &Parts, status: StatusCode, headers: &HeaderMap, operator: Option<&SignedIn>) -> PageProblem {
    let is_from_us = access::check_origin(&context.app.kit, &request.method, &request.headers).is_ok();
    match (status.as_u16(), operator) {
        (403, Some(operator)) if is_from_us => PageProblem::Forbidden(operator.role),
        (403, _) => PageProblem::Elsewhere,
        (404, _) => PageProblem::Missing,
        (408, _) => PageProblem::TooSlow,
        (409, _) => PageProblem::TooLate,
        (413, _) => PageProblem::TooLarge(MAX_FORM / 1024),
        (429, _) => {
            let seconds = headers.get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
            PageProblem::TooMany(seconds.unwrap_or_default())
        }
        (500.., _) => PageProblem::Unavailable,
        _ => PageProblem::Unknown,
    }
}
