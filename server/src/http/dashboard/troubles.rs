//! Problems as people read them: a browser that asks the dashboard for a page is shown one, in its language and with the way
//! back, whatever stood in the way. It stands around every route, so that no handler has to think of it; programs, which ask
//! for no page, get the problem itself.

use app::dashboard::{
    data::{Entrance, Trouble},
    pages::TroublePage,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use leptos::prelude::*;

use super::{
    access, entrance,
    pages::{Asked, MAX_FORM, is_browser, page_of},
};
use crate::{http::Context, operators::SignedIn};

/// Middleware: a page in place of a problem. The status stays, and so do the headers that are not about the body.
pub async fn as_pages(State(context): State<Context>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_ours = path == "/dashboard" || path.starts_with("/dashboard/");
    if !is_ours || !is_browser(request.headers()) {
        return next.run(request).await;
    }
    let (asked, body) = request.into_parts();
    let response = next.run(Request::from_parts(asked.clone(), body)).await;
    if response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/problem+json") {
        return response;
    }
    let (mut problem, _) = response.into_parts();
    let mut page = page(&context, &asked, problem.status, &problem.headers).await;
    for of_the_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        problem.headers.remove(of_the_body);
    }
    page.headers_mut().extend(problem.headers);
    access::with_headers(page)
}

async fn page(context: &Context, asked: &Parts, status: StatusCode, headers: &HeaderMap) -> Response {
    if status == StatusCode::UNAUTHORIZED {
        return entrance::ended(context, &asked.headers, &asked.uri).await;
    }
    // Where the server fails, it is not asked for more: the page is then the one that needs to know nobody.
    let operator = if status.is_server_error() { None } else { access::operator(context, &asked.headers).await.unwrap_or_default() };
    let trouble = trouble(context, asked, status, headers, operator.as_ref());
    let page = page_of(asked.uri.path());
    // Where a row is not there, its page is not either: the list is.
    let back = if trouble == Trouble::Missing { page_of(&page) } else { page };
    if let Some(operator) = &operator {
        let (here, back) = (back.clone(), back.clone());
        let asked = Asked::instead_of(context, operator, &asked.headers, here);
        let drawn = asked.draw(status, false, move |site, viewer| view! { <TroublePage site viewer trouble back=back.clone() /> }).await;
        if let Ok(drawn) = drawn {
            return drawn;
        }
    }
    entrance::instead_of(context, &asked.headers, status, back.clone(), Entrance::Trouble { trouble, back }).await
}

fn trouble(context: &Context, asked: &Parts, status: StatusCode, headers: &HeaderMap, operator: Option<&SignedIn>) -> Trouble {
    let is_from_us = access::check_origin(&context.app, &asked.method, &asked.headers).is_ok();
    match (status.as_u16(), operator) {
        (403, Some(operator)) if is_from_us => Trouble::Forbidden(operator.role),
        (403, _) => Trouble::Elsewhere,
        (404, _) => Trouble::Missing,
        (408, _) => Trouble::TooSlow,
        (409, _) => Trouble::TooLate,
        (413, _) => Trouble::TooLarge(MAX_FORM / 1024),
        (429, _) => {
            let seconds = headers.get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
            Trouble::TooMany(seconds.unwrap_or_default())
        }
        (500.., _) => Trouble::Unavailable,
        _ => Trouble::Unknown,
    }
}
