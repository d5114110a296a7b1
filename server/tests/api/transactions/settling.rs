//! A held transaction is settled by the end of its session, in the commit that ends it.

use super::{Company, GOOD_CPF, WRONG_CPF, complete, history, payment, step_up_from, told};
use crate::support::{SOON, TestApp, eventually, json, on_each_engine};

on_each_engine!(a_payment_is_held_and_released_when_its_customer_has_shown_who_they_are);
async fn a_payment_is_held_and_released_when_its_customer_has_shown_who_they_are(app: TestApp) {
    let company = Company::of(app).await;
    assert_eq!(company.import_rule(&step_up_from(100_000)).await, json!({ "name": "large", "version": 1 }));
    let small = company.post(&payment("pix-1", "c-1", 99_999)).await.expect(201).json();
    assert_eq!(small, json!({ "transactionId": "pix-1", "status": "APPROVED", "riskScore": 0, "decidedBy": null, "matchedRules": [], "testRules": [] }));

    let held = company.post(&payment("pix-2", "c-1", 125_000)).await.expect(201).json();
    assert_eq!((&held["status"], &held["riskScore"], &held["decidedBy"]), (&json!("AWAITING_USER"), &json!(40), &json!("large")));
    let because = json!([{ "path": "", "text": "amount 125000 BRL ≥ 100000 BRL" }]);
    assert_eq!(held["matchedRules"], json!([{ "rule": "large", "version": 1, "action": "STEP_UP", "weight": 40, "because": because }]));
    let customer = company.customer(&held);
    let shown = company.show("pix-2").await;
    assert_eq!((&shown["session"], &shown["customerId"], &shown["settledAt"]), (&held["session"], &json!("c-1"), &json!(null)));
    assert_eq!(history(&shown), ["AWAITING_USER rule rule"]);

    complete(&customer, GOOD_CPF).await;
    let shown = company.show("pix-2").await;
    assert_eq!((&shown["status"], shown.get("session")), (&json!("APPROVED"), None), "in the same commit");
    assert_eq!(history(&shown), ["AWAITING_USER rule rule", "APPROVED session session.approved"]);
    assert_eq!(shown["settledAt"], shown["history"][1]["at"]);
    let events = company.events("pix-2", 2).await;
    assert_eq!(told(&events), ["transaction.held AWAITING_USER rule 1", "transaction.released APPROVED session.approved 2"]);
    assert_eq!(events[1]["data"]["sessionId"], held["session"]["sessionId"]);
    let keys: Vec<&String> = events[0]["data"].as_object().expect("data").keys().collect();
    assert_eq!(keys.len(), 8, "{keys:?}");
    assert_eq!((&events[0]["data"]["customerId"], &events[0]["data"]["rule"], &events[0]["data"]["riskScore"]), (&json!("c-1"), &json!("large"), &json!(40)));
    let acts = "SELECT action FROM audit WHERE action LIKE 'transaction.%' AND action <> 'transaction.read' ORDER BY at, id";
    assert_eq!(company.app.installation.database.texts(acts).await, ["transaction.approved", "transaction.held", "transaction.released"]);
}

on_each_engine!(a_rejected_session_blocks_and_one_in_review_waits_for_the_operator);
async fn a_rejected_session_blocks_and_one_in_review_waits_for_the_operator(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(1)).await;
    company.import_flow_with("step-up", json!({ "review": 1, "reject": 2 })).await;
    let held = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    complete(&company.customer(&held), WRONG_CPF).await;
    assert_eq!(history(&company.show("pix-1").await), ["AWAITING_USER rule rule", "BLOCKED session session.rejected"]);
    assert_eq!(told(&company.events("pix-1", 2).await)[1], "transaction.blocked BLOCKED session.rejected 2");

    company.import_flow_with("step-up", json!({ "review": 1, "reject": 100 })).await;
    let reviewer = company.app.browser("REVIEWER").await;
    for (id, customer, decision, end) in [("pix-2", "c-2", "APPROVED", "released APPROVED"), ("pix-3", "c-3", "REJECTED", "blocked BLOCKED")] {
        let held = company.post(&payment(id, customer, 500)).await.expect(201).json();
        let customer = company.customer(&held);
        complete(&customer, WRONG_CPF).await;
        let shown = company.show(id).await;
        assert_eq!((&shown["status"], &shown["settledAt"], shown.get("session")), (&json!("REVIEW"), &json!(null), None));
        let path = format!("/dashboard/sessions/{}/decision", company.app.operator.session_ref(&customer.id).await);
        reviewer.post(&path, &[("decision", decision), ("reason", "seen")]).await.expect(303);
        let reason = format!("session.{}", decision.to_lowercase());
        let shown = company.show(id).await;
        let expected = format!("{} session {reason}", end.split(' ').nth(1).expect("a status"));
        assert_eq!(history(&shown), ["AWAITING_USER rule rule", "REVIEW session session.review", &expected]);
        let expected = ["transaction.held AWAITING_USER rule 1", "transaction.held REVIEW session.review 2", &format!("transaction.{end} {reason} 3")];
        assert_eq!(told(&company.events(id, 3).await), expected);
        // A later decision changes the session alone.
        let other = if decision == "APPROVED" { "REJECTED" } else { "APPROVED" };
        reviewer.post(&path, &[("decision", other), ("reason", "seen again")]).await.expect(303);
        assert_eq!(company.show(id).await, shown);
    }
}

