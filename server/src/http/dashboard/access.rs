//! Checks who may use a route of the dashboard. The route table wraps each route in [`may`] or [`anyone`]. Only this file checks that the
//! request comes from our own pages, that an operator is signed in, and that their role may do it. It checks before the body is read, so
//! that strangers cannot send one, again once the body is whole, and when the request commits: a role that was lost meanwhile does not count.

use axum::{
    body::Body,
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::MethodRouter,
};
use http_body::Body as _;
use shared::{problem::Code, role::May};

use super::{addresses::escaped, cookie, form, kept::Sent, reader::is_page};
use crate::{
    actor::Act,
    http::{Context, body::whole, problems::ApiError},
    kit::Kit,
    operators::{self, SignedIn, Visit},
    store,
};

/// A route for operators who may do this.
pub fn may(context: &Context, action: May, route: MethodRouter<Context>) -> MethodRouter<Context> {
    route.route_layer(middleware::from_fn_with_state((context.clone(), action), signed_in))
}

/// A route for anyone, signed in or not.
pub fn anyone(context: &Context, route: MethodRouter<Context>) -> MethodRouter<Context> {
    route.route_layer(middleware::from_fn_with_state(context.clone(), own_page))
}

async fn own_page(State(context): State<Context>, request: Request, next: Next) -> Response {
    match check_origin(&context.app.kit, request.method(), request.headers()) {
        Ok(()) => with_headers(next.run(request).await),
        Err(error) => with_headers(error.into_response()),
    }
}

async fn signed_in(State((context, action)): State<(Context, May)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    with_headers(match admitted(&context, action, &mut parts, body).await {
        Ok((operator, body)) => {
            let id = operator.id;
            parts.extensions.insert(operator);
            store::acting(id, action, next.run(Request::from_parts(parts, body))).await
        }
        Err(refused) => refused,
    })
}

/// The operator who sent a request and may do this, and the request's body, whole if it changes something.
async fn admitted(context: &Context, action: May, request: &mut Parts, body: Body) -> Result<(SignedIn, Body), Response> {
    let operator = authorise(context, action, request).await?;
    if request.method.is_safe() || body.is_end_stream() {
        return Ok((operator, body));
    }
    let (most, too_large) = form::limit(request.uri.path());
    let bytes = whole(body, most, too_large).await.map_err(IntoResponse::into_response)?;
    Ok((authorise(context, action, request).await?, bytes.into()))
}

/// The operator who sent a request and may do this.
async fn authorise(context: &Context, action: May, request: &mut Parts) -> Result<SignedIn, Response> {
    let operator = authenticate(context, request).await?;
    if !operator.role.may(action) {
        refused(context, &operator, request).await;
        return Err(ApiError::new(Code::Forbidden, format!("The role {} may not do this.", operator.role.as_str())).into_response());
    }
    Ok(operator)
}

/// Audits that an operator was refused.
async fn refused(context: &Context, operator: &SignedIn, request: &mut Parts) {
    let Ok(visit) = Visit::from_request_parts(request, context).await;
    let app = &context.app;
    app.refusals.record(&app.kit, operator.actor(), Act::OperatorRefused(operator.id), visit.source).await;
}

/// The operator who sent a request; or the answer to a request from another site, or from somebody who is not signed in.
async fn authenticate(context: &Context, request: &Parts) -> Result<SignedIn, Response> {
    check_origin(&context.app.kit, &request.method, &request.headers).map_err(IntoResponse::into_response)?;
    if let Some(known) = operator(context, &request.headers).await.map_err(IntoResponse::into_response)? {
        Sent::of(&request.extensions).sign_in.get_or_init(|| known.sign_in.clone());
        return Ok(known);
    }
    Err(if is_page(request) {
        let here: String = escaped(request.uri.path_and_query().map_or("/dashboard", |here| here.as_str()));
        Redirect::to(&format!("/dashboard/sign-in?next={here}")).into_response()
    } else {
        ApiError::new(Code::Unauthorized, "Nobody is signed in. Sign in at /dashboard/sign-in.").into_response()
    })
}

/// The operator who is signed in on this browser.
///
/// # Errors
/// If the store does not answer.
pub(super) async fn operator(context: &Context, headers: &HeaderMap) -> Result<Option<SignedIn>, ApiError> {
    match cookie::token(&context.app.kit, headers) {
        Some(token) => Ok(operators::of_token(&context.app.kit, token).await?),
        None => Ok(None),
    }
}

/// Checks that an unsafe request comes from our own pages: `Sec-Fetch-Site` says so, or `Origin` in browsers without it.
///
/// # Errors
/// 403 `forbidden`
pub(super) fn check_origin(kit: &Kit, method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => *origin == *kit.public_url,
        (None, None) => false,
    };
    if is_ours { Ok(()) } else { Err(ApiError::new(Code::Forbidden, "This request did not come from a page of the dashboard itself.")) }
}

/// Adds what every answer of the dashboard carries. `no-referrer` would make the Origin of every form null.
pub(super) fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=()"));
    response
}
