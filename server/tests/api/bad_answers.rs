//! Every bad JSON body is refused with a problem that lists every fault; nothing of it is stored, and the session continues.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::customer::valid_user_data;
use crate::support::{Receiver, Reply, TestApp, Value, json, on_each_engine, photos};

/// The two routes that take a JSON body.
const ROUTES: [(Method, &str); 2] = [(Method::PUT, "/steps/identity"), (Method::POST, "/complete")];

/// Sends the same bytes to both routes, each time to a new session.
async fn refused_by_both(app: &TestApp, media_type: Option<&str>, body: &[u8]) -> Vec<Reply> {
    let mut replies = Vec::new();
    for (method, route) in ROUTES {
        let reply = app.refused(|customer| {
            let request = customer.api(method, route).body(body.to_vec());
            match media_type {
                Some(value) => request.header(CONTENT_TYPE, value),
                None => request,
            }
        });
        replies.push(reply.await);
    }
    replies
}

on_each_engine!(a_wrong_media_type_is_415);
async fn a_wrong_media_type_is_415(app: TestApp) {
    let body = br#"{"userData":{"name":"Ana","cpf":"12345678909"}}"#;
    for media_type in [Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data"), None] {
        for reply in refused_by_both(&app, media_type, body).await {
            reply.problem(415, "unsupported-media");
        }
    }
}

on_each_engine!(broken_json_is_400);
async fn broken_json_is_400(app: TestApp) {
    let bodies: [&[u8]; 6] =
        [b"", b"{\"userData\": {", b"{\"userData\": {}} and more", b"{\"userData\": {\"name\": \"\xff\xfe\"}}", b"{'userData': {}}", b"hello"];
    for body in bodies {
        for reply in refused_by_both(&app, Some("application/json"), body).await {
            reply.problem(400, "invalid-json");
        }
    }
}

