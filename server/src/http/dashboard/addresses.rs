//! Addresses within the dashboard: which page a form is on, and where a redirect may lead.

use app::words::dashboard::Done;
use axum::response::{IntoResponse, Redirect, Response};
use url::Url;

/// Redirects to a page that says what was done.
pub fn go(path: &str, done: Done) -> Response {
    let and = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{and}done={}", done.as_str())).into_response()
}

/// This address if it is in the dashboard, else the dashboard's first page: no redirect leads anywhere else.
pub fn inside(path: &str) -> &str {
    // Where a browser would go from one of our pages. A path that it would change, such as one with `..`, was not written by us.
    let leads_to = Url::parse("http://here.invalid/").and_then(|here| here.join(path));
    let is_as_written = leads_to.is_ok_and(|url| {
        let whole = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        url.host_str() == Some("here.invalid") && whole == path
    });
    let page = path.split('?').next().unwrap_or_default();
    let hides_a_part = page.contains("//") || page.contains('%');
    let is_inside = page == "/dashboard" || page.starts_with("/dashboard/");
    if is_as_written && is_inside && !hides_a_part { path } else { "/dashboard" }
}

/// The path of the page with the form that posts to this path.
pub fn page_of(action: &str) -> String {
    let mut parts = action.split('/').skip(2);
    if action.starts_with("/dashboard/rules/") {
        return page_of_rules(action);
    }
    match (parts.next(), parts.next(), parts.next()) {
        (Some("account"), ..) => "/dashboard/account".to_owned(),
        (Some(pages @ ("sessions" | "customers" | "lists" | "operators" | "transactions")), Some(row), Some(_)) => format!("/dashboard/{pages}/{row}"),
        (Some("settings"), ..) => "/dashboard/api-keys".to_owned(),
        // These forms post to their own pages.
        (Some("sign-in" | "set-up" | "invitation" | "reset" | "one-time"), ..) => action.to_owned(),
        (Some(pages @ ("links" | "sessions" | "customers" | "transactions" | "webhooks" | "lists" | "api-keys" | "operators")), ..) => {
            format!("/dashboard/{pages}")
        }
        _ => "/dashboard".to_owned(),
    }
}

/// The editors post to themselves, and the other forms of a rule are on its page.
fn page_of_rules(action: &str) -> String {
    let parts: Vec<&str> = action.split('/').skip(3).collect();
    match parts[..] {
        ["new"] | ["presets", _] | ["by-name", _, "edit"] => action.to_owned(),
        ["by-name", name, _] => format!("/dashboard/rules/by-name/{name}"),
        ["backtests"] => action.to_owned(),
        ["backtests", row, ..] => format!("/dashboard/rules/backtests/{row}"),
        _ => "/dashboard/rules".to_owned(),
    }
}

/// The list on which the row of this page would be.
pub fn list_of(page: &str) -> String {
    if page.starts_with("/dashboard/rules/") { "/dashboard/rules".to_owned() } else { page_of(page) }
}

/// A text as a part of a query.
pub fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn no_address_leads_out_of_the_dashboard() {
        for path in [
            "/dashboard",
            "/dashboard/",
            "/dashboard?done=x",
            "/dashboard/sessions?status=PENDING&before=1",
            "/dashboard/sessions?q=..%2F//%5c",
            "/dashboard/sessions/0198",
        ] {
            assert_eq!(inside(path), path);
        }
        for path in [
            "",
            "/",
            "/dashboards",
            "/verify/x",
            "//evil.example",
            "https://evil.example/dashboard",
            "javascript:alert(1)",
            "/dashboard/..",
            "/dashboard/../verify/x",
            "/dashboard/sessions/../../kyc-sessions",
            "/dashboard/./..//evil.example",
            "/dashboard/%2e%2e/verify",
            "/dashboard/%2E./verify",
            "/dashboard/.%2e/verify",
            "/dashboard/..%2fverify",
            "/dashboard/%2f%2fevil.example",
            "/dashboard/..%5cverify",
            "/dashboard\\..\\verify",
            "/dashboard/\\evil.example",
            "/dashboard//evil.example",
            "/dashboard/ ",
            "/dashboard/\t../verify",
            "/dashboard/\nx",
            "/dashboard#/../x",
            "/dashboard?x#y",
            "/dashboard/\u{fc}",
        ] {
            assert_eq!(inside(path), "/dashboard", "{path:?}");
        }
    }
}
