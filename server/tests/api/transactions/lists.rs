//! Lists that rules ask, and the import of history.

use std::fs;

use super::{Company, history, payment};
use crate::support::{Outcome, TestApp, Value, json, on_each_engine};

impl Company {
    pub(super) async fn import_list(&self, name: &str, csv: &str, kind: &[&str]) -> Outcome {
        let file = self.app.installation.home().join("list.csv");
        fs::write(&file, csv).expect("writes the list");
        let arguments = [&["list", "import", name, file.to_str().expect("UTF-8"), "--json"][..], kind].concat();
        self.app.operator.run(&arguments).await
    }

    /// What a payment to this counterparty comes to.
    async fn paid_to(&self, id: &str, counterparty: &str) -> Value {
        let mut body = payment(id, "c-1", 500);
        body["counterparty"] = json!({ "id": counterparty });
        body["ip"] = json!("203.0.113.77");
        self.post(&body).await.expect(201).json()["status"].clone()
    }
}

on_each_engine!(a_payment_to_a_known_payee_passes_and_entries_end);
async fn a_payment_to_a_known_payee_passes_and_entries_end(app: TestApp) {
    let company = Company::of(app).await;
    let operator = &company.app.operator;
    let csv = "value,note,until\n acct-1 ,\"rent, monthly\",\nacct-2,,2020-01-01T00:00:00Z\nacct-3,,2999-01-01T00:00:00Z\n";
    let wrong = company.import_list("payees", csv, &["--kind", "account"]).await;
    assert_eq!(wrong.code, Some(1), "it ends before it begins: {wrong:?}");
    let csv = csv
        .replace("value,note,until", "value,note,from,until")
        .replace(",,2020", ",,2019-01-01T00:00:00Z,2020")
        .replace("monthly\",", "monthly\",,")
        .replace(",,2999", ",,,2999");
    assert_eq!(company.import_list("payees", &csv, &["--kind", "account"]).await.json(), json!({ "name": "payees", "entries": 3 }));
    let rule = json!({
        "name": "payees", "when": { "not": { "field": "counterparty.id", "inList": "payees" } }, "then": { "action": "REVIEW" },
    });
    company.import_rule(&rule).await;
    for (at, (payee, status)) in [("acct-1", "APPROVED"), ("acct-2", "REVIEW"), ("acct-3", "APPROVED"), ("acct-4", "REVIEW")].into_iter().enumerate() {
        assert_eq!(company.paid_to(&format!("a-{at}"), payee).await, status, "{payee}");
    }
    operator.json(&["list", "remove", "payees", "acct-1"]).await;
    operator.json(&["list", "add", "payees", "acct-4", "--note", "new"]).await;
    assert_eq!(operator.run(&["list", "add", "payees", "acct-4"]).await.code, Some(1), "it is there");
    assert_eq!(operator.run(&["list", "remove", "payees", "acct-9"]).await.code, Some(1), "it is not");
    assert_eq!(company.paid_to("b-1", "acct-1").await, "REVIEW");
    assert_eq!(company.paid_to("b-4", "acct-4").await, "APPROVED");
    operator.json(&["list", "add", "payees", "acct-1"]).await;
    assert_eq!(company.paid_to("c-1", "acct-1").await, "APPROVED");

    let exported = operator.run(&["list", "export", "payees"]).await.stdout;
    assert!(exported.starts_with("value,note,from,until\n") && exported.contains("\nacct-1,\"rent, monthly\","), "{exported}");
    assert_eq!(exported.lines().count(), 6, "those that ended too: {exported}");
    assert_eq!(company.import_list("payees", &exported, &[]).await.json()["entries"], 5, "an export is read again");
    assert_eq!(operator.run(&["list", "export", "payees"]).await.stdout, exported, "and changes nothing");
    company.import_list("payees", "value\nacct-4\n", &[]).await.json();
    assert_eq!(company.paid_to("d-1", "acct-1").await, "REVIEW", "an import replaces what is in it");
    assert_eq!(company.paid_to("d-4", "acct-4").await, "APPROVED");
    let stored = company.app.installation.database.texts("SELECT found FROM list_entries").await.join(" ");
    assert!(!stored.contains("acct"), "{stored}");
}

on_each_engine!(what_a_list_exports_is_imported_again);
async fn what_a_list_exports_is_imported_again(app: TestApp) {
    let company = Company::of(app).await;
    let operator = &company.app.operator;
    company.import_list("all", "value,from\nplanned,2999-01-01T00:00:00Z\ndropped,2999-01-01T00:00:00Z\nback,\nkept,\n", &[]).await.json();
    // Two go before their time comes, one by a file that does not name it; and one comes back to a time at which it counted before.
    operator.json(&["list", "remove", "all", "planned"]).await;
    operator.json(&["list", "remove", "all", "back"]).await;
    company.import_list("all", "value\nkept\n", &[]).await.json();
    operator.json(&["list", "add", "all", "back", "--from", "2026-01-01T00:00:00Z"]).await;
    operator.json(&["list", "add", "all", "planned", "--from", "2999-01-01T00:00:00Z"]).await;
    let exported = operator.run(&["list", "export", "all"]).await.stdout;
    assert_eq!(exported.lines().count(), 7, "{exported}");
    for name in ["all", "another", "all", "another"] {
        assert_eq!(company.import_list(name, &exported, &[]).await.json()["entries"], 6);
        let again = operator.run(&["list", "export", name]).await.stdout;
        let sorted = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(sorted(&again), sorted(&exported), "{name}");
        assert_eq!(again.lines().count(), 7, "{again}");
    }
    assert_eq!(operator.run(&["list", "remove", "all", "dropped"]).await.code, Some(1), "it is gone, and never comes");
    let wrong = company.import_list("all", "value,from,until\na,2999-01-02T00:00:00Z,2999-01-01T00:00:00Z\n", &[]).await;
    assert!(wrong.code == Some(1) && wrong.stderr.contains("line 2: it ends before it begins"), "{wrong:?}");
}

