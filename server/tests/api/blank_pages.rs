//! A step's page is drawn once for a flow's version and a language: customers of one version get the same page, each with its own session
//! id and nonce, and an import changes the pages of new sessions only.

use std::fs;

use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;

use crate::support::html::{attribute, tags, value_of};
use crate::support::{Customer, TestApp, json, on_each_engine};

/// A step's page of a customer, without what is the customer's own.
async fn page(customer: &Customer, step: &str, language: &str) -> String {
    let request = customer.request(Method::GET, &format!("/verify/{}{step}", customer.id)).header(ACCEPT_LANGUAGE, language);
    let reply = customer.send(request).await.expect(200);
    let (text, policy) = (reply.text(), reply.header("content-security-policy"));
    let nonce = policy.split_once("'nonce-").and_then(|(_, rest)| rest.split_once('\'')).expect("the policy names a nonce").0;
    let scripts = tags(&text, "script");
    assert!(scripts.iter().all(|script| attribute(script, "nonce").as_deref() == Some(nonce)), "{scripts:?} {policy}");
    assert!(text.contains(&customer.id), "{text}");
    text.replace(nonce, "NONCE").replace(&customer.id, "ID")
}

async fn import(app: &TestApp, title: &str) -> Customer {
    let file = app.installation.home().join("flow.json");
    let field = json!({ "name": "nickname", "type": "TEXT", "label": "Nickname", "required": true });
    let other = json!({ "name": "town", "type": "TEXT", "label": "Town", "required": true });
    let steps = json!([
        { "id": "about", "type": "FORM", "title": title, "fields": [field] },
        { "id": "place", "type": "FORM", "title": title, "fields": [other] },
    ]);
    fs::write(&file, json!({ "name": "told", "steps": steps }).to_string()).expect("writes the flow");
    app.operator.json(&["flow", "import", file.to_str().expect("a path in UTF-8")]).await;
    customer_of(app).await
}

async fn customer_of(app: &TestApp) -> Customer {
    Customer::with_link(&app.installation, &app.operator.link_of("told", &[]).await)
}

on_each_engine!(customers_of_one_version_get_the_same_page);
async fn customers_of_one_version_get_the_same_page(app: TestApp) {
    let (one, other) = (app.customer().await, app.customer().await);
    let mut seen = Vec::new();
    for language in ["pt-BR", "en", "es"] {
        for step in ["/identity", "/selfie", "/identity?plain=1", "/identity?change=1", "/identity?lang=en"] {
            let first = page(&one, step, language).await;
            assert_eq!(page(&other, step, language).await, first, "{language} {step}");
            assert_eq!(page(&one, step, language).await, first, "{language} {step}");
            seen.push(first);
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3 * 4 + 1, "a page for each language and step, and one that its address names");
}

on_each_engine!(an_import_changes_the_pages_of_new_sessions_only);
async fn an_import_changes_the_pages_of_new_sessions_only(app: TestApp) {
    let old = import(&app, "The first title").await;
    let before = page(&old, "/about", "en").await;
    let new = import(&app, "The second title").await;
    let after = page(&new, "/about", "en").await;
    assert!(before.contains("The first title") && !before.contains("The second title"), "{before}");
    assert!(after.contains("The second title") && !after.contains("The first title"), "{after}");
    assert_eq!(page(&old, "/about", "en").await, before);
    assert_eq!(page(&customer_of(&app).await, "/about", "en").await, after);
}

on_each_engine!(what_a_customer_answered_is_on_no_page_of_another);
async fn what_a_customer_answered_is_on_no_page_of_another(app: TestApp) {
    let (ana, other) = (import(&app, "Told").await, customer_of(&app).await);
    let empty = page(&other, "/place", "en").await;
    ana.save("about", json!({ "nickname": "Quetzalmoor</script>" })).await.expect(204);
    // Her page of the step that she has not filled in tells the island what she answered before.
    let told = page(&ana, "/place", "en").await;
    assert!(told.contains("\"answers\":{\"nickname\":\"Quetzalmoor\\u003c/script>\"}"), "{told}");
    assert_eq!(value_of(&page(&ana, "/about", "en").await, "nickname"), "Quetzalmoor</script>");
    let elsewhere = page(&ana.on_another_device(), "/place", "en").await;
    assert!(!elsewhere.contains("Quetzalmoor") && elsewhere.contains("\"elsewhere\":[\"nickname\"]"), "{elsewhere}");
    assert_eq!(page(&other, "/place", "en").await, empty);
    assert_eq!(value_of(&page(&other, "/about", "en").await, "nickname"), "");

    // A fault is on the page of the request that made it, and on no later one.
    let faulty = ana.post_form("place", &[("town", "")]).await.expect(422).text();
    assert!(faulty.contains("aria-invalid=\"true\""), "{faulty}");
    assert_eq!(page(&ana, "/place", "en").await, told);
}
