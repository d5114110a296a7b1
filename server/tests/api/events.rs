//! A session's status and progress as they change, to whoever follows: the state first, then every change, then the end.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, header::COOKIE};
use tokio::time::{Instant, timeout};

use crate::support::{Customer, SOON, Server, Value, World, eventually, json, on_each_engine, place::free_port};

/// A change that this or another process made is told within this.
const NOTICED: Duration = Duration::from_secs(3);

/// A stream of events, being read.
struct Events {
    response: Response,
    unread: String,
}

impl Events {
    async fn of(customer: &Customer) -> Self {
        Self::read(customer.api(Method::GET, "/events")).await
    }

    async fn read(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        Self { response, unread: String::new() }
    }

    /// The next block, to its empty line; `None` at the end of the stream.
    async fn block(&mut self, within: Duration) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                return Some(block);
            }
            let chunk = timeout(within, self.response.chunk()).await.unwrap_or_else(|_| panic!("nothing within {within:?}"));
            let chunk = chunk.expect("the stream is not broken off")?;
            self.unread.push_str(std::str::from_utf8(&chunk).expect("events are UTF-8"));
        }
    }

    /// The next event, heartbeats aside.
    async fn next(&mut self, within: Duration) -> Option<(String, Value)> {
        loop {
            let block = self.block(within).await?;
            if block.starts_with(':') {
                continue;
            }
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {block}")).to_owned();
            return Some((field("event: "), serde_json::from_str(&field("data: ")).expect("data is JSON")));
        }
    }

    async fn expect(&mut self, name: &str, data: Value) {
        assert_eq!(self.next(SOON).await, Some((name.to_owned(), data)));
    }

    async fn ends(&mut self) {
        assert_eq!(self.next(NOTICED).await, None);
    }
}

fn status(status: &str) -> Value {
    json!({ "status": status })
}

on_each_engine!(a_session_is_followed_from_its_beginning_to_its_end);
async fn a_session_is_followed_from_its_beginning_to_its_end(world: World) {
    let customer = world.customer().await;
    let mut events = Events::of(&customer).await;
    let header = |name: &str| events.response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("set-cookie"), "", "reading claims no session");

    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
    let saved = Instant::now();
    events.expect("progress", json!({ "done": ["identity"], "current": "selfie" })).await;
    assert!(saved.elapsed() < NOTICED, "{:?}", saved.elapsed());
    assert_eq!(customer.public().await.json()["progress"], json!({ "done": ["identity"], "current": "selfie" }));

    customer.submit().await;
    let mut statuses = Vec::new();
    while let Some((name, data)) = events.next(SOON).await {
        if name == "status" {
            statuses.push(data["status"].as_str().expect("a status").to_owned());
        }
    }
    assert!(statuses == ["PROCESSING", "COMPLETED"] || statuses == ["COMPLETED"], "{statuses:?}");
}

on_each_engine!(a_session_that_is_over_is_told_once);
async fn a_session_that_is_over_is_told_once(world: World) {
    let (completed, expiring) = (world.customer().await, world.customer_with(&["--ttl", "3s"]).await);
    let mut events = Events::of(&expiring).await;
    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    events.expect("status", status("EXPIRED")).await;
    events.ends().await;

    completed.finish().await;
    for (customer, word) in [(&completed, "COMPLETED"), (&expiring, "EXPIRED")] {
        let mut events = Events::of(customer).await;
        events.expect("status", status(word)).await;
        events.ends().await;
    }
}

on_each_engine!(what_another_process_changes_is_told_too);
async fn what_another_process_changes_is_told_too(world: World) {
    let customer = world.customer().await;
    let mut elsewhere = world.place.clone();
    elsewhere.port = free_port();
    let elsewhere = elsewhere.with("FLOW_LISTEN", Some(&format!("127.0.0.1:{}", elsewhere.port)));
    let _other = Server::start(&elsewhere).await;

    let mut events = Events::of(&customer).await;
    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    Customer::at(&elsewhere, &customer.id).save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
    let progress = events.next(NOTICED).await;
    assert_eq!(progress, Some(("progress".to_owned(), json!({ "done": ["identity"], "current": "selfie" }))));
}

on_each_engine!(a_session_has_four_streams_and_a_closed_one_makes_room);
async fn a_session_has_four_streams_and_a_closed_one_makes_room(world: World) {
    let (customer, other) = (world.customer().await, world.customer().await);
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(Events::of(&customer).await);
    }
    let refused = customer.send(customer.api(Method::GET, "/events")).await;
    let detail = refused.problem(429, "rate-limited")["detail"].to_string();
    assert!(detail.contains('4') && refused.header("retry-after").parse::<u64>().is_ok(), "{detail}");
    Events::of(&other).await.expect("status", status("PENDING")).await;
    customer.public().await.expect(200);

    open.pop();
    let has_room = async || (customer.api(Method::GET, "/events").send().await.expect("an answer").status() == 200).then_some(());
    eventually("room for another stream", NOTICED, has_room).await;
    open.pop().expect("is open").expect("status", status("PENDING")).await;
}

on_each_engine!(a_silent_stream_has_a_heartbeat);
async fn a_silent_stream_has_a_heartbeat(world: World) {
    let customer = world.customer().await;
    let mut events = Events::of(&customer).await;
    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    for _ in 0..2 {
        let block = events.block(Duration::from_secs(17)).await.expect("the stream goes on");
        assert!(block.starts_with(':'), "a comment: {block}");
    }
}

on_each_engine!(the_end_of_the_server_ends_its_streams_in_order);
async fn the_end_of_the_server_ends_its_streams_in_order(mut world: World) {
    let customer = world.customer().await;
    let mut events = Events::of(&customer).await;
    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    let (exit, took) = world.server.sigterm().await;
    assert_eq!(exit.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    events.ends().await;
}

on_each_engine!(operators_take_no_place_from_the_customer_and_leave_with_their_sign_in);
async fn operators_take_no_place_from_the_customer_and_leave_with_their_sign_in(world: World) {
    let (customer, auditor) = (world.customer().await, world.desk("AUDITOR").await);
    let path = format!("/dashboard/sessions/{}/events", world.operator.session_ref(&customer.id).await);
    let (name, token) = auditor.cookie();
    let mut followed = Vec::new();
    for _ in 0..4 {
        followed.push(Events::read(auditor.request(Method::GET, &path).header(COOKIE, format!("{name}={token}"))).await);
    }
    auditor.get(&path).await.problem(429, "rate-limited");
    let mut own = Events::of(&customer).await;
    assert!(own.next(SOON).await.is_some());
    auditor.post("/dashboard/sign-out", &[]).await.expect(303);
    for stream in &mut followed {
        while stream.next(NOTICED).await.is_some() {}
    }
}
