//! What an operator revealed stays revealed at one address, whose query has an encrypted token: `?revealed=…`. So the page can be loaded
//! again and gone back to, and the page's plain address stays masked. The token also carries what was typed into the decision's form but
//! not sent yet. It is only valid for that operator and that page, for ten minutes.

use std::fmt::Display;

use app::dashboard::form::Refused;
use axum::response::{IntoResponse, Redirect, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::page::Page;
use crate::sealed;

/// The name of the token in the query, and of the hidden input that carries it.
pub const TOKEN: &str = "revealed";
/// How long the token is valid, in seconds.
const SECONDS: i64 = 600;
/// The inputs whose text the token carries.
const INPUTS: [&str; 2] = ["decision", "reason"];

/// A token that is valid, and what it carries.
pub struct Revealed {
    /// The token.
    pub token: String,
    /// What was typed.
    pub typed: Refused,
}

/// Redirects to the page `path` of this row, where it is revealed. The caller has written the audit row.
pub fn go(page: &Page, path: &str, row: impl Display, typed: &Refused) -> Response {
    let kit = &page.context.app.kit;
    let until = kit.ambient.now().plus_seconds(SECONDS).0;
    let [decision, reason] = INPUTS.map(|input| typed.typed(input));
    let sealed = kit.vault.seal_own(&sealed::revealed(page.operator.id, row), format!("{until}\n{decision}\n{reason}").as_bytes());
    Redirect::to(&format!("{path}?{TOKEN}={}", URL_SAFE_NO_PAD.encode(sealed))).into_response()
}

/// The token, if it is valid for this operator and this row.
pub fn of(page: &Page, row: impl Display, token: &str) -> Option<Revealed> {
    let kit = &page.context.app.kit;
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let plain = kit.vault.open_own(&sealed::revealed(page.operator.id, row), &sealed).ok()?;
    let mut parts = str::from_utf8(&plain).ok()?.splitn(3, '\n');
    let is_valid = parts.next()?.parse().is_ok_and(|until: i64| kit.ambient.now().0 < until);
    let typed = INPUTS.into_iter().map(str::to_owned).zip(parts.map(str::to_owned)).filter(|(_, text)| !text.is_empty()).collect();
    is_valid.then(|| Revealed { token: token.to_owned(), typed: Refused { faults: Vec::new(), typed } })
}

/// The token in the page's address, if it is valid for this operator and this row.
pub fn of_address(page: &Page, row: impl Display) -> Option<Revealed> {
    of(page, row, page.query(TOKEN)?)
}
