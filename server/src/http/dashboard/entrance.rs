//! Signing in and out: the sign-in form, the first administrator, invitations, reset links, one-time links; and the language.

use std::time::Instant;

use app::{
    dashboard::{entrance::Entrance, form::Refused},
    words::dashboard::{Refusal, WeakPassword},
};
use axum::{
    Extension,
    extract::State,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use shared::{language::Language, problem::Code};

use super::{
    addresses::inside,
    cookie::{self, with_device, with_token},
    form::Form,
    open_page::OpenPage,
};
use crate::{
    http::{Context, language, path::Segments, problems::ApiError, visitor::Visitor},
    model::LinkKind,
    operators::{
        self, OperatorError, SignedIn, Token, Visit,
        password::Turn,
        strength::{MAX_CHARS, MIN_CHARS, Weakness},
    },
};

/// The page of a link, or a page that says that the link has expired or was already used.
async fn draw(page: &OpenPage, opened: Result<Entrance, OperatorError>) -> Result<Response, ApiError> {
    match opened {
        Ok(entrance) => Ok(page.draw(StatusCode::OK, entrance, page.kept()).await),
        Err(OperatorError::Gone) => answer(page, StatusCode::GONE, Entrance::Gone, Refused::default()).await,
        Err(error) => Err(error.into()),
    }
}

/// Answers a form that was refused.
async fn answer(page: &OpenPage, status: StatusCode, entrance: Entrance, refused: Refused) -> Result<Response, ApiError> {
    match page.redirect(&refused) {
        Some(redirect) => Ok(redirect),
        None => Ok(page.draw(status, entrance, refused).await),
    }
}

/// Signs in and redirects to `next`, or draws the page again with the reason for the refusal.
/// The browser becomes a known one.
async fn enter(page: &OpenPage, entered: Result<Token, OperatorError>, form: &Form, entrance: Entrance, next: &str) -> Result<Response, ApiError> {
    match entered {
        Ok(token) => {
            let kit = &page.context.app.kit;
            let response = with_token(kit, Redirect::to(inside(next)).into_response(), Some(&token));
            // Nobody, if the operator was disabled meanwhile.
            let operator = operators::of_token(kit, token.expose()).await?;
            Ok(match operator {
                Some(operator) => with_device(kit, response, &page.headers, &operator.email),
                None => response,
            })
        }
        Err(error @ OperatorError::Gone) => draw(page, Err(error)).await,
        Err(error) => {
            let (input, why) = refusal(error)?;
            let status = if why == Refusal::Unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNPROCESSABLE_ENTITY };
            answer(page, status, entrance, form.refused(input, why)).await
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
        OperatorError::WrongPassword => ("password_current", Refusal::WrongPassword),
        OperatorError::Weak(weakness) => ("password", Refusal::WeakPassword(weak(weakness))),
        OperatorError::Busy(_) => ("", Refusal::Unavailable),
        other => return Err(other.into()),
    })
}

const fn weak(weakness: Weakness) -> WeakPassword {
    match weakness {
        Weakness::Short => WeakPassword::Short(MIN_CHARS),
        Weakness::Long => WeakPassword::Long(MAX_CHARS),
        Weakness::Spaces => WeakPassword::Spaces,
        Weakness::Repeated => WeakPassword::Repeated,
        Weakness::Own => WeakPassword::Own,
        Weakness::Sequence => WeakPassword::Sequence,
        Weakness::Date => WeakPassword::Date,
        Weakness::Common => WeakPassword::Common,
        Weakness::Words => WeakPassword::Words,
    }
}

/// Draws the page again after a try that was one too many.
async fn too_many(page: &OpenPage, entrance: Entrance, form: &Form, error: ApiError) -> Result<Response, ApiError> {
    let seconds = error.0.retry_after.unwrap_or_default();
    let mut response = answer(page, StatusCode::TOO_MANY_REQUESTS, entrance, form.refused("", Refusal::TooMany(seconds))).await?;
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        error.retry_after(response.headers_mut());
    }
    Ok(response)
}

/// `GET /dashboard/sign-in`
pub async fn sign_in_page(page: OpenPage, uri: Uri) -> Response {
    let next = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).find(|(name, _)| name == "next");
    let next = inside(next.as_ref().map_or("", |(_, next)| next)).to_owned();
    page.draw(StatusCode::OK, Entrance::SignIn { next }, page.kept()).await
}

/// `POST /dashboard/sign-in`
pub async fn sign_in(page: OpenPage, visitor: Visitor, visit: Visit, form: Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    let next = inside(form.text("next")).to_owned();
    let entrance = Entrance::SignIn { next: next.clone() };
    let device = cookie::device(&app.kit, &page.headers, form.text("email"));
    if let Err(error) = page.context.limits.sign_in(visitor.address, form.text("email"), device, Instant::now()) {
        operators::limited(&app.kit, &app.refusals, form.text("email"), &visit).await?;
        return too_many(&page, entrance, &form, error).await;
    }
    let turn = if device.is_some() { Turn::First } else { Turn::Second };
    let entered = operators::sign_in(&app.kit, &app.passwords, &app.refusals, turn, form.text("email"), form.whole("password"), &visit).await;
    enter(&page, entered, &form, entrance, &next).await
}

