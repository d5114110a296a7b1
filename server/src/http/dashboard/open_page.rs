//! A page for anyone, signed in or not: the entrances of the dashboard, and problems of people who are not signed in.

use std::convert::Infallible;

use app::dashboard::{
    entrance::{Entrance, EntrancePage},
    form::Refused,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::language::Language;

use super::{
    kept::{self, KEPT, is_form_of_browser},
    page::site,
};
use crate::http::{Context, language, render};

/// The page that a request asks for, without an operator.
pub struct OpenPage {
    /// What handlers use to answer.
    pub context: Context,
    /// The request's headers.
    pub headers: HeaderMap,
    language: Language,
    plain: bool,
    /// The page's own address.
    here: String,
    /// It answers a form that a browser sent.
    is_form_of_browser: bool,
}

impl FromRequestParts<Context> for OpenPage {
    type Rejection = Infallible;

    async fn from_request_parts(request: &mut Parts, context: &Context) -> Result<Self, Infallible> {
        Ok(Self::of(context, request))
    }
}

impl OpenPage {
    /// The page of this request.
    pub fn of(context: &Context, request: &Parts) -> Self {
        let query = request.uri.query();
        let here = request.uri.path_and_query().map_or_else(|| request.uri.path().to_owned(), ToString::to_string);
        Self {
            context: context.clone(),
            headers: request.headers.clone(),
            language: language::of_nothing(&request.headers, query),
            here,
            plain: language::query(query, "plain").is_some(),
            is_form_of_browser: is_form_of_browser(request),
        }
    }

    /// The same page with another address, to which a change of language leads.
    pub fn at(self, here: String) -> Self {
        Self { here, ..self }
    }

    /// Why the form of this page was refused, and what was typed into it.
    pub fn kept(&self) -> Refused {
        let (path, query) = self.here.split_once('?').unwrap_or((&self.here, ""));
        kept::of(&self.context.app.kit, None, path, language::query(Some(query), KEPT))
    }

    /// Redirects a browser from a form that was refused to the form's page. `None`: draw the page as the answer.
    pub fn redirect(&self, refused: &Refused) -> Option<Response> {
        let address = self.is_form_of_browser.then(|| kept::address(&self.context.app.kit, None, &self.here, refused)).flatten()?;
        Some(Redirect::to(&address).into_response())
    }

    /// Draws the page.
    pub async fn draw(&self, status: StatusCode, entrance: Entrance, refused: Refused) -> Response {
        let (language, here, site) = (self.language, self.here.clone(), site(&self.context, self.plain, false));
        let view = move || {
            view! { <EntrancePage site=site.clone() language here=here.clone() entrance=entrance.clone() refused=refused.clone() /> }
        };
        render::html("'none'", status, true, view).await
    }
}
