//! Tries to sign in are limited, and a known browser's are counted apart, so that wrong passwords from elsewhere lock nobody out of it.
//! Refusals are logged and audited with their address, which is sealed, and a flood of them has few rows.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::dashboard::{PASSWORD, path_of};
use crate::support::html::links;
use crate::support::search::Search;
use crate::support::{Browser, Installation, Reply, SOON, TestApp, eventually, on_each_engine};

const SIGN_IN: &str = "/dashboard/sign-in";

/// Starts a server with rate limits on, behind a trusted proxy on this machine.
async fn with_limits(installation: Installation) -> TestApp {
    TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on")).with("FLOW_TRUSTED_PROXIES", Some("127.0.0.1"))).await
}

/// Sends the sign-in form of this browser from this address.
async fn try_from(browser: &Browser, address: &str, email: &str, password: &str) -> Reply {
    let form = browser.form(SIGN_IN, &[("email", email), ("password", password)]);
    browser.send(form.header("sec-fetch-site", "same-origin").header("x-forwarded-for", address)).await
}

async fn count(app: &TestApp, action: &str) -> i64 {
    app.installation.database.number(&format!("SELECT COUNT(*) FROM audit WHERE action = '{action}'")).await
}

/// The rows of refusals are written after the answers.
async fn written(app: &TestApp, action: &str, rows: i64) {
    eventually(action, SOON, async || (count(app, action).await == rows).then_some(())).await;
}

on_each_engine!(wrong_passwords_from_elsewhere_lock_nobody_out_of_a_known_browser, Installation);
async fn wrong_passwords_from_elsewhere_lock_nobody_out_of_a_known_browser(installation: Installation) {
    let app = with_limits(installation).await;
    let (ana, eva) = (app.browser("ADMIN").await, app.browser("AGENT").await);
    let stranger = Browser::signed_out(&app.installation);
    ana.post("/dashboard/sign-out", &[]).await.expect(303);
    for at in 0..12 {
        try_from(&stranger, &format!("192.0.2.{at}"), &ana.email, "a guess").await;
        try_from(&stranger, "198.51.100.7", &format!("{at}@example.com"), "a guess").await;
    }
    try_from(&stranger, "192.0.2.200", &ana.email, PASSWORD).await.expect(429);
    try_from(&ana, "192.0.2.201", &ana.email, PASSWORD).await.expect(303);
    try_from(&ana, "198.51.100.7", &ana.email, PASSWORD).await.expect(303);

    // The known browser has ten tries of its own, only for the operators who signed in on it.
    for _ in 0..8 {
        try_from(&ana, "198.51.100.9", &ana.email, "a guess").await.expect(422);
    }
    try_from(&ana, "198.51.100.9", &ana.email, PASSWORD).await.expect(429);
    for _ in 0..10 {
        try_from(&ana, "203.0.113.1", &eva.email, "a guess").await.expect(422);
    }
    try_from(&ana, "203.0.113.2", &eva.email, PASSWORD).await.expect(429);
    try_from(&eva, "203.0.113.1", &eva.email, PASSWORD).await.expect(303);
}

on_each_engine!(characters_that_nobody_sees_give_no_further_tries, Installation);
async fn characters_that_nobody_sees_give_no_further_tries(installation: Installation) {
    let app = with_limits(installation).await;
    let ana = app.browser("ADMIN").await;
    let stranger = Browser::signed_out(&app.installation);
    let spelled = |at: usize| {
        let unseen = ["\u{200b}", "\u{200c}", "\u{200e}", "\u{2066}", "\u{feff}", "\u{2060}"][at % 6];
        format!("{}{}{}", unseen.repeat(at / 6 + 1), ana.email.to_uppercase(), unseen.repeat(at % 3))
    };
    let mut statuses = Vec::new();
    for at in 0..14 {
        statuses.push(try_from(&stranger, &format!("192.0.2.{at}"), &spelled(at), "a guess").await.status);
    }
    assert_eq!(statuses, [[422; 10].as_slice(), &[429; 4]].concat());
    try_from(&stranger, "192.0.2.99", &spelled(30), PASSWORD).await.expect(429);
}

