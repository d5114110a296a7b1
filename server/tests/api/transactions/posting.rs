//! What may be posted, and what comes back: faults, repeats, keys, limits.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use super::{Company, payment, step_up_from};
use crate::support::{ApiClient, TestApp, json, on_each_engine};

on_each_engine!(the_same_body_again_answers_how_the_transaction_stands);
async fn the_same_body_again_answers_how_the_transaction_stands(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let body = payment("pix-1", "c-1", 500);
    let first = company.post(&body).await.expect(201).json();
    let spaced = r#"{ "type":"PIX", "direction": "OUT", "currency":"BRL", "amount": 500, "customerId":"c-1", "channel": null, "transactionId": "pix-1" }"#;
    let again = company.program.request(Method::POST, "/transactions").header(CONTENT_TYPE, "application/json").body(spaced);
    assert_eq!(company.program.send(again).await.expect(200).json(), first, "in any order and spacing");
    for other in [payment("pix-1", "c-1", 501), payment("pix-1", "c-2", 500)] {
        let problem = company.post(&other).await.problem(409, "conflict");
        assert!(problem["detail"].as_str().expect("a detail").contains("another body"), "{problem}");
    }
    company.post(&json!({ "transactionId": "pix-1", "amount": "x" })).await.problem(409, "conflict");
    super::complete(&company.customer(&first), super::GOOD_CPF).await;
    let then = company.post(&body).await.expect(200).json();
    assert_eq!((&then["status"], then.get("session"), &then["matchedRules"]), (&json!("APPROVED"), None, &first["matchedRules"]));
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 1);
    assert_eq!(company.number("SELECT arrivals FROM customers WHERE arrivals > 0").await, 1, "repeats take no number");
}

on_each_engine!(an_idempotency_key_gives_the_first_answer_byte_for_byte);
async fn an_idempotency_key_gives_the_first_answer_byte_for_byte(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let send = async |key: &str, body: &crate::support::Value| {
        company.program.send(company.program.request(Method::POST, "/transactions").header("idempotency-key", key).json(body)).await
    };
    let body = payment("pix-1", "c-1", 500);
    let first = send("one", &body).await.expect(201);
    let repeat = send("two", &body).await.expect(200);
    super::complete(&company.customer(&first.json()), super::GOOD_CPF).await;
    for (key, answer) in [("one", &first), ("two", &repeat)] {
        let again = send(key, &body).await;
        assert_eq!((again.status, &again.body), (answer.status, &answer.body), "{key}: the answer of then");
    }
    send("one", &payment("pix-2", "c-1", 500)).await.problem(409, "conflict");
    // A refusal is not remembered.
    let wrong = json!({ "transactionId": "pix-3" });
    send("three", &wrong).await.problem(422, "invalid-request");
    send("three", &payment("pix-3", "c-1", 5)).await.expect(201);
}

on_each_engine!(every_fault_is_named_at_once);
async fn every_fault_is_named_at_once(app: TestApp) {
    let company = Company::of(app).await;
    let body = json!({ "transactionId": "..", "customerId": "c-1", "amount": 1.5, "currency": "DEM", "direction": "UP", "type": "pix", "country": "UK", "surprise": 1 });
    let problem = company.post(&body).await.problem(422, "invalid-request");
    let mut named: Vec<&str> = problem["errors"].as_array().expect("errors").iter().map(|error| error["field"].as_str().expect("a field")).collect();
    named.sort_unstable();
    assert_eq!(named, ["amount", "country", "currency", "direction", "surprise", "transactionId", "type"]);
    let raw = async |body: &str| {
        let request = company.program.request(Method::POST, "/transactions").header(CONTENT_TYPE, "application/json").body(body.to_owned());
        company.program.send(request).await
    };
    raw("{").await.problem(400, "invalid-json");
    raw("[]").await.problem(400, "invalid-json");
    let large = json!({ "transactionId": "x".repeat(64 * 1024) }).to_string();
    let problem = raw(&large).await.problem(413, "too-large");
    assert!(problem["detail"].as_str().expect("a detail").contains("64 KiB"), "{problem}");
    let twice = r#"{"transactionId":"a","transactionId":"a","customerId":"c","amount":1,"currency":"BRL","direction":"IN","type":"PIX"}"#;
    raw(twice).await.problem(422, "invalid-request");
    let text = company.program.request(Method::POST, "/transactions").header(CONTENT_TYPE, "text/plain").body("{}");
    company.program.send(text).await.problem(415, "unsupported-media");
    let list = company.program.send(company.program.request(Method::GET, "/transactions")).await;
    list.problem(405, "method-not-allowed");
    company.program.send(company.program.request(Method::GET, "/transactions/unknown")).await.problem(404, "not-found");
    assert_eq!(company.number("SELECT COUNT(*) FROM customers").await, 0, "nothing was written");
}

on_each_engine!(a_key_needs_the_scope_and_not_the_switch);
async fn a_key_needs_the_scope_and_not_the_switch(app: TestApp) {
    let company = Company::of(app).await;
    company.app.operator.set_session_api("off").await;
    company.post(&payment("pix-1", "c-1", 5)).await.expect(201);
    let other = ApiClient::new(&company.app.installation, &["sessions:read"]).await;
    other.send(other.request(Method::POST, "/transactions").json(&payment("pix-2", "c-1", 5))).await.problem(403, "forbidden");
    other.send(other.request(Method::GET, "/transactions/pix-1")).await.problem(403, "forbidden");
    let nobody = company.app.stranger("");
    nobody.send(nobody.request(Method::POST, "/transactions").json(&payment("pix-2", "c-1", 5))).await.problem(401, "unauthorized");
    // A result is read whatever the switch says.
    let customer = company.app.customer().await;
    other.show(&customer.id).await.expect(200);
}

on_each_engine!(nothing_of_a_person_is_stored_in_the_clear);
async fn nothing_of_a_person_is_stored_in_the_clear(app: TestApp) {
    let company = Company::of(app).await;
    let rule = json!({ "name": "who", "when": { "field": "deviceId", "is": "device-Quixotry" }, "then": { "action": "REVIEW" } });
    company.import_rule(&rule).await;
    let mut body = payment("pix-Zanzibar-1", "crm-Amaryllis", 500);
    body["deviceId"] = json!("device-Quixotry");
    body["ip"] = json!("203.0.113.77");
    body["counterparty"] = json!({ "id": "acct-Persimmon", "name": "Loja Tangerine", "country": "BR" });
    body["metadata"] = json!({ "segment": "Vermilion" });
    company.post(&body).await.expect(201);
    let columns = ["ref", "customer", "currency", "direction", "type", "origin", "status", "COALESCE(decided_by, '')", "COALESCE(history, '')"];
    let whole = columns.join(" || ' ' || ");
    let rows = company.app.installation.database.texts(&format!("SELECT {whole} FROM transactions")).await.join("\n");
    for mark in ["Zanzibar", "Amaryllis", "Quixotry", "203.0.113.77", "Persimmon", "Tangerine", "Vermilion"] {
        assert!(!rows.contains(mark), "{mark} in {rows}");
    }
    let shown = company.show("pix-Zanzibar-1").await;
    let because = shown["matchedRules"][0]["because"][0]["text"].as_str().expect("a text");
    assert!(because.contains("device-Quixotry"), "{because}");
}
