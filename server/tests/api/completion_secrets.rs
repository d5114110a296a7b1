//! Once a session is submitted, nobody who only has its link can find out what was answered: everything but the very same request, or the
//! same outcome from the device that submitted, gets one fixed answer.

use futures::future::join_all;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE};

use crate::support::customer::valid_user_data;
use crate::support::installation::free_port;
use crate::support::{Customer, Reply, Server, TestApp, Value, json, on_each_engine, photos};

/// Everything of an answer but its date.
fn whole(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    headers.sort();
    (reply.status, headers, reply.text())
}

on_each_engine!(a_guess_never_shows_whether_it_is_right);
async fn a_guess_never_shows_whether_it_is_right(app: TestApp) {
    let customer = app.customer().await;
    let selfie = customer.selfie().await;
    let artifact = selfie.rsplit('/').next().expect("a path").to_owned();
    customer.complete(valid_user_data(&selfie)).await.expect(202);
    let guesses: [Value; 9] = [
        json!({ "name": "User Name" }),
        json!({ "name": "user name" }),
        json!({ "cpf": "123.456.789-09" }),
        json!({ "cpf": "123.456.789-00" }),
        json!({ "name": "User Name", "cpf": "12345678909" }),
        json!({ "selfie_url": artifact }),
        json!({ "nothing": "1", "name": 5, "cpf": "12" }),
        json!({ "name": "x".repeat(300) }),
        json!({}),
    ];
    let stranger = customer.on_another_device();
    let first = whole(&stranger.complete(guesses[0].clone()).await);
    assert_eq!((first.0, first.1.iter().any(|(name, _)| name == "set-cookie")), (409, false), "{first:?}");
    let name = customer.cookies().into_keys().next().expect("a cookie");
    let forged = format!("{name}={}", "A".repeat(43));
    for guess in &guesses {
        assert_eq!(whole(&stranger.complete(guess.clone()).await), first, "{guess}");
        let with_cookie = stranger.complete_request(guess).header(COOKIE, &forged);
        assert_eq!(whole(&stranger.send(with_cookie).await), first, "{guess} with a cookie that nobody set");
    }
    for (media_type, body) in [("application/json", "{"), ("application/json", r#"{"userData": 5}"#), ("text/plain", "x")] {
        let broken = stranger.api(Method::POST, "/complete").header(CONTENT_TYPE, media_type).body(body);
        assert_eq!(whole(&stranger.send(broken).await), first, "{body}");
    }
    // The pages and the other writes neither look at what is sent.
    let pages = async |guess: &str| whole(&stranger.post_form("identity", &[("name", guess), ("cpf", "12345678909")]).await);
    assert_eq!(pages("User Name").await, pages("Somebody Else").await);
    let review = async |guess: &str| whole(&stranger.post_form("review", &[("name", guess)]).await);
    assert_eq!(review("User Name").await, review("Somebody Else").await);
    let save = async |guess: &str| whole(&stranger.save("identity", json!({ "name": guess, "cpf": "12345678909" })).await);
    assert_eq!((save("User Name").await, 409), (save("Somebody Else").await, first.0));
    assert_eq!(whole(&stranger.upload("selfie_url", photos::selfie()).await), whole(&stranger.upload("selfie_url", photos::other_selfie()).await));
    // The device itself is told, as often as it asks.
    assert_eq!(customer.complete(guesses[0].clone()).await.expect(202).json(), json!({ "status": "PROCESSING" }));
    customer.complete(guesses[1].clone()).await.problem(409, "conflict");
}

on_each_engine!(the_very_same_request_is_answered_again_until_ten_differed);
async fn the_very_same_request_is_answered_again_until_ten_differed(mut app: TestApp) {
    let customer = app.customer().await;
    let selfie = customer.selfie().await;
    let first = customer.complete(valid_user_data(&selfie)).await.expect(202);
    let stranger = customer.on_another_device();
    let artifact = selfie.rsplit('/').next().expect("a path").to_owned();
    let same = [
        valid_user_data(&selfie),
        json!({ "selfie_url": artifact, "cpf": "12345678909", "name": "  User Name " }),
        json!({ "name": "User Name", "cpf": "123 456 789 09", "selfie_url": selfie }),
    ];
    for again in same.iter().chain(&same).chain(&same).chain(&same) {
        let reply = stranger.complete(again.clone()).await.expect(202);
        assert_eq!(reply.json(), first.json(), "{again}");
        assert!(reply.headers.get("set-cookie").is_none(), "it writes nothing");
    }
    let wrong = async |number: usize| stranger.complete(json!({ "name": format!("Guess {number}"), "cpf": "12345678909", "selfie_url": selfie })).await;
    for number in 0..9 {
        wrong(number).await.problem(409, "conflict");
    }
    app.crash_and_restart().await;
    stranger.complete(same[0].clone()).await.expect(202);
    wrong(9).await.problem(409, "conflict");
    stranger.complete(same[0].clone()).await.problem(409, "conflict");
    customer.complete(same[1].clone()).await.expect(202);
}

on_each_engine!(guesses_to_two_processes_at_once_are_counted_together);
async fn guesses_to_two_processes_at_once_are_counted_together(app: TestApp) {
    let customer = app.customer().await;
    let selfie = customer.selfie().await;
    customer.complete(valid_user_data(&selfie)).await.expect(202);
    let mut elsewhere = app.installation.clone();
    elsewhere.port = free_port();
    let elsewhere = elsewhere.with("FLOW_LISTEN", Some(&format!("127.0.0.1:{}", elsewhere.port))).with("FLOW_PUBLIC_URL", Some(&app.installation.base()));
    let _other = Server::start(&elsewhere).await;
    let strangers = [customer.on_another_device(), Customer::at(&elsewhere, &customer.id)];
    let guesses = (0..24).map(|number| strangers[number % 2].complete(json!({ "name": number.to_string() })));
    for reply in join_all(guesses).await {
        reply.problem(409, "conflict");
    }
    for stranger in &strangers {
        stranger.complete(valid_user_data(&selfie)).await.problem(409, "conflict");
    }
    assert_eq!(app.installation.database.number("SELECT wrong_tries FROM sessions").await, 10, "the eleventh is not even compared");
}

on_each_engine!(a_session_that_an_earlier_build_submitted_answers_its_device_only);
async fn a_session_that_an_earlier_build_submitted_answers_its_device_only(app: TestApp) {
    let (whole, shared) = (app.customer().await, app.customer().await);
    let selfie = whole.selfie().await;
    whole.complete(valid_user_data(&selfie)).await.expect(202);
    // Two devices filled this one in.
    let second = shared.on_another_device();
    shared.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    let photo = second.selfie().await;
    second.complete(json!({})).await.expect(202);
    app.installation.database.change("UPDATE sessions SET submitted_by = NULL, submitted_mac = NULL").await;
    whole.complete(valid_user_data(&selfie)).await.expect(202);
    whole.complete(json!({ "name": "Another" })).await.problem(409, "conflict");
    whole.on_another_device().complete(valid_user_data(&selfie)).await.problem(409, "conflict");
    for device in [&shared, &second, &shared.on_another_device()] {
        for guess in [json!({}), json!({ "name": "User Name" }), valid_user_data(&photo)] {
            device.complete(guess).await.problem(409, "conflict");
        }
    }
}

on_each_engine!(a_device_that_completes_what_another_entered_is_told_nothing);
async fn a_device_that_completes_what_another_entered_is_told_nothing(app: TestApp) {
    let customer = app.customer().await;
    let selfie = customer.selfie().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    let other = customer.on_another_device();
    other.complete(json!({})).await.expect(202);
    for guess in [json!({ "cpf": "123.456.789-09" }), json!({ "cpf": "529.982.247-25" }), json!({ "name": "User Name" }), json!({ "selfie_url": selfie })] {
        other.complete(guess).await.problem(409, "conflict");
    }
    assert_eq!(other.complete(json!({})).await.expect(202).json(), json!({ "status": "PROCESSING" }), "what it sent itself");
}
