//! How many statements a decision takes, counted by PostgreSQL: as many with twenty rules as with two, and few more for a customer with a long
//! past.

use super::{Company, payment};
use crate::statements::Counter;
use crate::support::{Engine, TestApp, Value, json};

/// Payments that are counted.
const COUNTED: i64 = 5;
/// The most statements of a decision: the key twice, the customer, the id, the rules, the past, the session, the lists, and all that is written.
const MOST: i64 = 9;
/// What a long past adds besides, as it is not read row by row: the spans twice, the sums, and the different values.
const MOST_OF_A_LONG_PAST: i64 = 3;

fn rule(name: &str, when: &Value) -> Value {
    json!({ "name": name, "when": when, "then": { "action": "REVIEW" } })
}

async fn import_rules(company: &Company, number: usize) {
    for (name, when) in [
        ("sum", json!({ "sum": "amount", "currency": "BRL", "within": format!("{}d", 30 + number), "atLeast": 1_000_000_000 })),
        ("count", json!({ "count": "transactions", "where": { "type": "same" }, "within": format!("{}d", 30 + number), "atLeast": 1_000_000 })),
        ("listed", json!({ "field": "counterparty.id", "inList": format!("payees-{number}") })),
        ("session", json!({ "session": "decision", "is": "REJECTED" })),
    ] {
        company.import_rule(&rule(&format!("{name}-{number}"), &when)).await;
    }
}

async fn import_list(company: &Company, number: usize) {
    let file = company.app.installation.home().join("list.csv");
    std::fs::write(&file, "value\nacct-1\n").expect("writes the list");
    let name = format!("payees-{number}");
    company.app.operator.json(&["list", "import", &name, file.to_str().expect("UTF-8"), "--kind", "account"]).await;
}

#[tokio::test]
async fn a_decision_takes_few_statements() {
    let company = Company::of(TestApp::on(Engine::Postgres).await).await;
    let mut counter = Counter::of(&company.app).await;
    company.import_rule(&rule("payees", &json!({ "distinct": "counterparty.id", "within": "30d", "above": 90 }))).await;
    let mut posted = 0;
    let mut post = async |customer: &str, many: i64| {
        for _ in 0..many {
            posted += 1;
            let mut body = payment(&format!("pix-{posted}"), customer, 100 + posted);
            body["counterparty"] = json!({ "id": format!("acct-{}", 2 + posted % 7) });
            assert_eq!(company.post(&body).await.expect(201).json()["status"], "APPROVED");
        }
    };
    for number in 1..=5 {
        import_list(&company, number).await;
        import_rules(&company, number).await;
        // Fills what the server keeps in memory, and the second customer's spans.
        post("c-1", 1).await;
        post("c-2", if number == 1 { 70 } else { 1 }).await;
        for (customer, most) in [("c-1", MOST), ("c-2", MOST + MOST_OF_A_LONG_PAST)] {
            let mut least = i64::MAX;
            // A sweep may fall into one of the tries.
            for _ in 0..3 {
                let before = counter.all().await;
                post(customer, COUNTED).await;
                least = least.min((counter.all().await - before) / COUNTED);
                if least <= most {
                    break;
                }
            }
            println!("{number} times four rules, {customer}: {least} statements");
            assert!(least <= most, "{number} times four rules, {customer}: {least} statements, {most} at most");
        }
    }
}
