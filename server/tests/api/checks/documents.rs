//! The checks that read documents: `document_text`, `mrz` and `barcode`, with drawn documents.

use std::time::Duration;

use vision::sample::{Dice, Kind, Person, document, photograph};

use super::{customer_of, expected, form, found};
use crate::support::html::text_of;
use crate::support::{Customer, TestApp, Value, json, on_each_engine, photos};

/// Workers read one picture after the other, beside everything else on the machine.
const READ: Duration = Duration::from_secs(120);

/// Somebody, always the same.
pub fn person() -> Person {
    Person::any(&mut Dice::new(7))
}

/// A good photo of a document of this person, as a JPEG.
pub fn photo(kind: Kind, person: &Person) -> Vec<u8> {
    let mut dice = Dice::new(8);
    let flat = document(kind, person, &mut dice);
    photos::drawn(&photograph(&flat, &[], &mut dice))
}

/// What this person enters.
pub fn entered(person: &Person) -> Value {
    let born = person.born;
    json!({ "name": person.name(), "cpf": person.cpf, "born": format!("{:04}-{:02}-{:02}", born.year, born.month, born.day), "kind": "CNH" })
}

/// A flow that asks for what is on a document, and for photos of it.
pub fn flow(extra: Value) -> Value {
    let options: Vec<Value> = ["RG", "CIN", "CNH", "PASSPORT"].into_iter().map(|kind| json!({ "value": kind, "label": kind })).collect();
    let fields = json!([
        { "name": "name", "type": "TEXT", "is": "full_name", "label": "Name" },
        { "name": "cpf", "type": "CPF", "label": "CPF" },
        { "name": "born", "type": "DATE", "is": "birth_date", "label": "Born" },
        { "name": "number", "type": "TEXT", "is": "document_number", "label": "Number" },
        { "name": "kind", "type": "SELECT", "is": "document_type", "label": "Kind", "options": options },
        { "name": "front", "type": "ARTIFACT", "is": "document_front", "label": "Front" },
        { "name": "back", "type": "ARTIFACT", "is": "document_back", "label": "Back" },
        { "name": "selfie", "type": "ARTIFACT", "is": "selfie", "label": "Selfie" },
    ]);
    form(fields, extra)
}

/// Uploads these, submits, and says what `session show` says once the session is completed.
pub async fn sent(app: &TestApp, customer: &Customer, mut entered: Value, files: &[(&str, Vec<u8>)]) -> Value {
    for (field, file) in files {
        entered[*field] = customer.upload(field, file).await.expect(201).json()["artifactId"].clone();
    }
    customer.complete(entered).await.expect(202);
    customer.wait_for_status("COMPLETED", READ).await;
    app.operator.session(&customer.id).await
}

on_each_engine!(a_document_that_says_what_was_entered_is_approved);
async fn a_document_that_says_what_was_entered_is_approved(app: TestApp) {
    let person = person();
    let checks = json!({ "sandbox": true, "checks": ["document_text", "mrz", "barcode"] });
    let mut flow = flow(checks);
    // A selfie would ask for a person.
    flow["steps"][0]["fields"].as_array_mut().expect("fields").pop();
    let customer = customer_of(&app, &flow, &[]).await;
    let files = [("front", photo(Kind::Cnh, &person)), ("back", photo(Kind::CinBack, &person))];
    let shown = sent(&app, &customer, entered(&person), &files).await;
    for check in ["document_text", "mrz", "barcode"] {
        assert_eq!(found(&shown, check), expected("PASSED", &[]), "{check}: {shown}");
    }
    assert_eq!((&shown["decision"], &shown["riskScore"]), (&json!("APPROVED"), &json!(0)));
}

on_each_engine!(what_differs_is_shown_beside_what_was_entered);
async fn what_differs_is_shown_beside_what_was_entered(app: TestApp) {
    let person = person();
    let customer = customer_of(&app, &flow(json!({ "checks": ["document_text", "mrz", "barcode"] })), &[]).await;
    let mut other = entered(&person);
    (other["name"], other["cpf"], other["born"], other["kind"]) =
        (json!("Zuleica Bittencourt"), json!("529.982.247-25"), json!("1999-12-31"), json!("PASSPORT"));
    let shown = sent(&app, &customer, other, &[("front", photo(Kind::Cnh, &person))]).await;
    let differs = ["document.birth_differs", "document.cpf_differs", "document.name_differs", "document.specimen"];
    assert_eq!(found(&shown, "document_text"), expected("FAILED", &differs));
    assert_eq!(found(&shown, "barcode"), expected("FAILED", &["barcode.differs"]));
    assert_eq!(found(&shown, "mrz"), expected("WARNING", &["mrz.missing"]), "a passport has a zone");
    assert_eq!(shown["decision"], "REJECTED");

    let reviewer = app.browser("REVIEWER").await;
    let page = format!("/dashboard/sessions/{}", shown["ref"].as_str().expect("a ref"));
    let hidden = text_of(&reviewer.page(&page).await);
    let (entered, read) = ("529.982.247-25", person.cpf_written());
    assert!(!hidden.contains(entered) && !hidden.contains(&read), "until they are revealed");
    let revealed = text_of(&reviewer.reveal(&page, &[]).await.1);
    assert!(revealed.contains(entered) && revealed.contains(&read), "{revealed}");
}

on_each_engine!(a_picture_of_nothing_is_never_approved);
async fn a_picture_of_nothing_is_never_approved(app: TestApp) {
    let customer = customer_of(&app, &flow(json!({})), &[]).await;
    let shown = sent(&app, &customer, entered(&person()), &[("front", photos::blue(1)), ("selfie", photos::blue(2))]).await;
    assert_eq!(found(&shown, "document_text"), expected("WARNING", &["document.nothing_read"]));
    assert_eq!(found(&shown, "face"), expected("FAILED", &["document.no_face", "face.none"]));
    assert_eq!((found(&shown, "mrz"), found(&shown, "barcode")), (expected("SKIPPED", &[]), expected("SKIPPED", &[])));
    assert_eq!(shown["decision"], "REJECTED");
    let customer = customer_of(&app, &flow(json!({ "checks": ["document_text", "mrz"] })), &[]).await;
    let shown = sent(&app, &customer, entered(&person()), &[]).await;
    assert_eq!((found(&shown, "document_text"), found(&shown, "mrz")), (expected("SKIPPED", &[]), expected("SKIPPED", &[])));
}

on_each_engine!(a_zone_is_read_compared_and_checked);
async fn a_zone_is_read_compared_and_checked(app: TestApp) {
    let person = person();
    let of = async |entered: Value, person: &Person| {
        let customer = customer_of(&app, &flow(json!({ "checks": ["mrz"] })), &[]).await;
        found(&sent(&app, &customer, entered, &[("front", photo(Kind::Passport, person))]).await, "mrz")
    };
    let mut other = entered(&person);
    other["number"] = "AB1234567".into();
    assert_eq!(of(other, &person).await, expected("FAILED", &["mrz.differs"]), "the number is another one");
    let expired = Person { expires: vision::sample::Day { year: 2020, ..person.expires }, ..person.clone() };
    assert_eq!(of(entered(&person), &expired).await, expected("FAILED", &["mrz.expired"]));
}
