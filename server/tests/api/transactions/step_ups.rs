//! The session that a transaction waits for: used again while it is open, not asked for in its grace, and bounded.

use futures::future::join_all;

use super::{Company, GOOD_CPF, complete, history, payment, step_up_from, told};
use crate::support::{TestApp, json, on_each_engine};

on_each_engine!(payments_wait_on_one_session_and_are_all_settled_by_it);
async fn payments_wait_on_one_session_and_are_all_settled_by_it(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let first = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    let second = company.post(&payment("pix-2", "c-1", 600)).await.expect(201).json();
    assert_eq!(first["session"], second["session"]);
    let other = company.post(&payment("pix-3", "c-2", 600)).await.expect(201).json();
    assert_ne!(first["session"]["sessionId"], other["session"]["sessionId"], "another customer");
    complete(&company.customer(&first), GOOD_CPF).await;
    for id in ["pix-1", "pix-2"] {
        assert_eq!(company.show(id).await["status"], "APPROVED");
        assert_eq!(told(&company.events(id, 2).await)[1], "transaction.released APPROVED session.approved 2");
    }
    assert_eq!(company.show("pix-3").await["status"], "AWAITING_USER");
}

on_each_engine!(a_session_with_less_than_half_its_time_left_is_not_used_again);
async fn a_session_with_less_than_half_its_time_left_is_not_used_again(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let session = async |id: &str| company.post(&payment(id, "c-1", 500)).await.expect(201).json()["session"]["sessionId"].clone();
    let first = session("pix-1").await;
    // As if it had been created long ago.
    company.app.installation.database.change("UPDATE sessions SET created_at = created_at - (expires_at - created_at) + 600000000").await;
    assert_eq!(session("pix-2").await, first, "a little more than half is left");
    company.app.installation.database.change("UPDATE sessions SET created_at = created_at - 1200000000").await;
    assert_ne!(session("pix-3").await, first, "a little less");
}

on_each_engine!(a_hundred_payments_wait_on_one_session_and_the_next_gets_one_of_its_own);
async fn a_hundred_payments_wait_on_one_session_and_the_next_gets_one_of_its_own(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let bodies: Vec<_> = (0..101).map(|at| payment(&format!("pix-{at}"), "c-1", 500)).collect();
    let replies = join_all(bodies.iter().map(|body| company.post(body))).await;
    let held: Vec<_> = replies.into_iter().map(|reply| reply.expect(201).json()).collect();
    let waiting = "SELECT COUNT(*) FROM transactions GROUP BY session_ref ORDER BY 1";
    let counts = company.app.installation.database.texts(&waiting.replace("COUNT(*)", "CAST(COUNT(*) AS TEXT)")).await;
    assert_eq!(counts, ["1", "100"]);
    complete(&company.customer(&held[0]), GOOD_CPF).await;
    let settled = company.number("SELECT COUNT(*) FROM transactions WHERE status = 'APPROVED'").await;
    assert!(settled == 100 || settled == 1, "{settled}: all of its own, in one commit");
    let released = company.number("SELECT COUNT(*) FROM events WHERE type = 'transaction.released'").await;
    assert_eq!(released, settled, "each has its event");
}

on_each_engine!(a_customer_who_passed_lately_is_not_asked_again);
async fn a_customer_who_passed_lately_is_not_asked_again(app: TestApp) {
    let company = Company::of(app).await;
    let mut rule = step_up_from(100);
    rule["then"]["grace"] = json!("30d");
    company.import_rule(&rule).await;
    let held = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    complete(&company.customer(&held), GOOD_CPF).await;
    let next = company.post(&payment("pix-2", "c-1", 500)).await.expect(201).json();
    assert_eq!((&next["status"], &next["decidedBy"], &next["riskScore"]), (&json!("APPROVED"), &json!(null), &json!(40)));
    assert_eq!(next["matchedRules"][0]["passedOver"], "grace");
    assert_eq!(company.show("pix-2").await["matchedRules"], next["matchedRules"], "it is recalled as it was");
    // It ended more than 30 days ago.
    company.app.installation.database.change(&format!("UPDATE sessions SET completed_at = completed_at - {}", 30_i64 * 86_400 * 1_000_000)).await;
    assert_eq!(company.post(&payment("pix-3", "c-1", 500)).await.expect(201).json()["status"], "AWAITING_USER");
}

on_each_engine!(after_twenty_sessions_in_a_day_a_person_decides);
async fn after_twenty_sessions_in_a_day_a_person_decides(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let outdated = "UPDATE sessions SET created_at = expires_at - 8640000000000";
    for at in 0..20 {
        assert_eq!(company.post(&payment(&format!("pix-{at}"), "c-1", 500)).await.expect(201).json()["status"], "AWAITING_USER", "{at}");
        company.app.installation.database.change(outdated).await;
    }
    let next = company.post(&payment("next", "c-1", 500)).await.expect(201).json();
    assert_eq!((&next["status"], &next["decidedBy"], next.get("session")), (&json!("REVIEW"), &json!("large"), None));
    assert_eq!(history(&company.show("next").await), ["REVIEW rule step_up.limit"]);
    assert_eq!(told(&company.events("next", 1).await), ["transaction.held REVIEW step_up.limit 1"]);
    assert_eq!(company.post(&payment("other", "c-2", 500)).await.expect(201).json()["status"], "AWAITING_USER", "each customer has their own");
    company.app.installation.database.change("UPDATE step_ups SET created_at = created_at - 86400000001").await;
    assert_eq!(company.post(&payment("later", "c-1", 500)).await.expect(201).json()["status"], "AWAITING_USER");
}

on_each_engine!(a_return_url_that_the_flow_does_not_list_is_left_out);
async fn a_return_url_that_the_flow_does_not_list_is_left_out(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    for (id, url, entries) in [("good", "https://shop.example/done", 1), ("bad", "https://elsewhere.example/", 2)] {
        let mut body = payment(id, id, 500);
        body["returnUrl"] = json!(url);
        body["locale"] = json!("es");
        let held = company.post(&body).await.expect(201).json();
        let shown = company.show(id).await;
        assert_eq!(history(&shown).len(), entries, "{shown}");
        assert_eq!(company.customer(&held).public().await.expect(200).json()["locale"], "es");
        assert_eq!(company.events(id, 1).await.len(), 1);
    }
    assert_eq!(history(&company.show("bad").await)[1], "AWAITING_USER session return_url.not_listed");
    assert_eq!(company.number("SELECT COUNT(*) FROM sessions WHERE return_url IS NOT NULL").await, 1);
}
