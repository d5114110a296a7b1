//! Chooses the language of an answer: from `?lang`, the cookie, the session, Accept-Language, or the flow's own, in this order.

use axum::http::{HeaderMap, HeaderValue, header};
use shared::language::Language;

use super::cookie::{self, Sent};
use crate::{kit::Kit, sessions::open::Opened};

const COOKIE: &str = "fs_lang";
/// A year.
const SECONDS: i64 = 365 * 24 * 60 * 60;

/// The value of a key in a query string.
pub fn query<'a>(query: Option<&'a str>, key: &str) -> Option<&'a str> {
    query?.split('&').filter_map(|pair| pair.split_once('=').or(Some((pair, "")))).find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// The language in `?lang` or in the cookie.
fn chosen(headers: &HeaderMap, query_string: Option<&str>) -> Option<Language> {
    let by_query = query(query_string, "lang").and_then(Language::from_tag);
    by_query.or_else(|| cookie::value(headers, COOKIE).and_then(Language::from_tag))
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok().and_then(Language::from_accept_language)
}

/// The language of an answer about a session.
pub fn of(headers: &HeaderMap, query_string: Option<&str>, opened: &Opened) -> Language {
    chosen(headers, query_string).or(opened.session.locale).or_else(|| accepted(headers)).unwrap_or(opened.flow.definition.locale())
}

/// The language of a page that is not about a session.
pub fn of_nothing(headers: &HeaderMap, query_string: Option<&str>) -> Language {
    chosen(headers, query_string).or_else(|| accepted(headers)).unwrap_or_default()
}

/// The cookie that keeps a choice on this device for a year.
pub fn set_cookie(kit: &Kit, language: Language) -> Option<HeaderValue> {
    cookie::set(kit, COOKIE, language.tag(), SECONDS, Sent::Everywhere)
}
