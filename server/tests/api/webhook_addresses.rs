//! The server sends no webhook to an address that is not public, unless the operator has allowed its network. It checks when an
//! endpoint is added and again at each delivery.

use crate::support::{Installation, Operator, Outcome, Receiver, SOON, Server, TestApp, eventually, on_each_engine};

fn assert_refused(outcome: &Outcome, url: &str) {
    assert!([Some(1), Some(2)].contains(&outcome.code), "{url}: {outcome:?}");
    assert!(outcome.stdout.is_empty(), "{url}: {outcome:?}");
}

on_each_engine!(an_address_that_is_not_public_is_refused, Installation);
async fn an_address_that_is_not_public_is_refused(installation: Installation) {
    let nothing_allowed = Operator::at(&installation.with("FLOW_WEBHOOK_ALLOW_NETS", None));
    nothing_allowed.json(&["migrate"]).await;
    for url in [
        "http://127.0.0.1:9/",
        "https://127.0.0.1:9/",
        "http://127.1:9/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://localhost:9/",
        "http://LocalHost:9/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fe80::1]/",
        "https://[fd00::1]/",
        "http://8.8.8.8/",
    ] {
        let outcome = nothing_allowed.run(&["webhook", "add", url]).await;
        assert_refused(&outcome, url);
        assert!(outcome.stderr.contains("FLOW_WEBHOOK_ALLOW_NETS"), "{url}: {outcome:?}");
    }
}

on_each_engine!(one_allowed_network_allows_no_other, Installation);
async fn one_allowed_network_allows_no_other(installation: Installation) {
    let operator = Operator::at(&installation);
    operator.json(&["migrate"]).await;
    for url in ["http://10.0.0.1/", "http://169.254.169.254/", "http://[::1]/"] {
        let outcome = operator.run(&["webhook", "add", url]).await;
        assert_refused(&outcome, url);
        assert!(outcome.stderr.contains("FLOW_WEBHOOK_ALLOW_NETS"), "{url}: {outcome:?}");
    }
    operator.add_webhook("http://127.0.0.1:9/").await;
}

on_each_engine!(an_invalid_url_is_refused, Installation);
async fn an_invalid_url_is_refused(installation: Installation) {
    let operator = Operator::at(&installation);
    operator.json(&["migrate"]).await;
    let before = installation.contents();
    let long = [format!("https://example.com/{}", "a".repeat(2_048)), format!("https://{}example/", "a.".repeat(130)), format!("https://{}/", "a".repeat(64))];
    for (url, message) in [
        ("ftp://127.0.0.1/", "ftp:"),
        ("file:///etc/passwd", "file:"),
        ("127.0.0.1:9", "not a URL"),
        ("not a url", "not a URL"),
        ("two\nlines", "not a URL"),
        ("http://", "not a URL"),
        ("", "not a URL"),
        ("https://ana:secret@example.com/", "password"),
        ("https://example.com:0/", "port 0"),
        (long[0].as_str(), "2048 bytes"),
        (long[1].as_str(), "253 characters"),
        (long[2].as_str(), "63 characters"),
    ] {
        let outcome = operator.run(&["webhook", "add", url]).await;
        assert_refused(&outcome, url);
        assert_eq!(outcome.code, Some(2), "{url}: {outcome:?}");
        assert!(outcome.stderr.contains(message) && outcome.stderr.lines().count() == 1 && !outcome.stderr.contains("secret"), "{url}: {outcome:?}");
    }
    assert_eq!(installation.contents(), before, "nothing is changed");
}

/// `localhost` can mean either of these.
const LOOPBACK: &str = "127.0.0.0/8,::1/128";

on_each_engine!(nothing_is_sent_to_an_address_that_is_no_longer_allowed, Installation);
async fn nothing_is_sent_to_an_address_that_is_no_longer_allowed(installation: Installation) {
    let mut app = TestApp::at(installation.with("FLOW_WEBHOOK_ALLOW_NETS", Some(LOOPBACK))).await;
    let (by_number, _) = app.company().await;
    let by_name = Receiver::start().await;
    app.operator.add_webhook(&by_name.url.replace("127.0.0.1", "localhost")).await;
    app.server.kill();
    app.server = Server::start(&app.installation.with("FLOW_WEBHOOK_ALLOW_NETS", None)).await;

    let customer = app.customer().await;
    customer.finish().await;
    let tried = eventually("a recorded failure of both", SOON, async || {
        let shown = app.operator.session(&customer.id).await;
        let deliveries = shown["deliveries"].as_array().expect("deliveries").clone();
        let tried = deliveries.iter().filter(|delivery| delivery["attempts"].as_array().is_some_and(|all| !all.is_empty()));
        (tried.count() == 2).then_some(())
    });
    tried.await;
    assert_eq!((by_number.received().len(), by_name.received().len()), (0, 0));
}

on_each_engine!(a_host_name_is_allowed_like_its_address, Installation);
async fn a_host_name_is_allowed_like_its_address(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_WEBHOOK_ALLOW_NETS", Some(LOOPBACK))).await;
    let company = Receiver::start().await;
    let endpoint = app.operator.add_webhook(&company.url.replace("127.0.0.1", "localhost")).await;
    app.customer().await.finish().await;
    company.only_event(endpoint["secret"].as_str().expect("a secret"), SOON).await;
}
