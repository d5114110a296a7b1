//! The pages of rules: made and changed in the editor, refused with each fault at its input, tried on a transaction, and held against a
//! version that somebody else saved meanwhile.

mod editor;
mod pages;
mod presets;

use reqwest::Method;

use crate::support::html::{attribute, tags, text_of};
use crate::support::{ApiClient, Browser, TestApp, Value, json};

const NEW: &str = "/dashboard/rules/new";
const LARGE: &str = "/dashboard/rules/by-name/large";

/// The inputs of a rule about amounts.
fn large(value: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", "large"),
        ("title", "Large payments"),
        ("w.kind", "all"),
        ("w.0.what", "amount"),
        ("w.0.op", "atLeast"),
        ("w.0.value", value),
        ("w.0.currency", "BRL"),
        ("action", "REVIEW"),
        ("mode", "ACTIVE"),
    ]
}

fn with<'a>(mut form: Vec<(&'a str, &'a str)>, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    form.extend(more);
    form
}

/// The ids that the error summary links to.
fn linked(page: &str) -> Vec<String> {
    let summary = page.split("class=\"summary\"").nth(1).unwrap_or_default().split("</ul>").next().unwrap_or_default();
    tags(summary, "a").into_iter().filter_map(|link| attribute(link, "href")).map(|href| href.trim_start_matches('#').to_owned()).collect()
}

/// The text of the element with this class.
fn said(page: &str, class: &str) -> String {
    let rest = page.split(&format!("class=\"{class}\"")).nth(1).unwrap_or_else(|| panic!("no {class} in {page}"));
    text_of(rest.split_once('>').expect("a tag ends").1.split("</p>").next().expect("a paragraph"))
}

struct Desk {
    admin: Browser,
    program: ApiClient,
    app: TestApp,
}

impl Desk {
    async fn of(app: TestApp) -> Self {
        let admin = app.browser("ADMIN").await;
        let program = ApiClient::new(&app.installation, &["transactions", "rules"]).await;
        admin.post("/dashboard/language", &[("language", "en"), ("back", "/dashboard/rules")]).await.expect(303);
        Self { admin, program, app }
    }

    async fn rule(&self, name: &str) -> Value {
        self.program.send(self.program.request(Method::GET, &format!("/rules/{name}"))).await.expect(200).json()
    }

    async fn post(&self, id: &str, amount: i64) -> Value {
        let body = json!({ "transactionId": id, "customerId": "c-1", "amount": amount, "currency": "BRL", "direction": "OUT", "type": "PIX" });
        self.program.send(self.program.request(Method::POST, "/transactions").json(&body)).await.expect(201).json()
    }

    async fn versions(&self) -> i64 {
        self.app.installation.database.number("SELECT COUNT(*) FROM rules").await
    }
}