on_each_engine!(a_crowd_of_strangers_keeps_no_known_browser_out, Installation);
async fn a_crowd_of_strangers_keeps_no_known_browser_out(installation: Installation) {
    let app = with_limits(installation).await;
    let ana = app.browser("ADMIN").await;
    let (tried, turned_away) = (AtomicU32::new(0), tokio::sync::Notify::new());
    // More than the queue holds, each from an address of its own.
    let stranger = async |browser: &Browser| loop {
        let at = tried.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let (address, email) = (format!("10.{}.{}.{}", at[1], at[2], at[3]), format!("{}@example.com", u32::from_be_bytes(at)));
        let form = browser.form(SIGN_IN, &[("email", &email), ("password", "a guess")]);
        let form = form.header("sec-fetch-site", "same-origin").header("x-forwarded-for", address);
        match browser.client().send_raw(form).await.expect("an answer").status {
            503 => turned_away.notify_one(),
            status => assert_eq!(status, 422),
        }
    };
    let browsers: Vec<Browser> = (0..90).map(|_| Browser::signed_out(&app.installation)).collect();
    let crowd = futures::future::join_all(browsers.iter().map(stranger));
    let known = async {
        for at in 0..6 {
            turned_away.notified().await;
            let form = ana.form(SIGN_IN, &[("email", &ana.email), ("password", PASSWORD)]);
            let form = form.header("sec-fetch-site", "same-origin").header("x-forwarded-for", "203.0.113.5");
            assert_eq!(ana.client().send_raw(form).await.expect("an answer").status, 303, "the {at}th time");
        }
    };
    tokio::select! {
        _ = crowd => unreachable!("the crowd does not end"),
        () = known => {}
    }
}

on_each_engine!(a_link_takes_ten_passwords_a_minute, Installation);
async fn a_link_takes_ten_passwords_a_minute(installation: Installation) {
    let app = with_limits(installation).await;
    let set_up = path_of(&app.server.link("set-up").await);
    let agent = app.browser("AGENT").await;
    let invitation = path_of(&app.operator.invite("eva@example.com", "AGENT").await);
    let made = app.operator.json(&["operator", "reset", &agent.email]).await;
    let reset = path_of(made["resetUrl"].as_str().expect("a link"));
    let browser = Browser::signed_out(&app.installation);
    for (path, email) in [(&set_up, "ana@example.com"), (&invitation, ""), (&reset, "")] {
        let form = |password| [("email", email), ("password", password), ("password_again", password)];
        for _ in 0..10 {
            browser.post(path, &form("password1234")).await.expect(422);
        }
        let refused = browser.post(path, &form(PASSWORD)).await.expect(429);
        let wait: u64 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&wait), "{wait}");
        browser.get(path).await.expect(200);
    }
}

on_each_engine!(addresses_of_ipv6_are_counted_by_64_and_by_48, Installation);
async fn addresses_of_ipv6_are_counted_by_64_and_by_48(installation: Installation) {
    let app = with_limits(installation).await;
    let stranger = Browser::signed_out(&app.installation);
    let attempt = async |at: u32, address: String| try_from(&stranger, &address, &format!("{at}@example.com"), "a guess").await.status;
    for at in 0..10 {
        assert_eq!(attempt(at, format!("2001:db8:1:7::{at:x}")).await, 422);
    }
    assert_eq!(attempt(10, "2001:db8:1:7:ffff::1".to_owned()).await, 429, "one /64");
    for at in 11..41 {
        assert_eq!(attempt(at, format!("2001:db8:1:{at:x}00::1")).await, 422, "{at}");
    }
    assert_eq!(attempt(41, "2001:db8:1:ffff::1".to_owned()).await, 429, "one /48");
    assert_eq!(attempt(42, "2001:db8:2:ffff::1".to_owned()).await, 422, "another /48");
}

/// The id of the only agent, and the page about that operator.
async fn only_agent(app: &TestApp, admin: &Browser) -> (String, String) {
    let id = app.installation.database.texts("SELECT id FROM operators WHERE role = 'AGENT'").await.remove(0);
    let list = admin.page("/dashboard/operators").await;
    let page = links(&list, "/dashboard/operators/").into_iter().find(|link| link.ends_with(&id)).expect("a link");
    (id, page)
}

/// Waits for a line of the log with all of these words.
async fn logged(app: &TestApp, words: &[&str]) {
    let has_line = || app.installation.log.text().lines().any(|line| words.iter().all(|word| line.contains(word)));
    eventually(&format!("a line of the log with {words:?}"), SOON, async || has_line().then_some(())).await;
}

/// Searches everything that is stored, and the log, for these addresses and e-mails.
async fn assert_stored_nowhere<const COUNT: usize>(app: &TestApp, secrets: [&str; COUNT]) {
    let search = Search::new(secrets.map(|secret| ("an address or an e-mail", secret.as_bytes().to_vec())), []);
    search.assert_absent_from(&app.installation.stored_data().await);
}

