//! So many requests a minute, and no more: of a session, and of an address that guesses. Whoever has a session's id is never
//! refused for somebody else's guesses.

use std::fs;

use reqwest::Method;

use crate::support::{Customer, NOBODYS_ID, Operator, Place, Reply, SOON, Server, World, eventually, json, on_each_engine, photos};

/// A place whose server counts, behind a proxy on this machine.
async fn counting(place: Place) -> World {
    World::at(place.with("FLOW_RATE_LIMITS", Some("on")).with("FLOW_TRUSTED_PROXIES", Some("127.0.0.1"))).await
}

/// Holds a 429 to name its limit and when to come again.
#[track_caller]
fn is_refused(reply: &Reply, limit: &str) {
    let detail = reply.problem(429, "rate-limited")["detail"].to_string();
    assert!(detail.contains(limit), "{detail}");
    says_when(reply);
}

#[track_caller]
fn says_when(reply: &Reply) {
    let seconds: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// Asks for an id as somebody at this address, who says the rest too.
async fn guess(stranger: &Customer, forwarded: &str) -> Reply {
    stranger.send(stranger.api(Method::GET, "/public").header("x-forwarded-for", forwarded)).await
}

on_each_engine!(a_session_is_read_120_times_a_minute, Place);
async fn a_session_is_read_120_times_a_minute(place: Place) {
    let world = counting(place).await;
    let (customer, other) = (world.customer().await, world.customer().await);
    for _ in 0..59 {
        customer.public().await.expect(200);
        customer.page("/identity").await.expect(200);
    }
    customer.answers().await.expect(404);
    let events = customer.api(Method::GET, "/events").send().await.expect("a stream");
    assert_eq!(events.status(), 200);
    drop(events);

    is_refused(&customer.public().await, "120 reads a minute");
    is_refused(&customer.answers().await, "120");
    is_refused(&customer.send(customer.api(Method::GET, "/events")).await, "120");
    let page = customer.page("/identity").await.expect(429);
    assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    says_when(&page);

    customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
    other.public().await.expect(200);
}

on_each_engine!(a_session_is_written_30_times_a_minute, Place);
async fn a_session_is_written_30_times_a_minute(place: Place) {
    let world = counting(place).await;
    let customer = world.customer().await;
    for _ in 0..9 {
        customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
        customer.post_form("identity", &[("name", "Ana"), ("cpf", "52998224725")]).await.expect(303);
        customer.complete(json!({})).await.expect(422);
    }
    for _ in 0..3 {
        customer.upload("selfie_url", b"no photo").await.expect(415);
    }
    let before = customer.public().await.expect(200).json();

    is_refused(&customer.save("identity", json!({ "name": "Eva", "cpf": "52998224725" })).await, "30 writes a minute");
    is_refused(&customer.upload("selfie_url", photos::selfie()).await, "30");
    is_refused(&customer.complete(json!({})).await, "30");
    for page in [
        customer.post_form("identity", &[("name", "Eva"), ("cpf", "52998224725")]).await.expect(429),
        customer.post_photo("selfie", "selfie_url", photos::selfie()).await.expect(429),
    ] {
        assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
        says_when(&page);
    }
    assert_eq!(customer.public().await.expect(200).json(), before);
    assert_eq!(customer.answers().await.expect(200).json()["userData"]["name"], "Ana");
}

on_each_engine!(an_address_guesses_20_times_a_minute_and_locks_nobody_out, Place);
async fn an_address_guesses_20_times_a_minute_and_locks_nobody_out(place: Place) {
    let world = counting(place).await;
    let customer = world.customer().await;
    let guesses = [world.stranger(NOBODYS_ID), world.stranger("sess_1")];
    let here = "198.51.100.7";
    let expected = guess(&guesses[0], "192.0.2.1").await;
    expected.problem(404, "not-found");
    for at in 0..20 {
        // What stands before the right-most address is anyone's to write.
        let reply = guess(&guesses[at % 2], &format!("192.0.2.{at}, {here}")).await;
        assert_eq!(reply.face(), expected.face(), "a guess within the limit is told nothing new");
    }
    for stranger in &guesses {
        is_refused(&guess(stranger, here).await, "20 unknown ids a minute");
    }
    let page = world.stranger(NOBODYS_ID);
    let page = page.send(page.request(Method::GET, &format!("/verify/{NOBODYS_ID}")).header("x-forwarded-for", here)).await.expect(429);
    says_when(&page);

    guess(&customer, here).await.expect(200);
    assert_eq!(guess(&guesses[0], "198.51.100.8").await.face(), expected.face(), "another address");
    for at in 0..20 {
        guess(&guesses[0], &format!("2001:db8:7:7::{at}")).await.expect(404);
    }
    is_refused(&guess(&guesses[0], "2001:db8:7:7:ffff::1").await, "20");
    guess(&guesses[0], "2001:db8:7:8::1").await.expect(404);
}

on_each_engine!(who_is_no_trusted_proxy_is_not_believed, Place);
async fn who_is_no_trusted_proxy_is_not_believed(place: Place) {
    let world = World::at(place.with("FLOW_RATE_LIMITS", Some("on")).with("FLOW_TRUSTED_PROXIES", Some("10.0.0.0/8"))).await;
    let stranger = world.stranger(NOBODYS_ID);
    for at in 0..20 {
        guess(&stranger, &format!("192.0.2.{at}")).await.expect(404);
    }
    is_refused(&guess(&stranger, "192.0.2.99").await, "20");
    world.customer().await.public().await.expect(200);
}

on_each_engine!(switched_off_nothing_is_counted);
async fn switched_off_nothing_is_counted(world: World) {
    let (customer, stranger) = (world.customer().await, world.stranger(NOBODYS_ID));
    for _ in 0..40 {
        customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
        stranger.public().await.expect(404);
    }
    for _ in 0..130 {
        customer.public().await.expect(200);
    }
}

on_each_engine!(more_uploads_at_once_than_there_are_turns_all_arrive);
async fn more_uploads_at_once_than_there_are_turns_all_arrive(world: World) {
    let customer = world.customer().await;
    let uploads = (0..8).map(|at| {
        let photo = [photos::selfie(), &[at]].concat();
        let customer = customer.clone();
        async move { customer.upload("selfie_url", &photo).await.status }
    });
    assert_eq!(futures::future::join_all(uploads).await, [201; 8]);
    customer.finish().await;
}

on_each_engine!(the_limit_on_open_files_is_raised_at_the_start, Place);
async fn the_limit_on_open_files_is_raised_at_the_start(place: Place) {
    let server = Server::start_after(&place, "ulimit -Sn 256").await;
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("reads the process's limits");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit on files");
    assert_eq!(files.split_whitespace().nth(3), Some("4200"), "{files}");
    assert!(!place.log.text().contains("open files"), "there is nothing to warn of");
}

on_each_engine!(a_hard_limit_that_is_too_low_is_warned_of, Place);
async fn a_hard_limit_that_is_too_low_is_warned_of(place: Place) {
    let _server = Server::start_after(&place, "ulimit -n 1000").await;
    let warning = async || place.log.text().lines().find(|line| line.contains("open files")).map(str::to_owned);
    let line = eventually("a warning", SOON, warning).await;
    assert!(line.contains("WARN") && line.contains("1000") && line.contains("4200"), "{line}");
    Operator::at(&place).link_with(&[]).await;
}
