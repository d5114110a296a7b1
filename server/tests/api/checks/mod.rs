//! Each check through the public API: a session is submitted, and `session show` says what the check found.

mod age;
mod blocklist;
mod documents;
mod duplicate;
mod errors;
mod faces;
mod metadata;
mod velocity;

use crate::support::{Customer, SOON, TestApp, Value, json};

/// A flow named `checked` of one FORM with these fields, and what else belongs into it.
pub fn form(fields: Value, extra: Value) -> Value {
    let mut flow = json!({ "name": "checked", "steps": [{ "id": "one", "type": "FORM", "title": "One", "fields": fields }] });
    flow.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
    flow
}

/// A customer with a link of this flow.
pub async fn customer_of(app: &TestApp, flow: &Value, arguments: &[&str]) -> Customer {
    app.operator.import_flow(flow).await;
    Customer::with_link(&app.installation, &app.operator.link_of(flow["name"].as_str().expect("a name"), arguments).await)
}

/// Submits, and says what `session show` says once the session is completed.
pub async fn submitted(app: &TestApp, customer: &Customer, user_data: Value) -> Value {
    customer.complete(user_data).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    app.operator.session(&customer.id).await
}

/// The result of a check, and the codes of its reasons.
pub fn found(shown: &Value, check: &str) -> (String, Vec<String>) {
    let checks = shown["checks"].as_array().expect("session show answers checks");
    let check = checks.iter().find(|one| one["name"] == check).unwrap_or_else(|| panic!("no check {check} in {shown}"));
    let codes = check["reasons"].as_array().expect("reasons").iter().map(|code| code.as_str().expect("a code").to_owned());
    (check["result"].as_str().expect("a result").to_owned(), codes.collect())
}

/// The same, to compare with [`found`].
pub fn expected(result: &str, codes: &[&str]) -> (String, Vec<String>) {
    (result.to_owned(), codes.iter().map(|code| (*code).to_owned()).collect())
}