on_each_engine!(json_nested_200_deep_is_400);
async fn json_nested_200_deep_is_400(app: TestApp) {
    let body = format!(r#"{{"userData":{{"name":{}1{}}}}}"#, "[".repeat(200), "]".repeat(200));
    for reply in refused_by_both(&app, Some("application/json"), body.as_bytes()).await {
        reply.problem(400, "invalid-json");
    }
}

on_each_engine!(json_of_300_kib_is_413_even_with_another_media_type);
async fn json_of_300_kib_is_413_even_with_another_media_type(app: TestApp) {
    let body = format!(r#"{{"userData":{{"name":"{}"}}}}"#, "a".repeat(300 * 1024));
    for media_type in ["application/json", "text/plain"] {
        for reply in refused_by_both(&app, Some(media_type), body.as_bytes()).await {
            let detail = reply.problem(413, "too-large")["detail"].to_string();
            assert!(detail.contains("256 KiB"), "{detail}");
        }
    }
}

on_each_engine!(json_of_the_wrong_shape_is_refused);
async fn json_of_the_wrong_shape_is_refused(app: TestApp) {
    for body in ["[]", "\"userData\"", "null", r#"{"userData":[]}"#, r#"{"userData":"name"}"#, r#"{"userData":null}"#] {
        for reply in refused_by_both(&app, Some("application/json"), body.as_bytes()).await {
            assert!([400, 422].contains(&reply.status), "{body}: {}", reply.text());
        }
    }
}

on_each_engine!(complete_reports_every_fault_at_once);
async fn complete_reports_every_fault_at_once(app: TestApp) {
    let data = json!({ "cpf": "123.456", "nickname": "Zé", "selfie_url": "art_nonsense" });
    let reply = app.refused(|customer| customer.complete_request(&data)).await;
    let body = reply.problem(422, "invalid-user-data");
    let fields: Vec<String> = reply.faults().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["cpf", "name", "nickname", "selfie_url"]);
    assert_eq!(reply.fault_of("name"), "required");
    assert_eq!(reply.fault_of("cpf"), "malformed");
    assert_eq!(reply.fault_of("nickname"), "unknown_field");
    assert_eq!(body["missingSteps"], json!(["identity", "selfie"]));

    let nothing = app.refused(|customer| customer.complete_request(&json!({}))).await;
    let body = nothing.problem(422, "invalid-user-data");
    let required = |field: &str| (field.to_owned(), "required".to_owned());
    assert_eq!(nothing.faults(), [required("cpf"), required("name"), required("selfie_url")]);
    assert_eq!(body["missingSteps"], json!(["identity", "selfie"]));
}

on_each_engine!(only_steps_with_a_fault_are_reported_as_missing);
async fn only_steps_with_a_fault_are_reported_as_missing(app: TestApp) {
    let customer = app.customer().await;
    let selfie = customer.selfie().await;
    let reply = customer.complete(json!({ "name": "Ana", "cpf": "1", "selfie_url": selfie })).await;
    assert_eq!(reply.problem(422, "invalid-user-data")["missingSteps"], json!(["identity"]));
    customer.finish().await;

    let customer = app.customer().await;
    let reply = customer.complete(json!({ "name": "Ana", "cpf": "12345678909" })).await;
    assert_eq!(reply.problem(422, "invalid-user-data")["missingSteps"], json!(["selfie"]));
    customer.finish().await;
}

on_each_engine!(each_malformed_value_has_its_code);
async fn each_malformed_value_has_its_code(app: TestApp) {
    let cases: [(&str, Value, &str); 14] = [
        ("name", json!("a".repeat(201)), "too_long"),
        ("name", json!("e\u{301}".repeat(201)), "too_long"),
        ("name", json!(5), "wrong_type"),
        ("name", json!(true), "wrong_type"),
        ("name", json!(["Ana"]), "wrong_type"),
        ("name", json!("   "), "required"),
        ("name", json!(""), "required"),
        ("name", json!("Ana\u{0}"), "malformed"),
        ("cpf", json!("1234567890"), "malformed"),
        ("cpf", json!("123456789012"), "malformed"),
        ("cpf", json!("123.456.789-0a"), "malformed"),
        ("cpf", json!(12_345_678_909_u64), "wrong_type"),
        ("selfie_url", json!(7), "wrong_type"),
        ("selfie_url", json!(""), "required"),
    ];
    for (field, value, code) in cases {
        let customer = app.customer().await;
        let before = customer.public().await.expect(200).json();
        let mut data = json!({ "name": "Ana", "cpf": "12345678909" });
        data[field] = value;
        let reply = customer.complete(data.clone()).await;
        reply.problem(422, "invalid-user-data");
        assert_eq!(reply.fault_of(field), code, "{data}");
        if field != "selfie_url" {
            data.as_object_mut().expect("an object").remove("selfie_url");
            let saved = customer.save("identity", data.clone()).await;
            saved.problem(422, "invalid-user-data");
            assert_eq!(saved.faults(), [(field.to_owned(), code.to_owned())], "{data}");
        }
        customer.assert_unharmed(&before).await;
    }
}

on_each_engine!(two_hundred_letters_with_accents_are_not_too_long);
async fn two_hundred_letters_with_accents_are_not_too_long(app: TestApp) {
    let customer = app.customer().await;
    let name = "e\u{301}".repeat(200);
    customer.save("identity", json!({ "name": name, "cpf": "12345678909" })).await.expect(204);
    let saved = customer.answers().await.expect(200).json();
    assert_eq!(saved["userData"]["name"], "\u{e9}".repeat(200));
}

on_each_engine!(a_selfie_that_points_elsewhere_is_refused_and_never_fetched);
async fn a_selfie_that_points_elsewhere_is_refused_and_never_fetched(app: TestApp) {
    let other = app.customer().await;
    let artifact = other.upload("selfie_url", photos::selfie()).await.expect(201).json();
    let text = |key: &str| artifact[key].as_str().expect("an upload answers it").to_owned();
    let bait = Receiver::start().await;
    let customer = app.customer().await;
    let before = customer.public().await.expect(200).json();
    for elsewhere in [text("url"), text("artifactId"), "art_0123456789abcdefghjkmnpqrs".to_owned()] {
        let reply = customer.complete(valid_user_data(&elsewhere)).await;
        reply.problem(422, "invalid-user-data");
        assert_eq!(reply.fault_of("selfie_url"), "not_your_artifact", "{elsewhere}");
    }
    let theirs = text("url").replace(&other.id, &customer.id);
    let by_name = text("url").replace("127.0.0.1", "localhost");
    let outside = format!("https://example.com/kyc-sessions/{}/artifacts/{}", customer.id, text("artifactId"));
    for elsewhere in [
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "data:image/png;base64,iVBORw0KGgo=",
        "/etc/passwd",
        "art_",
        &bait.url,
        &theirs,
        &by_name,
        &outside,
    ] {
        for reply in [customer.complete(valid_user_data(elsewhere)).await, customer.save("selfie", json!({ "selfie_url": elsewhere })).await] {
            reply.problem(422, "invalid-user-data");
            let code = reply.fault_of("selfie_url");
            assert!(["not_your_artifact", "malformed"].contains(&&*code), "{elsewhere}: {code}");
        }
    }
    customer.assert_unharmed(&before).await;
    assert_eq!(bait.received().len(), 0, "the server fetched a URL that a customer sent");
}

on_each_engine!(an_unknown_step_or_field_is_reported);
async fn an_unknown_step_or_field_is_reported(app: TestApp) {
    let data = json!({ "userData": { "name": "Ana", "cpf": "12345678909" } });
    for step in ["nonsense", "IDENTITY", "0", "identity%2F.."] {
        let reply = app.refused(|customer| customer.api(Method::PUT, &format!("/steps/{step}")).json(&data)).await;
        reply.problem(404, "unknown-step");
    }
    let of_another_step = json!({ "userData": { "name": "Ana", "cpf": "12345678909", "selfie_url": "art_x" } });
    let reply = app.refused(|customer| customer.api(Method::PUT, "/steps/identity").json(&of_another_step)).await;
    assert_eq!(reply.faults(), [("selfie_url".to_owned(), "unknown_field".to_owned())]);
}

on_each_engine!(a_wrong_method_is_405_and_an_unknown_path_is_404);
async fn a_wrong_method_is_405_and_an_unknown_path_is_404(app: TestApp) {
    for (method, route) in
        [(Method::DELETE, "/public"), (Method::POST, "/public"), (Method::GET, "/complete"), (Method::PUT, "/upload"), (Method::POST, "/steps/identity")]
    {
        let reply = app.refused(|customer| customer.api(method.clone(), route)).await;
        reply.problem(405, "method-not-allowed");
        assert!(!reply.header("allow").is_empty());
    }
    let customer = app.customer().await;
    for path in ["/nonsense", "/kyc-sessions", "/verify", "/.env"] {
        let reply = customer.try_send(customer.request(Method::GET, path)).await.expect("an answer");
        assert!([404, 405].contains(&reply.status), "{path}: {}", reply.status);
    }
    customer.try_send(customer.request(Method::GET, "/kyc-sessions/x/y/z")).await.expect("an answer").problem(404, "not-found");
    app.refused(|customer| customer.api(Method::GET, "/nonsense")).await.problem(404, "not-found");
}
