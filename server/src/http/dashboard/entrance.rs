//! Coming in and going out: signing in, the first administrator, invitations, one-time links, the language.

use std::time::Instant;

use app::dashboard::{
    data::{Entrance, Refusal, Refused},
    pages::EntrancePage,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::{language::Language, problem::Code};

use super::{
    access::{self, with_token},
    pages::{Form, escaped, inside, page_of, site},
};
use crate::{
    http::{Context, language, path::Segments, problems::ApiError, render, visitor::Visitor},
    model::LinkKind,
    operators::{
        self, OperatorError, Token,
        password::{MAX_BYTES, MIN_CHARS},
    },
};

struct Door<'a> {
    context: &'a Context,
    language: Language,
    here: String,
    plain: bool,
}

impl<'a> Door<'a> {
    fn new(context: &'a Context, headers: &HeaderMap, uri: &Uri) -> Self {
        let here = uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string);
        Self { context, language: language::of_nothing(headers, uri.query()), here, plain: language::query(uri.query(), "plain").is_some() }
    }

    async fn draw(&self, status: StatusCode, entrance: Entrance, refused: Refused) -> Response {
        let (language, here, site) = (self.language, self.here.clone(), site(self.context, self.plain, false));
        let page = move || {
            view! { <EntrancePage site=site.clone() language here=here.clone() entrance=entrance.clone() refused=refused.clone() /> }
        };
        render::html("'none'".to_owned(), status, true, page).await
    }

    /// In, or the page again with why not.
    async fn answer(&self, entered: Result<Token, OperatorError>, form: &Form, entrance: Entrance, next: &str) -> Result<Response, ApiError> {
        match entered {
            Ok(token) => Ok(with_token(&self.context.app, Redirect::to(inside(next)).into_response(), Some(&token))),
            Err(OperatorError::Gone) => Ok(self.draw(StatusCode::GONE, Entrance::Gone, Refused::default()).await),
            Err(error) => {
                let (input, why) = refusal(error)?;
                let status = if why == Refusal::Unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNPROCESSABLE_ENTITY };
                Ok(self.draw(status, entrance, form.refused(input, why)).await)
            }
        }
    }
}

/// What an operator reads of an error: the input at fault, and why.
///
/// # Errors
/// What is no fault of theirs.
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
pub async fn sign_in_page(State(context): State<Context>, headers: HeaderMap, uri: Uri) -> Response {
    let next = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).find(|(name, _)| name == "next");
    let next = inside(next.as_ref().map_or("", |(_, next)| next)).to_owned();
    Door::new(&context, &headers, &uri).draw(StatusCode::OK, Entrance::SignIn { next }, Refused::default()).await
}

/// `POST /dashboard/sign-in`
pub async fn sign_in(State(context): State<Context>, visitor: Visitor, headers: HeaderMap, uri: Uri, request: Request) -> Result<Response, ApiError> {
    let door = Door::new(&context, &headers, &uri);
    let form = Form::read(request).await?;
    let next = inside(form.text("next")).to_owned();
    let entrance = Entrance::SignIn { next: next.clone() };
    if let Err(error) = context.limits.sign_in(visitor.address, form.text("email"), Instant::now()) {
        let seconds = error.0.retry_after.unwrap_or_default();
        let mut response = door.draw(StatusCode::TOO_MANY_REQUESTS, entrance, form.refused("", Refusal::TooMany(seconds))).await;
        error.retry_after(response.headers_mut());
        return Ok(response);
    }
    let entered = operators::sign_in(&context.app, form.text("email"), form.whole("password")).await;
    door.answer(entered, &form, entrance, &next).await
}

/// `POST /dashboard/sign-out`
pub async fn sign_out(State(context): State<Context>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(token) = access::token(&context.app, &headers) {
        operators::sign_out(&context.app, token).await?;
    }
    Ok(with_token(&context.app, Redirect::to("/dashboard/sign-in").into_response(), None))
}

/// The two passwords of a form, where they are the same.
fn chosen(form: &Form) -> Result<&str, Refused> {
    let password = form.whole("password");
    if password == form.whole("password_again") { Ok(password) } else { Err(form.refused("password_again", Refusal::PasswordsDiffer)) }
}

/// The answer to a form that was sent after the sign-in had ended. What was typed is still in the browser, which sends it again
/// when the page is loaded again.
pub(super) async fn ended(context: &Context, headers: &HeaderMap, uri: &Uri) -> Response {
    let entrance = Entrance::Ended { next: escaped(&page_of(uri.path())) };
    Door::new(context, headers, uri).draw(StatusCode::UNAUTHORIZED, entrance, Refused::default()).await
}

