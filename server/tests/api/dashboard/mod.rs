//! What operators see on the dashboard: links, lists, lists that rules ask, languages, markup as text, how endpoints answer, names of keys and flows, damaged
//! rows, and secrets that are shown once.

mod damaged;
mod directions;
mod endpoints;
mod keys_and_flows;
mod languages;
mod links;
mod lists;
mod markup;
mod refusals;
mod rule_lists;
mod rules;
mod secrets;
mod sessions;

use crate::support::Browser;
use crate::support::html::{attribute, tags};

const SESSIONS: &str = "/dashboard/sessions";

/// Creates a link and returns the ref of its session.
async fn create(browser: &Browser, form: &[(&str, &str)]) -> String {
    let page = browser.post("/dashboard/links", form).await.see_other();
    page.strip_prefix("/dashboard/links/").unwrap_or_else(|| panic!("not the link's page: {page}")).to_owned()
}

/// The value of the input with this id.
fn shown_in(page: &str, id: &str) -> Option<String> {
    let mut inputs = tags(page, "input").into_iter().filter(|input| attribute(input, "id").as_deref() == Some(id));
    inputs.next().and_then(|input| attribute(input, "value"))
}
