//! Transactions: rules decide them, a session asks for evidence, and its end settles them.

mod aggregates;
mod backtests;
mod batches;
mod crashes;
mod hits;
mod kills;
mod large_lists;
mod lists;
mod pages;
mod posting;
mod presets;
mod races;
mod reviews;
mod rules;
mod searching;
mod settling;
mod statements;
mod step_ups;

use std::fs;

use reqwest::Method;

use crate::support::{ApiClient, Customer, Receiver, Reply, SOON, TestApp, Value, eventually, json};

/// A company: its rules, its program with a key, and its webhooks.
struct Company {
    app: TestApp,
    program: ApiClient,
    receiver: Receiver,
    secret: String,
}

impl Company {
    async fn of(app: TestApp) -> Self {
        let program = ApiClient::new(&app.installation, &["transactions"]).await;
        let (receiver, secret) = app.company().await;
        let company = Self { app, program, receiver, secret };
        company.import_flow("step-up").await;
        company
    }

    /// A flow of one screen whose session is decided by the CPF: APPROVED with a good one, REVIEW or REJECTED by its bands otherwise.
    async fn import_flow(&self, name: &str) {
        self.import_flow_with(name, json!({ "review": 25, "reject": 70 })).await;
    }

    async fn import_flow_with(&self, name: &str, bands: Value) {
        let flow = json!({
            "name": name, "bands": bands, "returnUrls": ["https://shop.example/done"],
            "steps": [{ "id": "identity", "type": "FORM", "title": "Who you are", "fields": [{ "name": "cpf", "type": "CPF", "label": "CPF", "required": true }] }],
        });
        let file = self.app.installation.home().join("flow.json");
        fs::write(&file, flow.to_string()).expect("writes the flow");
        self.app.operator.json(&["flow", "import", file.to_str().expect("UTF-8")]).await;
    }

    async fn import_rule(&self, rule: &Value) -> Value {
        let file = self.app.installation.home().join("rule.json");
        fs::write(&file, rule.to_string()).expect("writes the rule");
        self.app.operator.json(&["rule", "import", file.to_str().expect("UTF-8")]).await
    }

    async fn post(&self, body: &Value) -> Reply {
        self.program.send(self.program.request(Method::POST, "/transactions").json(body)).await
    }

    async fn show(&self, id: &str) -> Value {
        self.program.send(self.program.request(Method::GET, &format!("/transactions/{id}"))).await.expect(200).json()
    }

    /// Waits until a transaction has this status.
    async fn until(&self, id: &str, status: &str) -> Value {
        eventually(&format!("{id} to be {status}"), SOON, async || Some(self.show(id).await).filter(|shown| shown["status"] == status)).await
    }

    /// The customer whom an answer asks for evidence.
    fn customer(&self, answer: &Value) -> Customer {
        let session = &answer["session"];
        let id = session["sessionId"].as_str().unwrap_or_else(|| panic!("a session in {answer}"));
        assert_eq!(session["url"], format!("{}/verify/{id}", self.app.installation.base()));
        let mut customer = self.app.stranger(id);
        customer.expires_at = session["expiresAt"].as_str().expect("a time").to_owned();
        customer
    }

    /// The types of the events about a transaction, in order, once there are this many. Each is delivered and verified.
    async fn events(&self, id: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} events of {id}"), SOON, async || {
            let mut found: Vec<(String, Value)> = Vec::new();
            for request in self.receiver.received() {
                let event = request.verified(&self.secret);
                if event["data"]["transactionId"] == id && !found.iter().any(|(known, _)| known == request.webhook_id()) {
                    found.push((request.webhook_id().to_owned(), event));
                }
            }
            let mut events: Vec<Value> = found.into_iter().map(|(_, event)| event).collect();
            events.sort_by_key(|event| event["data"]["sequence"].as_i64());
            (events.len() >= count).then_some(events)
        })
        .await
    }

    async fn number(&self, sql: &str) -> i64 {
        self.app.installation.database.number(sql).await
    }
}

/// Good and wrong check digits.
const GOOD_CPF: &str = "123.456.789-09";
const WRONG_CPF: &str = "123.456.789-00";

/// Completes the flow of [`Company::import_flow`].
async fn complete(customer: &Customer, cpf: &str) {
    customer.complete(json!({ "cpf": cpf })).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
}

fn payment(id: &str, customer: &str, amount: i64) -> Value {
    json!({ "transactionId": id, "customerId": customer, "amount": amount, "currency": "BRL", "direction": "OUT", "type": "PIX" })
}

/// A rule that asks for evidence from an amount on.
fn step_up_from(amount: i64) -> Value {
    json!({
        "name": "large", "weight": 40, "when": { "field": "amount", "atLeast": amount, "currency": "BRL" },
        "then": { "action": "STEP_UP", "flow": "step-up" },
    })
}

/// The status, the reason and who gave it, of each entry of a history.
fn history(shown: &Value) -> Vec<String> {
    let entries = shown["history"].as_array().unwrap_or_else(|| panic!("a history in {shown}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    entries.iter().map(|entry| [text(&entry["status"]), text(&entry["by"]), text(&entry["reason"])].join(" ")).collect()
}

/// What the events say: type, status, reason, sequence.
fn told(events: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    events
        .iter()
        .map(|event| format!("{} {} {} {}", text(&event["type"]), text(&event["data"]["status"]), text(&event["data"]["reason"]), event["data"]["sequence"]))
        .collect()
}
