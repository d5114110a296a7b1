//! After an error a browser gets a page in the reader's language with a link back, with the problem's status and headers.
//! Programs, which do not accept HTML, get the problem as JSON.

use reqwest::{Method, RequestBuilder};

use crate::support::html::{attribute, links, tags};
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

on_each_engine!(every_error_is_a_page_for_a_person);
async fn every_error_is_a_page_for_a_person(app: TestApp) {
    let (admin, agent, nobody) = (app.browser("ADMIN").await, app.browser("AGENT").await, Browser::signed_out(&app.installation));
    let ours = |browser: &Browser, path: &str, fields: &[(&str, &str)]| browser.form(path, fields).header("sec-fetch-site", "same-origin");
    assert_eq!(admin.get("/dashboard/").await.see_other(), "/dashboard/sessions");
    assert_eq!(nobody.get("/dashboard/").await.see_other(), "/dashboard/sign-in?next=%2Fdashboard%2F");

    let unknown = format!("/dashboard/sessions/{UNKNOWN_ROW}/expire");
    assert_page(&browse(&admin, ours(&admin, &unknown, &[])).await, 404, "O que você procura pode não existir mais", "/dashboard/sessions");
    admin.post(&unknown, &[]).await.problem(404, "not-found");

    assert_page(
        &browse(&agent, ours(&agent, "/dashboard/api-keys", &[])).await,
        403,
        "Seu perfil (Atendente) não pode abrir esta página",
        "/dashboard/api-keys",
    );
    agent.post("/dashboard/api-keys", &[]).await.problem(403, "forbidden");

    // An unknown page links to its list, and a page for other roles to the dashboard's start.
    for (browser, path, status, says, back) in [
        (&admin, format!("/dashboard/customers/{UNKNOWN_ROW}"), 404, "pode não existir mais", "/dashboard/customers"),
        (&admin, "/dashboard/webhooks/nonsense".to_owned(), 404, "pode não existir mais", "/dashboard/webhooks"),
        (&admin, "/dashboard/nowhere".to_owned(), 404, "pode não existir mais", "/dashboard"),
        (&agent, "/dashboard/sessions".to_owned(), 403, "não pode abrir esta página", "/dashboard"),
    ] {
        assert_page(&browse(browser, browser.request(Method::GET, &path)).await, status, says, back);
    }

    let elsewhere = |browser: &Browser| browser.form("/dashboard/webhooks", &[]).header("sec-fetch-site", "cross-site");
    for browser in [&admin, &nobody] {
        assert_page(&browse(browser, elsewhere(browser)).await, 403, "não foi enviado por este painel", "/dashboard/webhooks");
        browser.send(elsewhere(browser)).await.problem(403, "forbidden");
    }

    let large = "x".repeat(65 * 1024);
    for (browser, path, back) in [(&admin, "/dashboard/customers", "/dashboard/customers"), (&nobody, "/dashboard/sign-in", "/dashboard")] {
        assert_page(&browse(browser, ours(browser, path, &[("q", large.as_str())])).await, 413, "no máximo 64 KiB", back);
        browser.post(path, &[("q", large.as_str())]).await.problem(413, "too-large");
    }

    let endpoint = app.operator.add_webhook("http://127.0.0.1:9/hook").await["id"].as_str().expect("an id").to_owned();
    let disable = format!("/dashboard/webhooks/{endpoint}/disable");
    admin.post(&disable, &[]).await.expect(303);
    assert_page(&browse(&admin, ours(&admin, &disable, &[])).await, 409, "já tinha sido feito", "/dashboard/webhooks");
    admin.post(&disable, &[]).await.problem(409, "conflict");

    assert_page(&browse(&admin, ours(&admin, "/dashboard/nowhere", &[])).await, 405, "este painel não tem um formulário que faça isto", "/dashboard");
    admin.post("/dashboard/nowhere", &[]).await.problem(405, "method-not-allowed");

    let file = format!("/dashboard/sessions/{UNKNOWN_ROW}/artifacts/{UNKNOWN_ROW}");
    let ended = browse(&nobody, nobody.request(Method::GET, &file)).await.expect(401);
    assert_eq!(ended.header("content-type"), "text/html; charset=utf-8");
}
