//! We keep proof of each consent: the hash of its text, its language and its time. The review step shows the answers once more,
//! only to the device that entered them.

use crate::support::{Customer, TestApp, json, now_ms, on_each_engine, parse_ms, sha256};

async fn customer_of_demo(app: &TestApp) -> Customer {
    Customer::with_link(&app.installation, &app.operator.link_of("demo", &[]).await)
}

/// The text of the consent as the public API returns it in a language.
async fn text_in(customer: &Customer, language: &str) -> String {
    let public = customer.send(customer.api(reqwest::Method::GET, &format!("/public?lang={language}"))).await.expect(200).json();
    public["steps"][0]["text"].as_str().expect("the consent has a text").to_owned()
}

on_each_engine!(a_consent_is_kept_with_its_text_its_language_and_the_time);
async fn a_consent_is_kept_with_its_text_its_language_and_the_time(app: TestApp) {
    let customer = customer_of_demo(&app).await;
    let consents = async || app.operator.session(&customer.id).await["consents"].clone();
    assert_eq!(consents().await, json!([]));
    customer.save("consent", json!({ "consent": false })).await.problem(422, "invalid-user-data");
    assert_eq!(consents().await, json!([]), "a refused save is not a consent");

    let before = now_ms();
    customer.post_form("consent?lang=es", &[("consent", "true")]).await.expect(303);
    let kept = consents().await;
    assert_eq!((&kept[0]["field"], &kept[0]["language"]), (&json!("consent"), &json!("es")), "{kept}");
    assert_eq!(kept[0]["textSha256"], json!(sha256(text_in(&customer, "es").await.as_bytes())));
    let agreed_at = parse_ms(kept[0]["agreedAt"].as_str().expect("a time"));
    assert!((before - 1_000..=now_ms() + 1_000).contains(&agreed_at), "{kept}");

    // A second consent in another language replaces the first.
    let put = customer.api(reqwest::Method::PUT, "/steps/consent?lang=en").json(&json!({ "userData": { "consent": true } }));
    customer.send(put).await.expect(204);
    let kept = consents().await;
    assert_eq!(kept.as_array().expect("a list").len(), 1);
    assert_eq!((&kept[0]["language"], &kept[0]["textSha256"]), (&json!("en"), &json!(sha256(text_in(&customer, "en").await.as_bytes()))));
}

on_each_engine!(a_review_shows_answers_only_to_the_device_that_entered_them);
async fn a_review_shows_answers_only_to_the_device_that_entered_them(app: TestApp) {
    let customer = customer_of_demo(&app).await;
    let answers = [("name", "Quetzal Moor"), ("cpf", "111.444.777-35"), ("birth_date", "1990-05-17"), ("email", "q@acme.example"), ("phone", "")];
    customer.post_form("identity", &answers).await.expect(303);
    let review = customer.page("/review?lang=en").await.expect(200).text();
    for shown in ["Quetzal Moor", "111.444.777-35", "17 May 1990", "q@acme.example", "Not given"] {
        assert!(review.contains(shown), "{shown} is on the page");
    }
    let back = format!("/verify/{}/identity?lang=en&amp;change=1#field-name", customer.id);
    assert!(review.contains(&back), "a link to change the name: {back}");
    let after_change = customer.post_form("identity?lang=en&change=1", &answers).await.expect(303);
    assert_eq!(after_change.header("location"), format!("/verify/{}/review?lang=en", customer.id));

    let other = customer.on_another_device();
    let review = other.page("/review?lang=en").await.expect(200).text();
    assert!(
        review.contains(">Done on another device, or on this one with cookies blocked<") && !review.contains("Quetzal") && !review.contains("111.444"),
        "another device sees no answer"
    );
}

on_each_engine!(a_return_url_must_be_in_the_flow_and_gets_the_status);
async fn a_return_url_must_be_in_the_flow_and_gets_the_status(app: TestApp) {
    let own = ["https://acme.example/done?case=7", "acme-app://verified"];
    let fields = json!([{ "name": "nickname", "type": "TEXT", "label": "Nickname" }]);
    let flow = json!({
        "name": "returning", "returnUrls": own, "branding": { "primaryColor": "#ffee00" },
        "steps": [{ "id": "about", "type": "FORM", "title": "About", "fields": fields }]
    });
    let imported = app.operator.import_flow(&flow).await;
    let note = imported["notes"][0].as_str().expect("a note about the illegible colour");
    assert!(note.starts_with("branding.primaryColor #ffee00 is shown as #") && note.contains("4.5"), "{note}");

    let refused = app.operator.run(&["link", "create", "--flow", "returning", "--return-url", "https://evil.example/"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("https://evil.example/") && refused.stderr.contains(own[1]), "{}", refused.stderr);

    for (url, shown) in own.into_iter().zip(["https://acme.example/done?case=7&amp;status=COMPLETED", "acme-app://verified?status=COMPLETED"]) {
        let link = app.operator.link_of("returning", &["--return-url", url]).await;
        let customer = Customer::with_link(&app.installation, &link);
        assert!(!customer.page("/about").await.expect(200).text().contains("acme-app:"), "only the last page has the return URL");
        let answer = customer.post_form("about", &[("nickname", "")]).await.expect(303);
        assert_eq!(answer.header("location"), format!("/verify/{}", customer.id), "a POST never redirects to the return URL");
        customer.wait_for_status("COMPLETED", crate::support::SOON).await;
        let page = customer.page("").await.expect(200).text();
        assert!(page.contains(&format!("href=\"{shown}\"")) && page.contains(&format!("10;url={shown}")), "{page}");
        for framed in ["iframe", "frame", "embed", "object"] {
            let request = customer.request(reqwest::Method::GET, &format!("/verify/{}", customer.id)).header("sec-fetch-dest", framed);
            let page = customer.send(request).await.expect(200).text();
            assert!(page.contains(&format!("href=\"{shown}\" target=\"_top\"")) && !page.contains("http-equiv=\"refresh\""), "{page}");
        }
        let stays = customer.page("?stay=1").await.expect(200).text();
        assert!(stays.contains(&format!("href=\"{shown}\"")) && !stays.contains("http-equiv=\"refresh\""), "{stays}");
    }
}
