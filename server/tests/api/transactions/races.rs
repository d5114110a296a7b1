//! Many posts at once come to the same as if they had come one by one. `FLOW_SOAK_RACES` sets how often one races the end of its session, for
//! `make soak`.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::{Company, GOOD_CPF, complete, payment, step_up_from};
use crate::support::{TestApp, json, on_each_engine, soak::setting_or};

on_each_engine!(two_hundred_posts_of_one_payment_are_one_decision);
async fn two_hundred_posts_of_one_payment_are_one_decision(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let body = payment("pix-1", "c-1", 500);
    let replies = join_all((0..200).map(|_| company.post(&body))).await;
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    let first = replies[0].json();
    for reply in &replies {
        *statuses.entry(reply.status).or_default() += 1;
        assert_eq!(reply.json(), first);
    }
    assert_eq!(statuses, BTreeMap::from([(200, 199), (201, 1)]));
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 1);
    assert_eq!(company.number("SELECT COUNT(*) FROM sessions").await, 1);
    assert_eq!(company.number("SELECT COUNT(*) FROM events").await, 1);
}

on_each_engine!(payments_of_one_customer_at_once_see_each_other);
async fn payments_of_one_customer_at_once_see_each_other(app: TestApp) {
    let company = Company::of(app).await;
    let rule = json!({
        "name": "day", "when": { "sum": "amount", "currency": "BRL", "within": "24h", "above": 1_000 }, "then": { "action": "BLOCK" },
    });
    company.import_rule(&rule).await;
    let bodies: Vec<_> = (0..50).map(|at| payment(&format!("pix-{at}"), "c-1", 100)).collect();
    let replies = join_all(bodies.iter().map(|body| company.post(body))).await;
    let approved = replies.iter().filter(|reply| reply.json()["status"] == "APPROVED").count();
    assert_eq!(approved, 10, "exactly those that fit: blocked ones do not count");
    assert_eq!(company.number("SELECT COUNT(*) FROM events WHERE type = 'transaction.blocked'").await, 40);
    assert_eq!(company.number("SELECT COUNT(DISTINCT arrival) FROM transactions").await, 50);
}

on_each_engine!(one_id_of_two_customers_at_once_is_one_transaction);
async fn one_id_of_two_customers_at_once_is_one_transaction(app: TestApp) {
    let company = Company::of(app).await;
    for round in 0..10 {
        let id = format!("pix-{round}");
        let bodies: Vec<_> = (0..8).map(|at| payment(&id, &format!("c-{at}"), 100)).collect();
        let mut statuses: Vec<u16> = join_all(bodies.iter().map(|body| company.post(body))).await.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    }
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 10);
}

on_each_engine!(a_payment_that_races_the_end_of_its_session_never_stays_held);
async fn a_payment_that_races_the_end_of_its_session_never_stays_held(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    for round in 0..setting_or("FLOW_SOAK_RACES", 10) {
        let who = format!("c-{round}");
        let held = company.post(&payment(&format!("first-{round}"), &who, 500)).await.expect(201).json();
        let customer = company.customer(&held);
        let bodies: Vec<_> = (0..4).map(|at| payment(&format!("more-{round}-{at}"), &who, 500)).collect();
        let ((), replies) = tokio::join!(complete(&customer, GOOD_CPF), join_all(bodies.iter().map(|body| company.post(body))));
        for reply in replies {
            let answer = reply.expect(201).json();
            let id = answer["transactionId"].as_str().expect("an id");
            if answer["session"]["sessionId"] == held["session"]["sessionId"] {
                company.until(id, "APPROVED").await;
            }
        }
    }
    assert_eq!(company.number(STUCK).await, 0);
}

/// Payments that wait for a session that has ended.
const STUCK: &str = "SELECT COUNT(*) FROM transactions t JOIN sessions s ON s.ref = t.session_ref \
     WHERE t.status = 'AWAITING_USER' AND s.status IN ('COMPLETED', 'EXPIRED')";

on_each_engine!(a_payment_that_races_the_expiry_of_its_session_never_stays_held);
async fn a_payment_that_races_the_expiry_of_its_session_never_stays_held(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    let reviewer = company.app.browser("REVIEWER").await;
    for round in 0..setting_or("FLOW_SOAK_RACES", 10) {
        let who = format!("c-{round}");
        let held = company.post(&payment(&format!("first-{round}"), &who, 500)).await.expect(201).json();
        let session = held["session"]["sessionId"].as_str().expect("an id");
        let expire = format!("/dashboard/sessions/{}/expire", company.app.operator.session_ref(session).await);
        let bodies: Vec<_> = (0..4).map(|at| payment(&format!("more-{round}-{at}"), &who, 500)).collect();
        let (ended, replies) = tokio::join!(reviewer.post(&expire, &[]), join_all(bodies.iter().map(|body| company.post(body))));
        ended.expect(303);
        company.until(&format!("first-{round}"), "BLOCKED").await;
        for reply in replies {
            let answer = reply.expect(201).json();
            let id = answer["transactionId"].as_str().expect("an id");
            let is_on_it = answer["session"]["sessionId"] == held["session"]["sessionId"];
            let status = if is_on_it { "BLOCKED" } else { "AWAITING_USER" };
            assert_eq!(company.show(id).await["status"], status, "a session that ends settles those that it had");
        }
    }
    assert_eq!(company.number(STUCK).await, 0);
}
