//! Signing in to the dashboard with the set-up link, an invitation, a one-time link or a password, each only as often and as
//! long as allowed; and signing out for good.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::time::Instant;

use crate::support::dashboard::{PASSWORD, path_of};
use crate::support::html::{value_of, without_nonces};
use crate::support::search::Search;
use crate::support::{Browser, Installation, Reply, Server, TestApp, now_ms, on_each_engine};

const SIGN_IN: &str = "/dashboard/sign-in";
/// A password of twelve characters that is hard to guess.
const TWELVE: &str = "x9!kQ2#vLm4z";
/// A minute in microseconds, the unit of times in the database.
const MINUTE: i64 = 60_000_000;

/// How long the newest operator link is valid, in minutes.
async fn minutes_open(installation: &Installation) -> i64 {
    let expires_at = installation.database.number("SELECT MAX(expires_at) FROM links").await;
    (expires_at - now_ms() * 1_000 + MINUTE - 1) / MINUTE
}

/// Sends the same form from two browsers at once. Returns the browser that is signed in; the other must get 410.
async fn submit_twice_at_once(installation: &Installation, path: &str, form: &[(&str, &str)]) -> Browser {
    let (first, second) = (Browser::signed_out(installation), Browser::signed_out(installation));
    let (a, b) = tokio::join!(first.post(path, form), second.post(path, form));
    let (winner, won, lost) = if a.status == 303 { (first, a, b) } else { (second, b, a) };
    assert_eq!((won.see_other().as_str(), lost.status), ("/dashboard", 410), "{}", lost.text());
    assert!(lost.headers.get("set-cookie").is_none());
    assert!(winner.is_signed_in().await);
    winner
}

/// Expects the link to be expired or used.
async fn assert_gone(installation: &Installation, path: &str, form: &[(&str, &str)]) {
    let nobody = Browser::signed_out(installation);
    nobody.get(path).await.expect(410);
    let refused = nobody.post(path, form).await.expect(410);
    assert!(refused.headers.get("set-cookie").is_none(), "{path}");
}

on_each_engine!(the_set_up_link_makes_one_administrator);
async fn the_set_up_link_makes_one_administrator(mut app: TestApp) {
    let path = path_of(&app.server.link("set-up").await);
    let browser = Browser::signed_out(&app.installation);
    for (email, password, again) in [
        ("ana@example.com", "eleven char", "eleven char"),
        ("ana@example.com", "", ""),
        ("ana@example.com", PASSWORD, "another password"),
        ("no address", PASSWORD, PASSWORD),
    ] {
        browser.get(&path).await.expect(200);
        let refused = browser.post(&path, &[("email", email), ("password", password), ("password_again", again)]).await.expect(422).text();
        assert_eq!(value_of(&refused, "email"), email, "the page keeps what was typed");
        assert!(!refused.contains(PASSWORD) && !refused.contains("eleven char"), "the page shows no password");
    }
    let operators = async || app.installation.database.number("SELECT COUNT(*) FROM operators").await;
    assert_eq!(operators().await, 0);

    let form = [("email", "ana@example.com"), ("password", TWELVE), ("password_again", TWELVE)];
    assert_gone(&app.installation, "/dashboard/set-up/nonsense", &form).await;
    submit_twice_at_once(&app.installation, &path, &form).await.get("/dashboard/operators").await.expect(200);
    assert_eq!(operators().await, 1);
    assert_gone(&app.installation, &path, &form).await;
    assert_eq!(browser.sign_in("Ana@Example.com ", TWELVE).await.see_other(), "/dashboard");
    app.crash_and_restart().await;
    assert!(browser.is_signed_in().await, "a restart signs nobody out");
    assert!(!app.server.stdout().contains("/dashboard/set-up/"), "{}", app.server.stdout());
}

