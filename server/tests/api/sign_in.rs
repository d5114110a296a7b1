//! Coming in to the dashboard by the first set-up link, an invitation, a one-time link or a password, each as often as it may
//! and no longer; and going out for good.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::time::Instant;

use crate::support::desk::{PASSWORD, path_of};
use crate::support::html::{value_of, without_nonces};
use crate::support::search::Search;
use crate::support::{Desk, Place, Reply, Server, World, now_ms, on_each_engine};

const SIGN_IN: &str = "/dashboard/sign-in";
/// In the database times are microseconds.
const MINUTE: i64 = 60_000_000;

/// How long the newest link for an operator is open, in minutes.
async fn minutes_open(place: &Place) -> i64 {
    let expires_at = place.database.number("SELECT MAX(expires_at) FROM links").await;
    (expires_at - now_ms() * 1_000 + MINUTE - 1) / MINUTE
}

/// Two browsers send the same form at the same moment: which of them is in; the other one was too late.
async fn one_of_two(place: &Place, path: &str, form: &[(&str, &str)]) -> Desk {
    let (first, second) = (Desk::empty(place), Desk::empty(place));
    let (a, b) = tokio::join!(first.post(path, form), second.post(path, form));
    let (winner, won, lost) = if a.status == 303 { (first, a, b) } else { (second, b, a) };
    assert_eq!((won.see_other().as_str(), lost.status), ("/dashboard", 410), "{}", lost.text());
    assert!(lost.headers.get("set-cookie").is_none());
    assert!(winner.is_signed_in().await);
    winner
}

/// A link that opens nothing any more.
async fn is_gone(place: &Place, path: &str, form: &[(&str, &str)]) {
    let nobody = Desk::empty(place);
    nobody.get(path).await.expect(410);
    let refused = nobody.post(path, form).await.expect(410);
    assert!(refused.headers.get("set-cookie").is_none(), "{path}");
}

on_each_engine!(the_set_up_link_makes_one_administrator);
async fn the_set_up_link_makes_one_administrator(mut world: World) {
    let path = path_of(&world.server.link("set-up").await);
    let browser = Desk::empty(&world.place);
    for (email, password, again) in [
        ("ana@example.com", "eleven char", "eleven char"),
        ("ana@example.com", "", ""),
        ("ana@example.com", PASSWORD, "another password"),
        ("no address", PASSWORD, PASSWORD),
    ] {
        browser.get(&path).await.expect(200);
        let refused = browser.post(&path, &[("email", email), ("password", password), ("password_again", again)]).await.expect(422).text();
        assert_eq!(value_of(&refused, "email"), email, "what was typed is kept");
        assert!(!refused.contains(PASSWORD) && !refused.contains("eleven char"), "passwords are not");
    }
    let operators = async || world.place.database.number("SELECT COUNT(*) FROM operators").await;
    assert_eq!(operators().await, 0);

    let form = [("email", "ana@example.com"), ("password", "twelve chars"), ("password_again", "twelve chars")];
    is_gone(&world.place, "/dashboard/set-up/nonsense", &form).await;
    one_of_two(&world.place, &path, &form).await.get("/dashboard/operators").await.expect(200);
    assert_eq!(operators().await, 1);
    is_gone(&world.place, &path, &form).await;
    assert_eq!(browser.sign_in("Ana@Example.com ", "twelve chars").await.see_other(), "/dashboard");
    world.crash_and_restart().await;
    assert!(browser.is_signed_in().await, "a restart signs nobody out");
    assert!(!world.server.said().contains("/dashboard/set-up/"), "{}", world.server.said());
}

