//! Checks that only compute are done when `/complete` is answered: the session is submitted and completed by one commit.

use crate::support::{Customer, SOON, TestApp, Value, eventually, json, on_each_engine};

async fn customer_of_form(app: &TestApp) -> Customer {
    let fields =
        json!([{ "name": "name", "type": "TEXT", "label": "Name", "required": true }, { "name": "cpf", "type": "CPF", "label": "CPF", "required": true }]);
    let flow = json!({ "name": "form", "checks": ["cpf"], "steps": [{ "id": "identity", "type": "FORM", "title": "Identity", "fields": fields }] });
    let file = app.installation.data().join("form.json");
    std::fs::write(&file, flow.to_string()).expect("writes the flow");
    app.operator.json(&["flow", "import", file.to_str().expect("a path")]).await;
    Customer::with_link(&app.installation, &app.operator.link_of("form", &["--customer", "c-1"]).await)
}

on_each_engine!(a_session_is_completed_with_its_submission);
async fn a_session_is_completed_with_its_submission(app: TestApp) {
    let (receiver, secret) = app.company().await;
    let customer = customer_of_form(&app).await;
    let accepted = customer.complete(json!({ "name": "Ana", "cpf": "12345678900" })).await.expect(202);
    assert_eq!(accepted.json(), json!({ "status": "PROCESSING" }), "the answer is the same as where checks take their time");
    assert_eq!(customer.status().await, "COMPLETED");

    let shown = app.operator.session(&customer.id).await;
    assert_eq!((&shown["riskScore"], &shown["decision"], &shown["checks"][0]["result"]), (&json!(60), &json!("REVIEW"), &json!("FAILED")), "{shown}");
    let event = receiver.only_event(&secret, SOON).await;
    assert_eq!((&event["type"], &event["data"]["riskScore"], &event["data"]["sequence"]), (&json!("session.completed"), &json!(60), &json!(1)));
    assert_eq!(event["data"]["customerId"], "c-1");

    let database = &app.installation.database;
    let acts = "SELECT action FROM audit WHERE action IN ('session.submitted', 'session.completed') ORDER BY at, id";
    assert_eq!(database.texts(acts).await, ["session.submitted", "session.completed"]);
    assert_eq!(database.number("SELECT COUNT(*) FROM check_runs").await, 0, "nothing is left for the job");
    eventually("the delivery to be recorded", SOON, async || {
        (database.number("SELECT COUNT(*) FROM deliveries WHERE status = 'DELIVERED' AND tries = 1 AND lease IS NULL").await == 1).then_some(())
    })
    .await;

    customer.complete(json!({ "name": "Ana", "cpf": "12345678900" })).await.expect(202);
    customer.complete(json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(409);
    assert_eq!(database.number("SELECT COUNT(*) FROM events").await, 1);
}

on_each_engine!(many_devices_that_complete_at_once_complete_once);
async fn many_devices_that_complete_at_once_complete_once(app: TestApp) {
    let customer = customer_of_form(&app).await;
    let devices: Vec<Customer> = (0..8).map(|_| customer.on_another_device()).collect();
    let cpfs = ["52998224725", "12345678909"];
    let sent = devices.iter().enumerate().map(|(number, device)| device.complete(json!({ "name": "Ana", "cpf": cpfs[number % 2] })));
    let answers: Vec<u16> = futures::future::join_all(sent).await.iter().map(|reply| reply.status).collect();
    // The first, and whoever sent the same as the first.
    assert!(answers.contains(&202) && answers.iter().all(|status| [202, 409].contains(status)), "{answers:?}");
    let shown: Value = app.operator.session(&customer.id).await;
    assert_eq!((&shown["status"], &shown["riskScore"]), (&json!("COMPLETED"), &json!(0)), "{shown}");
    let database = &app.installation.database;
    assert_eq!(database.number("SELECT COUNT(*) FROM events").await, 1);
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'session.submitted'").await, 1);
}