on_each_engine!(an_invitation_works_once_within_a_week);
async fn an_invitation_works_once_within_a_week(app: TestApp) {
    let installation = &app.installation;
    let form = [("password", PASSWORD), ("password_again", PASSWORD)];
    let before = path_of(&app.operator.invite("ana@example.com", "AGENT").await);
    let path = path_of(&app.operator.invite("ana@example.com", "AUDITOR").await);
    assert_gone(installation, &before, &form).await;
    assert_eq!(minutes_open(installation).await, 7 * 24 * 60);
    let browser = Browser::signed_out(installation);
    for _ in 0..2 {
        let page = browser.get(&path).await.expect(200);
        assert!(page.text().contains("ana@example.com") && page.headers.get("set-cookie").is_none(), "opening the link does not use it up");
        browser.post(&path, &[("password", "eleven char"), ("password_again", "eleven char")]).await.expect(422);
    }
    let browser = submit_twice_at_once(installation, &path, &form).await;
    browser.get("/dashboard/operators").await.expect(200);
    browser.post("/dashboard/operators", &[("email", "x@example.com"), ("role", "ADMIN")]).await.problem(403, "forbidden");
    assert_gone(installation, &path, &form).await;
    assert_eq!(app.operator.run(&["operator", "add", "ana@example.com", "--role", "ADMIN"]).await.code, Some(1), "the operator exists already");

    let late = path_of(&app.operator.invite("eva@example.com", "AGENT").await);
    installation.database.change(&format!("UPDATE links SET expires_at = expires_at - {}", 7 * 24 * 60 * MINUTE)).await;
    assert_gone(installation, &late, &form).await;
}

on_each_engine!(a_one_time_link_signs_in_once, Installation);
async fn a_one_time_link_signs_in_once(installation: Installation) {
    let mut server = Server::start_with(&installation, "--demo").await;
    let path = path_of(&server.link("one-time").await);
    assert_eq!(minutes_open(&installation).await, 15);
    let preview = Browser::signed_out(&installation).get(&path).await.expect(200);
    assert!(preview.headers.get("set-cookie").is_none(), "a preview does not use the link up");
    submit_twice_at_once(&installation, &path, &[]).await.get("/dashboard/operators").await.expect(200);
    assert_gone(&installation, &path, &[]).await;
    server.kill();
    let server = Server::start_with(&installation, "--demo").await;
    let late = path_of(&server.link("one-time").await);
    installation.database.change(&format!("UPDATE links SET expires_at = expires_at - {}", 15 * MINUTE)).await;
    assert_gone(&installation, &late, &[]).await;
}

on_each_engine!(the_cookie_is_limited_to_this_site, Installation);
async fn the_cookie_is_limited_to_this_site(installation: Installation) {
    for (url, name, is_https) in [(None, "fs_desk", false), (Some("https://id.example"), "__Host-fs_desk", true)] {
        let app = TestApp::at(installation.with("FLOW_PUBLIC_URL", url)).await;
        let browser = app.browser("AGENT").await;
        let reply = browser.sign_in(&browser.email, PASSWORD).await.expect(303);
        let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("ASCII")).collect();
        assert!(cookies.len() == 2 && cookies[1].starts_with(&name.replace("desk", "device")), "the sign-in, and the known device: {cookies:?}");
        let of_device: BTreeSet<&str> = cookies[1].split("; ").skip(1).filter(|part| !part.starts_with("Max-Age=")).collect();
        let expected = ["Path=/", "HttpOnly", "SameSite=Lax"].into_iter().chain(is_https.then_some("Secure"));
        assert_eq!(of_device, expected.collect(), "{cookies:?}");
        let cookie = cookies[0];
        let mut parts = cookie.split(';').map(|part| part.trim().to_lowercase());
        let pair = parts.next().unwrap_or_default();
        assert!(pair.starts_with(&format!("{}=", name.to_lowercase())) && pair.len() >= name.len() + 44, "256 random bits: {cookie}");
        let attributes: BTreeSet<String> = parts.collect();
        for attribute in ["httponly", "samesite=lax", "path=/"] {
            assert!(attributes.contains(attribute), "{attribute} in {cookie}");
        }
        assert_eq!(attributes.contains("secure"), is_https, "{cookie}");
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{cookie}");
        assert!(browser.is_signed_in().await);
        assert_eq!(reply.headers.contains_key("strict-transport-security"), is_https);
    }
}

on_each_engine!(each_sign_in_has_a_new_token_that_signing_out_ends);
async fn each_sign_in_has_a_new_token_that_signing_out_ends(app: TestApp) {
    let browser = app.browser("REVIEWER").await;
    let first = browser.cookie();
    assert_eq!(browser.sign_in(&browser.email, PASSWORD).await.see_other(), "/dashboard");
    let second = browser.cookie();
    assert_ne!(first.1, second.1);
    assert!(!browser.accepts_cookie(&first).await, "signing in again ends the token that this browser had");
    let elsewhere = Browser::signed_out(&app.installation);
    elsewhere.sign_in(&browser.email, PASSWORD).await.expect(303);
    for live in [&elsewhere.cookie(), &second] {
        assert!(browser.accepts_cookie(live).await);
        let bytes = URL_SAFE_NO_PAD.decode(&live.1).expect("a token in base64");
        let search = Search::new([("the token", live.1.clone().into_bytes()), ("its bytes", bytes)], []);
        search.assert_absent_from(&app.installation.stored_data().await);
    }
    assert_eq!(browser.post("/dashboard/sign-out", &[]).await.see_other(), SIGN_IN);
    assert_eq!(browser.cookie().1, "", "the server clears the cookie");
    assert!(!browser.accepts_cookie(&second).await && elsewhere.is_signed_in().await, "the other browser stays in");
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM sign_ins").await, 1);
}

