//! Signing in and out: the sign-in form, the first administrator, invitations, one-time links; and the language.

use std::time::Instant;

use app::{
    dashboard::{entrance::Entrance, form::Refused},
    words::dashboard::Refusal,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use shared::{language::Language, problem::Code};

use super::{
    addresses::inside,
    cookie::{self, with_token},
    form::Form,
    open_page::OpenPage,
};
use crate::{
    http::{Context, language, path::Segments, problems::ApiError, visitor::Visitor},
    model::LinkKind,
    operators::{
        self, OperatorError, Token,
        password::{MAX_BYTES, MIN_CHARS},
    },
};

/// The page of a link, or a page that says that the link has expired or was already used.
async fn draw(page: &OpenPage, opened: Result<Entrance, OperatorError>) -> Result<Response, ApiError> {
    let (status, entrance) = match opened {
        Ok(entrance) => (StatusCode::OK, entrance),
        Err(OperatorError::Gone) => (StatusCode::GONE, Entrance::Gone),
        Err(error) => return Err(error.into()),
    };
    Ok(page.draw(status, entrance, Refused::default()).await)
}

/// Signs in and redirects to `next`, or draws the page again with the reason for the refusal.
async fn enter(page: &OpenPage, entered: Result<Token, OperatorError>, form: &Form, entrance: Entrance, next: &str) -> Result<Response, ApiError> {
    match entered {
        Ok(token) => Ok(with_token(&page.context.app.kit, Redirect::to(inside(next)).into_response(), Some(&token))),
        Err(error @ OperatorError::Gone) => draw(page, Err(error)).await,
        Err(error) => {
            let (input, why) = refusal(error)?;
            let status = if why == Refusal::Unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNPROCESSABLE_ENTITY };
            Ok(page.draw(status, entrance, form.refused(input, why)).await)
        }
    }
}

/// What an operator reads about an error: the input at fault, and why.
///
/// # Errors
/// An error that is not the operator's fault.
pub(super) fn refusal(error: OperatorError) -> Result<(&'static str, Refusal), ApiError> {
    Ok(match error {
        OperatorError::WrongCredentials => ("", Refusal::WrongCredentials),
        OperatorError::BadEmail(_) => ("email", Refusal::BadEmail),
        OperatorError::EmailTaken => ("email", Refusal::EmailTaken),
        OperatorError::ShortPassword => ("password", Refusal::ShortPassword(MIN_CHARS)),
        OperatorError::LongPassword => ("password", Refusal::LongPassword(MAX_BYTES)),
        OperatorError::Busy(_) => ("", Refusal::Unavailable),
        other => return Err(other.into()),
    })
}

/// `GET /dashboard/sign-in`
pub async fn sign_in_page(page: OpenPage, uri: Uri) -> Response {
    let next = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).find(|(name, _)| name == "next");
    let next = inside(next.as_ref().map_or("", |(_, next)| next)).to_owned();
    page.draw(StatusCode::OK, Entrance::SignIn { next }, Refused::default()).await
}

/// `POST /dashboard/sign-in`
pub async fn sign_in(page: OpenPage, visitor: Visitor, form: Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    let next = inside(form.text("next")).to_owned();
    let entrance = Entrance::SignIn { next: next.clone() };
    if let Err(error) = page.context.limits.sign_in(visitor.address, form.text("email"), Instant::now()) {
        let seconds = error.0.retry_after.unwrap_or_default();
        let mut response = page.draw(StatusCode::TOO_MANY_REQUESTS, entrance, form.refused("", Refusal::TooMany(seconds))).await;
        error.retry_after(response.headers_mut());
        return Ok(response);
    }
    let entered = operators::sign_in(&app.kit, &app.passwords, form.text("email"), form.whole("password")).await;
    enter(&page, entered, &form, entrance, &next).await
}

/// `POST /dashboard/sign-out`
pub async fn sign_out(State(context): State<Context>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(token) = cookie::token(&context.app.kit, &headers) {
        operators::sign_out(&context.app.kit, token).await?;
    }
    Ok(with_token(&context.app.kit, Redirect::to("/dashboard/sign-in").into_response(), None))
}

/// The password of a form that asks for it twice.
fn chosen(form: &Form) -> Result<&str, Refused> {
    let password = form.whole("password");
    if password == form.whole("password_again") { Ok(password) } else { Err(form.refused("password_again", Refusal::PasswordsDiffer)) }
}

/// `GET /dashboard/set-up/{token}`
pub async fn set_up_page(page: OpenPage, Segments(token): Segments<String>) -> Result<Response, ApiError> {
    let is_open = operators::is_set_up_open(&page.context.app.kit, &page.context.app.set_up, &token).await?;
    draw(&page, if is_open { Ok(Entrance::SetUp) } else { Err(OperatorError::Gone) }).await
}

/// `POST /dashboard/set-up/{token}`
pub async fn set_up(page: OpenPage, Segments(token): Segments<String>, form: Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    let entered = match chosen(&form) {
        Ok(password) => operators::set_up(&app.kit, &app.set_up, &app.passwords, &token, form.text("email"), password).await,
        Err(refused) => return Ok(page.draw(StatusCode::UNPROCESSABLE_ENTITY, Entrance::SetUp, refused).await),
    };
    enter(&page, entered, &form, Entrance::SetUp, "/dashboard").await
}

/// `GET /dashboard/invitation/{token}`
pub async fn invitation_page(page: OpenPage, Segments(token): Segments<String>) -> Result<Response, ApiError> {
    let invited = operators::of_link(&page.context.app.kit, &token, LinkKind::Invitation).await;
    draw(&page, invited.map(|invited| Entrance::Invitation { email: invited.email, role: invited.role })).await
}

/// `POST /dashboard/invitation/{token}`
pub async fn accept(page: OpenPage, Segments(token): Segments<String>, form: Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    let entrance = match operators::of_link(&page.context.app.kit, &token, LinkKind::Invitation).await {
        Ok(invited) => Entrance::Invitation { email: invited.email, role: invited.role },
        Err(error) => return draw(&page, Err(error)).await,
    };
    let entered = match chosen(&form) {
        Ok(password) => operators::accept(&app.kit, &app.passwords, &token, password).await,
        Err(refused) => return Ok(page.draw(StatusCode::UNPROCESSABLE_ENTITY, entrance, refused).await),
    };
    enter(&page, entered, &form, entrance, "/dashboard").await
}

/// `GET /dashboard/one-time/{token}`: a page with a button, so that a link preview does not use the link.
pub async fn one_time_page(page: OpenPage, Segments(token): Segments<String>) -> Result<Response, ApiError> {
    let known = operators::of_link(&page.context.app.kit, &token, LinkKind::OneTime).await;
    draw(&page, known.map(|_| Entrance::OneTime)).await
}

/// `POST /dashboard/one-time/{token}`
pub async fn one_time(page: OpenPage, Segments(token): Segments<String>, form: Form) -> Result<Response, ApiError> {
    let entered = operators::enter_once(&page.context.app.kit, &token).await;
    enter(&page, entered, &form, Entrance::OneTime, "/dashboard").await
}

/// `POST /dashboard/language`
pub async fn language(State(context): State<Context>, form: Form) -> Result<Response, ApiError> {
    let language = Language::from_tag(form.text("language")).ok_or_else(|| ApiError::new(Code::InvalidRequest, "A language is pt-BR, en or es."))?;
    let mut response = Redirect::to(inside(form.text("back"))).into_response();
    if let Some(cookie) = language::set_cookie(&context.app.kit, language) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
