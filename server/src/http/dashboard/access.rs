//! Who comes in. The route table names for each route of the dashboard what it takes, [`may`] or [`anyone`], and this is the
//! one place that checks it: the request comes from our own pages, somebody is signed in, and their role may.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::MethodRouter,
};
use shared::{problem::Code, role::May};

use super::{entrance, forbidden_page, pages};
use crate::{
    app::App,
    http::{Context, device, problems::ApiError},
    operators::{self, SIGN_IN_SECONDS, SignedIn, Token},
};

/// A route for those who may do this.
pub fn may(context: &Context, action: May, route: MethodRouter<Context>) -> MethodRouter<Context> {
    route.route_layer(middleware::from_fn_with_state((context.clone(), action), signed_in))
}

/// A route for anyone, signed in or not.
pub fn anyone(context: &Context, route: MethodRouter<Context>) -> MethodRouter<Context> {
    route.route_layer(middleware::from_fn_with_state(context.clone(), own_page))
}

async fn own_page(State(context): State<Context>, request: Request, next: Next) -> Response {
    match check_origin(&context.app, request.method(), request.headers()) {
        Ok(()) => with_headers(next.run(request).await),
        Err(error) => with_headers(error.into_response()),
    }
}

async fn signed_in(State((context, action)): State<(Context, May)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let operator = match who(&context, &parts).await {
        Ok(operator) => operator,
        Err(refused) => return with_headers(refused),
    };
    if !operator.role.may(action) {
        let refused = if is_page(&parts) {
            forbidden_page(&context, &operator, &parts).await
        } else {
            ApiError::new(Code::Forbidden, format!("The role {} may not do this.", operator.role.as_str())).into_response()
        };
        return with_headers(refused);
    }
    parts.extensions.insert(operator);
    with_headers(next.run(Request::from_parts(parts, body)).await)
}

async fn who(context: &Context, request: &Parts) -> Result<SignedIn, Response> {
    check_origin(&context.app, &request.method, &request.headers).map_err(IntoResponse::into_response)?;
    if let Some(known) = operator(context, &request.headers).await.map_err(IntoResponse::into_response)? {
        return Ok(known);
    }
    Err(if is_page(request) {
        let here: String = pages::escaped(request.uri.path_and_query().map_or("/dashboard", |here| here.as_str()));
        Redirect::to(&format!("/dashboard/sign-in?next={here}")).into_response()
    } else if !request.method.is_safe() && pages::is_browser(&request.headers) {
        entrance::ended(context, &request.headers, &request.uri).await
    } else {
        ApiError::new(Code::Unauthorized, "Nobody is signed in. Sign in at /dashboard/sign-in.").into_response()
    })
}

/// Who is signed in on this browser.
///
/// # Errors
/// Where the store does not answer.
pub(super) async fn operator(context: &Context, headers: &HeaderMap) -> Result<Option<SignedIn>, ApiError> {
    match token(&context.app, headers) {
        Some(token) => Ok(operators::of_token(&context.app, token).await?),
        None => Ok(None),
    }
}

/// Whether the answer is a page to look at: then who is not signed in is led there, and who may not is told so by a page.
fn is_page(request: &Parts) -> bool {
    let route = request.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    request.method.is_safe() && !route.ends_with("/events") && !route.contains("/artifacts/")
}

/// Unsafe requests have to come from our own pages: `Sec-Fetch-Site` says so, or `Origin` where a browser sends none.
///
/// # Errors
/// 403 `forbidden`
pub(super) fn check_origin(app: &App, method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == app.public_url,
        (None, None) => false,
    };
    if is_ours { Ok(()) } else { Err(ApiError::new(Code::Forbidden, "This request did not come from a page of the dashboard itself.")) }
}

/// What every answer of the dashboard carries besides the rest: `no-referrer` would make every form's Origin null.
pub(super) fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=()"));
    response
}

fn cookie_name(app: &App) -> &'static str {
    if app.public_url.starts_with("https://") { "__Host-fs_desk" } else { "fs_desk" }
}

/// The token that a browser shows.
pub fn token<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    device::cookie(headers, cookie_name(app))
}

/// Gives a browser its token, or with `None` takes it away.
pub fn with_token(app: &App, mut response: Response, token: Option<&Token>) -> Response {
    let secure = if app.public_url.starts_with("https://") { "; Secure" } else { "" };
    let (value, seconds) = token.map_or(("", 0), |token| (token.expose(), SIGN_IN_SECONDS));
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", cookie_name(app));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
