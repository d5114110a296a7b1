//! Nobody learns anything without a session's id: unknown ids, malformed ids and ids of other things get answers that are
//! identical byte for byte, on every public route and every page.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};

use crate::support::{Customer, TestApp, UNKNOWN_ID, json, on_each_engine, photos};

on_each_engine!(the_api_answers_every_unknown_id_with_the_same_404);
async fn the_api_answers_every_unknown_id_with_the_same_404(app: TestApp) {
    let customer = app.customer().await;
    let before = customer.public().await.expect(200).json();
    let expected = app.stranger(UNKNOWN_ID).public().await;
    expected.problem(404, "not-found");
    for id in unknown_ids(&app, &customer).await {
        let stranger = app.stranger(&id);
        for (what, request) in every_public_request(&stranger) {
            let reply = stranger.send(request).await;
            assert_eq!(reply.comparable(), expected.comparable(), "{what} of {id:?}");
        }
    }
    customer.assert_unharmed(&before).await;
}

on_each_engine!(every_unknown_id_gets_the_same_neutral_page);
async fn every_unknown_id_gets_the_same_neutral_page(app: TestApp) {
    let customer = app.customer().await;
    let before = customer.public().await.expect(200).json();
    let expected = app.stranger(UNKNOWN_ID).page("").await.expect(404);
    assert!(expected.header("content-type").starts_with("text/html"), "{:?}", expected.headers);
    let company = before["branding"]["companyName"].as_str().expect("a company name");
    assert!(!expected.text().contains("/kyc-sessions/"), "the neutral page requests no session");
    // Capitals lead on to what was meant (links.rs).
    let lead_nowhere = |id: &String| id.to_lowercase() != customer.id;
    for id in unknown_ids(&app, &customer).await.into_iter().filter(lead_nowhere) {
        let stranger = app.stranger(&id);
        let replies = [
            stranger.page("").await,
            stranger.page("/identity").await,
            stranger.page("/nonsense").await,
            stranger.post_form("identity", &[("name", "Ana"), ("cpf", "1")]).await,
            stranger.post_photo("selfie", "selfie_url", photos::small()).await,
        ];
        for reply in replies {
            assert_eq!(reply.comparable(), expected.comparable(), "{id:?} of {company}");
        }
    }
    customer.assert_unharmed(&before).await;
}

on_each_engine!(an_artifact_of_another_session_is_not_found);
async fn an_artifact_of_another_session_is_not_found(app: TestApp) {
    let (owner, thief) = (app.customer().await, app.customer().await);
    let artifact = owner.upload("selfie_url", photos::selfie()).await.expect(201).json();
    let artifact = artifact["artifactId"].as_str().expect("an artifact id");
    thief.upload("selfie_url", photos::other_selfie()).await.expect(201);
    let expected = app.stranger(UNKNOWN_ID).public().await;
    for (who, route) in [
        (&thief, format!("/artifacts/{artifact}")),
        (&thief, "/artifacts/art_0123456789abcdefghjkmnpqrs".to_owned()),
        (&thief, "/artifacts/nonsense".to_owned()),
        (&owner.on_another_device(), format!("/artifacts/{artifact}")),
    ] {
        let reply = who.send(who.api(Method::GET, &route)).await;
        assert_eq!(reply.comparable(), expected.comparable(), "{route}");
    }
}

on_each_engine!(an_unknown_id_is_reported_before_any_other_fault);
async fn an_unknown_id_is_reported_before_any_other_fault(app: TestApp) {
    let stranger = app.stranger(UNKNOWN_ID);
    let expected = stranger.public().await;
    let post = |body: Vec<u8>, media_type: &str| stranger.api(Method::POST, "/complete").header(CONTENT_TYPE, media_type).body(body);
    for (what, request) in [
        ("broken JSON", post(b"{".to_vec(), "application/json")),
        ("another media type", post(b"hello".to_vec(), "text/plain")),
        ("300 KiB", post(vec![b' '; 300 * 1024], "application/json")),
        ("an unknown step", stranger.api(Method::PUT, "/steps/nonsense").json(&json!({ "userData": {} }))),
        ("an upload that is not multipart", stranger.api(Method::POST, "/upload").body("hello")),
    ] {
        assert_eq!(stranger.send(request).await.comparable(), expected.comparable(), "{what}");
    }
}

/// Ids that somebody without a session might try: guesses, typing errors, and ids of other things.
async fn unknown_ids(app: &TestApp, customer: &Customer) -> Vec<String> {
    let real = &customer.id;
    let artifact = customer.on_another_device().upload("selfie_url", photos::small()).await.expect(201).json();
    let foreign = [artifact["artifactId"].as_str().expect("an artifact id").to_owned(), app.operator.session_ref(real).await];
    let guesses = [
        UNKNOWN_ID.to_owned(),
        "sess_".to_owned(),
        real[..real.len() - 1].to_owned(),
        format!("{real}0"),
        real.to_uppercase(),
        real.replacen("sess_", "", 1),
        real.replacen("sess_", "SESS_", 1),
        real.replacen("sess_", "evt_", 1),
        format!("{}u", &real[..real.len() - 1]),
        format!("{}I", &real[..real.len() - 1]),
        format!("%20{real}"),
        format!("{real}%00"),
        format!("{real}%2Fpublic"),
        "%FF".to_owned(),
        "..%2F..%2Fetc%2Fpasswd".to_owned(),
        "'%20OR%201=1--".to_owned(),
        "%E2%80%AE".to_owned(),
        "x".repeat(2000),
    ];
    guesses.into_iter().chain(foreign).collect()
}

fn every_public_request(stranger: &Customer) -> Vec<(&'static str, RequestBuilder)> {
    let data = json!({ "userData": { "name": "Ana" } });
    vec![
        ("GET public", stranger.api(Method::GET, "/public")),
        ("GET events", stranger.api(Method::GET, "/events")),
        ("GET answers", stranger.api(Method::GET, "/answers")),
        ("GET an artifact", stranger.api(Method::GET, "/artifacts/art_0123456789abcdefghjkmnpqrs")),
        ("POST upload", stranger.upload_request("selfie_url", photos::small())),
        ("PUT a step", stranger.api(Method::PUT, "/steps/identity").json(&data)),
        ("POST complete", stranger.complete_request(&data["userData"])),
    ]
}
