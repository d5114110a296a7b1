//! Old sessions are shown as before, and open ones complete by the rules they started with.

use reqwest::Method;
use reqwest::header::COOKIE;

use super::{OldInstallation, is_in, text};
use crate::support::{Customer, Installation, Operator, SOON, json, on_each_engine};

/// A CPF with wrong check digits.
const WRONG_CPF: &str = "123.456.789-00";

/// Uploads a photo, submits, and waits for COMPLETED.
async fn finish(customer: &Customer, cpf: &str) {
    let selfie = customer.selfie().await;
    customer.complete(json!({ "name": "Ivo Later", "cpf": cpf, "selfie_url": selfie })).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
}

on_each_engine!(every_session_is_shown_as_before, Installation);
async fn every_session_is_shown_as_before(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let operator = Operator::at(&old.installation);
    operator.json(&["migrate"]).await;
    for (name, session) in old.sessions() {
        for which in [&session["id"], &session["shown"]["ref"]] {
            let shown = operator.session(text(which)).await;
            assert!(is_in(&session["shown"], &shown), "{name} was\n{}\nand is\n{shown}", session["shown"]);
        }
    }
}

on_each_engine!(queued_checks_run_and_the_session_completes, Installation);
async fn queued_checks_run_and_the_session_completes(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let app = old.serve().await;
    old.customer("processing").wait_for_status("COMPLETED", SOON).await;
    let (processing, approved) = (old.session("processing"), old.session("approved"));
    let shown = app.operator.session(text(&processing["id"])).await;
    assert_eq!((&shown["decision"], &shown["riskScore"]), (&json!("APPROVED"), &json!(0)), "{shown}");
    assert!(is_in(&approved["shown"]["checks"], &shown["checks"]), "the same checks as for the approved session: {shown}");
    let event = old.new_event("session.completed", processing).await;
    let data = json!({ "status": "COMPLETED", "customerId": "crm-1", "riskScore": 0, "decision": "APPROVED", "sequence": 1 });
    assert!(is_in(&data, &event["data"]), "{event}");
}

on_each_engine!(open_sessions_complete_by_the_rules_they_started_with, Installation);
async fn open_sessions_complete_by_the_rules_they_started_with(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let app = old.serve().await;
    // The device that started this session reads its saved answers and completes without adding any.
    let (started, facts) = (old.customer("started"), old.session("started"));
    let cookies: Vec<String> = facts["cookies"].as_object().expect("cookies").iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    let by_device = |request: reqwest::RequestBuilder| started.send(request.header(COOKIE, cookies.join("; ")));
    let answers = by_device(started.api(Method::GET, "/answers")).await.expect(200).json();
    assert_eq!(answers["userData"], facts["answers"]);
    assert_eq!(started.answers().await.status, 404, "another device cannot read them");
    by_device(started.complete_request(&json!({}))).await.expect(202);
    started.wait_for_status("COMPLETED", SOON).await;
    // The other sessions get all their answers in this build.
    finish(&old.customer("untouched"), "529.982.247-25").await;
    finish(&old.customer("ordered"), WRONG_CPF).await;
    finish(&old.customer("weighing"), WRONG_CPF).await;
    let later = Customer::with_link(&old.installation, &app.operator.link_of("own", &[]).await);
    finish(&later, WRONG_CPF).await;

    let of = |name: &str| &old.session(name)["shown"];
    let cases = [
        (text(&old.session("started")["id"]), json!({ "decision": "APPROVED", "riskScore": 0, "checks": of("approved")["checks"] })),
        (text(&old.session("untouched")["id"]), json!({ "decision": "APPROVED", "riskScore": 0, "checks": of("approved")["checks"] })),
        (text(&old.session("ordered")["id"]), json!({ "decision": "REVIEW", "riskScore": 60, "checks": of("rejected")["checks"] })),
        (text(&old.session("weighing")["id"]), json!({ "decision": "REJECTED", "riskScore": 30, "checks": of("weighed")["checks"] })),
        // A new session uses the flow's second version, which the old build imported.
        (&later.id, json!({ "decision": "APPROVED", "riskScore": 5, "checks": of("weighed")["checks"] })),
    ];
    for (id, expected) in cases {
        let shown = app.operator.session(id).await;
        assert!(is_in(&expected, &shown), "expected {expected}\nshown {shown}");
    }
    let event = old.new_event("session.completed", old.session("weighing")).await;
    assert!(is_in(&json!({ "riskScore": 30, "decision": "REJECTED", "sequence": 1 }), &event["data"]), "{event}");
}
