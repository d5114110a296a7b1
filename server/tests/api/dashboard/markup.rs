//! Markup in a flow, an answer, a file name or a form is shown as text, on every page.

use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::{SESSIONS, create, shown_in};
use crate::support::html::without_nonces;
use crate::support::{Browser, Customer, Reply, SOON, TestApp, json, on_each_engine, photos};

/// Text that would become an element or end an attribute if it were not escaped.
fn marked(what: &str) -> String {
    format!("\"'><xss-{what} onload=alert(1)>")
}

on_each_engine!(stored_markup_is_shown_as_text);
async fn stored_markup_is_shown_as_text(app: TestApp) {
    let browser = Browser::signed_in_as(&app.installation, "ana@example.com", "ADMIN").await;
    let kind = json!({ "name": "kind", "type": "SELECT", "label": marked("kind"), "options": [{ "value": "a", "label": marked("option") }] });
    let fields = json!([{ "name": "name", "type": "TEXT", "label": marked("label"), "hint": marked("hint") }, kind]);
    let selfie = json!([{ "name": "selfie_url", "type": "ARTIFACT", "label": marked("photo") }]);
    let flow = json!({ "name": "marked", "title": marked("title"), "branding": { "companyName": marked("company") }, "steps": [
        { "id": "identity", "type": "FORM", "title": marked("step"), "text": marked("text"), "fields": fields },
        { "id": "selfie", "type": "SELFIE", "title": marked("step"), "fields": selfie },
    ] });
    app.operator.import_flow(&flow).await;
    let session_ref = create(&browser, &[("flow", "marked"), ("customer", "crm-1")]).await;
    let url = shown_in(&browser.page(&format!("/dashboard/links/{session_ref}")).await, "link-url").expect("the link");
    let customer = Customer::at(&app.installation, url.rsplit('/').next().expect("an id"));
    let part = Part::bytes(photos::selfie().to_vec()).file_name(marked("file"));
    let upload = customer.api(Method::POST, "/upload").multipart(Form::new().text("field", "selfie_url").part("file", part));
    customer.send(upload).await.expect(201);
    customer.complete(json!({ "name": marked("name"), "kind": "a" })).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let page = format!("{SESSIONS}/{session_ref}");
    let (reason, typed) = (marked("reason"), marked("typed"));
    browser.post(&format!("{page}/decision"), &[("decision", "REVIEW"), ("reason", reason.as_str())]).await.expect(303);
    let hook = format!("http://127.0.0.1:9/{typed}");
    browser.post("/dashboard/webhooks", &[("url", hook.as_str())]).await.expect(303);
    let dossier = browser.dossier("crm-1").await.expect("a dossier");

    let mut seen: Vec<Reply> = Vec::new();
    for path in ["links", "sessions", "unresolved", "customers", "webhooks", "api-keys", "operators", "sign-in?next=/dashboard/<xss-next>", "<xss-path>"] {
        seen.push(browser.get(&format!("/dashboard/{path}")).await);
    }
    seen.extend([browser.get(&page).await, browser.get(&dossier).await, browser.get(&format!("/dashboard/links/{session_ref}?done=<xss-done>")).await]);
    for (path, input) in [("links", "customer"), ("webhooks", "url"), ("operators", "email"), ("sign-in", "email"), ("sessions", "q"), ("customers", "q")] {
        seen.push(browser.post(&format!("/dashboard/{path}"), &[(input, typed.as_str())]).await);
    }
    seen.push(browser.post(&format!("{page}/decision"), &[("decision", "MAYBE"), ("reason", typed.as_str())]).await);
    seen.push(browser.get(&browser.reveal(&page, &[]).await.0).await);
    let all: String = seen.iter().map(|reply| without_nonces(&reply.text())).collect();
    assert!(!all.contains("<xss-"), "{:?}", all.find("<xss-").map(|at| &all[at.saturating_sub(200)..]));
    for shown in ["kind", "option", "label", "photo", "title", "step", "name", "reason", "typed"] {
        assert!(all.contains(&format!("&lt;xss-{shown}")), "{shown} is shown as text");
    }
}
