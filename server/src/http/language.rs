//! The language of an answer: `?lang`, cookie, session, Accept-Language, the flow's own, in that order.

use axum::http::{HeaderMap, HeaderValue, header};
use shared::language::Language;

use super::device::cookie;
use crate::{app::App, sessions::open::Opened};

const COOKIE: &str = "fs_lang";

/// What a query string says of a key.
pub fn query<'a>(query: Option<&'a str>, key: &str) -> Option<&'a str> {
    query?.split('&').filter_map(|pair| pair.split_once('=').or(Some((pair, "")))).find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// The language that the request itself asks for by `?lang` or cookie.
fn asked(headers: &HeaderMap, query_string: Option<&str>) -> Option<Language> {
    let by_query = query(query_string, "lang").and_then(Language::from_tag);
    by_query.or_else(|| cookie(headers, COOKIE).and_then(Language::from_tag))
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok().and_then(Language::from_accept_language)
}

/// The language of an answer about a session.
pub fn of(headers: &HeaderMap, query_string: Option<&str>, opened: &Opened) -> Language {
    asked(headers, query_string).or(opened.session.locale).or_else(|| accepted(headers)).unwrap_or(opened.flow.definition.locale)
}

/// The language of a page about no session.
pub fn of_nothing(headers: &HeaderMap, query_string: Option<&str>) -> Language {
    asked(headers, query_string).or_else(|| accepted(headers)).unwrap_or_default()
}

/// Remembers a choice on this device for a year.
pub fn set_cookie(app: &App, language: Language) -> Option<HeaderValue> {
    let attributes = if app.public_url.starts_with("https://") { "Secure; SameSite=None; Partitioned" } else { "SameSite=Lax" };
    HeaderValue::from_str(&format!("{COOKIE}={}; Path=/; HttpOnly; Max-Age=31536000; {attributes}", language.tag())).ok()
}