/// `POST /dashboard/sign-out`
pub async fn sign_out(State(context): State<Context>, Extension(operator): Extension<SignedIn>, visit: Visit) -> Result<Response, ApiError> {
    operators::sign_out(&context.app.kit, operator.id, &visit).await?;
    Ok(with_token(&context.app.kit, Redirect::to("/dashboard/sign-in").into_response(), None))
}

/// The password of a form that asks for it twice.
pub(super) fn chosen(form: &Form) -> Result<&str, Refused> {
    let password = form.whole("password");
    if password == form.whole("password_again") { Ok(password) } else { Err(form.refused("password_again", Refusal::PasswordsDiffer)) }
}

/// `GET /dashboard/set-up/{token}`
pub async fn set_up_page(page: OpenPage, Segments(token): Segments<String>) -> Result<Response, ApiError> {
    let is_open = operators::is_set_up_open(&page.context.app.kit, &page.context.app.set_up, &token).await?;
    draw(&page, if is_open { Ok(Entrance::SetUp) } else { Err(OperatorError::Gone) }).await
}

/// `POST /dashboard/set-up/{token}`
pub async fn set_up(page: OpenPage, visit: Visit, Segments(token): Segments<String>, form: Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    if !operators::is_set_up_open(&app.kit, &app.set_up, &token).await? {
        return draw(&page, Err(OperatorError::Gone)).await;
    }
    if let Err(error) = page.context.limits.link(operators::hash(&token), Instant::now()) {
        return too_many(&page, Entrance::SetUp, &form, error).await;
    }
    let entered = match chosen(&form) {
        Ok(password) => operators::set_up(&app.kit, &app.set_up, &app.passwords, &token, form.text("email"), password, &visit).await,
        Err(refused) => return answer(&page, StatusCode::UNPROCESSABLE_ENTITY, Entrance::SetUp, refused).await,
    };
    enter(&page, entered, &form, Entrance::SetUp, "/dashboard").await
}

/// The page of an invitation or of a reset link.
async fn password_page(page: &OpenPage, token: &str, kind: LinkKind) -> Result<Entrance, OperatorError> {
    let (operator, email) = operators::of_link(&page.context.app.kit, token, kind).await?;
    Ok(if kind == LinkKind::Reset { Entrance::Reset { email } } else { Entrance::Invitation { email, role: operator.role } })
}

/// Sets the password that was chosen with an invitation or with a reset link.
async fn choose_password(page: OpenPage, token: &str, kind: LinkKind, visit: &Visit, form: &Form) -> Result<Response, ApiError> {
    let app = &page.context.app;
    let entrance = match password_page(&page, token, kind).await {
        Ok(entrance) => entrance,
        Err(error) => return draw(&page, Err(error)).await,
    };
    if let Err(error) = page.context.limits.link(operators::hash(token), Instant::now()) {
        return too_many(&page, entrance, form, error).await;
    }
    let entered = match chosen(form) {
        Ok(password) if kind == LinkKind::Reset => operators::reset(&app.kit, &app.passwords, token, password, visit).await,
        Ok(password) => operators::accept(&app.kit, &app.passwords, token, password, visit).await,
        Err(refused) => return answer(&page, StatusCode::UNPROCESSABLE_ENTITY, entrance, refused).await,
    };
    enter(&page, entered, form, entrance, "/dashboard").await
}

/// `GET /dashboard/invitation/{token}`
pub async fn invitation_page(page: OpenPage, Segments(token): Segments<String>) -> Result<Response, ApiError> {
    draw(&page, password_page(&page, &token, LinkKind::Invitation).await).await
}

/// `POST /dashboard/invitation/{token}`
pub async fn accept(page: OpenPage, visit: Visit, Segments(token): Segments<String>, form: Form) -> Result<Response, ApiError> {
    choose_password(page, &token, LinkKind::Invitation, &visit, &form).await
}

/// `GET /dashboard/reset/{token}`
pub async fn reset_page(page: OpenPage, Segments(token): Segments<String>) -> Result<Response, ApiError> {
    draw(&page, password_page(&page, &token, LinkKind::Reset).await).await
}

/// `POST /dashboard/reset/{token}`
pub async fn reset(page: OpenPage, visit: Visit, Segments(token): Segments<String>, form: Form) -> Result<Response, ApiError> {
    choose_password(page, &token, LinkKind::Reset, &visit, &form).await
}

/// `GET /dashboard/one-time/{token}`: a page with a button, so that a link preview does not use the link.
pub async fn one_time_page(page: OpenPage, Segments(token): Segments<String>) -> Result<Response, ApiError> {
    let known = operators::of_link(&page.context.app.kit, &token, LinkKind::OneTime).await;
    draw(&page, known.map(|_| Entrance::OneTime)).await
}

/// `POST /dashboard/one-time/{token}`
pub async fn one_time(page: OpenPage, visit: Visit, Segments(token): Segments<String>, form: Form) -> Result<Response, ApiError> {
    let entered = operators::enter_once(&page.context.app.kit, &token, &visit).await;
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
