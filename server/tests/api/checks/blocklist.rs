//! The check `blocklist`: who stands on a list that the flow names.

use super::{customer_of, expected, form, found, submitted};
use crate::support::{TestApp, Value, json, on_each_engine};

fn flow(lists: Value) -> Value {
    let fields = json!([
        { "name": "cpf", "type": "CPF", "label": "CPF" },
        { "name": "email", "type": "EMAIL", "label": "E-mail" },
        { "name": "phone", "type": "PHONE", "label": "Phone", "region": "BR" },
        { "name": "number", "type": "TEXT", "label": "Number", "is": "document_number" },
    ]);
    form(fields, json!({ "lists": lists, "checks": ["blocklist"] }))
}

on_each_engine!(a_customer_on_a_list_is_found_by_what_was_entered);
async fn a_customer_on_a_list_is_found_by_what_was_entered(app: TestApp) {
    let operator = &app.operator;
    operator.import_list_of("people", "cpf", "value,from,until\n529.982.247-25,,\n111.444.777-35,2019-01-01T00:00:00Z,2020-01-01T00:00:00Z\n").await;
    operator.import_list_of("mails", "email", "value\nbad@example.com\n").await;
    operator.import_list_of("phones", "phone", "value\n+5511987654321\n").await;
    operator.import_list_of("numbers", "document", "value\nAB-123\n").await;
    let flow = flow(json!(["people", "mails", "phones", "numbers"]));
    for (entered, result) in [
        (json!({ "cpf": "52998224725" }), "FAILED"),
        (json!({ "cpf": "11144477735" }), "PASSED"),
        (json!({ "email": "bad@example.com" }), "FAILED"),
        (json!({ "email": "good@example.com", "number": "529.982.247-25" }), "PASSED"),
        (json!({ "phone": "(11) 98765-4321" }), "FAILED"),
        (json!({ "number": "AB-123" }), "FAILED"),
        (json!({}), "SKIPPED"),
    ] {
        let customer = customer_of(&app, &flow, &[]).await;
        let shown = submitted(&app, &customer, entered.clone()).await;
        let codes: &[&str] = if result == "FAILED" { &["blocklist.hit"] } else { &[] };
        assert_eq!(found(&shown, "blocklist"), expected(result, codes), "{entered}");
    }
    let customer = customer_of(&app, &flow, &[]).await;
    operator.json(&["list", "add", "mails", "late@example.com", "--from", "2999-01-01T00:00:00Z"]).await;
    let shown = submitted(&app, &customer, json!({ "email": "late@example.com" })).await;
    assert_eq!(found(&shown, "blocklist"), expected("PASSED", &[]), "the entry does not count yet");
}

on_each_engine!(a_flow_names_lists_that_there_are);
async fn a_flow_names_lists_that_there_are(app: TestApp) {
    app.operator.import_list_of("people", "cpf", "value\n").await;
    app.operator.import_list_of("countries", "country", "value\n").await;
    let file = app.installation.home().join("flow.json");
    std::fs::write(&file, flow(json!(["people", "nobody", "countries"])).to_string()).expect("writes the flow");
    let refused = app.operator.run(&["flow", "import", file.to_str().expect("UTF-8")]).await;
    assert_eq!(refused.code, Some(1));
    for says in ["lists[1]: there is no list \"nobody\"", "lists[2]: \"countries\" is a list of kind country; allowed are cpf, document, email, phone"] {
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
    assert!(!refused.stderr.contains("lists[0]"), "{}", refused.stderr);
}
