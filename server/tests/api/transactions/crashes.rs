//! However the server dies around a decision or a settlement: no transaction is held without a session, no session is without its
//! transaction, and each event is there once.

use reqwest::Method;

use super::{Company, GOOD_CPF, payment, step_up_from, told};
use crate::support::{Installation, SOON, Server, TestApp, eventually, json, on_each_engine};

macro_rules! killed_at {
    ($($name:ident: $point:literal,)+) => {$(
        on_each_engine!($name, Installation);
        async fn $name(installation: Installation) {
            a_held_payment_survives(installation, $point).await;
        }
    )+};
}

killed_at! {
    killed_once_a_payment_is_decided: "transactions.decided",
    killed_once_its_session_is_made: "transactions.session_created",
    killed_once_its_event_is_written: "transactions.announced",
    killed_before_a_decision_commits: "transactions.before_commit",
    killed_after_a_decision_commits: "transactions.after_commit",
    killed_between_two_settlements: "transactions.settled_one",
    killed_before_the_end_that_settles_commits: "complete.before_commit",
    killed_after_the_end_that_settles_commits: "complete.after_commit",
}

async fn a_held_payment_survives(installation: Installation, kill_point: &str) {
    let mut company = Company::of(TestApp::at(installation).await).await;
    company.import_rule(&step_up_from(100)).await;
    company.app.server.kill();
    company.app.server = Server::start_with_kill_point(&company.app.installation, kill_point).await;
    let bodies = [payment("pix-1", "c-1", 500), payment("pix-2", "c-1", 600)];
    let alive = async || {
        for body in &bodies {
            let request = company.program.request(Method::POST, "/transactions").json(body);
            company.program.http.try_send(request).await.ok()?;
        }
        let held = company.show("pix-1").await;
        let customer = company.customer(&held);
        customer.try_send(customer.complete_request(&json!({ "cpf": GOOD_CPF }))).await.ok()?.expect(202);
        Some(())
    };
    let _ = alive().await;
    assert!(!company.app.server.wait_for_exit(SOON).await.success(), "it reached {kill_point}");

    company.app.server = Server::start(&company.app.installation).await;
    let orphans = "SELECT (SELECT COUNT(*) FROM transactions WHERE status = 'AWAITING_USER' AND session_ref IS NULL) + \
         (SELECT COUNT(*) FROM step_ups u WHERE NOT EXISTS (SELECT 1 FROM transactions t WHERE t.session_ref = u.session_ref)) + \
         (SELECT COUNT(*) FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM step_ups u WHERE u.session_ref = s.ref))";
    assert_eq!(company.number(orphans).await, 0, "a part of a decision");
    for body in &bodies {
        let reply = company.post(body).await;
        assert!(reply.is_success(), "{}", reply.text());
    }
    let shown = company.show("pix-1").await;
    if shown["status"] == "AWAITING_USER" {
        let customer = company.customer(&shown);
        if customer.status().await == "PENDING" {
            customer.complete(json!({ "cpf": GOOD_CPF })).await.expect(202);
        }
    }
    for id in ["pix-1", "pix-2"] {
        company.until(id, "APPROVED").await;
        let expected = ["transaction.held AWAITING_USER rule 1", "transaction.released APPROVED session.approved 2"];
        assert_eq!(told(&company.events(id, 2).await), expected);
    }
    assert_eq!(company.number("SELECT COUNT(*) FROM sessions").await, 1, "one session for both");
    assert_eq!(company.number("SELECT COUNT(*) FROM events WHERE subject_kind = 'TRANSACTION'").await, 4);
    let due = "SELECT COUNT(*) FROM follow_ups";
    eventually("nothing to make up for", SOON, async || (company.number(due).await == 0).then_some(())).await;
}
