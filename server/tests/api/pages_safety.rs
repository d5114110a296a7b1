//! Headers and escaping stop other sites and browsers from framing, sniffing, indexing or caching a customer page, and from
//! running what somebody typed.

use std::collections::BTreeMap;

use crate::support::html::{attribute, tags, value_of};
use crate::support::{Reply, TestApp, UNKNOWN_ID, on_each_engine};

fn policy(page: &Reply) -> BTreeMap<String, Vec<String>> {
    let directives = page.header("content-security-policy").split(';').map(|text| text.split_whitespace().map(str::to_owned));
    let named = directives.filter_map(|mut words| Some((words.next()?, words.collect())));
    named.collect()
}

#[track_caller]
fn assert_safe(page: &Reply) {
    let policy = policy(page);
    let directive = |name: &str| policy.get(name).unwrap_or_else(|| panic!("no {name} in {policy:?}")).join(" ");
    for (name, value) in [
        ("default-src", "'none'"),
        ("connect-src", "'self'"),
        ("img-src", "'self' blob: data:"),
        ("style-src", "'self'"),
        ("font-src", "'self'"),
        ("form-action", "'self'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
    ] {
        assert_eq!(directive(name), value, "{name}");
    }
    let scripts = directive("script-src");
    assert!(scripts.starts_with("'self' 'nonce-") && scripts.ends_with("' 'wasm-unsafe-eval'"), "{scripts}");
    assert_eq!(page.header("permissions-policy"), "camera=(self)");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("x-robots-tag"), "noindex");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.headers.get("strict-transport-security").is_none(), "the public URL is plain http");
    assert!(page.headers.get("access-control-allow-origin").is_none(), "no CORS");
}

on_each_engine!(every_page_has_the_headers_that_protect_it);
async fn every_page_has_the_headers_that_protect_it(app: TestApp) {
    let customer = app.customer().await;
    assert_safe(&customer.page("/identity").await.expect(200));
    assert_safe(&customer.page("/identity?plain=1").await.expect(200));
    assert_safe(&customer.post_form("identity", &[("cpf", "1")]).await.expect(422));
    assert_safe(&app.stranger(UNKNOWN_ID).page("").await.expect(404));
    customer.finish().await;
    assert_safe(&customer.page("").await.expect(200));
}

on_each_engine!(a_nonce_is_used_once_and_every_inline_script_has_it);
async fn a_nonce_is_used_once_and_every_inline_script_has_it(app: TestApp) {
    let customer = app.customer().await;
    let (first, second) = (customer.page("/identity").await, customer.page("/identity").await);
    assert_ne!(policy(&first)["script-src"], policy(&second)["script-src"]);
    let text = first.text();
    let scripts = tags(&text, "script");
    assert!(!scripts.is_empty(), "the island is loaded by a script");
    for script in scripts {
        let nonce = attribute(script, "nonce").map(|nonce| format!("'nonce-{nonce}'"));
        let allowed = nonce.is_some_and(|nonce| policy(&first)["script-src"].contains(&nonce));
        assert!(allowed || attribute(script, "src").is_some_and(|src| src.starts_with('/')), "{script}");
    }
    assert!(tags(&text, "style").is_empty() && !text.contains(" style=\"") && !text.contains(" onclick="), "{text}");
}

on_each_engine!(the_plain_page_has_no_script);
async fn the_plain_page_has_no_script(app: TestApp) {
    let customer = app.customer().await;
    let page = customer.page("/identity?plain=1").await.expect(200).text();
    assert!(tags(&page, "script").is_empty(), "{page}");
    assert_eq!(tags(&page, "form").len(), 1);
}

on_each_engine!(typed_text_is_escaped);
async fn typed_text_is_escaped(app: TestApp) {
    let customer = app.customer().await;
    let nasty = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;";
    let page = customer.post_form("identity", &[("name", nasty), ("cpf", nasty)]).await.expect(422).text();
    assert!(!page.contains("<script>alert(1)") && !page.contains("</script><img") && !page.contains("<img src=x"), "{page}");
    assert_eq!(value_of(&page, "name"), nasty, "as it was typed");

    customer.post_form("identity", &[("name", nasty), ("cpf", "12345678909")]).await.expect(303);
    let page = customer.page("/identity").await.expect(200).text();
    assert!(!page.contains("<script>alert(1)") && !page.contains("<img src=x"), "{page}");
    assert_eq!(value_of(&page, "name"), nasty);
}

on_each_engine!(query_parameters_are_not_echoed);
async fn query_parameters_are_not_echoed(app: TestApp) {
    let customer = app.customer().await;
    for path in ["/identity?lang=%22%3E%3Cscript%3Ealert(1)", "/identity?check=%3Cscript%3Ealert(1)", "/identity?x=%0d%0aX-Evil:1"] {
        let page = customer.page(path).await.expect(200);
        assert!(!page.text().contains("<script>alert(1)"), "{path}");
        assert!(page.headers.get("x-evil").is_none());
    }
}

on_each_engine!(answers_that_are_not_pages_have_the_strictest_policy);
async fn answers_that_are_not_pages_have_the_strictest_policy(app: TestApp) {
    let customer = app.customer().await;
    for (path, status) in [("/problems/rate-limited", 200), ("/problems/nonsense", 404), ("/healthz", 200), ("/nowhere", 404)] {
        let reply = customer.get(path).await.expect(status);
        let policy = policy(&reply);
        for directive in ["default-src", "form-action", "base-uri", "frame-ancestors"] {
            assert_eq!(policy.get(directive).map(|words| words.join(" ")).as_deref(), Some("'none'"), "{directive} of {path}");
        }
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    }
    let uploaded = customer.upload("selfie_url", crate::support::photos::selfie()).await.expect(201).json();
    let url = uploaded["url"].as_str().expect("a url").replace(&app.installation.base(), "");
    assert_eq!(customer.get(&url).await.expect(200).header("content-security-policy"), "sandbox; default-src 'none'");
}
