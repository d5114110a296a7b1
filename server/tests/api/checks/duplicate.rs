//! The check `duplicate`: CPFs, numbers of documents and files that somebody else used before.

use super::{customer_of, expected, form, found, submitted};
use crate::support::html::{links, text_of};
use crate::support::{Customer, Reply, SOON, TestApp, Value, json, on_each_engine, photos};

/// A flow that asks for these, all of them optional.
fn flow() -> Value {
    let file = |name: &str| json!({ "name": name, "type": "ARTIFACT", "label": name, "accept": ["image/jpeg", "image/png", "image/webp", "application/pdf"] });
    let fields = json!([
        { "name": "cpf", "type": "CPF", "label": "CPF" },
        { "name": "kind", "type": "SELECT", "label": "Kind", "is": "document_type", "options": [{ "value": "RG", "label": "RG" }, { "value": "CNH", "label": "CNH" }] },
        { "name": "number", "type": "TEXT", "label": "Number", "is": "document_number" },
        file("front"), file("back"),
    ]);
    form(fields, json!({ "checks": ["duplicate"] }))
}

async fn of(app: &TestApp, customer: Option<&str>) -> Customer {
    let arguments: Vec<&str> = customer.iter().flat_map(|name| ["--customer", name]).collect();
    customer_of(app, &flow(), &arguments).await
}

async fn upload(customer: &Customer, field: &str, file: &[u8]) -> Value {
    let reply: Reply = customer.upload(field, file).await;
    reply.expect(201).json()["artifactId"].clone()
}

/// Submits as this customer, and says what was found, with the session's ref.
async fn sent(app: &TestApp, customer: Option<&str>, entered: Value, front: &[u8], back: &[u8]) -> ((String, Vec<String>), String) {
    let browser = of(app, customer).await;
    let mut entered = entered;
    for (field, file) in [("front", front), ("back", back)] {
        if !file.is_empty() {
            entered[field] = upload(&browser, field, file).await;
        }
    }
    let shown = submitted(app, &browser, entered).await;
    (found(&shown, "duplicate"), shown["ref"].as_str().expect("a ref").to_owned())
}

on_each_engine!(a_cpf_or_document_of_another_customer_is_found);
async fn a_cpf_or_document_of_another_customer_is_found(app: TestApp) {
    let (cpf, other) = ("duplicate.cpf_other_customer", "duplicate.document_other_customer");
    let mut first = String::new();
    for (customer, entered, result, codes) in [
        (Some("c-1"), json!({ "cpf": "529.982.247-25", "kind": "RG", "number": "MG-12.345.678" }), "PASSED", &[][..]),
        (Some("c-1"), json!({ "cpf": "52998224725", "kind": "RG", "number": "MG12345678" }), "PASSED", &[]),
        (Some("c-2"), json!({ "cpf": "52998224725" }), "FAILED", &[cpf]),
        (Some("c-2"), json!({ "kind": "RG", "number": "mg 12345678" }), "WARNING", &[other]),
        (Some("c-2"), json!({ "kind": "CNH", "number": "MG12345678" }), "PASSED", &[]),
        (Some("c-3"), json!({ "cpf": "52998224725", "kind": "RG", "number": "MG12345678" }), "FAILED", &[cpf, other]),
        (Some("c-3"), json!({ "cpf": "11144477735", "number": "0" }), "PASSED", &[]),
        (Some("c-4"), json!({ "number": "0" }), "SKIPPED", &[]),
        (None, json!({ "cpf": "52998224725", "number": "MG12345678" }), "PASSED", &[]),
        (None, json!({}), "SKIPPED", &[]),
    ] {
        let (said, session) = sent(&app, customer, entered.clone(), b"", b"").await;
        assert_eq!(said, expected(result, codes), "{customer:?} {entered}");
        first = if first.is_empty() { session } else { first };
    }
}

on_each_engine!(a_file_of_somebody_else_is_found);
async fn a_file_of_somebody_else_is_found(app: TestApp) {
    let (one, other) = (json!({ "cpf": "52998224725" }), json!({ "cpf": "11144477735" }));
    let (scene, pdf) = (photos::scene(1), photos::pdf(7));
    for (what, customer, entered, front, back, result, codes) in [
        ("the first", Some("c-1"), &one, &scene[..], &pdf[..], "PASSED", &[][..]),
        ("the same customer once more", Some("c-1"), &one, &scene, &pdf, "PASSED", &[]),
        ("no customer, the same CPF", None, &one, &scene, &pdf, "PASSED", &[]),
        ("another customer, a PDF", Some("c-2"), &other, &photos::scene(2), &pdf, "WARNING", &["duplicate.file"]),
        ("another customer, no CPF", Some("c-3"), &json!({}), &scene, b"", "WARNING", &["duplicate.file"]),
        ("no customer, another CPF", None, &other, &scene, b"", "WARNING", &["duplicate.file"]),
        ("no customer, no CPF", None, &json!({}), &scene, b"", "WARNING", &["duplicate.file"]),
        ("another picture", None, &json!({}), &photos::scene(3), b"", "PASSED", &[]),
        ("one file for both sides", Some("c-5"), &json!({}), &photos::scene(4), &photos::scene(4), "WARNING", &["duplicate.file"]),
    ] {
        let (said, _) = sent(&app, customer, entered.clone(), front, back).await;
        assert_eq!(said, expected(result, codes), "{what}");
    }
}