on_each_engine!(sign_in_does_not_reveal_who_has_an_account);
async fn sign_in_does_not_reveal_who_has_an_account(app: TestApp) {
    let (admin, known, disabled) = (app.browser("ADMIN").await, app.browser("AGENT").await, app.browser("REVIEWER").await);
    app.operator.invite("invited@example.com", "AGENT").await;
    let row = app.installation.database.texts("SELECT id FROM operators WHERE role = 'REVIEWER'").await.remove(0);
    admin.post(&format!("/dashboard/operators/{row}/disable"), &[]).await.expect(303);
    let browser = Browser::signed_out(&app.installation);
    let page_text = |reply: &Reply, email: &str| without_nonces(&reply.text()).replace(email, "somebody@");
    let expected = page_text(&browser.sign_in("nobody@example.com", PASSWORD).await.expect(422), "nobody@example.com");
    let (known, disabled) = (known.email.as_str(), disabled.email.as_str());
    for (email, password) in [(known, "a wrong password"), (known, ""), ("invited@example.com", PASSWORD), (disabled, PASSWORD)] {
        let refused = browser.sign_in(email, password).await.expect(422);
        assert_eq!(page_text(&refused, email), expected, "{email}");
        assert!(refused.headers.get("set-cookie").is_none());
    }

    let mut ratios = Vec::new();
    for _ in 0..3 {
        let mut taken = [Vec::new(), Vec::new()];
        for _ in 0..9 {
            for (email, taken) in [known, "nobody@example.com"].into_iter().zip(&mut taken) {
                let started = Instant::now();
                browser.sign_in(email, "a wrong password").await.expect(422);
                taken.push(started.elapsed());
            }
        }
        taken.iter_mut().for_each(|all| all.sort());
        ratios.push(taken[1][4].as_secs_f64() / taken[0][4].as_secs_f64());
    }
    assert!(ratios.iter().any(|ratio| (0.67..1.5).contains(ratio)), "an unknown e-mail takes {ratios:?} times as long, over three rounds");
}

on_each_engine!(sign_in_allows_ten_tries_a_minute_for_each_address_and_account, Installation);
async fn sign_in_allows_ten_tries_a_minute_for_each_address_and_account(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on")).with("FLOW_TRUSTED_PROXIES", Some("127.0.0.1"))).await;
    let (ana, eva, browser) = (app.browser("AGENT").await, app.browser("AGENT").await, Browser::signed_out(&app.installation));
    let attempt = async |email: &str, password: &str, address: &str| {
        let form = browser.form(SIGN_IN, &[("email", email), ("password", password)]);
        browser.send(form.header("sec-fetch-site", "same-origin").header("x-forwarded-for", address)).await
    };
    let assert_rate_limited = |reply: Reply| {
        let seconds: u64 = reply.expect(429).header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
    };
    for at in 0..10 {
        let spelled = if at % 2 == 0 { ana.email.clone() } else { ana.email.to_uppercase() };
        attempt(&spelled, "a guess", &format!("192.0.2.{at}")).await.expect(422);
        attempt(&format!("somebody{at}@example.com"), "a guess", "198.51.100.7").await.expect(422);
    }
    assert_rate_limited(attempt(&ana.email, PASSWORD, "192.0.2.99").await);
    assert_rate_limited(attempt(&eva.email, PASSWORD, "198.51.100.7").await);
    attempt(&eva.email, PASSWORD, "198.51.100.8").await.expect(303);
    assert!(ana.is_signed_in().await, "a signed-in operator stays signed in");
}

