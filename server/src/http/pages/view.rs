//! What a request says about its page: the language, whether to leave out scripts, and whether the customer came from the REVIEW. The
//! addresses of the flow keep the first two.

use app::flow::data::CHANGE;
use axum::{
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use shared::language::Language;

use crate::{http::language, sessions::open::Opened};

/// What a request says about its page.
pub(super) struct View {
    /// The language of the page.
    pub language: Language,
    /// The page has no scripts.
    pub plain: bool,
    /// The address names this language, and so does every address on the page.
    pub chosen: Option<Language>,
    /// The customer came to this step from the REVIEW, and goes back to it.
    pub change: bool,
}

impl View {
    /// The view that a request asks for.
    pub fn of(headers: &HeaderMap, query: Option<&str>, opened: &Opened) -> Self {
        Self {
            language: language::of(headers, query, opened),
            plain: language::query(query, "plain").is_some(),
            chosen: language::query(query, "lang").and_then(Language::from_tag),
            change: query.is_some_and(|query| query.split('&').any(|pair| pair == CHANGE)),
        }
    }

    /// The query that the addresses of the flow keep, with its `?`, and `more`.
    pub fn query(&self, more: Option<&str>) -> String {
        let (plain, lang) = (self.plain.then(|| "plain=1".to_owned()), self.chosen.map(|language| format!("lang={}", language.tag())));
        let kept = [plain, lang, more.map(str::to_owned)].into_iter().flatten().collect::<Vec<_>>().join("&");
        if kept.is_empty() { kept } else { format!("?{kept}") }
    }

    /// A redirect to the session, or to a step of it.
    pub fn redirect(&self, opened: &Opened, step: Option<&str>, more: Option<&str>) -> Response {
        let (id, query) = (opened.id.expose(), self.query(more));
        let to = step.map_or_else(|| format!("/verify/{id}{query}"), |step| format!("/verify/{id}/{step}{query}"));
        Redirect::to(&to).into_response()
    }
}
