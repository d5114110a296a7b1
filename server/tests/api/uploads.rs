//! What an upload answers, what a second one for the same field does, and that its URL opens nothing for anybody else.

use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::support::{NOBODYS_ID, SOON, Value, World, json, on_each_engine, photos, sha256};

fn text<'a>(uploaded: &'a Value, key: &str) -> &'a str {
    uploaded[key].as_str().unwrap_or_else(|| panic!("no {key} in {uploaded}"))
}

on_each_engine!(an_upload_answers_what_was_uploaded);
async fn an_upload_answers_what_was_uploaded(world: World) {
    let kinds: [(&[u8], &str); 3] = [(photos::selfie(), "image/jpeg"), (&photos::png(), "image/png"), (&photos::webp(), "image/webp")];
    for (bytes, media_type) in kinds {
        let customer = world.customer().await;
        let uploaded = customer.upload("selfie_url", bytes).await.expect(201).json();
        assert_eq!(uploaded["mediaType"], media_type, "by content, whatever the part says");
        assert_eq!(uploaded["size"], bytes.len());
        assert_eq!(uploaded["sha256"], *sha256(bytes));
        let id = text(&uploaded, "artifactId");
        let (kind, rest) = id.split_once('_').expect("a typed id");
        assert!(kind == "art" && rest.len() == 26, "{id}");
        let url = format!("{}/kyc-sessions/{}/artifacts/{id}", world.place.base(), customer.id);
        assert_eq!(text(&uploaded, "url"), url);
    }
}

on_each_engine!(the_same_bytes_again_are_the_same_artifact);
async fn the_same_bytes_again_are_the_same_artifact(world: World) {
    let customer = world.customer().await;
    let first = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    for device in [&customer, &customer.on_another_device()] {
        let again = device.upload("selfie_url", photos::selfie()).await.expect(200).json();
        assert_eq!(again["artifactId"], first["artifactId"]);
    }
}

on_each_engine!(other_bytes_replace_the_artifact);
async fn other_bytes_replace_the_artifact(world: World) {
    let customer = world.customer().await;
    let first = customer.upload("selfie_url", photos::small()).await.expect(201).json();
    let second = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    assert_ne!(first["artifactId"], second["artifactId"]);
    let gone = customer.get(&format!("/kyc-sessions/{}/artifacts/{}", customer.id, text(&first, "artifactId"))).await;
    assert_eq!(gone.face(), world.stranger(NOBODYS_ID).public().await.face());

    let user_data = json!({ "name": "Ana", "cpf": "12345678909", "selfie_url": first["artifactId"] });
    let refused = customer.complete(user_data).await;
    refused.problem(422, "invalid-user-data");
    assert_eq!(refused.fault_of("selfie_url"), "not_your_artifact");
    customer.complete(json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(202);
    customer.reaches("COMPLETED", SOON).await;
    let shown = world.operator.session(&customer.id).await;
    assert_eq!(shown["riskScore"], 0, "the replaced photo, too small, no longer counts: {shown}");
    assert_eq!(shown["artifacts"].as_array().map(Vec::len), Some(1), "{shown}");
}

on_each_engine!(the_url_serves_the_device_that_uploaded_while_pending);
async fn the_url_serves_the_device_that_uploaded_while_pending(world: World) {
    let customer = world.customer().await;
    let nobody = world.stranger(NOBODYS_ID).public().await;
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
    assert_eq!(stranger.send(open()).await.face(), nobody.face(), "the URL alone opens nothing");
    customer.finish().await;
    assert_eq!(customer.send(open()).await.face(), nobody.face(), "nor does it once the session is on its way");
}

on_each_engine!(a_forgiving_reader_accepts_what_phones_send);
async fn a_forgiving_reader_accepts_what_phones_send(world: World) {
    let tail = [photos::selfie(), b"what a camera wrote after the image"].concat();
    for bytes in [photos::without_end_marker(), tail] {
        let uploaded = world.customer().await.upload("selfie_url", &bytes).await.expect(201).json();
        assert_eq!((&uploaded["size"], text(&uploaded, "sha256")), (&json!(bytes.len()), &*sha256(&bytes)));
    }
    let unnamed = Part::bytes(photos::selfie().to_vec());
    let html = Part::bytes(photos::selfie().to_vec()).file_name("../../x.html").mime_str("text/html").expect("a type");
    for part in [unnamed, html] {
        let customer = world.customer().await;
        let form = Form::new().part("file", part).text("field", "selfie_url");
        let uploaded = customer.send(customer.api(Method::POST, "/upload").multipart(form)).await.expect(201).json();
        assert_eq!(uploaded["mediaType"], "image/jpeg");
    }
}

on_each_engine!(an_upload_without_a_field_answers_one_once_it_is_named);
async fn an_upload_without_a_field_answers_one_once_it_is_named(world: World) {
    let customer = world.customer().await;
    let part = Part::bytes(photos::selfie().to_vec()).file_name("a.jpg").mime_str("image/jpeg").expect("a type");
    let form = Form::new().part("file", part);
    let uploaded = customer.send(customer.api(Method::POST, "/upload").multipart(form)).await.expect(201).json();
    let honest = json!({ "name": "Ana", "cpf": "12345678909" });
    let missing = customer.complete(honest.clone()).await;
    assert_eq!(missing.problem(422, "invalid-user-data")["missingSteps"], json!(["selfie"]));
    let mut with_it = honest;
    with_it["selfie_url"] = uploaded["artifactId"].clone();
    customer.complete(with_it).await.expect(202);
}
