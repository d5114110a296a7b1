//! Drafts at the command line: what they would change, a name that was never active, history, one at a time, and a run whose process dies.

use std::fs;

use super::super::{Company, payment};
use crate::support::{Outcome, TestApp, Value, json, on_each_engine};

impl Company {
    pub(super) async fn backtest(&self, draft: &Value) -> Outcome {
        let file = self.app.installation.home().join("draft.json");
        fs::write(&file, draft.to_string()).expect("writes the draft");
        self.app.operator.run(&["rule", "backtest", file.to_str().expect("UTF-8"), "--json"]).await
    }
}

/// Stops what is large.
fn from(name: &str, amount: i64) -> Value {
    json!({ "name": name, "when": { "field": "amount", "atLeast": amount, "currency": "BRL" }, "then": { "action": "BLOCK" } })
}

/// The ids of the transactions of a result, each with whether the draft and the active version matched.
fn named(result: &Value) -> Vec<(String, bool, bool)> {
    let all = result["transactions"].as_array().expect("transactions");
    let flag = |value: &Value| value.as_bool().expect("a flag");
    all.iter().map(|one| (one["transactionId"].as_str().expect("an id").to_owned(), flag(&one["matched"]), flag(&one["recorded"]))).collect()
}

on_each_engine!(a_draft_says_what_it_would_change);
async fn a_draft_says_what_it_would_change(app: TestApp) {
    let company = Company::of(app).await;
    company.post(&payment("early", "c-1", 900)).await.expect(201);
    company.import_rule(&from("large", 500)).await;
    for (id, amount) in [("p-1", 100), ("p-2", 400), ("p-3", 500), ("p-4", 900)] {
        company.post(&payment(id, "c-1", amount)).await.expect(201);
    }
    let history = json!({ "transactionId": "old", "customerId": "c-1", "amount": 900, "currency": "BRL", "direction": "OUT", "type": "PIX", "occurredAt": "2020-01-01T00:00:00Z" });
    let file = company.app.installation.home().join("history.ndjson");
    fs::write(&file, history.to_string()).expect("writes");
    company.app.operator.json(&["transaction", "import", file.to_str().expect("UTF-8")]).await;
    let tables = "SELECT (SELECT COUNT(*) FROM transactions) + (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM rules)";
    let before = company.number(tables).await;

    let same = company.backtest(&from("large", 500)).await.json();
    let counts = |result: &Value| ["judged", "matched", "recorded", "added", "removed"].map(|key| result[key].as_u64().expect("a count"));
    assert_eq!(counts(&same), [4, 2, 2, 0, 0], "what was decided before the version, and imported, is not judged");

    let lower = company.backtest(&from("large", 400)).await.json();
    assert_eq!(counts(&lower), [4, 3, 2, 1, 0]);
    assert_eq!(named(&lower), [("p-2".into(), true, false), ("p-4".into(), true, true), ("p-3".into(), true, true)]);
    assert_eq!(lower["transactions"][0]["because"], json!([{ "path": "", "text": "amount 400 BRL ≥ 400 BRL" }]));
    let days = lower["perDay"].as_array().expect("days");
    assert_eq!(days.iter().map(|day| day["judged"].as_u64().expect("a count")).sum::<u64>(), 4);
    assert!(days[0]["day"].as_str().is_some_and(|day| day.len() == 10), "{days:?}");

    let higher = company.backtest(&from("large", 600)).await.json();
    assert_eq!(counts(&higher), [4, 1, 2, 0, 1]);
    assert_eq!(named(&higher), [("p-3".into(), false, true), ("p-4".into(), true, true)]);
    assert_eq!(higher["transactions"][0]["because"][0]["text"], "amount 500 BRL < 600 BRL");

    let unknown = company.backtest(&from("other", 500)).await.json();
    assert_eq!(counts(&unknown), [5, 3, 0, 3, 0], "a name that was never active: all that were decided");

    assert_eq!(company.number(tables).await, before, "nothing is written but the result");
    assert_eq!(company.number("SELECT COUNT(*) FROM backtests WHERE status = 'DONE'").await, 4);
}

on_each_engine!(bad_drafts_are_refused_with_every_fault);
async fn bad_drafts_are_refused_with_every_fault(app: TestApp) {
    let company = Company::of(app).await;
    let draft = json!({ "name": "large", "when": { "field": "deviceId", "inList": "none" }, "then": { "action": "STEP_UP", "flow": "nowhere" } });
    let refused = company.backtest(&draft).await;
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    assert!(refused.stderr.contains("when.inList") && refused.stderr.contains("then.flow"), "{}", refused.stderr);
    assert_eq!(company.number("SELECT COUNT(*) FROM backtests").await, 0);
}

on_each_engine!(the_time_of_the_active_version_ends_with_the_next_version);
async fn the_time_of_the_active_version_ends_with_the_next_version(app: TestApp) {
    let company = Company::of(app).await;
    let mut rule = from("large", 500);
    company.import_rule(&rule).await;
    company.post(&payment("p-1", "c-1", 600)).await.expect(201);
    rule["mode"] = json!("TEST");
    company.import_rule(&rule).await;
    company.post(&payment("p-2", "c-1", 600)).await.expect(201);
    let result = company.backtest(&rule).await.json();
    assert_eq!(named(&result), [("p-1".into(), true, true)]);
    company.app.operator.json(&["rule", "disable", "large"]).await;
    company.post(&payment("p-3", "c-1", 600)).await.expect(201);
    assert_eq!(named(&company.backtest(&rule).await.json()), [("p-1".into(), true, true)]);
}

on_each_engine!(a_second_one_is_refused_until_a_dead_one_is_over);
async fn a_second_one_is_refused_until_a_dead_one_is_over(app: TestApp) {
    let company = Company::of(app).await;
    company.post(&payment("p-1", "c-1", 600)).await.expect(201);
    let killed = company.app.installation.with("FLOW_KILL_POINT", Some("backtest.page_judged"));
    let file = company.app.installation.home().join("draft.json");
    fs::write(&file, from("large", 500).to_string()).expect("writes the draft");
    let dead = killed.run(&["rule", "backtest", file.to_str().expect("UTF-8"), "--json"]).await;
    assert!(dead.code != Some(0), "{dead:?}");
    assert_eq!(company.number("SELECT COUNT(*) FROM backtests WHERE status = 'RUNNING'").await, 1);

    let refused = company.backtest(&from("large", 500)).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("another backtest is running"), "{}", refused.stderr);

    company.app.installation.database.change("UPDATE backtests SET lease_until = 0").await;
    assert_eq!(company.backtest(&from("large", 500)).await.json()["judged"], 1);
    assert_eq!(company.app.installation.database.texts("SELECT status FROM backtests ORDER BY id").await, ["FAILED", "DONE"]);
}