on_each_engine!(refusals_are_logged_and_audited_with_their_address_sealed, Installation);
async fn refusals_are_logged_and_audited_with_their_address_sealed(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_TRUSTED_PROXIES", Some("127.0.0.1"))).await;
    let (admin, agent) = (app.browser("ADMIN").await, app.browser("AGENT").await);
    let (id, of_agent) = only_agent(&app, &admin).await;
    let stranger = Browser::signed_out(&app.installation);
    let (known, unknown, refused, left) = ("203.0.113.77", "2001:db8:abcd:12::9f", "198.51.100.201", "192.0.2.133");
    try_from(&stranger, known, &agent.email, "a guess").await.expect(422);
    try_from(&stranger, unknown, "nobody@example.com", "a guess").await.expect(422);
    let forbidden = agent.request(reqwest::Method::GET, "/dashboard/operators").header("x-forwarded-for", refused);
    agent.send(forbidden).await.expect(403);
    let sign_out = agent.form("/dashboard/sign-out", &[]).header("sec-fetch-site", "same-origin").header("x-forwarded-for", left);
    agent.send(sign_out).await.expect(303);
    admin.post(&format!("{of_agent}/disable"), &[]).await.expect(303);
    try_from(&stranger, known, &agent.email, PASSWORD).await.expect(422);
    for (action, rows) in [("sign_in.failed", 2), ("sign_in.disabled", 1), ("operator.refused", 1), ("operator.signed_out", 1)] {
        written(&app, action, rows).await;
    }
    let without = "SELECT COUNT(*) FROM audit WHERE source IS NULL AND action IN ('sign_in.failed', 'sign_in.disabled', 'operator.refused', 'operator.signed_out', 'operator.signed_in')";
    assert_eq!(app.installation.database.number(without).await, 0, "each has its address");
    let page = admin.page(&format!("{of_agent}?lang=en")).await;
    for shown in [known, refused, left, "127.0.0.1"] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    for shown in ["Wrong password", "Tried to sign in while disabled", "Asked for something not allowed", "Signed out", "Invited"] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    assert!(!page.contains(unknown), "tries at unknown accounts are about nobody");
    for act in ["sign_in.failed", "sign_in.disabled", "operator.refused"] {
        logged(&app, &["WARN", act]).await;
    }
    logged(&app, &["INFO", "operator.signed_out", &id]).await;
    assert_stored_nowhere(&app, [known, unknown, refused, left, &agent.email]).await;
}

on_each_engine!(a_try_too_many_is_logged_and_audited_with_its_address_sealed, Installation);
async fn a_try_too_many_is_logged_and_audited_with_its_address_sealed(installation: Installation) {
    let app = with_limits(installation).await;
    let (admin, agent) = (app.browser("ADMIN").await, app.browser("AGENT").await);
    let (id, of_agent) = only_agent(&app, &admin).await;
    let stranger = Browser::signed_out(&app.installation);
    let (first, second) = ("203.0.113.78", "198.51.100.202");
    for _ in 0..10 {
        try_from(&stranger, first, &agent.email, "a guess").await.expect(422);
    }
    // The account has had its tries, and so has the first address.
    try_from(&stranger, second, &agent.email, PASSWORD).await.expect(429);
    try_from(&stranger, first, "nobody@example.com", PASSWORD).await.expect(429);
    written(&app, "sign_in.limited", 2).await;
    let sealed = "SELECT subject FROM audit WHERE action = 'sign_in.limited' AND source IS NOT NULL ORDER BY subject DESC";
    assert_eq!(app.installation.database.texts(sealed).await, ["nobody", &id]);
    let page = admin.page(&format!("{of_agent}?lang=en")).await;
    assert!(page.contains("Too many tries to sign in") && page.contains(second), "{page}");
    logged(&app, &["WARN", "sign_in.limited", &id]).await;
    assert_stored_nowhere(&app, [first, second, &agent.email]).await;
}

on_each_engine!(a_flood_of_refusals_has_few_rows);
async fn a_flood_of_refusals_has_few_rows(app: TestApp) {
    let agent = app.browser("AGENT").await;
    for _ in 0..45 {
        agent.get("/dashboard/operators").await.expect(403);
    }
    assert_eq!(count(&app, "operator.refused").await, 12, "ten, and one each for the 20th and the 40th");
    assert_eq!(app.installation.database.number("SELECT MAX(times) FROM audit").await, 40);
}

on_each_engine!(addresses_are_forgotten_after_ninety_days, Installation);
async fn addresses_are_forgotten_after_ninety_days(installation: Installation) {
    let mut app = TestApp::at(installation).await;
    let stranger = Browser::signed_out(&app.installation);
    for _ in 0..2 {
        stranger.sign_in("nobody@example.com", "a guess").await.expect(422);
    }
    written(&app, "sign_in.failed", 2).await;
    let database = app.installation.database.clone();
    let day = 24 * 3_600 * 1_000_000_i64;
    database.change(&format!("UPDATE audit SET at = at - {} WHERE id = (SELECT MIN(id) FROM audit WHERE action = 'sign_in.failed')", 91 * day)).await;
    database.change(&format!("UPDATE audit SET at = at - {} WHERE id = (SELECT MAX(id) FROM audit WHERE action = 'sign_in.failed')", 89 * day)).await;
    // Every start makes the sweeps due.
    app.crash_and_restart().await;
    let kept = async || database.number("SELECT COUNT(*) FROM audit WHERE action = 'sign_in.failed' AND source IS NOT NULL").await;
    eventually("a sweep", SOON, async || (kept().await == 1).then_some(())).await;
    assert_eq!(count(&app, "sign_in.failed").await, 2, "the rows stay");
}
