//! Searches by an exact reference cannot be used to guess one: they are limited and audited, and a number is looked for only by operators
//! who may reveal it.

use reqwest::Method;

use crate::support::html::is_linked;
use crate::support::{ApiClient, Browser, Installation, Reply, TestApp, json, on_each_engine};

const CPF: &str = "52998224725";
const SESSIONS: &str = "/dashboard/sessions";
const CUSTOMERS: &str = "/dashboard/customers";

async fn search(browser: &Browser, path: &str, text: &str) -> Reply {
    browser.post(path, &[("q", text)]).await
}

on_each_engine!(only_who_may_reveal_a_number_may_search_for_it);
async fn only_who_may_reveal_a_number_may_search_for_it(app: TestApp) {
    let customer = app.customer_with(&["--customer", CPF]).await;
    app.customer_with(&["--customer", "crm-10482"]).await;
    app.customer_with(&["--customer", "cpf:529.982.247-25"]).await;
    let (auditor, reviewer) = (app.browser("AUDITOR").await, app.browser("REVIEWER").await);
    let page = |path: &str| format!("{path}?lang=en");
    for path in [SESSIONS, CUSTOMERS] {
        for known_or_not in [CPF, "52998224726", "529.982.247-25", " 529 982 247 25 ", "+55 11 98765-4321", "cpf:529.982.247-25", "42"] {
            let refused = search(&auditor, &page(path), known_or_not).await.expect(403);
            let text = refused.text();
            assert!(text.contains("because it may be a CPF or a phone") && is_linked(&text, "q"), "{path} {known_or_not}: {text}");
        }
        assert_eq!(search(&auditor, path, "crm-10482").await.status, 303, "{path}: a company's own word");
        assert_eq!(search(&auditor, path, "crm-99999").await.status, 200, "{path}");
        assert_eq!(search(&reviewer, path, CPF).await.status, 303, "{path}");
    }
    let session_ref = app.operator.session_ref(&customer.id).await;
    for text in [session_ref.as_str(), &session_ref[..13], customer.id.as_str()] {
        assert_eq!(search(&auditor, SESSIONS, text).await.see_other(), format!("{SESSIONS}/{session_ref}"));
    }
    // A link names a session, whatever stands in it.
    let short = app.customer_with(&["--customer", "123456789"]).await;
    for text in ["/verify/123456789", "https://id.example/verify/123456789?a", "x/verify/123456789"] {
        for browser in [&auditor, &reviewer] {
            assert_eq!(search(browser, SESSIONS, text).await.status, 200, "{text}");
        }
    }
    assert_eq!(search(&auditor, SESSIONS, &short.id).await.status, 303);
    let actions = app
        .installation
        .database
        .texts("SELECT actor || ' ' || subject || ' ' || CASE WHEN customer IS NULL THEN 'nobody' ELSE 'somebody' END FROM audit WHERE action = 'search'")
        .await;
    assert_eq!(actions.iter().filter(|row| *row == "operator search somebody").count(), 4, "{actions:?}");
    assert!(actions.len() >= 9, "{actions:?}");
    assert!(app.installation.database.number("SELECT COUNT(*) FROM audit WHERE action = 'operator.refused'").await >= 10, "refusals are audited too");
}

on_each_engine!(thirty_searches_a_minute_are_enough_for_one_operator, Installation);
async fn thirty_searches_a_minute_are_enough_for_one_operator(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on"))).await;
    let (admin, reviewer) = (app.browser("ADMIN").await, app.browser("REVIEWER").await);
    let customer = app.customer().await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    for at in 0..15 {
        search(&admin, SESSIONS, &format!("crm-{at}")).await.expect(200);
        search(&admin, CUSTOMERS, &format!("{at}")).await.expect(200);
    }
    for path in [SESSIONS, CUSTOMERS] {
        let refused = search(&admin, path, "crm-1").await;
        refused.problem(429, "rate-limited");
        assert!((1..=60).contains(&refused.header("retry-after").parse::<u32>().expect("seconds")));
        let page = admin.page(&format!("{}&lang=en", admin.submit(path, &[("q", "crm-1")]).await.see_other())).await;
        assert!(page.contains("Too many") && page.contains("value=\"crm-1\"") && !page.contains("othing found"), "{page}");
        search(&admin, path, "").await;
    }
    let linked = admin.post(&format!("{SESSIONS}/{session_ref}/link"), &[("customer", "crm-1")]).await;
    linked.problem(429, "rate-limited");
    let program = ApiClient::new(&app.installation, &["rules"]).await;
    let rule = json!({ "name": "large", "when": { "field": "amount", "atLeast": 1, "currency": "BRL" }, "then": { "action": "REVIEW" } });
    program.send(program.request(Method::PUT, "/rules/large").json(&rule)).await.expect(201);
    // With a rule about lists or sums, a made-up payment tells as much as a search.
    admin.post("/dashboard/rules/by-name/large/test", &[("posted", "{}")]).await.problem(429, "rate-limited");
    let session = format!("{SESSIONS}/{session_ref}");
    let (revealed, _) = admin.reveal(&session, &[]).await;
    let token = revealed.split_once("revealed=").expect("a token").1;
    let form = [("customer", "crm-1"), ("reason", "half written"), ("revealed", token)];
    let page = admin.page(&format!("{}&lang=en", admin.submit(&format!("{session}/link"), &form).await.see_other())).await;
    for kept in ["Too many", "value=\"crm-1\"", "half written", "Shown as the customer entered it"] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    search(&reviewer, SESSIONS, "crm-1").await.expect(200);
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM audit WHERE action = 'search'").await, 31);
    let refused = "SELECT COUNT(*) FROM audit WHERE action = 'operator.refused' AND actor = 'operator' AND source IS NOT NULL";
    assert_eq!(app.installation.database.number(refused).await, 7, "each search too many has a row");
}

on_each_engine!(linking_is_a_search_however_it_ends);
async fn linking_is_a_search_however_it_ends(app: TestApp) {
    let customer = app.customer_with(&["--customer", "crm-1"]).await;
    app.customer_with(&["--customer", "crm-2"]).await;
    let reviewer = app.browser("REVIEWER").await;
    let link = format!("{SESSIONS}/{}/link", app.operator.session_ref(&customer.id).await);
    for (reference, status) in [("crm-3", 422), ("crm-2", 409), ("crm-1", 303)] {
        reviewer.post(&link, &[("customer", reference)]).await.expect(status);
    }
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM audit WHERE action = 'search' AND actor = 'operator'").await, 3);
}
