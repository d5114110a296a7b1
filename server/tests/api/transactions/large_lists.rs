//! A list of 100,000 entries: its bound, and that what a decision, a page and a count ask of it is found by an index.

use super::{Company, payment};
use crate::support::{Engine, TestApp, json, on_each_engine};

const STORE: &str = include_str!("../../../src/store/lists.rs");
const MOST: usize = 100_000;

/// A file of so many values.
fn values(count: usize) -> String {
    let lines = (0..count).map(|at| format!("acct-{at}\n"));
    std::iter::once("value\n".to_owned()).chain(lines).collect()
}

on_each_engine!(a_hundred_thousand_entries_are_found_by_an_index_and_one_more_is_refused);
async fn a_hundred_thousand_entries_are_found_by_an_index_and_one_more_is_refused(app: TestApp) {
    let company = Company::of(app).await;
    let (operator, installation) = (&company.app.operator, &company.app.installation);
    assert_eq!(company.import_list("large", &values(MOST), &["--kind", "text"]).await.json(), json!({ "name": "large", "entries": MOST }));
    let more = company.import_list("large", &values(MOST + 1), &[]).await;
    assert!(more.code == Some(1) && more.stderr.contains("at most 100000 entries"), "{}", more.stderr);
    let full = operator.run(&["list", "add", "large", "one-more"]).await;
    assert!(full.code == Some(1) && full.stderr.contains("at most 100000 entries"), "{full:?}");
    assert_eq!(company.number("SELECT COUNT(*) FROM list_entries").await, 100_000, "what was refused changed nothing");
    operator.json(&["list", "remove", "large", "acct-7"]).await;
    operator.json(&["list", "add", "large", "one-more"]).await;

    company.import_rule(&json!({ "name": "large", "when": { "field": "counterparty.id", "inList": "large" }, "then": { "action": "BLOCK" } })).await;
    for (id, payee, status) in [("a", "acct-99999", "BLOCKED"), ("b", "acct-7", "APPROVED"), ("c", "one-more", "BLOCKED"), ("d", "acct-100000", "APPROVED")] {
        let mut body = payment(id, "c-1", 500);
        body["counterparty"] = json!({ "id": payee });
        assert_eq!(company.post(&body).await.expect(201).json()["status"], status, "{payee}");
    }

    if installation.engine == Engine::Postgres {
        installation.database.analyze().await;
    }
    let columns = "id, list, found, value, note, from_at, until_at, entry_mac";
    let list = format!("list = '{}'", installation.database.texts("SELECT id FROM lists").await.remove(0));
    // PostgreSQL counts every row of a table without an index, since every one is of this list; and it may read a page by the ids alone.
    let is_sqlite = installation.engine == Engine::Sqlite;
    for (statement, on_sqlite, on_postgres) in [
        ("SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND found IN ({})", "list_entries_of_value", Some("list_entries_of_value")),
        ("SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND id < $2 ORDER BY id DESC LIMIT $3", "list_entries_of_list", Some("Index Scan")),
        (
            "SELECT COUNT(*) AS n FROM list_entries WHERE list = $1 AND (until_at IS NULL OR until_at > $2) AND from_at <= $2",
            "COVERING INDEX list_entries_in_time",
            None,
        ),
        (
            "SELECT COUNT(*) AS n FROM list_entries WHERE list = $1 AND (until_at IS NULL OR (until_at > $2 AND until_at > from_at))",
            "COVERING INDEX list_entries_in_time",
            None,
        ),
    ] {
        assert!(STORE.contains(statement) && STORE.contains(columns), "the store asks another question than {statement}");
        let whole = [("{COLUMNS}", columns), ("{}", "'acct-5'"), ("list = $1", &list), ("id < $2", "id < 'y'"), ("$2", "5"), ("$3", "51")];
        let sql = whole.iter().fold(statement.to_owned(), |sql, (place, value)| sql.replace(place, value));
        let plan = installation.database.plan(&sql).await.join("\n");
        let Some(index) = (if is_sqlite { Some(on_sqlite) } else { on_postgres }) else { continue };
        assert!(plan.contains(index) && !plan.contains("Seq Scan") && !plan.contains("Sort"), "{statement} must use {index}:\n{plan}");
    }
}