on_each_engine!(a_sign_in_ends_after_an_idle_hour_or_after_twelve_hours);
async fn a_sign_in_ends_after_an_idle_hour_or_after_twelve_hours(app: TestApp) {
    let browser = app.browser("AUDITOR").await;
    let goes_by = async |column: &str, minutes: i64| {
        let sql = format!("UPDATE sign_ins SET {column} = {column} - {}", minutes * MINUTE);
        app.installation.database.change(&sql).await;
        browser.is_signed_in().await
    };
    assert!(goes_by("seen_at", 59).await);
    assert!(goes_by("seen_at", 59).await, "the request before counts as activity");
    assert!(goes_by("created_at", 12 * 60 - 1).await);
    assert!(!goes_by("created_at", 1).await, "activity does not extend the twelve hours");
    browser.sign_in(&browser.email, PASSWORD).await.expect(303);
    assert!(!goes_by("seen_at", 60).await);
}

on_each_engine!(a_disabled_operator_is_signed_out_at_once);
async fn a_disabled_operator_is_signed_out_at_once(app: TestApp) {
    let (admin, reviewer) = (app.browser("ADMIN").await, app.browser("REVIEWER").await);
    let invitation = path_of(&app.operator.invite("late@example.com", "REVIEWER").await);
    let rows = async |role: &str| app.installation.database.texts(&format!("SELECT id FROM operators WHERE role = '{role}'")).await;
    for row in rows("REVIEWER").await {
        admin.post(&format!("/dashboard/operators/{row}/disable"), &[]).await.expect(303);
    }
    assert!(!reviewer.is_signed_in().await);
    reviewer.sign_in(&reviewer.email, PASSWORD).await.expect(422);
    assert_gone(&app.installation, &invitation, &[("password", PASSWORD), ("password_again", PASSWORD)]).await;
    admin.post(&format!("/dashboard/operators/{}/disable", rows("ADMIN").await[0]), &[]).await.problem(409, "conflict");
    assert!(admin.is_signed_in().await, "nobody locks themselves out");
}

on_each_engine!(when_two_administrators_disable_each_other_one_stays);
async fn when_two_administrators_disable_each_other_one_stays(app: TestApp) {
    for round in 1..=5 {
        let (first, second) = (app.browser("ADMIN").await, app.browser("ADMIN").await);
        let newest = app.installation.database.texts("SELECT id FROM operators ORDER BY id DESC").await;
        let path = |row: &str| format!("/dashboard/operators/{row}/disable");
        let (of_second, of_first) = (path(&newest[0]), path(&newest[1]));
        let replies = tokio::join!(first.post(&of_second, &[]), second.post(&of_first, &[]));
        let (won, lost) = if replies.0.status == 303 { replies } else { (replies.1, replies.0) };
        assert_eq!(won.see_other(), "/dashboard/operators?done=disabled");
        // An administrator who was disabled first is no longer signed in and gets a 401.
        assert!([401, 409].contains(&lost.any_problem()["status"].as_i64().expect("a status")), "{}", lost.text());
        let active = app.installation.database.number("SELECT COUNT(*) FROM operators WHERE disabled_at IS NULL").await;
        assert_eq!(active, round, "one of the two stays");
        assert_ne!(first.is_signed_in().await, second.is_signed_in().await);
    }
}

on_each_engine!(an_email_with_invalid_characters_is_refused);
async fn an_email_with_invalid_characters_is_refused(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    for email in ["a%FF%40example.com", "a%EF%BF%BD%40example.com", "a%00%40example.com", "a%1B%40example.com", "a%0Ab%40example.com"] {
        let form = admin.form("/dashboard/operators", &[]).body(format!("role=AGENT&email={email}"));
        admin.send(form.header("sec-fetch-site", "same-origin")).await.expect(422);
    }
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM operators").await, 1);
}

on_each_engine!(a_sign_in_redirects_only_within_the_dashboard);
async fn a_sign_in_redirects_only_within_the_dashboard(app: TestApp) {
    let browser = app.browser("ADMIN").await;
    let elsewhere = ["https://evil.example/dashboard", "//evil.example/dashboard", "/\\evil.example", "/dashboardevil", "/verify/x", "/dashboard/\u{1}", ""];
    let inside = ["/dashboard/sessions?status=PENDING", "/dashboard/links"];
    for (next, to) in elsewhere.map(|next| (next, "/dashboard")).into_iter().chain(inside.map(|next| (next, next))) {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        assert_eq!(value_of(&Browser::signed_out(&app.installation).page(&format!("{SIGN_IN}?{query}")).await, "next"), to, "{next}");
        assert_eq!(browser.post(SIGN_IN, &[("email", browser.email.as_str()), ("password", PASSWORD), ("next", next)]).await.see_other(), to, "{next}");
    }
}
