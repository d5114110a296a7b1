//! An operator decides on a transaction that waits for a person.

use reqwest::Method;

use super::{Company, WRONG_CPF, complete, history, payment, step_up_from, told};
use crate::support::{Browser, Reply, TestApp, Value, json, on_each_engine};

async fn decide(browser: &Browser, r#ref: &str, body: &Value) -> Reply {
    let request = browser.request(Method::POST, &format!("/dashboard/transactions/{}/decision", r#ref));
    browser.client().send(request.header("sec-fetch-site", "same-origin").json(body)).await
}

async fn ref_of(company: &Company, status: &str) -> String {
    company.app.installation.database.texts(&format!("SELECT ref FROM transactions WHERE status = '{status}'")).await.remove(0)
}

on_each_engine!(a_reviewer_decides_once_and_with_a_reason);
async fn a_reviewer_decides_once_and_with_a_reason(app: TestApp) {
    let company = Company::of(app).await;
    let rule = json!({ "name": "all", "when": { "field": "amount", "atLeast": 1, "currency": "BRL" }, "then": { "action": "REVIEW" } });
    company.import_rule(&rule).await;
    let reviewer = company.app.browser("REVIEWER").await;
    for (id, decision, event) in [("pix-1", "APPROVED", "released"), ("pix-2", "BLOCKED", "blocked")] {
        assert_eq!(company.post(&payment(id, "c-1", 500)).await.expect(201).json()["status"], "REVIEW");
        let r#ref = ref_of(&company, "REVIEW").await;
        let body = json!({ "decision": decision, "reason": "seen by Quixotry" });
        for role in ["AGENT", "AUDITOR"] {
            decide(&company.app.browser(role).await, &r#ref, &body).await.problem(403, "forbidden");
        }
        for wrong in [json!({ "decision": "REVIEW", "reason": "x" }), json!({ "decision": "PASS", "reason": "x" }), json!({ "decision": decision })] {
            decide(&reviewer, &r#ref, &wrong).await.problem(422, "invalid-request");
        }
        decide(&reviewer, &r#ref, &body).await.expect(200);
        assert_eq!(history(&company.show(id).await), ["REVIEW rule rule", &format!("{decision} operator operator")]);
        assert_eq!(told(&company.events(id, 2).await)[1], format!("transaction.{event} {decision} operator 2"));
        decide(&reviewer, &r#ref, &body).await.problem(409, "conflict");
    }
    decide(&reviewer, "01a209dc-4b46-75d5-8d08-bc412d4ef4ba", &json!({ "decision": "APPROVED", "reason": "x" })).await.problem(404, "not-found");
    assert_eq!(company.number("SELECT COUNT(*) FROM transaction_reviews").await, 2);
    let by = "SELECT COUNT(*) FROM audit WHERE actor = 'operator' AND action IN ('transaction.released', 'transaction.blocked')";
    assert_eq!(company.number(by).await, 2);
}

on_each_engine!(a_decision_on_the_transaction_leaves_its_session);
async fn a_decision_on_the_transaction_leaves_its_session(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(1)).await;
    company.import_flow_with("step-up", json!({ "review": 1, "reject": 100 })).await;
    let held = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    let customer = company.customer(&held);
    complete(&customer, WRONG_CPF).await;
    let reviewer = company.app.browser("REVIEWER").await;
    decide(&reviewer, &ref_of(&company, "REVIEW").await, &json!({ "decision": "APPROVED", "reason": "known" })).await.expect(200);
    assert_eq!(company.app.operator.session(&customer.id).await["decision"], "REVIEW");
    let path = format!("/dashboard/sessions/{}/decision", company.app.operator.session_ref(&customer.id).await);
    reviewer.post(&path, &[("decision", "REJECTED"), ("reason", "seen")]).await.expect(303);
    assert_eq!(company.show("pix-1").await["status"], "APPROVED", "what is settled stays");
}
