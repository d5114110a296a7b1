//! An import of a list changes nothing of what the list was: the rule in force, replayed, says what it said.

use super::super::{Company, payment};
use crate::support::{TestApp, Value, json, on_each_engine};

/// A payment to this account.
fn to(id: &str, account: &str) -> Value {
    let mut payment = payment(id, "c-1", 5);
    payment["counterparty"] = json!({ "id": account });
    payment
}

on_each_engine!(an_import_changes_nothing_of_what_a_list_was);
async fn an_import_changes_nothing_of_what_a_list_was(app: TestApp) {
    let company = Company::of(app).await;
    let operator = &company.app.operator;
    let file = "value,from,until\nback,2026-01-01T00:00:00Z,\nopen,2026-01-01T00:00:00Z,\n";
    company.import_list("l", file, &["--kind", "account"]).await.json();
    let rule = json!({ "name": "listed", "when": { "field": "counterparty.id", "inList": "l" }, "then": { "action": "REVIEW" } });
    company.import_rule(&rule).await;
    let mut number = 0;
    let mut post = async |account: &str, status: &str| {
        number += 1;
        assert_eq!(company.post(&to(&format!("p-{number}"), account)).await.expect(201).json()["status"], status, "{account}");
    };
    let replayed = async |what: &str| {
        let result = company.backtest(&rule).await.json();
        assert_eq!([&result["added"], &result["removed"]], [0, 0], "{what}: {result}");
    };
    for account in ["back", "open"] {
        post(account, "REVIEW").await;
    }
    operator.json(&["list", "remove", "l", "back"]).await;
    post("back", "APPROVED").await;
    for _ in 0..2 {
        company.import_list("l", file, &[]).await.json();
        post("back", "REVIEW").await;
        replayed("the same file again").await;
    }
    let ended = "value,from,until\nback,2026-01-01T00:00:00Z,\nopen,2026-01-01T00:00:00Z,2026-06-01T00:00:00Z\n";
    for _ in 0..2 {
        company.import_list("l", ended, &[]).await.json();
        post("open", "APPROVED").await;
        replayed("an end in the past").await;
    }
    company.import_list("l", file, &[]).await.json();
    post("open", "REVIEW").await;
    replayed("opened again").await;
    assert_eq!(company.number("SELECT COUNT(*) FROM list_entries").await, 4, "each value came back once, as an entry of its own");
}
