//! A session past its time is over at once, for everybody, and the company hears of it once.

use std::time::Duration;

use crate::support::customer::honest;
use crate::support::{Customer, Value, World, at_time, eventually, json, now_ms, on_each_engine, parse_ms, photos};

async fn expired(world: &World, arguments: &[&str]) -> Customer {
    let customer = world.customer_with(&[&["--ttl", "1s"][..], arguments].concat()).await;
    at_time(&customer.expires_at, 0).await;
    customer
}

on_each_engine!(past_its_time_it_reads_expired_at_once);
async fn past_its_time_it_reads_expired_at_once(world: World) {
    let customer = expired(&world, &[]).await;
    let body = customer.public().await.expect(200).json();
    assert_eq!(body["status"], "EXPIRED");
    assert_eq!(body["steps"], json!([]));
    assert_eq!(body["progress"], json!({ "done": [], "current": null }));
    assert!(body["branding"]["companyName"].is_string() && body["flowName"].is_string(), "{body}");
    assert_eq!(world.operator.session(&customer.id).await["status"], "EXPIRED");
}

on_each_engine!(nothing_is_accepted_past_its_time);
async fn nothing_is_accepted_past_its_time(world: World) {
    let customer = expired(&world, &[]).await;
    customer.complete(honest("art_x")).await.problem(410, "expired");
    customer.complete(json!({ "nonsense": 1 })).await.problem(410, "expired");
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.problem(410, "expired");
    customer.upload("selfie_url", photos::selfie()).await.problem(410, "expired");
    customer.upload("selfie_url", photos::HTML).await.problem(410, "expired");
    let link = format!("/verify/{}", customer.id);
    assert_eq!(customer.page("/identity").await.see_other(), link);
    assert_eq!(customer.post_form("identity", &[("name", "Ana"), ("cpf", "1")]).await.see_other(), link);
    customer.page("").await.expect(200);
}

on_each_engine!(the_company_hears_of_it_once_within_ten_seconds);
async fn the_company_hears_of_it_once_within_ten_seconds(world: World) {
    let (company, secret) = world.company().await;
    let customer = expired(&world, &["--customer", "crm-7"]).await;
    let event = company.only_event(&secret, Duration::from_secs(10)).await;
    let late = now_ms() - parse_ms(&customer.expires_at);
    assert!(late < 10_000, "{late} ms");
    let expected: Value = json!({
        "type": "session.expired",
        "data": { "sessionId": customer.id, "status": "EXPIRED", "customerId": "crm-7", "riskScore": null },
    });
    assert_eq!(event, expected);
    one_expired_event(&world, &customer).await;
    assert_eq!(company.received().len(), 1);
}

on_each_engine!(a_session_that_expired_while_the_server_was_down_is_told_after);
async fn a_session_that_expired_while_the_server_was_down_is_told_after(mut world: World) {
    let (company, secret) = world.company().await;
    let customer = world.customer_with(&["--ttl", "2s"]).await;
    world.server.kill9();
    at_time(&customer.expires_at, 0).await;
    assert_eq!(world.operator.session(&customer.id).await["status"], "EXPIRED");
    world.crash_and_restart().await;
    assert_eq!(customer.status().await, "EXPIRED");
    company.only_event(&secret, Duration::from_secs(15)).await;
    one_expired_event(&world, &customer).await;
}

on_each_engine!(a_session_with_answers_expires_all_the_same);
async fn a_session_with_answers_expires_all_the_same(world: World) {
    let customer = world.customer_with(&["--ttl", "4s"]).await;
    let before = customer.public().await.expect(200).json();
    assert_eq!(before["status"], "PENDING");
    let saved = customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await;
    saved.expect(204);
    at_time(&customer.expires_at, 0).await;
    assert_eq!(customer.status().await, "EXPIRED");
    one_expired_event(&world, &customer).await;
}

async fn one_expired_event(world: &World, customer: &Customer) {
    let session_ref = world.operator.session_ref(&customer.id).await;
    let database = &world.place.database;
    let events = eventually("the sweeper", Duration::from_secs(10), async || {
        let events = database.events(&session_ref).await;
        (!events.is_empty()).then_some(events)
    });
    assert_eq!(events.await, ["session.expired"]);
}
