//! An agent creates links and sees how far their sessions are, and nothing else about them.

use super::{SESSIONS, create, shown_in};
use crate::support::html::{links, tags, without_nonces};
use crate::support::{Customer, TestApp, json, now_ms, on_each_engine, parse_ms};

on_each_engine!(an_agent_creates_a_link_and_follows_its_session);
async fn an_agent_creates_a_link_and_follows_its_session(app: TestApp) {
    let (agent, auditor) = (app.browser("AGENT").await, app.browser("AUDITOR").await);
    let form = [("flow", "minimal"), ("customer", "crm-1"), ("locale", "es"), ("ttl", "2h")];
    let session_ref = create(&agent, &form).await;
    let path = format!("/dashboard/links/{session_ref}");
    let page = agent.page(&path).await;
    let url = shown_in(&page, "link-url").expect("the link in an input");
    let id = url.strip_prefix(&format!("{}/verify/", app.installation.base())).expect("the hosted link");
    assert!(!tags(&page, "svg").is_empty(), "a QR code: {page}");
    for browser in [&app.browser("ADMIN").await, &app.browser("REVIEWER").await] {
        assert!(browser.page(&path).await.contains(&url));
    }
    assert!(!auditor.page(&path).await.contains(id), "a role that may not create links sees none");
    for page in [agent.page("/dashboard/links").await, auditor.page(&format!("{SESSIONS}/{session_ref}")).await] {
        assert!(!page.contains(id), "only the link's own page shows the id");
    }
    let customer = Customer::at(&app.installation, id);
    let public = customer.public().await.expect(200).json();
    assert_eq!((&public["locale"], &public["status"]), (&json!("es"), &json!("PENDING")));
    let lifetime = parse_ms(public["expiresAt"].as_str().expect("a time")) - now_ms();
    assert!((7_100_000..7_210_000).contains(&lifetime), "{lifetime} ms");
    let events = format!("{SESSIONS}/{session_ref}/events");
    let (stream, ()) = tokio::join!(agent.get(&events), customer.finish());
    assert!(stream.text().starts_with("event: status\n") && stream.text().contains("\"COMPLETED\""), "live: {}", stream.text());
    assert!(!agent.page(&path).await.contains(id), "the link of a finished session is not shown");

    let long = "x".repeat(129);
    for wrong in [("flow", "nonsense"), ("flow", ""), ("customer", "a b"), ("customer", &*long), ("locale", "fr"), ("ttl", "31d"), ("ttl", "soon")] {
        let form: Vec<(&str, &str)> = form.into_iter().map(|(name, good)| (name, if name == wrong.0 { wrong.1 } else { good })).collect();
        let page = agent.post("/dashboard/links", &form).await.expect(422).text();
        assert!(!links(&page, &format!("#{}", wrong.0)).is_empty(), "{wrong:?}: the summary leads to the field");
        let typed = if wrong.0 == "customer" { wrong.1 } else { "crm-1" };
        assert_eq!(shown_in(&page, "customer").as_deref(), Some(typed), "what was typed is kept");
    }
    let all_wrong = [("flow", "nonsense"), ("customer", "a b"), ("locale", "fr"), ("ttl", "soon")];
    let page = agent.post("/dashboard/links", &all_wrong).await.expect(422).text();
    assert!(all_wrong.iter().all(|(name, _)| !links(&page, &format!("#{name}")).is_empty()), "every fault at once: {page}");
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM sessions").await, 1);
}

on_each_engine!(an_agent_sees_only_the_status_of_a_session);
async fn an_agent_sees_only_the_status_of_a_session(app: TestApp) {
    let agent = app.browser("AGENT").await;
    let (customer, _) = (app.customer_with(&["--customer", "crm-secret-1"]).await, app.customer_with(&["--customer", "crm-secret-2"]).await);
    customer.finish().await;
    let link = format!("/dashboard/links/{}", app.operator.session_ref(&customer.id).await);
    assert_eq!(agent.get("/dashboard").await.see_other(), "/dashboard/links");
    let look = async || [without_nonces(&agent.page("/dashboard/links").await), without_nonces(&agent.page(&link).await)];
    let before = look().await;
    for page in &before {
        assert!(!page.contains("crm-secret"), "{page}");
        for closed in ["sessions", "customers", "unresolved", "webhooks", "api-keys", "operators"] {
            assert!(links(page, &format!("/dashboard/{closed}")).is_empty(), "no link to a page that an agent may not open: {closed}");
        }
    }
    let other = "(SELECT MAX(id) FROM customers)";
    let changed =
        format!("UPDATE sessions SET risk_score = 97, decision = 'REJECTED', reasons = 'cpf.check_digits', customer = {other} WHERE status = 'COMPLETED'");
    app.installation.database.change(&changed).await;
    assert_eq!(look().await, before, "neither score nor decision nor customer makes a difference");
}
