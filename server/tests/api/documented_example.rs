//! The example in the documentation works exactly as written. The server accepts it, reports its wrong check digits as a failed
//! check and not as an error, and sends a signed webhook with exactly the documented keys.

use crate::support::{Customer, Receiver, SOON, TestApp, Value, json, now_ms, on_each_engine, parse_ms, photos};

/// Completes with the documented body and this CPF, and returns `session show` and the verified event.
async fn documented(app: &TestApp, customer: &Customer, company: &(Receiver, String), cpf: &str) -> (Value, Value) {
    let (receiver, secret) = company;
    let already = receiver.received().len();
    let selfie = customer.selfie().await;
    let user_data = json!({ "name": "User Name", "cpf": cpf, "selfie_url": selfie });
    let accepted = customer.complete(user_data).await.expect(202);
    assert_eq!(accepted.json(), json!({ "status": "PROCESSING" }));
    customer.wait_for_status("COMPLETED", SOON).await;
    let received = receiver.requests(already + 1, SOON).await;
    (app.operator.session(&customer.id).await, received[already].verified(secret))
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn check<'a>(shown: &'a Value, name: &str) -> &'a Value {
    let checks = shown["checks"].as_array().expect("session show answers checks");
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no check {name} in {shown}"))
}

fn risk(shown: &Value) -> i64 {
    let score = shown["riskScore"].as_i64().unwrap_or_else(|| panic!("the risk score is an integer: {shown}"));
    assert!((0..=100).contains(&score), "{score}");
    score
}

on_each_engine!(the_example_completes_and_sends_the_documented_event);
async fn the_example_completes_and_sends_the_documented_event(app: TestApp) {
    let company = app.company().await;
    let customer = app.customer().await;
    let (shown, event) = documented(&app, &customer, &company, "123.456.789-00").await;

    assert_eq!(shown["status"], "COMPLETED");
    let cpf = check(&shown, "cpf");
    assert_eq!(cpf["result"], "FAILED", "{shown}");
    assert!(cpf["reasons"].to_string().contains("cpf.check_digits"), "{shown}");
    assert_eq!(check(&shown, "evidence")["result"], "PASSED", "{shown}");

    assert_eq!(keys(&event), ["data", "timestamp", "type"]);
    assert!(parse_ms(event["timestamp"].as_str().expect("RFC 3339")) <= now_ms());
    assert_eq!(event["type"], "session.completed");
    let data = &event["data"];
    assert_eq!(keys(data), ["customerId", "decision", "ref", "riskScore", "sequence", "sessionId", "status"]);
    assert_eq!((&data["ref"], &data["decision"], &data["sequence"]), (&shown["ref"], &shown["decision"], &json!(1)));
    assert_eq!(data["sessionId"], *customer.id);
    assert_eq!(data["status"], "COMPLETED");
    assert_eq!(data["customerId"], Value::Null);
    assert_eq!(data["riskScore"], risk(&shown));
}

on_each_engine!(good_check_digits_score_lower);
async fn good_check_digits_score_lower(app: TestApp) {
    let company = app.company().await;
    let (wrong, _) = documented(&app, &app.customer().await, &company, "123.456.789-00").await;
    let (right, _) = documented(&app, &app.customer().await, &company, "123.456.789-09").await;
    assert!(risk(&right) < risk(&wrong), "{} < {}", risk(&right), risk(&wrong));
    assert_eq!(risk(&right), 0);
    assert_eq!(check(&right, "cpf")["result"], "PASSED");
    assert_eq!(right["decision"], "REVIEW", "no check has looked at the selfie");
}

on_each_engine!(repeated_digits_fail_the_cpf_check);
async fn repeated_digits_fail_the_cpf_check(app: TestApp) {
    let company = app.company().await;
    let (shown, _) = documented(&app, &app.customer().await, &company, "111.111.111-11").await;
    let cpf = check(&shown, "cpf");
    assert_eq!(cpf["result"], "FAILED", "{shown}");
    assert!(cpf["reasons"].to_string().contains("cpf.repeated_digits"), "{shown}");
}

on_each_engine!(a_small_photo_raises_the_score);
async fn a_small_photo_raises_the_score(app: TestApp) {
    let customer = app.customer().await;
    let photo = customer.upload("selfie_url", photos::small()).await.expect(201).json();
    let user_data = json!({ "name": "User Name", "cpf": "12345678909", "selfie_url": photo["artifactId"] });
    customer.complete(user_data).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let shown = app.operator.session(&customer.id).await;
    let evidence = check(&shown, "evidence");
    assert_ne!(evidence["result"], "PASSED", "{shown}");
    assert!(evidence["reasons"].to_string().contains("evidence.small"), "{shown}");
    assert!(risk(&shown) > 0);
}

on_each_engine!(a_known_customers_artifact_is_linked_and_the_event_names_them);
async fn a_known_customers_artifact_is_linked_and_the_event_names_them(app: TestApp) {
    let company = app.company().await;
    let known = app.customer_with(&["--customer", "crm:42_A.b-c"]).await;
    let uploaded = known.upload("selfie_url", photos::selfie()).await.expect(201).json();
    assert_eq!(uploaded["dossier"], "LINKED");
    let (_, event) = documented(&app, &known, &company, "123.456.789-00").await;
    assert_eq!(event["data"]["customerId"], "crm:42_A.b-c");

    let unknown = app.customer().await;
    let uploaded = unknown.upload("selfie_url", photos::selfie()).await.expect(201).json();
    assert_eq!(uploaded["dossier"], "UNRESOLVED");
}
