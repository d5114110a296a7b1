//! After an error a browser gets a page in the reader's language with a link back, with the problem's status and headers. A form that
//! ends with an error leads back to its page, which says so. Programs, which do not accept HTML, get the problem as JSON.

use reqwest::{Method, RequestBuilder};

use crate::support::html::{attribute, links, tags, text_of};
use crate::support::{Browser, Reply, TestApp, on_each_engine};

/// A well-formed UUID that no row has.
const UNKNOWN_ROW: &str = "01234567-89ab-7def-8123-456789abcdef";

/// Sends a request as a browser set to Portuguese does.
async fn browse(browser: &Browser, request: RequestBuilder) -> Reply {
    browser.send(request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").header("accept-language", "pt-BR")).await
}

/// Expects a page with this status, this text, this link back, and the headers of every dashboard page.
#[track_caller]
fn assert_page(reply: &Reply, status: u16, says: &str, back: &str) {
    let page = reply.text();
    assert_eq!((reply.status, reply.header("content-type")), (status, "text/html; charset=utf-8"), "{page}");
    assert_eq!(attribute(tags(&page, "html")[0], "lang").as_deref(), Some("pt-BR"), "{page}");
    let main = page.split("<main").nth(1).expect("the page's own part");
    assert!(main.contains(says), "{says:?} in {main}");
    assert_eq!(links(main, "/dashboard"), [back], "{main}");
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "same-origin"), ("permissions-policy", "camera=()"), ("x-robots-tag", "noindex")] {
        assert_eq!(reply.header(name), value);
    }
}

/// Expects a form to lead back to this page, which says this.
async fn assert_led_back(browser: &Browser, reply: &Reply, page: &str, says: &str) {
    let (path, policy) = (reply.see_other(), reply.header("referrer-policy"));
    assert_eq!(policy, "same-origin");
    assert_eq!(path.split("?kept=").next(), Some(page), "{path}");
    let shown = browse(browser, browser.request(Method::GET, &path)).await.expect(200).text();
    assert!(text_of(&shown).contains(says), "{says:?} in {}", text_of(&shown));
}

on_each_engine!(every_error_is_a_page_for_a_person);
async fn every_error_is_a_page_for_a_person(app: TestApp) {
    let (admin, agent, nobody) = (app.browser("ADMIN").await, app.browser("AGENT").await, Browser::signed_out(&app.installation));
    assert_eq!(admin.get("/dashboard/").await.see_other(), "/dashboard/sessions");
    assert_eq!(nobody.get("/dashboard/").await.see_other(), "/dashboard/sign-in?next=%2Fdashboard%2F");

    // An unknown page links to its list, and a page for other roles to the dashboard's start.
    for (browser, path, status, says, back) in [
        (&admin, format!("/dashboard/customers/{UNKNOWN_ROW}"), 404, "pode não existir mais", "/dashboard/customers"),
        (&admin, "/dashboard/webhooks/nonsense".to_owned(), 404, "pode não existir mais", "/dashboard/webhooks"),
        (&admin, "/dashboard/nowhere".to_owned(), 404, "pode não existir mais", "/dashboard"),
        (&agent, "/dashboard/sessions".to_owned(), 403, "não pode abrir esta página", "/dashboard"),
    ] {
        assert_page(&browse(browser, browser.request(Method::GET, &path)).await, status, says, back);
    }

    let file = format!("/dashboard/sessions/{UNKNOWN_ROW}/artifacts/{UNKNOWN_ROW}");
    let ended = browse(&nobody, nobody.request(Method::GET, &file)).await.expect(401);
    assert_eq!(ended.header("content-type"), "text/html; charset=utf-8");
}

on_each_engine!(a_form_that_ends_with_an_error_leads_back_to_its_page);
async fn a_form_that_ends_with_an_error_leads_back_to_its_page(app: TestApp) {
    let (admin, auditor, nobody) = (app.browser("ADMIN").await, app.browser("AUDITOR").await, Browser::signed_out(&app.installation));
    let endpoint = app.operator.add_webhook("http://127.0.0.1:9/hook").await["id"].as_str().expect("an id").to_owned();
    let disable = format!("/dashboard/webhooks/{endpoint}/disable");
    admin.post(&disable, &[]).await.expect(303);
    let large = "x".repeat(65 * 1024);
    let large = large.as_str();
    let unknown = format!("/dashboard/sessions/{UNKNOWN_ROW}/expire");
    let done = "já tinha sido feito";
    /// A form, its page, what that page says, and what a program gets.
    type Case<'a> = (&'a Browser, &'a str, &'a [(&'a str, &'a str)], &'a str, &'a str, u16, &'a str);
    let cases: [Case<'_>; 7] = [
        (&admin, &disable, &[], "/dashboard/webhooks", done, 409, "conflict"),
        (&admin, &unknown, &[], "/dashboard/sessions", done, 404, "not-found"),
        (&admin, "/dashboard/account/sign-ins", &[("sign_in", "none")], "/dashboard/account", done, 409, "conflict"),
        (&auditor, "/dashboard/api-keys", &[("name", "the-crm")], "/dashboard/api-keys", "seu perfil não pode fazer isto", 403, "forbidden"),
        (&admin, "/dashboard/customers", &[("q", large)], "/dashboard/customers", "no máximo 64 KiB", 413, "too-large"),
        (&nobody, "/dashboard/sign-in", &[("q", &large[..5_000])], "/dashboard/sign-in", "no máximo 4 KiB", 413, "too-large"),
        (&admin, "/dashboard/settings/session-api", &[("value", "maybe")], "/dashboard/api-keys", "não tem um formulário", 422, "invalid-request"),
    ];
    for (browser, action, form, page, says, status, code) in cases {
        let request = browser.form(action, form).header("sec-fetch-site", "same-origin");
        assert_led_back(browser, &browse(browser, request).await, page, says).await;
        browser.post(action, form).await.problem(status, code);
    }
    // Where to go after signing in is not lost.
    let next = browse(&nobody, nobody.form("/dashboard/sign-in?next=%2Fdashboard%2Flinks", &[("q", large)]).header("sec-fetch-site", "same-origin")).await;
    assert!(next.see_other().ends_with("&next=%2Fdashboard%2Flinks"), "{}", next.see_other());

    let elsewhere = |browser: &Browser| browser.form("/dashboard/webhooks", &[]).header("sec-fetch-site", "cross-site");
    assert_led_back(&admin, &browse(&admin, elsewhere(&admin)).await, "/dashboard/webhooks", "não foi enviado por este painel").await;
    for browser in [&admin, &nobody] {
        browser.send(elsewhere(browser)).await.problem(403, "forbidden");
    }

    // No page is there: the first page of the dashboard says it.
    let first = browse(&admin, admin.form("/dashboard/nowhere", &[]).header("sec-fetch-site", "same-origin")).await.see_other();
    let first = admin.get(&first).await;
    assert_led_back(&admin, &first, "/dashboard/sessions", "não tem um formulário que faça isto").await;
    admin.post("/dashboard/nowhere", &[]).await.problem(405, "method-not-allowed");
}
