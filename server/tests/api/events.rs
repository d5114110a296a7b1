//! The stream of a session's status and progress: first the current state, then every change, then the end.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, header::COOKIE};
use tokio::time::{Instant, timeout};

use crate::support::{Customer, SOON, Server, TestApp, Value, eventually, installation::free_port, json, on_each_engine};

/// A stream reports a change by this or another process within this time.
const NOTICED: Duration = Duration::from_secs(3);

/// An open stream of events.
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

    /// The next block up to its empty line, or `None` at the end of the stream.
    async fn block(&mut self, within: Duration) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                return Some(block);
            }
            let chunk = timeout(within, self.response.chunk()).await.unwrap_or_else(|_| panic!("nothing within {within:?}"));
            let chunk = chunk.expect("the stream does not break")?;
            self.unread.push_str(std::str::from_utf8(&chunk).expect("events are UTF-8"));
        }
    }

    /// The next event, without heartbeats.
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

    async fn expect_end(&mut self) {
        assert_eq!(self.next(NOTICED).await, None);
    }
}

fn status(status: &str) -> Value {
    json!({ "status": status })
}

on_each_engine!(a_stream_follows_a_session_to_its_end);
async fn a_stream_follows_a_session_to_its_end(app: TestApp) {
    let customer = app.customer().await;
    let mut events = Events::of(&customer).await;
    let header = |name: &str| events.response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("set-cookie"), "", "reading does not bind the session to a device");

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

on_each_engine!(a_finished_session_sends_its_status_once);
async fn a_finished_session_sends_its_status_once(app: TestApp) {
    let (completed, expiring) = (app.customer().await, app.customer_with(&["--ttl", "3s"]).await);
    let mut events = Events::of(&expiring).await;
    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    events.expect("status", status("EXPIRED")).await;
    events.expect_end().await;

    completed.finish().await;
    for (customer, word) in [(&completed, "COMPLETED"), (&expiring, "EXPIRED")] {
        let mut events = Events::of(customer).await;
        events.expect("status", status(word)).await;
        events.expect_end().await;
    }
}

on_each_engine!(a_stream_reports_changes_by_another_process);
async fn a_stream_reports_changes_by_another_process(app: TestApp) {
    let customer = app.customer().await;
    let mut elsewhere = app.installation.clone();
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

on_each_engine!(a_session_has_at_most_four_streams_and_a_closed_one_frees_a_slot);
async fn a_session_has_at_most_four_streams_and_a_closed_one_frees_a_slot(app: TestApp) {
    let (customer, other) = (app.customer().await, app.customer().await);
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
async fn a_silent_stream_has_a_heartbeat(app: TestApp) {
    let customer = app.customer().await;
    let mut events = Events::of(&customer).await;
    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    for _ in 0..2 {
        let block = events.block(Duration::from_secs(17)).await.expect("the stream goes on");
        assert!(block.starts_with(':'), "a comment: {block}");
    }
}

on_each_engine!(a_shutdown_ends_streams_cleanly);
async fn a_shutdown_ends_streams_cleanly(mut app: TestApp) {
    let customer = app.customer().await;
    let mut events = Events::of(&customer).await;
    events.expect("status", status("PENDING")).await;
    events.expect("progress", json!({ "done": [], "current": "identity" })).await;
    let (exit, took) = app.server.sigterm().await;
    assert_eq!(exit.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    events.expect_end().await;
}

on_each_engine!(operators_streams_use_no_customer_slot_and_end_at_sign_out);
async fn operators_streams_use_no_customer_slot_and_end_at_sign_out(app: TestApp) {
    let (customer, auditor) = (app.customer().await, app.browser("AUDITOR").await);
    let path = format!("/dashboard/sessions/{}/events", app.operator.session_ref(&customer.id).await);
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
