//! What every handler of the dashboard needs: the page around its data, the form that was sent, and the way back.

use std::str::FromStr;

use app::{
    components::layout::Site,
    dashboard::data::{Done, Refusal, Refused, Viewer},
};
use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;
use shared::{language::Language, role::May};
use uuid::Uuid;

use crate::{
    desk::Desk,
    http::{Context, body, language, problems::ApiError, render},
    operators::SignedIn,
    sessions::SessionError,
};

/// The largest form, in bytes.
pub(super) const MAX_FORM: usize = 64 * 1024;

/// A request for a page: who asks, and how the page is to be.
pub struct Asked<'a> {
    pub context: &'a Context,
    pub operator: &'a SignedIn,
    pub language: Language,
    plain: bool,
    here: String,
    done: Option<Done>,
}

impl<'a> Asked<'a> {
    /// The page at this address.
    pub fn new(context: &'a Context, operator: &'a SignedIn, headers: &HeaderMap, uri: &Uri) -> Self {
        let done = language::query(uri.query(), "done").and_then(|word| Done::ALL.into_iter().find(|done| done.as_str() == word));
        let kept = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("done=")).collect::<Vec<_>>().join("&");
        let here = if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{kept}", uri.path()) };
        Self { context, operator, language: language::of_nothing(headers, uri.query()), plain: language::query(uri.query(), "plain").is_some(), here, done }
    }

    /// The page that a form belongs to, drawn as the answer to its POST.
    pub fn instead_of(context: &'a Context, operator: &'a SignedIn, headers: &HeaderMap, here: String) -> Self {
        Self { context, operator, language: language::of_nothing(headers, None), plain: false, here, done: None }
    }

    /// What the page's data are gathered by.
    pub fn desk(&self) -> Desk<'a> {
        Desk::new(&self.context.app, self.language)
    }

    /// The row that this page of a list begins after, where it is not the first.
    pub fn before(&self) -> Option<Uuid> {
        language::query(self.here.split_once('?').map(|(_, query)| query), "before")?.parse().ok()
    }

    /// Whether the operator may do this.
    pub fn may(&self, action: May) -> bool {
        self.operator.role.may(action)
    }

    async fn viewer(&self) -> Result<Viewer, ApiError> {
        let unresolved = if self.may(May::SeeSessions) { Some(self.desk().unresolved_count().await?) } else { None };
        Ok(Viewer {
            email: self.operator.email.clone(),
            role: self.operator.role,
            language: self.language,
            unresolved,
            here: self.here.clone(),
            done: self.done,
        })
    }

    /// Draws a page.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn draw<V: IntoView + 'static>(
        &self,
        status: StatusCode,
        island: bool,
        page: impl Fn(Site, Viewer) -> V + Clone + Send + Sync + 'static,
    ) -> Result<Response, ApiError> {
        let viewer = self.viewer().await?;
        let site = site(self.context, self.plain, island);
        Ok(render::html("'none'".to_owned(), status, self.plain || !island, move || page(site.clone(), viewer.clone())).await)
    }
}

/// What a page's head needs; `island` where something on it takes over in the browser.
pub fn site(context: &Context, plain: bool, island: bool) -> Site {
    Site { options: context.desk_options.clone(), pkg: context.site.pkg(), brand_css: None, plain, refresh: None, island }
}

/// A form that was sent.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads it.
    ///
    /// # Errors
    /// 413 and 408
    pub async fn read(request: Request) -> Result<Self, ApiError> {
        Ok(Self(body::urlencoded(request, MAX_FORM, "A form of the dashboard is at most 64 KiB (65536 bytes).").await?))
    }

    /// What was typed into an input, without surrounding spaces.
    pub fn text(&self, name: &str) -> &str {
        self.whole(name).trim()
    }

    /// What was typed into an input, to the letter: a password.
    pub fn whole(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
    }

    /// Every value of an input.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// What an input says, where it says anything.
    ///
    /// # Errors
    /// Where it says something else than is wanted.
    pub fn parsed<T: FromStr>(&self, name: &'static str, why: Refusal) -> Result<Option<T>, Refused> {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.refused(name, why)),
        }
    }

    /// The form is refused for this input; what was typed is kept, passwords excepted.
    pub fn refused(&self, name: &'static str, why: Refusal) -> Refused {
        Refused { faults: vec![(name, why)], ..self.typed() }
    }

    /// What was typed, passwords excepted, with nothing refused.
    pub fn typed(&self) -> Refused {
        let typed = self.0.iter().filter(|(name, _)| !name.starts_with("password")).cloned().collect();
        Refused { faults: Vec::new(), typed }
    }
}

/// On to a page that says what was done.
pub fn go(path: &str, done: Done) -> Response {
    let and = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{and}done={}", done.as_str())).into_response()
}

/// An address within this dashboard, or its beginning: nobody is led anywhere else.
pub fn inside(path: &str) -> &str {
    let is_inside = path == "/dashboard" || path.starts_with("/dashboard/") || path.starts_with("/dashboard?");
    if is_inside && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') { path } else { "/dashboard" }
}

/// The page with the form that posts to this address.
pub fn page_of(action: &str) -> String {
    let mut parts = action.split('/').skip(2);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(pages @ ("sessions" | "customers")), Some(row), Some(_)) => format!("/dashboard/{pages}/{row}"),
        (Some("settings"), ..) => "/dashboard/api-keys".to_owned(),
        (Some(pages @ ("links" | "sessions" | "customers" | "webhooks" | "api-keys" | "operators")), ..) => format!("/dashboard/{pages}"),
        _ => "/dashboard".to_owned(),
    }
}

/// Whether a person reads the answer: a browser asks for a page, a program does not.
pub fn is_browser(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// A text as a part of a query.
pub fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Whether it is not there, for which there is a page of its own.
pub fn is_missing(error: &ApiError) -> bool {
    error.0.status == 404
}

/// A row's id in a path; what is none names nothing.
///
/// # Errors
/// 404
pub fn id<T: FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| SessionError::NotFound.into())
}
