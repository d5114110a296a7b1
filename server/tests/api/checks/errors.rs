//! A check that cannot read what it has to look at ends as ERROR, and the session completes all the same.

use ::server::checks::{ALL, follower::QueueChecks, runner::CheckRuns};
use ::server::sessions::transition::Lifecycle;
use std::sync::Arc;

use super::{expected, form, found};
use crate::support::{Operator, Parts, json, on_each_engine, run_due, submit};

on_each_engine!(every_check_ends_as_error_where_the_answers_do_not_open, Parts);
async fn every_check_ends_as_error_where_the_answers_do_not_open(parts: Parts) {
    let operator = Operator::at(&parts.installation);
    let names: Vec<&str> = ALL.iter().map(|check| check.info().name).collect();
    let fields = json!([{ "name": "born", "type": "DATE", "label": "Born", "is": "birth_date" }]);
    let mut flow = form(fields, json!({ "checks": names }));
    let consent = json!({ "name": "agreed", "type": "BOOLEAN", "label": "Agreed", "required": true, "covers": ["biometrics"] });
    let step = json!({ "id": "consent", "type": "CONSENT", "title": "Consent", "fields": [consent] });
    flow["steps"].as_array_mut().expect("steps").push(step);
    operator.import_flow(&flow).await;
    let session = parts.session("checked").await;
    let damaged = if parts.installation.database.url.starts_with("sqlite") { "x'00'" } else { "'\\x00'" };
    let sql = format!("INSERT INTO answers (session_ref, field, value, saved_at) VALUES ('{session}', 'born', {damaged}, 0)");
    parts.installation.database.change(&sql).await;
    let lifecycle = Lifecycle::new(vec![Arc::new(QueueChecks)]);
    parts.change(&lifecycle, session, submit()).await.expect("submits");
    for _ in 0..3 {
        assert_eq!(run_due(&CheckRuns::new(parts.kit.clone(), lifecycle.clone(), ALL)).await, 1);
        parts.later(5);
    }
    let shown = operator.session(&session.to_string()).await;
    for name in names {
        assert_eq!(found(&shown, name), expected("ERROR", &[]), "{name}");
    }
    assert_eq!((&shown["status"], &shown["riskScore"], &shown["decision"]), (&json!("COMPLETED"), &json!(0), &json!("REVIEW")));
}
