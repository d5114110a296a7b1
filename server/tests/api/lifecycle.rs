//! From a link to COMPLETED: what `/public` shows, how a step is saved, and who may read the saved answers.

use crate::support::{SOON, TestApp, UNKNOWN_ID, Value, json, on_each_engine, photos, sha256};

on_each_engine!(public_describes_the_whole_of_a_new_session);
async fn public_describes_the_whole_of_a_new_session(app: TestApp) {
    let customer = app.customer().await;
    let body = customer.public().await.expect(200).json();
    assert_eq!(body["status"], "PENDING");
    assert_eq!(body["locale"], "pt-BR");
    assert_eq!(body["expiresAt"], *customer.expires_at);
    for text in [&body["flowName"], &body["branding"]["companyName"], &body["branding"]["primaryColor"]] {
        assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{body}");
    }
    assert_eq!(body["progress"], json!({ "done": [], "current": "identity" }));

    let steps = body["steps"].as_array().expect("steps");
    let found: Vec<_> = steps.iter().map(|step| (step["id"].as_str(), step["type"].as_str())).collect();
    assert_eq!(found, [(Some("identity"), Some("FORM")), (Some("selfie"), Some("SELFIE"))]);
    let fields: Vec<&Value> = steps.iter().flat_map(|step| step["fields"].as_array().expect("fields")).collect();
    let found: Vec<_> = fields.iter().map(|field| (field["name"].as_str(), field["type"].as_str())).collect();
    let expected = [("name", "TEXT"), ("cpf", "CPF"), ("selfie_url", "ARTIFACT")];
    assert_eq!(found, expected.map(|(name, kind)| (Some(name), Some(kind))));
    assert!(fields.iter().all(|field| field["required"] == true && field["label"].is_string()), "{body}");
    assert_eq!(fields[0]["maxLength"], 200);
    assert_eq!(fields[2]["accept"], json!(["image/jpeg", "image/png", "image/webp"]));
}

on_each_engine!(progress_follows_the_saved_steps);
async fn progress_follows_the_saved_steps(app: TestApp) {
    let customer = app.customer().await;
    let progress = async || customer.public().await.expect(200).json()["progress"].clone();
    let answer = customer.save("identity", json!({ "name": "Ana", "cpf": "123.456.789-09" })).await.expect(204);
    assert!(answer.body.is_empty());
    assert_eq!(progress().await, json!({ "done": ["identity"], "current": "selfie" }));

    let selfie = customer.selfie().await;
    customer.save("selfie", json!({ "selfie_url": selfie })).await.expect(204);
    assert_eq!(progress().await, json!({ "done": ["identity", "selfie"], "current": "selfie" }));

    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
}

on_each_engine!(saving_a_step_replaces_all_its_values_or_none);
async fn saving_a_step_replaces_all_its_values_or_none(app: TestApp) {
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "123.456.789-09" })).await.expect(204);
    let refused = customer.save("identity", json!({ "name": "Bia" })).await;
    refused.problem(422, "invalid-user-data");
    assert_eq!(refused.faults(), [("cpf".to_owned(), "required".to_owned())]);
    let saved = customer.answers().await.expect(200).json();
    assert_eq!(saved["userData"], json!({ "name": "Ana", "cpf": "12345678909" }));

    customer.save("identity", json!({ "name": "  Bia  ", "cpf": "987 654 321 00" })).await.expect(204);
    let saved = customer.answers().await.expect(200).json();
    assert_eq!(saved["userData"], json!({ "name": "Bia", "cpf": "98765432100" }));
}

on_each_engine!(an_upload_stays_when_its_step_is_saved_without_it);
async fn an_upload_stays_when_its_step_is_saved_without_it(app: TestApp) {
    let customer = app.customer().await;
    customer.upload("selfie_url", photos::selfie()).await.expect(201);
    customer.save("selfie", json!({})).await.expect(204);
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(204);
    customer.complete(json!({})).await.expect(202);
}

on_each_engine!(values_sent_at_completion_replace_saved_ones);
async fn values_sent_at_completion_replace_saved_ones(app: TestApp) {
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "111.111.111-11" })).await.expect(204);
    customer.selfie().await;
    customer.complete(json!({ "cpf": "123.456.789-09" })).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    assert_eq!(app.operator.session(&customer.id).await["riskScore"], 0, "the CPF that was sent is the one checked");
}

on_each_engine!(reading_sets_no_cookie_and_the_first_write_sets_one);
async fn reading_sets_no_cookie_and_the_first_write_sets_one(app: TestApp) {
    let customer = app.customer().await;
    customer.public().await.expect(200);
    let link = customer.page("").await.see_other();
    customer.get(&link).await.expect(200);
    assert!(customer.cookies().keys().all(|name| !name.contains("fs_")), "a link preview does not bind the session to a device");

    let reply = customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(204);
    let name = format!("fs_{}", &sha256(customer.id.as_bytes())[..16]);
    let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
    let cookie = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).expect("the resume cookie");
    let attributes: Vec<String> = cookie.split(';').skip(1).map(|text| text.trim().to_ascii_lowercase()).collect();
    assert!(attributes.contains(&"httponly".to_owned()), "{cookie}");
    assert!(attributes.contains(&"samesite=lax".to_owned()), "{cookie}");
    assert!(!attributes.contains(&"secure".to_owned()), "plain http: {cookie}");
    assert!(customer.cookies()[&name].len() >= 43, "256 random bits");
    assert!(!cookie.contains(&customer.id));
}

on_each_engine!(answers_are_shown_only_to_the_device_that_saved_them);
async fn answers_are_shown_only_to_the_device_that_saved_them(app: TestApp) {
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "Quetzalmoor", "cpf": "12345678909" })).await.expect(204);
    customer.answers().await.expect(200);

    let other = customer.on_another_device();
    let nobody = app.stranger(UNKNOWN_ID).public().await;
    assert_eq!(other.answers().await.comparable(), nobody.comparable());
    for reply in [other.public().await, other.page("/identity").await, customer.public().await] {
        let text = reply.expect(200).text();
        assert!(!text.contains("Quetzalmoor") && !text.contains("12345678909"), "{text}");
    }

    customer.submit().await;
    assert_eq!(customer.answers().await.comparable(), nobody.comparable(), "answers can be read only while PENDING");
}

on_each_engine!(without_cookies_the_session_still_completes);
async fn without_cookies_the_session_still_completes(app: TestApp) {
    let customer = app.customer().await;
    let forgetful = || customer.on_another_device();
    forgetful().save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(204);
    let selfie = forgetful().selfie().await;
    forgetful().complete(json!({ "selfie_url": selfie })).await.expect(202);
    forgetful().wait_for_status("COMPLETED", SOON).await;
}

on_each_engine!(a_completed_session_keeps_the_companys_branding);
async fn a_completed_session_keeps_the_companys_branding(app: TestApp) {
    let customer = app.customer().await;
    let before = customer.public().await.expect(200).json();
    customer.finish().await;
    let after = customer.public().await.expect(200).json();
    for key in ["flowName", "branding", "locale", "expiresAt"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    assert_eq!(after["steps"], json!([]));
    assert_eq!(after["progress"], json!({ "done": [], "current": null }));
    let mut keys: Vec<_> = after.as_object().expect("an object").keys().collect();
    keys.sort();
    assert_eq!(keys, ["branding", "expiresAt", "flowName", "locale", "progress", "status", "steps"]);
}
