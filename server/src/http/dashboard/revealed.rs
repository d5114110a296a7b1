//! What an operator revealed stays revealed at one address, whose query has an encrypted token: `?revealed=…`. So the page can be loaded
//! again and gone back to, and the page's plain address stays masked. The token is only valid for that sign-in and that page, for ten
//! minutes. Forms of the page send it along, so that their answers are revealed too.

use std::fmt::Display;

use app::dashboard::form::REVEALED;
use shared::role::May;

use super::{carried, form::Form, page::Page};
use crate::sealed;

/// How long the token is valid, in seconds.
const SECONDS: i64 = 600;

/// The address of the page `path` of this row, where it is revealed. The caller has written the audit row.
pub fn address(page: &Page, path: &str, row: impl Display) -> String {
    at(path, Some(&carried::seal(&page.context.app.kit, &sealed::revealed(&page.operator.sign_in, row), SECONDS, &())))
}

/// The page `path` with this token.
pub fn at(path: &str, token: Option<&str>) -> String {
    token.map_or_else(|| path.to_owned(), |token| format!("{path}?{REVEALED}={token}"))
}

/// The token, if it is valid for this sign-in and this row, and the operator may still reveal.
fn valid(page: &Page, row: impl Display, token: &str) -> Option<String> {
    let is_valid = page.may(May::Review) && carried::open::<()>(&page.context.app.kit, &sealed::revealed(&page.operator.sign_in, row), token).is_some();
    is_valid.then(|| token.to_owned())
}

/// The token in the page's address, if it is valid for this sign-in and this row.
pub fn of_address(page: &Page, row: impl Display) -> Option<String> {
    valid(page, row, page.query(REVEALED)?)
}

/// The same of a page whose form was sent.
pub fn of_form(page: &Page, row: impl Display, form: &Form) -> Option<String> {
    valid(page, row, form.text(REVEALED))
}