/// A page in place of what somebody asked for who is not signed in; `here` is where another language leads back to.
pub(super) async fn instead_of(context: &Context, headers: &HeaderMap, status: StatusCode, here: String, entrance: Entrance) -> Response {
    let door = Door { context, language: language::of_nothing(headers, None), here, plain: false };
    door.draw(status, entrance, Refused::default()).await
}

/// `GET /dashboard/set-up/{token}`
pub async fn set_up_page(State(context): State<Context>, Segments(token): Segments<String>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let door = Door::new(&context, &headers, &uri);
    let is_open = operators::is_set_up_open(&context.app, &token).await?;
    let (status, entrance) = if is_open { (StatusCode::OK, Entrance::SetUp) } else { (StatusCode::GONE, Entrance::Gone) };
    Ok(door.draw(status, entrance, Refused::default()).await)
}

/// `POST /dashboard/set-up/{token}`
pub async fn set_up(
    State(context): State<Context>,
    Segments(token): Segments<String>,
    headers: HeaderMap,
    uri: Uri,
    request: Request,
) -> Result<Response, ApiError> {
    let door = Door::new(&context, &headers, &uri);
    let form = Form::read(request).await?;
    let entered = match chosen(&form) {
        Ok(password) => operators::set_up(&context.app, &token, form.text("email"), password).await,
        Err(refused) => return Ok(door.draw(StatusCode::UNPROCESSABLE_ENTITY, Entrance::SetUp, refused).await),
    };
    door.answer(entered, &form, Entrance::SetUp, "/dashboard").await
}

/// `GET /dashboard/invitation/{token}`
pub async fn invitation_page(State(context): State<Context>, Segments(token): Segments<String>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let door = Door::new(&context, &headers, &uri);
    let (status, entrance) = match operators::of_link(&context.app, &token, LinkKind::Invitation).await {
        Ok(invited) => (StatusCode::OK, Entrance::Invitation { email: invited.email, role: invited.role }),
        Err(OperatorError::Gone) => (StatusCode::GONE, Entrance::Gone),
        Err(error) => return Err(error.into()),
    };
    Ok(door.draw(status, entrance, Refused::default()).await)
}

/// `POST /dashboard/invitation/{token}`
pub async fn accept(
    State(context): State<Context>,
    Segments(token): Segments<String>,
    headers: HeaderMap,
    uri: Uri,
    request: Request,
) -> Result<Response, ApiError> {
    let door = Door::new(&context, &headers, &uri);
    let form = Form::read(request).await?;
    let invited = match operators::of_link(&context.app, &token, LinkKind::Invitation).await {
        Ok(invited) => invited,
        Err(error) => return door.answer(Err(error), &form, Entrance::Gone, "").await,
    };
    let entrance = Entrance::Invitation { email: invited.email, role: invited.role };
    let entered = match chosen(&form) {
        Ok(password) => operators::accept(&context.app, &token, password).await,
        Err(refused) => return Ok(door.draw(StatusCode::UNPROCESSABLE_ENTITY, entrance, refused).await),
    };
    door.answer(entered, &form, entrance, "/dashboard").await
}

/// `GET /dashboard/one-time/{token}`: a button, so that a link preview uses nothing up.
pub async fn one_time_page(State(context): State<Context>, Segments(token): Segments<String>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let door = Door::new(&context, &headers, &uri);
    let (status, entrance) = match operators::of_link(&context.app, &token, LinkKind::OneTime).await {
        Ok(_) => (StatusCode::OK, Entrance::OneTime),
        Err(OperatorError::Gone) => (StatusCode::GONE, Entrance::Gone),
        Err(error) => return Err(error.into()),
    };
    Ok(door.draw(status, entrance, Refused::default()).await)
}

/// `POST /dashboard/one-time/{token}`
pub async fn one_time(
    State(context): State<Context>,
    Segments(token): Segments<String>,
    headers: HeaderMap,
    uri: Uri,
    request: Request,
) -> Result<Response, ApiError> {
    let door = Door::new(&context, &headers, &uri);
    let form = Form::read(request).await?;
    let entered = operators::enter_once(&context.app, &token).await;
    door.answer(entered, &form, Entrance::OneTime, "/dashboard").await
}

/// `POST /dashboard/language`
pub async fn language(State(context): State<Context>, request: Request) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let language = Language::from_tag(form.text("language")).ok_or_else(|| ApiError::new(Code::InvalidRequest, "A language is pt-BR, en or es."))?;
    let mut response = Redirect::to(inside(form.text("back"))).into_response();
    if let Some(cookie) = language::set_cookie(&context.app, language) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
