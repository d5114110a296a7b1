//! The check `velocity`: how many sessions one device, network and customer submitted within a time.

use ::server::sessions::visits;

use super::{customer_of, expected, form, found, submitted};
use crate::support::customer::valid_user_data;
use crate::support::html::links;
use crate::support::{Customer, Installation, Parts, SOON, TestApp, Value, json, on_each_engine};

fn flow(velocity: Value) -> Value {
    form(json!([{ "name": "name", "type": "TEXT", "label": "Name" }]), json!({ "velocity": velocity }))
}

fn most(sessions: u32) -> Value {
    json!({ "per": "24h", "most": sessions })
}

/// Submits from an address, and says what was found.
async fn from(app: &TestApp, customer: &Customer, address: &str) -> (String, Vec<String>) {
    let request = customer.complete_request(&json!({ "name": "Ana" })).header("x-forwarded-for", address);
    customer.send(request).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    found(&app.operator.session(&customer.id).await, "velocity")
}

on_each_engine!(sessions_of_a_device_a_network_and_a_customer_are_counted, Installation);
async fn sessions_of_a_device_a_network_and_a_customer_are_counted(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_TRUSTED_PROXIES", Some("127.0.0.1"))).await;
    app.operator.import_flow(&flow(json!({ "device": most(2), "network": most(3), "customer": most(2) }))).await;
    let (device, network, of_customer) = ("velocity.device", "velocity.network", "velocity.customer");
    let first = Customer::with_link(&app.installation, &app.operator.link_of("checked", &[]).await);
    let mut devices = vec![first];
    for (number, address, customer, codes) in [
        (0, "203.0.113.1", None, &[][..]),
        (0, "198.51.100.1", None, &[]),
        (0, "198.51.100.7", None, &[device]),
        (1, "203.0.113.99", Some("c-1"), &[]),
        (2, "203.0.113.50", Some("c-1"), &[]),
        (3, "192.0.2.1", Some("c-1"), &[of_customer]),
        (4, "203.0.113.7", Some("c-2"), &[network]),
        (5, "203.0.112.7", Some("c-2"), &[]),
        (5, "2001:db8:1:2::1", None, &[]),
        (0, "203.0.113.1", Some("c-1"), &[of_customer, device, network]),
    ] {
        let arguments: Vec<&str> = customer.iter().flat_map(|name| ["--customer", name]).collect();
        let link = app.operator.link_of("checked", &arguments).await;
        while devices.len() <= number {
            devices.push(devices[0].on_another_device());
        }
        devices[number] = devices[number].follows(&link);
        let said = from(&app, &devices[number], address).await;
        assert_eq!(said, expected(if codes.is_empty() { "PASSED" } else { "WARNING" }, codes), "{number} {address} {customer:?}");
    }
    let auditor = app.browser("AUDITOR").await;
    let last = app.operator.session_ref(&devices[0].id).await;
    let page = auditor.page(&format!("/dashboard/sessions/{last}")).await;
    let others = links(&page, "/dashboard/sessions/").into_iter().filter(|link| !link.contains(&last)).filter(|link| link.matches('-').count() == 4);
    assert!(others.count() >= 3, "the page names the others");
}

on_each_engine!(what_is_older_than_the_time_does_not_count, Parts);
async fn what_is_older_than_the_time_does_not_count(parts: Parts) {
    let database = parts.installation.database.clone();
    let app = TestApp::at(parts.installation).await;
    let customer = customer_of(&app, &flow(json!({ "device": { "per": "2h", "most": 1 } })), &[]).await;
    assert_eq!(found(&submitted(&app, &customer, json!({})).await, "velocity"), expected("PASSED", &[]));
    let again = async || {
        let customer = customer.follows(&app.operator.link_of("checked", &[]).await);
        found(&submitted(&app, &customer, json!({})).await, "velocity")
    };
    assert_eq!(again().await, expected("WARNING", &["velocity.device"]));
    database.change("UPDATE visits SET at = at - 7200000000").await;
    assert_eq!(again().await, expected("PASSED", &[]));
    let visits = async || database.number("SELECT COUNT(DISTINCT session_ref) FROM visits").await;
    assert_eq!(visits().await, 3);
    database.change("UPDATE visits SET at = at - 2592000000000 WHERE at < (SELECT MAX(at) FROM visits)").await;
    visits::sweep(&parts.kit).await.expect("sweeps");
    assert_eq!(visits().await, 1, "what is older than 30 days is forgotten");
    let customer = app.customer().await;
    customer.complete(valid_user_data(&customer.selfie().await)).await.expect(202);
    assert_eq!(visits().await, 1, "a flow that does not count writes nothing");
}

on_each_engine!(without_a_limit_it_counts_nothing);
async fn without_a_limit_it_counts_nothing(app: TestApp) {
    let fields = json!([{ "name": "name", "type": "TEXT", "label": "Name" }]);
    for extra in [json!({ "checks": ["velocity"] }), json!({ "velocity": {} }), json!({ "velocity": { "customer": most(1) } })] {
        let customer = customer_of(&app, &form(fields.clone(), extra.clone()), &[]).await;
        assert_eq!(found(&submitted(&app, &customer, json!({})).await, "velocity"), expected("SKIPPED", &[]), "{extra}: no customer is named");
    }
}