on_each_engine!(an_invitation_opens_once_within_a_week);
async fn an_invitation_opens_once_within_a_week(world: World) {
    let place = &world.place;
    let form = [("password", PASSWORD), ("password_again", PASSWORD)];
    let before = path_of(&world.operator.invite("ana@example.com", "AGENT").await);
    let path = path_of(&world.operator.invite("ana@example.com", "AUDITOR").await);
    is_gone(place, &before, &form).await;
    assert_eq!(minutes_open(place).await, 7 * 24 * 60);
    let desk = Desk::empty(place);
    for _ in 0..2 {
        let page = desk.get(&path).await.expect(200);
        assert!(page.text().contains("ana@example.com") && page.headers.get("set-cookie").is_none(), "looking uses nothing up");
        desk.post(&path, &[("password", "eleven char"), ("password_again", "eleven char")]).await.expect(422);
    }
    let desk = one_of_two(place, &path, &form).await;
    desk.get("/dashboard/operators").await.expect(200);
    desk.post("/dashboard/operators", &[("email", "x@example.com"), ("role", "ADMIN")]).await.problem(403, "forbidden");
    is_gone(place, &path, &form).await;
    assert_eq!(world.operator.run(&["operator", "add", "ana@example.com", "--role", "ADMIN"]).await.code, Some(1), "there is one already");

    let late = path_of(&world.operator.invite("eva@example.com", "AGENT").await);
    place.database.change(&format!("UPDATE links SET expires_at = expires_at - {}", 7 * 24 * 60 * MINUTE)).await;
    is_gone(place, &late, &form).await;
}

on_each_engine!(a_one_time_link_signs_in_once, Place);
async fn a_one_time_link_signs_in_once(place: Place) {
    let mut server = Server::start_demo(&place).await;
    let path = path_of(&server.link("one-time").await);
    assert_eq!(minutes_open(&place).await, 15);
    let preview = Desk::empty(&place).get(&path).await.expect(200);
    assert!(preview.headers.get("set-cookie").is_none(), "a preview of the link uses nothing up");
    one_of_two(&place, &path, &[]).await.get("/dashboard/operators").await.expect(200);
    is_gone(&place, &path, &[]).await;
    server.kill9();
    let server = Server::start_demo(&place).await;
    let late = path_of(&server.link("one-time").await);
    place.database.change(&format!("UPDATE links SET expires_at = expires_at - {}", 15 * MINUTE)).await;
    is_gone(&place, &late, &[]).await;
}

on_each_engine!(the_cookie_is_for_this_site_alone, Place);
async fn the_cookie_is_for_this_site_alone(place: Place) {
    for (url, name, is_https) in [(None, "fs_desk", false), (Some("https://id.example"), "__Host-fs_desk", true)] {
        let world = World::at(place.with("FLOW_PUBLIC_URL", url)).await;
        let desk = world.desk("AGENT").await;
        let reply = desk.sign_in(&desk.email, PASSWORD).await.expect(303);
        let cookie = reply.header("set-cookie");
        let mut parts = cookie.split(';').map(|part| part.trim().to_lowercase());
        let pair = parts.next().unwrap_or_default();
        assert!(pair.starts_with(&format!("{}=", name.to_lowercase())) && pair.len() >= name.len() + 44, "256 random bits: {cookie}");
        let attributes: BTreeSet<String> = parts.collect();
        for attribute in ["httponly", "samesite=lax", "path=/"] {
            assert!(attributes.contains(attribute), "{attribute} in {cookie}");
        }
        assert_eq!(attributes.contains("secure"), is_https, "{cookie}");
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{cookie}");
        assert!(desk.is_signed_in().await);
        assert_eq!(reply.headers.contains_key("strict-transport-security"), is_https);
    }
}

on_each_engine!(a_token_is_new_at_each_sign_in_and_dead_after_signing_out);
async fn a_token_is_new_at_each_sign_in_and_dead_after_signing_out(world: World) {
    let desk = world.desk("REVIEWER").await;
    let first = desk.cookie();
    assert_eq!(desk.sign_in(&desk.email, PASSWORD).await.see_other(), "/dashboard");
    let second = desk.cookie();
    assert_ne!(first.1, second.1);
    for live in [&first, &second] {
        assert!(desk.lets_in(live).await);
        let bytes = URL_SAFE_NO_PAD.decode(&live.1).expect("a token in base64");
        let search = Search::new([("the token", live.1.clone().into_bytes()), ("its bytes", bytes)], []);
        search.is_nowhere_in(&world.place.kept().await);
    }
    assert_eq!(desk.post("/dashboard/sign-out", &[]).await.see_other(), SIGN_IN);
    assert_eq!(desk.cookie().1, "", "the browser is told to forget it");
    assert!(!desk.lets_in(&second).await && desk.lets_in(&first).await, "the other browser stays in");
    assert_eq!(world.place.database.number("SELECT COUNT(*) FROM sign_ins").await, 1);
}

