//! Answers a form that was refused. A browser is redirected from the POST to the form's page, whose address carries why, and what was
//! typed (`?kept=…`, encrypted). So going back never leads to a form that was sent, and the page can be loaded again. A program gets the
//! page as the answer to its POST, with the status; or the problem, if the form has no fault (`problem_pages`).

use std::sync::{Arc, OnceLock};

use app::dashboard::form::{REVEALED, Refused};
use axum::http::{Extensions, request::Parts};

use super::{carried, reader::is_browser};
use crate::{kit::Kit, sealed};

/// The name of the token in the query.
pub const KEPT: &str = "kept";
/// How long an operator's token is valid, in seconds: as long as a page stays revealed.
const SECONDS: i64 = 600;
/// The same for the pages of people who are not signed in. The token is bound to nobody, so it is short-lived.
const OPEN_SECONDS: i64 = 60;
/// The most characters of a token. Proxies take an address of 8 KiB, which may also have the token of a revealed page.
const MAX_TOKEN: usize = 6 * 1024;

/// What becomes known of a form while it is handled. `problem_pages` needs it if the form ends with a problem.
#[derive(Default)]
pub struct Sent {
    /// The sign-in of the operator who sent it.
    pub sign_in: OnceLock<String>,
    /// What was typed.
    pub typed: OnceLock<Refused>,
}

impl Sent {
    /// What is known of the form of this request.
    pub fn of(extensions: &Extensions) -> Arc<Self> {
        extensions.get::<Arc<Self>>().cloned().unwrap_or_default()
    }
}

/// Whether the request is a form that a browser sent: its answer is a redirect.
pub fn is_form_of_browser(request: &Parts) -> bool {
    !request.method.is_safe() && is_browser(&request.headers)
}

/// The page at this address with what it keeps in its query; `None` if it keeps more than an address takes.
pub fn address(kit: &Kit, sign_in: Option<&str>, page: &str, refused: &Refused) -> Option<String> {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    // Not what an earlier form left.
    let query = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("kept=")).collect::<Vec<_>>().join("&");
    let typed = refused.typed.iter().filter(|(name, text)| name != REVEALED && !text.is_empty()).cloned().collect();
    let kept = Refused { faults: refused.faults.clone(), typed };
    if kept.faults.is_empty() && kept.typed.is_empty() {
        return Some(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") });
    }
    let seconds = if sign_in.is_some() { SECONDS } else { OPEN_SECONDS };
    let token = carried::seal(kit, &sealed::kept(sign_in, path), seconds, &kept);
    let and = if query.is_empty() { "" } else { "&" };
    (token.len() <= MAX_TOKEN).then(|| format!("{path}?{KEPT}={token}{and}{query}"))
}

/// What the page at this path keeps, by the token in its address, for this sign-in or for anyone.
pub fn of(kit: &Kit, sign_in: Option<&str>, path: &str, token: Option<&str>) -> Refused {
    let open = |reader| Some(carried::open(kit, &sealed::kept(reader, path), token?)?.value);
    sign_in.and_then(|sign_in| open(Some(sign_in))).or_else(|| open(None)).unwrap_or_default()
}