on_each_engine!(a_near_copy_is_found_and_a_blank_picture_is_not);
async fn a_near_copy_is_found_and_a_blank_picture_is_not(app: TestApp) {
    sent(&app, Some("c-1"), json!({}), &photos::scene(1), &photos::blue(1)).await;
    for (what, copy, result, codes) in [
        ("saved again", photos::saved_again(&photos::scene(1), 50), "WARNING", &["duplicate.picture"][..]),
        ("smaller", photos::shrunk(&photos::scene(1), 3), "WARNING", &["duplicate.picture"]),
        ("another one", photos::scene(2), "PASSED", &[]),
        ("as blue", photos::blue(2), "PASSED", &[]),
    ] {
        let (said, _) = sent(&app, Some("c-2"), json!({}), &copy, b"").await;
        assert_eq!(said, expected(result, codes), "{what}");
    }
}

on_each_engine!(only_submitted_files_count_and_a_replaced_one_is_forgotten);
async fn only_submitted_files_count_and_a_replaced_one_is_forgotten(app: TestApp) {
    let open = of(&app, Some("c-1")).await;
    upload(&open, "front", &photos::scene(1)).await;
    let (said, _) = sent(&app, Some("c-2"), json!({}), &photos::scene(1), b"").await;
    assert_eq!(said, expected("PASSED", &[]), "the other session is not submitted");
    let other = upload(&open, "front", &photos::scene(2)).await;
    submitted(&app, &open, json!({ "front": other })).await;
    let (said, _) = sent(&app, Some("c-3"), json!({}), &photos::scene(2), b"").await;
    assert_eq!(said, expected("WARNING", &["duplicate.file"]));
    let database = &app.installation.database;
    let files = "SELECT COUNT(DISTINCT artifact) FROM file_fingerprints";
    assert_eq!(database.number(files).await, database.number("SELECT COUNT(*) FROM artifacts").await, "each stored file, and no other");
    database.change("DELETE FROM artifacts").await;
    assert_eq!(database.number(files).await, 0, "they go with their files");
}

on_each_engine!(of_two_at_once_one_finds_the_other);
async fn of_two_at_once_one_finds_the_other(app: TestApp) {
    for round in 0..3 {
        let scene = photos::scene(10 + round);
        let (one, other) = (of(&app, Some("c-1")).await, of(&app, Some("c-2")).await);
        let (front, of_other) = (upload(&one, "front", &scene).await, upload(&other, "front", &scene).await);
        futures::join!(one.complete(json!({ "front": front })), other.complete(json!({ "front": of_other })));
        let mut results = Vec::new();
        for customer in [&one, &other] {
            customer.wait_for_status("COMPLETED", SOON).await;
            results.push(found(&app.operator.session(&customer.id).await, "duplicate").0);
        }
        assert!(results.contains(&"WARNING".to_owned()), "{results:?}");
    }
}

on_each_engine!(operators_see_which_session_and_webhooks_do_not);
async fn operators_see_which_session_and_webhooks_do_not(app: TestApp) {
    let (receiver, secret) = app.company().await;
    let (_, first) = sent(&app, Some("c-1"), json!({ "cpf": "52998224725" }), &photos::scene(1), b"").await;
    let copy = photos::saved_again(&photos::scene(1), 60);
    let (said, second) = sent(&app, Some("c-2"), json!({ "cpf": "52998224725" }), &copy, b"").await;
    assert_eq!(said, expected("FAILED", &["duplicate.cpf_other_customer", "duplicate.picture"]));
    let auditor = app.browser("AUDITOR").await;
    let page = auditor.page(&format!("/dashboard/sessions/{second}")).await;
    let other = format!("/dashboard/sessions/{first}");
    assert_eq!(links(&page, &other), [other.as_str()], "{}", text_of(&page));
    let page = auditor.page(&other).await;
    assert!(links(&page, &format!("/dashboard/sessions/{second}")).is_empty());
    for request in receiver.requests(2, SOON).await {
        let event = request.verified(&secret);
        let names = event.to_string();
        assert!(event["data"]["ref"] == *first || !names.contains(&first), "{event}");
    }
    let details = "SELECT COUNT(*) FROM check_reasons WHERE details IS NULL AND check_name = 'duplicate'";
    assert_eq!(app.installation.database.number(details).await, 0);
}

on_each_engine!(flows_that_do_not_look_for_duplicates_keep_nothing_to_find_them_by);
async fn flows_that_do_not_look_for_duplicates_keep_nothing_to_find_them_by(app: TestApp) {
    let fields = json!([{ "name": "cpf", "type": "CPF", "label": "CPF" }, { "name": "front", "type": "ARTIFACT", "label": "Front" }]);
    let customer = customer_of(&app, &form(fields, json!({ "checks": ["evidence"] })), &["--customer", "c-1"]).await;
    let front = upload(&customer, "front", photos::selfie()).await;
    submitted(&app, &customer, json!({ "cpf": "52998224725", "front": front })).await;
    for table in ["fingerprints", "file_fingerprints"] {
        assert_eq!(app.installation.database.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    let (said, _) = sent(&app, Some("c-2"), json!({ "cpf": "52998224725" }), photos::selfie(), b"").await;
    assert_eq!(said, expected("PASSED", &[]));
}