on_each_engine!(a_line_without_a_time_means_the_entry_that_counts_now);
async fn a_line_without_a_time_means_the_entry_that_counts_now(app: TestApp) {
    let company = Company::of(app).await;
    company.import_list("bad", "value,from\nacct-1,2999-01-01T00:00:00Z\n", &["--kind", "account"]).await.json();
    company.import_rule(&json!({ "name": "bad", "when": { "field": "counterparty.id", "inList": "bad" }, "then": { "action": "BLOCK" } })).await;
    assert_eq!(company.paid_to("a", "acct-1").await, "APPROVED", "it is planned");
    company.import_list("bad", "value\nacct-1\n", &[]).await.json();
    assert_eq!(company.paid_to("b", "acct-1").await, "BLOCKED", "the file names it");
    company.import_list("bad", "value,from,until\nacct-1,,2998-12-31T00:00:00Z\nacct-1,2999-01-01T00:00:00Z,\n", &[]).await.json();
    assert_eq!(company.paid_to("c", "acct-1").await, "BLOCKED", "it goes on, and comes back later");
    company.import_list("bad", "value,from,until\nacct-1,2999-01-01T00:00:00Z,\nacct-1,,2998-12-31T00:00:00Z\n", &[]).await.json();
    assert_eq!(company.paid_to("d", "acct-1").await, "BLOCKED", "in whatever order");
}

on_each_engine!(networks_are_found_by_address_and_faults_by_line);
async fn networks_are_found_by_address_and_faults_by_line(app: TestApp) {
    let company = Company::of(app).await;
    company.import_list("nets", "value\n203.0.113.0/24\n2001:db8::/32\n", &["--kind", "ip"]).await.json();
    company.import_rule(&json!({ "name": "nets", "when": { "field": "ip", "inList": "nets" }, "then": { "action": "BLOCK" } })).await;
    assert_eq!(company.paid_to("a", "x").await, "BLOCKED");
    company.import_list("nets", "value\n203.0.112.0/24\n", &[]).await.json();
    assert_eq!(company.paid_to("b", "x").await, "APPROVED");
    let wrong = company.import_list("nets", "value\n10.0.0.0/8\nnowhere\n10.0.0.0/8\n", &[]).await;
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("line 3") && wrong.stderr.contains("line 4"), "{wrong:?}");
    assert_eq!(company.import_list("nets", "value\n", &["--kind", "text"]).await.code, Some(1), "a list keeps its kind");
    let unfit = json!({ "name": "unfit", "when": { "field": "deviceId", "inList": "nets" }, "then": { "action": "BLOCK" } });
    let file = company.app.installation.home().join("unfit.json");
    fs::write(&file, unfit.to_string()).expect("writes");
    let refused = company.app.operator.run(&["rule", "import", file.to_str().expect("UTF-8")]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("when.inList"), "{refused:?}");
}

on_each_engine!(history_is_imported_once_and_counts);
async fn history_is_imported_once_and_counts(app: TestApp) {
    let company = Company::of(app).await;
    let rule = json!({
        "name": "many", "when": { "count": "transactions", "within": "90d", "atLeast": 102 }, "then": { "action": "BLOCK" },
    });
    company.import_rule(&rule).await;
    let now = chrono::DateTime::from_timestamp_millis(crate::support::now_ms() - 3_600_000).expect("a time").to_rfc3339();
    let line = |id: &str| {
        let mut body = payment(id, "c-1", 5);
        body["occurredAt"] = json!(now);
        body.to_string()
    };
    let mut lines: Vec<String> = (0..100).map(|at| line(&format!("old-{at}"))).collect();
    lines.insert(3, String::new());
    lines.insert(5, payment("no-time", "c-1", 5).to_string());
    lines.push("{".to_owned());
    let file = company.app.installation.home().join("history.ndjson");
    fs::write(&file, [lines.join("\n").as_bytes(), b"\n{ \"transactionId\": \"Jo\xE3o\" }"].concat()).expect("writes");
    let run = async || company.app.operator.run(&["transaction", "import", file.to_str().expect("UTF-8"), "--json"]).await;
    let first = run().await;
    assert_eq!(first.code, Some(1), "{first:?}");
    let said: Value = serde_json::from_str(&first.stdout).expect("JSON");
    assert_eq!((&said["read"], &said["imported"], &said["known"]), (&json!(103), &json!(100), &json!(0)));
    let refused: Vec<&Value> = said["refused"].as_array().expect("refused").iter().map(|refused| &refused["line"]).collect();
    assert_eq!(refused, [6, 103, 104]);
    assert!(first.stdout.contains("This is not UTF-8, from byte 23 of the line on."), "{}", first.stdout);
    assert_eq!(said["refused"][0]["errors"][0]["field"], "occurredAt");
    let again: Value = serde_json::from_str(&run().await.stdout).expect("JSON");
    assert_eq!((&again["imported"], &again["known"]), (&json!(0), &json!(100)));
    let shown = company.show("old-7").await;
    assert_eq!((&shown["origin"], &shown["riskScore"], history(&shown)), (&json!("IMPORT"), &json!(0), vec!["APPROVED import import".to_owned()]));
    assert_eq!(company.number("SELECT COUNT(*) FROM events").await, 0);
    assert_eq!(company.post(&payment("next", "c-1", 5)).await.expect(201).json()["status"], "APPROVED", "the 101st");
    assert_eq!(company.post(&payment("last", "c-1", 5)).await.expect(201).json()["status"], "BLOCKED", "the 102nd");
}
