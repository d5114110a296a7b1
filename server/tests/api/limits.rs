//! The server limits requests per minute for each session, and guesses per minute for each address. Guesses never lock out
//! anyone who has a session's id.

use std::fs;

use reqwest::Method;

use crate::support::{Customer, Installation, Operator, Reply, SOON, Server, TestApp, UNKNOWN_ID, eventually, json, on_each_engine, photos};

/// Starts a server with rate limits on, behind a trusted proxy on this machine.
async fn with_rate_limits(installation: Installation) -> TestApp {
    TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on")).with("FLOW_TRUSTED_PROXIES", Some("127.0.0.1"))).await
}

/// Expects a 429 that names the limit and has `Retry-After`.
#[track_caller]
fn assert_rate_limited(reply: &Reply, limit: &str) {
    let detail = reply.problem(429, "rate-limited")["detail"].to_string();
    assert!(detail.contains(limit), "{detail}");
    assert_retry_after(reply);
}

#[track_caller]
fn assert_retry_after(reply: &Reply) {
    let seconds: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// Requests an id with this `X-Forwarded-For`.
async fn guess(stranger: &Customer, forwarded: &str) -> Reply {
    stranger.send(stranger.api(Method::GET, "/public").header("x-forwarded-for", forwarded)).await
}

on_each_engine!(a_session_can_be_read_120_times_a_minute, Installation);
async fn a_session_can_be_read_120_times_a_minute(installation: Installation) {
    let app = with_rate_limits(installation).await;
    let (customer, other) = (app.customer().await, app.customer().await);
    for _ in 0..59 {
        customer.public().await.expect(200);
        customer.page("/identity").await.expect(200);
    }
    customer.answers().await.expect(404);
    let events = customer.api(Method::GET, "/events").send().await.expect("a stream");
    assert_eq!(events.status(), 200);
    drop(events);

    assert_rate_limited(&customer.public().await, "120 reads a minute");
    assert_rate_limited(&customer.answers().await, "120");
    assert_rate_limited(&customer.send(customer.api(Method::GET, "/events")).await, "120");
    let page = customer.page("/identity").await.expect(429);
    assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert_retry_after(&page);

    customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
    other.public().await.expect(200);
}

on_each_engine!(a_session_can_be_written_30_times_a_minute, Installation);
async fn a_session_can_be_written_30_times_a_minute(installation: Installation) {
    let app = with_rate_limits(installation).await;
    let customer = app.customer().await;
    for _ in 0..9 {
        customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
        customer.post_form("identity", &[("name", "Ana"), ("cpf", "52998224725")]).await.expect(303);
        customer.complete(json!({})).await.expect(422);
    }
    for _ in 0..3 {
        customer.upload("selfie_url", b"no photo").await.expect(415);
    }
    let before = customer.public().await.expect(200).json();

    assert_rate_limited(&customer.save("identity", json!({ "name": "Eva", "cpf": "52998224725" })).await, "30 writes a minute");
    assert_rate_limited(&customer.upload("selfie_url", photos::selfie()).await, "30");
    assert_rate_limited(&customer.complete(json!({})).await, "30");
    for page in [
        customer.post_form("identity", &[("name", "Eva"), ("cpf", "52998224725")]).await.expect(429),
        customer.post_photo("selfie", "selfie_url", photos::selfie()).await.expect(429),
    ] {
        assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
        assert_retry_after(&page);
    }
    assert_eq!(customer.public().await.expect(200).json(), before);
    assert_eq!(customer.answers().await.expect(200).json()["userData"]["name"], "Ana");
}

on_each_engine!(an_address_can_guess_20_times_a_minute_and_locks_nobody_out, Installation);
async fn an_address_can_guess_20_times_a_minute_and_locks_nobody_out(installation: Installation) {
    let app = with_rate_limits(installation).await;
    let customer = app.customer().await;
    let guesses = [app.stranger(UNKNOWN_ID), app.stranger("sess_1")];
    let here = "198.51.100.7";
    let expected = guess(&guesses[0], "192.0.2.1").await;
    expected.problem(404, "not-found");
    for at in 0..20 {
        // A client can write anything before the right-most address.
        let reply = guess(&guesses[at % 2], &format!("192.0.2.{at}, {here}")).await;
        assert_eq!(reply.comparable(), expected.comparable(), "a guess within the limit gets the usual answer");
    }
    for stranger in &guesses {
        assert_rate_limited(&guess(stranger, here).await, "20 unknown ids a minute");
    }
    let page = app.stranger(UNKNOWN_ID);
    let page = page.send(page.request(Method::GET, &format!("/verify/{UNKNOWN_ID}")).header("x-forwarded-for", here)).await.expect(429);
    assert_retry_after(&page);

    guess(&customer, here).await.expect(200);
    assert_eq!(guess(&guesses[0], "198.51.100.8").await.comparable(), expected.comparable(), "another address");
    for at in 0..20 {
        guess(&guesses[0], &format!("2001:db8:7:7::{at}")).await.expect(404);
    }
    assert_rate_limited(&guess(&guesses[0], "2001:db8:7:7:ffff::1").await, "20");
    guess(&guesses[0], "2001:db8:7:8::1").await.expect(404);
}

on_each_engine!(an_untrusted_proxy_is_ignored, Installation);
async fn an_untrusted_proxy_is_ignored(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on")).with("FLOW_TRUSTED_PROXIES", Some("10.0.0.0/8"))).await;
    let stranger = app.stranger(UNKNOWN_ID);
    for at in 0..20 {
        guess(&stranger, &format!("192.0.2.{at}")).await.expect(404);
    }
    assert_rate_limited(&guess(&stranger, "192.0.2.99").await, "20");
    app.customer().await.public().await.expect(200);
}

on_each_engine!(rate_limits_can_be_switched_off);
async fn rate_limits_can_be_switched_off(app: TestApp) {
    let (customer, stranger) = (app.customer().await, app.stranger(UNKNOWN_ID));
    for _ in 0..40 {
        customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
        stranger.public().await.expect(404);
    }
    for _ in 0..130 {
        customer.public().await.expect(200);
    }
}

on_each_engine!(uploads_wait_for_their_turn_and_all_arrive);
async fn uploads_wait_for_their_turn_and_all_arrive(app: TestApp) {
    let customer = app.customer().await;
    let uploads = (0..8).map(|at| {
        let photo = [photos::selfie(), &[at]].concat();
        let customer = customer.clone();
        async move { customer.upload("selfie_url", &photo).await.status }
    });
    assert_eq!(futures::future::join_all(uploads).await, [201; 8]);
    customer.finish().await;
}

on_each_engine!(the_limit_on_open_files_is_raised_at_the_start, Installation);
async fn the_limit_on_open_files_is_raised_at_the_start(installation: Installation) {
    let server = Server::start_with_shell(&installation, "ulimit -Sn 256").await;
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("reads the process's limits");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit on files");
    assert_eq!(files.split_whitespace().nth(3), Some("4200"), "{files}");
    assert!(!installation.log.text().contains("open files"), "there is no warning");
}

on_each_engine!(a_hard_limit_that_is_too_low_is_logged_as_a_warning, Installation);
async fn a_hard_limit_that_is_too_low_is_logged_as_a_warning(installation: Installation) {
    let _server = Server::start_with_shell(&installation, "ulimit -n 1000").await;
    let warning = async || installation.log.text().lines().find(|line| line.contains("open files")).map(str::to_owned);
    let line = eventually("a warning", SOON, warning).await;
    assert!(line.contains("WARN") && line.contains("1000") && line.contains("4200"), "{line}");
    Operator::at(&installation).link_with(&[]).await;
}
