//! A session past its time is expired at once for everybody, and the company receives one event.

use std::time::Duration;

use crate::support::customer::valid_user_data;
use crate::support::{Customer, TestApp, at_time, eventually, json, now_ms, on_each_engine, parse_ms, photos};

async fn expired(app: &TestApp, arguments: &[&str]) -> Customer {
    let customer = app.customer_with(&[&["--ttl", "1s"][..], arguments].concat()).await;
    at_time(&customer.expires_at, 0).await;
    customer
}

on_each_engine!(a_session_past_its_time_reads_expired_at_once);
async fn a_session_past_its_time_reads_expired_at_once(app: TestApp) {
    let customer = expired(&app, &[]).await;
    let body = customer.public().await.expect(200).json();
    assert_eq!(body["status"], "EXPIRED");
    assert_eq!(body["steps"], json!([]));
    assert_eq!(body["progress"], json!({ "done": [], "current": null }));
    assert!(body["branding"]["companyName"].is_string() && body["flowName"].is_string(), "{body}");
    assert_eq!(app.operator.session(&customer.id).await["status"], "EXPIRED");
}

on_each_engine!(an_expired_session_accepts_nothing);
async fn an_expired_session_accepts_nothing(app: TestApp) {
    let customer = expired(&app, &[]).await;
    customer.complete(valid_user_data("art_x")).await.problem(410, "expired");
    customer.complete(json!({ "nonsense": 1 })).await.problem(410, "expired");
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.problem(410, "expired");
    customer.upload("selfie_url", photos::selfie()).await.problem(410, "expired");
    customer.upload("selfie_url", photos::HTML).await.problem(410, "expired");
    let link = format!("/verify/{}", customer.id);
    assert_eq!(customer.page("/identity").await.see_other(), link);
    assert_eq!(customer.post_form("identity", &[("name", "Ana"), ("cpf", "1")]).await.see_other(), link);
    customer.page("").await.expect(200);
}

on_each_engine!(an_expiry_sends_one_event_within_ten_seconds);
async fn an_expiry_sends_one_event_within_ten_seconds(app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = expired(&app, &["--customer", "crm-7"]).await;
    let event = company.only_event(&secret, Duration::from_secs(10)).await;
    let late = now_ms() - parse_ms(&customer.expires_at);
    assert!(late < 10_000, "{late} ms");
    let data = json!({
        "sessionId": customer.id, "status": "EXPIRED", "customerId": "crm-7", "riskScore": null,
        "ref": app.operator.session_ref(&customer.id).await, "decision": null, "sequence": 1,
    });
    assert_eq!((&event["type"], &event["data"]), (&json!("session.expired"), &data));
    let happened = parse_ms(event["timestamp"].as_str().expect("RFC 3339"));
    assert!((0..10_000).contains(&(happened + 999 - parse_ms(&customer.expires_at))), "{event}");
    one_expired_event(&app, &customer).await;
    assert_eq!(company.received().len(), 1);
}

on_each_engine!(an_expiry_while_the_server_was_down_is_sent_afterwards);
async fn an_expiry_while_the_server_was_down_is_sent_afterwards(mut app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = app.customer_with(&["--ttl", "2s"]).await;
    app.server.kill();
    at_time(&customer.expires_at, 0).await;
    assert_eq!(app.operator.session(&customer.id).await["status"], "EXPIRED");
    app.crash_and_restart().await;
    assert_eq!(customer.status().await, "EXPIRED");
    company.only_event(&secret, Duration::from_secs(15)).await;
    one_expired_event(&app, &customer).await;
}

on_each_engine!(a_session_with_answers_expires_too);
async fn a_session_with_answers_expires_too(app: TestApp) {
    let customer = app.customer_with(&["--ttl", "4s"]).await;
    let before = customer.public().await.expect(200).json();
    assert_eq!(before["status"], "PENDING");
    let saved = customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await;
    saved.expect(204);
    at_time(&customer.expires_at, 0).await;
    assert_eq!(customer.status().await, "EXPIRED");
    one_expired_event(&app, &customer).await;
}

async fn one_expired_event(app: &TestApp, customer: &Customer) {
    let session_ref = app.operator.session_ref(&customer.id).await;
    let database = &app.installation.database;
    let events = eventually("the event of the sweeper", Duration::from_secs(10), async || {
        let events = database.events(&session_ref).await;
        (!events.is_empty()).then_some(events)
    });
    assert_eq!(events.await, ["session.expired"]);
}
