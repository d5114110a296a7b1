//! A page of the dashboard: who asks for it, in which language, and how it is drawn. A handler takes it as an argument.

use app::{
    components::layout::Site,
    dashboard::{form::Refused, layout::Viewer},
    words::dashboard::Done,
};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;
use shared::{language::Language, problem::Code, role::May};

use super::{
    addresses::page_of,
    kept::{self, KEPT, is_form_of_browser},
};
use crate::{
    http::{Context, language, problems::ApiError, render},
    ids::RowId,
    operators::SignedIn,
    views::Views,
};

/// The page that a request asks for. For a form it is the page that the form belongs to, drawn as the answer to its POST.
pub struct Page {
    /// What handlers use to answer.
    pub context: Context,
    /// The operator who sent the request.
    pub operator: SignedIn,
    /// The language of the page.
    pub language: Language,
    /// Without scripts.
    plain: bool,
    /// The page's own address, without its `done`.
    here: String,
    /// What was just done.
    done: Option<Done>,
    /// It answers a form that a browser sent.
    is_form_of_browser: bool,
}

impl FromRequestParts<Context> for Page {
    type Rejection = ApiError;

    /// `access` has put the operator into the request's extensions. If there is none, nobody is signed in.
    async fn from_request_parts(request: &mut Parts, context: &Context) -> Result<Self, ApiError> {
        let operator = request.extensions.get::<SignedIn>().cloned();
        let operator = operator.ok_or_else(|| ApiError::new(Code::Unauthorized, "Nobody is signed in. Sign in at /dashboard/sign-in."))?;
        Ok(Self::of(context, operator, request))
    }
}

impl Page {
    /// The page of this request, for this operator.
    pub fn of(context: &Context, operator: SignedIn, request: &Parts) -> Self {
        let (path, query) = (request.uri.path(), request.uri.query());
        let kept = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("done=")).collect::<Vec<_>>().join("&");
        let here = match (request.method.is_safe(), kept.as_str()) {
            (false, _) => page_of(path),
            (true, "") => path.to_owned(),
            (true, kept) => format!("{path}?{kept}"),
        };
        Self {
            context: context.clone(),
            operator,
            language: language::of_nothing(&request.headers, query),
            plain: language::query(query, "plain").is_some(),
            here,
            is_form_of_browser: is_form_of_browser(request),
            done: language::query(query, "done").and_then(|word| Done::ALL.into_iter().find(|done| done.as_str() == word)),
        }
    }

    /// What reads the page's data.
    pub fn views(&self) -> Views<'_> {
        Views::new(&self.context.app.kit, self.language)
    }

    /// The value of a key in the page's query.
    pub fn query(&self, key: &str) -> Option<&str> {
        language::query(self.here.split_once('?').map(|(_, query)| query), key)
    }

    /// The keys and values of the page's query, decoded.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let query = self.here.split_once('?').map_or("", |(_, query)| query);
        // PostgreSQL takes no text with a NUL, and nothing is named by one.
        url::form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(_, value)| !value.contains('\0')).collect()
    }

    /// Whether this answers a form that a browser sent.
    pub const fn is_form_of_browser(&self) -> bool {
        self.is_form_of_browser
    }

    /// The row after which this page of a list begins; `None` on the first page.
    pub fn before<T: RowId>(&self) -> Option<T> {
        self.query("before")?.parse().ok().map(T::from_uuid)
    }

    /// Why the form of this page was refused, and what was typed into it.
    pub fn kept(&self) -> Refused {
        let path = self.here.split('?').next().unwrap_or_default();
        kept::of(&self.context.app.kit, Some(&self.operator.sign_in), path, self.query(KEPT))
    }

    /// The page at this address, which keeps what was typed if there is room for it.
    pub fn keeping(&self, address: &str, typed: &Refused) -> String {
        kept::address(&self.context.app.kit, Some(&self.operator.sign_in), address, typed).unwrap_or_else(|| address.to_owned())
    }

    /// Redirects a browser from a form that was refused to the form's page. `None`: draw the page as the answer.
    pub fn redirect(&self, address: &str, refused: &Refused) -> Option<Response> {
        let kept = || kept::address(&self.context.app.kit, Some(&self.operator.sign_in), address, refused);
        self.is_form_of_browser.then(kept).flatten().map(|address| Redirect::to(&address).into_response())
    }

    /// Whether the operator may do this.
    pub fn may(&self, action: May) -> bool {
        self.operator.role.may(action)
    }

    async fn viewer(&self) -> Result<Viewer, ApiError> {
        let (unresolved, waiting) =
            if self.may(May::SeeSessions) { (Some(self.views().unresolved_count().await?), Some(self.views().waiting_count().await?)) } else { (None, None) };
        Ok(Viewer {
            email: self.operator.email.clone(),
            role: self.operator.role,
            language: self.language,
            unresolved,
            waiting,
            here: self.here.clone(),
            done: self.done,
        })
    }

    /// Draws the page; `island` says that it has an island, which needs script.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn draw<V: IntoView + 'static>(
        &self,
        status: StatusCode,
        island: bool,
        view: impl Fn(Site, Viewer) -> V + Clone + Send + Sync + 'static,
    ) -> Result<Response, ApiError> {
        let viewer = self.viewer().await?;
        let site = site(&self.context, self.plain, island);
        Ok(render::html("'none'", status, self.plain || !island, move || view(site.clone(), viewer.clone())).await)
    }
}

/// What the head of a page of the dashboard needs.
pub fn site(context: &Context, plain: bool, island: bool) -> Site {
    Site { options: context.dashboard_options.clone(), pkg: context.site.pkg(), brand_css: None, plain, refresh: None, island, sandbox: false }
}
