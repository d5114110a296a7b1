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
    /// The last page leads nowhere by itself: it is in a frame, or its customer asked to stay.
    pub stays: bool,
}

/// Asks the last page to lead nowhere by itself.
const STAY: &str = "stay=1";

impl View {
    /// The view that a request asks for.
    pub fn of(headers: &HeaderMap, query: Option<&str>, opened: &Opened) -> Self {
        Self {
            language: language::of(headers, query, opened),
            plain: language::query(query, "plain").is_some(),
            chosen: language::query(query, "lang").and_then(Language::from_tag),
            change: query.is_some_and(|query| query.split('&').any(|pair| pair == CHANGE)),
            stays: query.is_some_and(|query| query.split('&').any(|pair| pair == STAY)) || is_framed(headers),
        }
    }

    /// The query that the addresses of the flow keep, with its `?`, and `more`.
    pub fn query(&self, more: Option<&str>) -> String {
        let (plain, lang) = (self.plain.then(|| "plain=1".to_owned()), self.chosen.map(|language| format!("lang={}", language.tag())));
        let kept = [plain, lang, more.map(str::to_owned)].into_iter().flatten().collect::<Vec<_>>().join("&");
        if kept.is_empty() { kept } else { format!("?{kept}") }
    }

    /// The address of the session's own page that leads nowhere by itself.
    pub fn to_stay(&self, opened: &Opened) -> String {
        format!("/verify/{}{}", opened.id.expose(), self.query(Some(STAY)))
    }

    /// A redirect to the session, or to a step of it.
    pub fn redirect(&self, opened: &Opened, step: Option<&str>, more: Option<&str>) -> Response {
        let (id, query) = (opened.id.expose(), self.query(more));
        let to = step.map_or_else(|| format!("/verify/{id}{query}"), |step| format!("/verify/{id}/{step}{query}"));
        Redirect::to(&to).into_response()
    }
}

/// Whether the browser loads the page into a frame (Fetch Metadata, `Sec-Fetch-Dest`). Old browsers do not say it; their script finds out.
fn is_framed(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|dest| ["iframe", "frame", "embed", "object", "fencedframe"].iter().any(|framed| dest == framed))
}