on_each_engine!(nobody_learns_who_has_an_account);
async fn nobody_learns_who_has_an_account(world: World) {
    let (admin, known, disabled) = (world.desk("ADMIN").await, world.desk("AGENT").await, world.desk("REVIEWER").await);
    world.operator.invite("invited@example.com", "AGENT").await;
    let row = world.place.database.texts("SELECT id FROM operators WHERE role = 'REVIEWER'").await.remove(0);
    admin.post(&format!("/dashboard/operators/{row}/disable"), &[]).await.expect(303);
    let browser = Desk::empty(&world.place);
    let told = |reply: &Reply, email: &str| without_nonces(&reply.text()).replace(email, "somebody@");
    let expected = told(&browser.sign_in("nobody@example.com", PASSWORD).await.expect(422), "nobody@example.com");
    let (known, disabled) = (known.email.as_str(), disabled.email.as_str());
    for (email, password) in [(known, "a wrong password"), (known, ""), ("invited@example.com", PASSWORD), (disabled, PASSWORD)] {
        let refused = browser.sign_in(email, password).await.expect(422);
        assert_eq!(told(&refused, email), expected, "{email}");
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

on_each_engine!(ten_tries_a_minute_an_address_and_an_account, Place);
async fn ten_tries_a_minute_an_address_and_an_account(place: Place) {
    let world = World::at(place.with("FLOW_RATE_LIMITS", Some("on")).with("FLOW_TRUSTED_PROXIES", Some("127.0.0.1"))).await;
    let (ana, eva, browser) = (world.desk("AGENT").await, world.desk("AGENT").await, Desk::empty(&world.place));
    let attempt = async |email: &str, password: &str, address: &str| {
        let form = browser.form(SIGN_IN, &[("email", email), ("password", password)]);
        browser.send(form.header("sec-fetch-site", "same-origin").header("x-forwarded-for", address)).await
    };
    let is_refused = |reply: Reply| {
        let seconds: u64 = reply.expect(429).header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
    };
    for at in 0..10 {
        let spelled = if at % 2 == 0 { ana.email.clone() } else { ana.email.to_uppercase() };
        attempt(&spelled, "a guess", &format!("192.0.2.{at}")).await.expect(422);
        attempt(&format!("somebody{at}@example.com"), "a guess", "198.51.100.7").await.expect(422);
    }
    is_refused(attempt(&ana.email, PASSWORD, "192.0.2.99").await);
    is_refused(attempt(&eva.email, PASSWORD, "198.51.100.7").await);
    attempt(&eva.email, PASSWORD, "198.51.100.8").await.expect(303);
    assert!(ana.is_signed_in().await, "who is in stays in");
}

on_each_engine!(who_is_idle_for_an_hour_or_in_for_twelve_is_out);
async fn who_is_idle_for_an_hour_or_in_for_twelve_is_out(world: World) {
    let desk = world.desk("AUDITOR").await;
    let goes_by = async |column: &str, minutes: i64| {
        let sql = format!("UPDATE sign_ins SET {column} = {column} - {}", minutes * MINUTE);
        world.place.database.change(&sql).await;
        desk.is_signed_in().await
    };
    assert!(goes_by("seen_at", 59).await);
    assert!(goes_by("seen_at", 59).await, "the look before counts as use");
    assert!(goes_by("created_at", 12 * 60 - 1).await);
    assert!(!goes_by("created_at", 1).await, "however much it is used");
    desk.sign_in(&desk.email, PASSWORD).await.expect(303);
    assert!(!goes_by("seen_at", 60).await);
}

on_each_engine!(who_is_disabled_is_out_at_once);
async fn who_is_disabled_is_out_at_once(world: World) {
    let (admin, reviewer) = (world.desk("ADMIN").await, world.desk("REVIEWER").await);
    let invitation = path_of(&world.operator.invite("late@example.com", "REVIEWER").await);
    let rows = async |role: &str| world.place.database.texts(&format!("SELECT id FROM operators WHERE role = '{role}'")).await;
    for row in rows("REVIEWER").await {
        admin.post(&format!("/dashboard/operators/{row}/disable"), &[]).await.expect(303);
    }
    assert!(!reviewer.is_signed_in().await);
    reviewer.sign_in(&reviewer.email, PASSWORD).await.expect(422);
    is_gone(&world.place, &invitation, &[("password", PASSWORD), ("password_again", PASSWORD)]).await;
    admin.post(&format!("/dashboard/operators/{}/disable", rows("ADMIN").await[0]), &[]).await.problem(409, "conflict");
    assert!(admin.is_signed_in().await, "nobody locks themselves out");
}

on_each_engine!(of_two_administrators_who_disable_each_other_one_stays);
async fn of_two_administrators_who_disable_each_other_one_stays(world: World) {
    for round in 1..=5 {
        let (first, second) = (world.desk("ADMIN").await, world.desk("ADMIN").await);
        let newest = world.place.database.texts("SELECT id FROM operators ORDER BY id DESC").await;
        let path = |row: &str| format!("/dashboard/operators/{row}/disable");
        let (of_second, of_first) = (path(&newest[0]), path(&newest[1]));
        let replies = tokio::join!(first.post(&of_second, &[]), second.post(&of_first, &[]));
        let (won, lost) = if replies.0.status == 303 { replies } else { (replies.1, replies.0) };
        assert_eq!(won.see_other(), "/dashboard/operators?done=disabled");
        // Who was out before they asked is told that nobody is signed in.
        assert!([401, 409].contains(&lost.any_problem()["status"].as_i64().expect("a status")), "{}", lost.text());
        let active = world.place.database.number("SELECT COUNT(*) FROM operators WHERE disabled_at IS NULL").await;
        assert_eq!(active, round, "one of the two stays");
        assert_ne!(first.is_signed_in().await, second.is_signed_in().await);
    }
}

on_each_engine!(what_is_no_text_is_no_e_mail);
async fn what_is_no_text_is_no_e_mail(world: World) {
    let admin = world.desk("ADMIN").await;
    for email in ["a%FF%40example.com", "a%EF%BF%BD%40example.com", "a%00%40example.com", "a%1B%40example.com", "a%0Ab%40example.com"] {
        let form = admin.form("/dashboard/operators", &[]).body(format!("role=AGENT&email={email}"));
        admin.send(form.header("sec-fetch-site", "same-origin")).await.expect(422);
    }
    assert_eq!(world.place.database.number("SELECT COUNT(*) FROM operators").await, 1);
}

on_each_engine!(a_sign_in_leads_on_within_the_dashboard_alone);
async fn a_sign_in_leads_on_within_the_dashboard_alone(world: World) {
    let desk = world.desk("ADMIN").await;
    let elsewhere = ["https://evil.example/dashboard", "//evil.example/dashboard", "/\\evil.example", "/dashboardevil", "/verify/x", "/dashboard/\u{1}", ""];
    let inside = ["/dashboard/sessions?status=PENDING", "/dashboard/links"];
    for (next, to) in elsewhere.map(|next| (next, "/dashboard")).into_iter().chain(inside.map(|next| (next, next))) {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        assert_eq!(value_of(&Desk::empty(&world.place).page(&format!("{SIGN_IN}?{query}")).await, "next"), to, "{next}");
        assert_eq!(desk.post(SIGN_IN, &[("email", desk.email.as_str()), ("password", PASSWORD), ("next", next)]).await.see_other(), to, "{next}");
    }
}
