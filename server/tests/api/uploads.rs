//! What an upload returns, what a second upload for the same field does, and that its URL works on no other device.

use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::support::{SOON, TestApp, UNKNOWN_ID, Value, json, on_each_engine, photos, sha256};

fn text<'a>(uploaded: &'a Value, key: &str) -> &'a str {
    uploaded[key].as_str().unwrap_or_else(|| panic!("no {key} in {uploaded}"))
}

on_each_engine!(an_upload_returns_what_was_uploaded);
async fn an_upload_returns_what_was_uploaded(app: TestApp) {
    let kinds: [(&[u8], &str); 3] = [(photos::selfie(), "image/jpeg"), (&photos::png(), "image/png"), (&photos::webp(), "image/webp")];
    for (bytes, media_type) in kinds {
        let customer = app.customer().await;
        let uploaded = customer.upload("selfie_url", bytes).await.expect(201).json();
        assert_eq!(uploaded["mediaType"], media_type, "detected from the content, not from the part's header");
        assert_eq!(uploaded["size"], bytes.len());
        assert_eq!(uploaded["sha256"], *sha256(bytes));
        let id = text(&uploaded, "artifactId");
        let (kind, rest) = id.split_once('_').expect("a typed id");
        assert!(kind == "art" && rest.len() == 26, "{id}");
        let url = format!("{}/kyc-sessions/{}/artifacts/{id}", app.installation.base(), customer.id);
        assert_eq!(text(&uploaded, "url"), url);
    }
}

on_each_engine!(the_same_bytes_again_give_the_same_artifact);
async fn the_same_bytes_again_give_the_same_artifact(app: TestApp) {
    let customer = app.customer().await;
    let first = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    for device in [&customer, &customer.on_another_device()] {
        let again = device.upload("selfie_url", photos::selfie()).await.expect(200).json();
        assert_eq!(again["artifactId"], first["artifactId"]);
    }
}

on_each_engine!(different_bytes_replace_the_artifact);
async fn different_bytes_replace_the_artifact(app: TestApp) {
    let customer = app.customer().await;
    let first = customer.upload("selfie_url", photos::small()).await.expect(201).json();
    let second = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    assert_ne!(first["artifactId"], second["artifactId"]);
    let gone = customer.get(&format!("/kyc-sessions/{}/artifacts/{}", customer.id, text(&first, "artifactId"))).await;
    assert_eq!(gone.comparable(), app.stranger(UNKNOWN_ID).public().await.comparable());

    let user_data = json!({ "name": "Ana", "cpf": "12345678909", "selfie_url": first["artifactId"] });
    let refused = customer.complete(user_data).await;
    refused.problem(422, "invalid-user-data");
    assert_eq!(refused.fault_of("selfie_url"), "not_your_artifact");
    customer.complete(json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let shown = app.operator.session(&customer.id).await;
    assert_eq!(shown["riskScore"], 0, "the replaced photo, which was too small, no longer counts: {shown}");
    assert_eq!(shown["artifacts"].as_array().map(Vec::len), Some(1), "{shown}");
}

on_each_engine!(the_url_works_only_on_the_uploading_device_and_while_pending);
async fn the_url_works_only_on_the_uploading_device_and_while_pending(app: TestApp) {
    let customer = app.customer().await;
    let nobody = app.stranger(UNKNOWN_ID).public().await;
    let uploaded = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    let open = || customer.api(Method::GET, &format!("/artifacts/{}", text(&uploaded, "artifactId")));

    let served = customer.send(open()).await.expect(200);
    assert_eq!(served.header("content-type"), "image/jpeg");
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    let policy = served.header("content-security-policy");
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    let image = image::load_from_memory(&served.body).expect("the photo is whole");
    assert_eq!((image.width(), image.height()), (800, 1000));

    let stranger = customer.on_another_device();
    assert_eq!(stranger.send(open()).await.comparable(), nobody.comparable(), "the URL does not work without the cookie");
    customer.finish().await;
    assert_eq!(customer.send(open()).await.comparable(), nobody.comparable(), "the URL does not work after submission");
}

on_each_engine!(imperfect_photos_from_phones_are_accepted);
async fn imperfect_photos_from_phones_are_accepted(app: TestApp) {
    let tail = [photos::selfie(), b"what a camera wrote after the image"].concat();
    for bytes in [photos::without_end_marker(), tail] {
        let uploaded = app.customer().await.upload("selfie_url", &bytes).await.expect(201).json();
        assert_eq!((&uploaded["size"], text(&uploaded, "sha256")), (&json!(bytes.len()), &*sha256(&bytes)));
    }
    let unnamed = Part::bytes(photos::selfie().to_vec());
    let html = Part::bytes(photos::selfie().to_vec()).file_name("../../x.html").mime_str("text/html").expect("a type");
    for part in [unnamed, html] {
        let customer = app.customer().await;
        let form = Form::new().part("file", part).text("field", "selfie_url");
        let uploaded = customer.send(customer.api(Method::POST, "/upload").multipart(form)).await.expect(201).json();
        assert_eq!(uploaded["mediaType"], "image/jpeg");
    }
}

on_each_engine!(an_upload_without_a_field_counts_once_an_answer_names_it);
async fn an_upload_without_a_field_counts_once_an_answer_names_it(app: TestApp) {
    let customer = app.customer().await;
    let part = Part::bytes(photos::selfie().to_vec()).file_name("a.jpg").mime_str("image/jpeg").expect("a type");
    let form = Form::new().part("file", part);
    let uploaded = customer.send(customer.api(Method::POST, "/upload").multipart(form)).await.expect(201).json();
    let user_data = json!({ "name": "Ana", "cpf": "12345678909" });
    let missing = customer.complete(user_data.clone()).await;
    assert_eq!(missing.problem(422, "invalid-user-data")["missingSteps"], json!(["selfie"]));
    let mut with_it = user_data;
    with_it["selfie_url"] = uploaded["artifactId"].clone();
    customer.complete(with_it).await.expect(202);
}
