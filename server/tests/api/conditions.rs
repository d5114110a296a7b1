//! While a field's `requiredWhen` does not hold, what is sent for it is neither a fault nor stored, with a form as with JSON.

use crate::support::html::{attribute, inputs, is_linked};
use crate::support::{Customer, SOON, TestApp, json, on_each_engine, photos};

async fn customer_of_demo(app: &TestApp) -> Customer {
    Customer::with_link(&app.installation, &app.operator.link_of("demo", &[]).await)
}

on_each_engine!(a_photo_of_a_field_that_does_not_apply_is_no_fault_and_is_gone_at_the_end);
async fn a_photo_of_a_field_that_does_not_apply_is_no_fault_and_is_gone_at_the_end(app: TestApp) {
    let customer = customer_of_demo(&app).await;
    customer.upload("document_front_url", photos::selfie()).await.expect(201);
    customer.upload("document_back_url", photos::other_selfie()).await.expect(201);
    let files = async || app.operator.session(&customer.id).await["artifacts"].as_array().expect("a list").len();

    // A bad file for the back is no fault of a passport, and is one of a card.
    let form = |kind: &'static str| {
        let file = reqwest::multipart::Part::bytes(b"<svg/>".to_vec()).file_name("back.jpg");
        let form = reqwest::multipart::Form::new().text("document_type", kind).part("document_back_url", file);
        customer.request(reqwest::Method::POST, &format!("/verify/{}/document", customer.id)).multipart(form)
    };
    let page = customer.send(form("CNH")).await.expect(422).text();
    assert!(is_linked(&page, "document_back_url"), "{page}");
    customer.send(form("PASSPORT")).await.expect(303);
    assert_eq!(files().await, 2, "the customer may still change the kind back");
    let review = customer.page("/review?lang=en").await.expect(200).text();
    assert!(review.contains(">Front<") && !review.contains(">Back<"), "{review}");

    let nonsense = json!({ "document_type": "PASSPORT", "document_back_url": "http://elsewhere/" });
    customer.save("document", nonsense).await.expect(204);
    customer.save("document", json!({ "document_type": "CNH", "document_back_url": "http://elsewhere/" })).await.problem(422, "invalid-user-data");
    let selfie = customer.selfie().await;
    let all = json!({
        "consent": true, "name": "Ana", "cpf": "52998224725", "birth_date": "1990-05-17", "email": "ana@acme.example",
        "phone": "+5511912345678", "document_type": "PASSPORT", "document_back_url": 7, "selfie_url": selfie
    });
    customer.complete(all).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    assert_eq!(files().await, 2, "the front and the selfie");
}

on_each_engine!(a_page_without_script_tells_the_condition_in_words);
async fn a_page_without_script_tells_the_condition_in_words(app: TestApp) {
    let customer = customer_of_demo(&app).await;
    for (language, words) in [("pt-BR", "Só para RG, CNH"), ("en", "Only for RG, CNH"), ("es", "Solo para RG, CNH")] {
        let page = customer.page(&format!("/document?lang={language}&check=1")).await.expect(200).text();
        assert!(page.contains(words), "{page}");
        assert!(!is_linked(&page, "document_back_url"), "no kind is chosen, so no back is missing: {page}");
        for radio in inputs(&page, "document_type") {
            assert_eq!(attribute(radio, "aria-invalid").as_deref(), Some("true"), "{radio}");
        }
    }
}