on_each_engine!(an_expired_session_does_what_the_rule_says);
async fn an_expired_session_does_what_the_rule_says(app: TestApp) {
    let company = Company::of(app).await;
    for (on_expired, status, event) in [("BLOCK", "BLOCKED", "blocked"), ("REVIEW", "REVIEW", "held"), ("RELEASE", "APPROVED", "released")] {
        let mut rule = step_up_from(1);
        rule["then"]["onExpired"] = json!(on_expired);
        rule["then"]["ttl"] = json!("1s");
        company.import_rule(&rule).await;
        let held = company.post(&payment(on_expired, on_expired, 500)).await.expect(201).json();
        company.customer(&held).wait_for_status("EXPIRED", SOON).await;
        let shown = company.until(on_expired, status).await;
        assert_eq!(history(&shown)[1], format!("{status} session session.expired"));
        assert_eq!(told(&company.events(on_expired, 2).await)[1], format!("transaction.{event} {status} session.expired 2"));
    }
}

on_each_engine!(a_settlement_that_fails_for_a_reason_of_its_own_is_made_later);
async fn a_settlement_that_fails_for_a_reason_of_its_own_is_made_later(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let held = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    let database = &company.app.installation.database;
    // A row that says something else than its MAC is not settled, and the session ends all the same.
    database.change("UPDATE transactions SET amount = amount + 1").await;
    complete(&company.customer(&held), GOOD_CPF).await;
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions WHERE status = 'AWAITING_USER'").await, 1);
    assert_eq!(company.number("SELECT COUNT(*) FROM follow_ups WHERE follower = 'settle transactions' AND change = 'completed'").await, 1);
    database.change("UPDATE transactions SET amount = amount - 1").await;
    database.run("UPDATE follow_ups SET due_at = 1 WHERE due_at IS NOT NULL").await;
    let shown = company.until("pix-1", "APPROVED").await;
    assert_eq!(history(&shown), ["AWAITING_USER rule rule", "APPROVED session session.approved"]);
    assert_eq!(told(&company.events("pix-1", 2).await)[1], "transaction.released APPROVED session.approved 2");
}

on_each_engine!(a_payment_whose_row_was_changed_keeps_no_other_waiting);
async fn a_payment_whose_row_was_changed_keeps_no_other_waiting(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let mut held = json!(null);
    for (id, amount) in [("pix-1", 500), ("pix-2", 501), ("pix-3", 502)] {
        held = company.post(&payment(id, "c-1", amount)).await.expect(201).json();
    }
    let database = &company.app.installation.database;
    database.change("UPDATE transactions SET amount = amount + 1000 WHERE amount = 501").await;
    complete(&company.customer(&held), GOOD_CPF).await;
    let open = "SELECT COUNT(*) FROM follow_ups WHERE follower = 'settle transactions' AND due_at IS NOT NULL";
    for _ in 0..2 {
        for id in ["pix-1", "pix-3"] {
            assert_eq!(company.show(id).await["status"], "APPROVED", "{id}");
        }
        assert_eq!(company.number("SELECT COUNT(*) FROM transactions WHERE status = 'AWAITING_USER'").await, 1);
        // Tried again, it fails again, and stays due.
        database.run("UPDATE follow_ups SET due_at = 1 WHERE due_at IS NOT NULL").await;
        eventually("another try", SOON, async || (company.number(&format!("{open} AND due_at > 1")).await == 1).then_some(())).await;
    }
    database.change("UPDATE transactions SET amount = amount - 1000 WHERE amount = 1501").await;
    database.run("UPDATE follow_ups SET due_at = 1 WHERE due_at IS NOT NULL").await;
    let shown = company.until("pix-2", "APPROVED").await;
    assert_eq!(history(&shown), ["AWAITING_USER rule rule", "APPROVED session session.approved"]);
    for id in ["pix-1", "pix-2", "pix-3"] {
        assert_eq!(company.events(id, 2).await.len(), 2, "{id}: held and released, once");
    }
}

on_each_engine!(a_payment_whose_row_was_changed_is_shown_to_nobody);
async fn a_payment_whose_row_was_changed_is_shown_to_nobody(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(1)).await;
    let held = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    let database = &company.app.installation.database;
    database.change("UPDATE transactions SET status = 'APPROVED'").await;
    let path = "/transactions/pix-1";
    let reply = company.program.http.send_raw(company.program.request(reqwest::Method::GET, path)).await.expect("an answer");
    assert_eq!(reply.status, 500, "{}", reply.text());
    database.change("UPDATE transactions SET status = 'AWAITING_USER'").await;
    assert_eq!(company.show("pix-1").await["session"], held["session"], "the row is as it was");
}
