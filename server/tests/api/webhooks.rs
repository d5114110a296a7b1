//! The server delivers every event at least once, signed, and retries until the receiver answers 2xx. Every try is recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Answer, Receiver, SOON, TestApp, Value, on_each_engine};

/// Whether this is the delay of the second try: five seconds with 20% jitter either way, and more on a busy machine.
fn is_second_try(after: Duration) -> bool {
    (Duration::from_millis(3_950)..Duration::from_secs(10)).contains(&after)
}

fn recorded(delivery: &Value) -> &Vec<Value> {
    delivery["attempts"].as_array().unwrap_or_else(|| panic!("no attempts in {delivery}"))
}

on_each_engine!(a_delivery_is_a_standard_webhook);
async fn a_delivery_is_a_standard_webhook(app: TestApp) {
    let (company, secret) = app.company().await;
    let key = secret.strip_prefix("whsec_").expect("a Standard Webhooks secret");
    assert_eq!(STANDARD.decode(key).map(|bytes| bytes.len()), Ok(32));
    app.customer().await.finish().await;
    let received = company.requests(1, SOON).await;
    let delivery = &received[0];
    delivery.verified(&secret);
    assert!(delivery.webhook_id().starts_with("evt_"), "{:?}", delivery.headers);
    assert_eq!(delivery.header("content-length"), delivery.body.len().to_string());
    assert!(!delivery.headers.contains_key("transfer-encoding"));
    assert_eq!(delivery.header("content-type"), "application/json");
    assert_eq!(delivery.path, "/hook?from=flow");

    let webhook = standardwebhooks::Webhook::new(&secret).expect("a secret");
    let changed = String::from_utf8_lossy(&delivery.body).replace("COMPLETED", "completed");
    assert!(webhook.verify(changed.as_bytes(), &delivery.headers).is_err(), "the signature covers the body");
}

on_each_engine!(a_failed_try_is_repeated_after_five_seconds);
async fn a_failed_try_is_repeated_after_five_seconds(app: TestApp) {
    let (company, secret) = app.company().await;
    company.next_answer(Answer::Status(500));
    let customer = app.customer().await;
    customer.finish().await;
    let tries = company.requests(2, SOON).await;
    let between = tries[1].at - tries[0].at;
    assert!(is_second_try(between), "{between:?}");
    company.only_event(&secret, SOON).await;

    let delivery = app.operator.delivery_with_attempts(&customer.id, 2, SOON).await;
    let attempts = recorded(&delivery);
    assert_eq!(attempts.len(), 2, "{delivery}");
    assert!(attempts[0].to_string().contains("500"), "{delivery}");
    assert!(attempts[1].to_string().contains("200"), "{delivery}");
}

on_each_engine!(a_redirect_is_a_failure_and_is_not_followed);
async fn a_redirect_is_a_failure_and_is_not_followed(app: TestApp) {
    let (company, _) = app.company().await;
    let elsewhere = Receiver::start().await;
    company.next_answer(Answer::Redirect(elsewhere.url.clone()));
    let customer = app.customer().await;
    customer.finish().await;
    let tries = company.requests(2, SOON).await;
    assert!(is_second_try(tries[1].at - tries[0].at));
    let delivery = app.operator.delivery_with_attempts(&customer.id, 2, SOON).await;
    assert!(recorded(&delivery)[0].to_string().contains("302"), "{delivery}");
    assert_eq!(elsewhere.received().len(), 0);
}

on_each_engine!(only_2xx_is_success);
async fn only_2xx_is_success(app: TestApp) {
    let (company, _) = app.company().await;
    company.next_answer(Answer::Status(404));
    company.next_answer(Answer::Status(204));
    let customer = app.customer().await;
    customer.finish().await;
    let delivery = app.operator.delivery_with_attempts(&customer.id, 2, SOON).await;
    assert!(recorded(&delivery)[1].to_string().contains("204"), "{delivery}");
    assert_eq!(company.received().len(), 2);
}

on_each_engine!(a_try_times_out_after_twenty_seconds);
async fn a_try_times_out_after_twenty_seconds(app: TestApp) {
    let (company, secret) = app.company().await;
    company.next_answer(Answer::Hang);
    let customer = app.customer().await;
    customer.finish().await;
    let tries = company.requests(2, Duration::from_secs(60)).await;
    let between = tries[1].at - tries[0].at;
    let expected = Duration::from_millis(23_900)..Duration::from_secs(32);
    assert!(expected.contains(&between), "20 s for the try and 5 s until the next: {between:?}");
    company.only_event(&secret, SOON).await;
}

on_each_engine!(a_slow_receiver_delays_no_other);
async fn a_slow_receiver_delays_no_other(app: TestApp) {
    let (slow, _) = app.company().await;
    let (quick, secret) = app.company().await;
    slow.next_answer(Answer::Hang);
    app.customer().await.finish().await;
    let event = quick.only_event(&secret, Duration::from_secs(10)).await;
    assert_eq!(event["type"], "session.completed");
    let slow = slow.requests(1, SOON).await;
    assert_eq!(slow[0].webhook_id(), quick.received()[0].webhook_id(), "one id for an event at all receivers");
    assert_ne!(slow[0].header("webhook-signature"), quick.received()[0].header("webhook-signature"));
}

on_each_engine!(a_receiver_that_hangs_for_every_event_delays_no_other);
async fn a_receiver_that_hangs_for_every_event_delays_no_other(app: TestApp) {
    const EVENTS: usize = 24;
    let (slow, _) = app.company().await;
    let (quick, _) = app.company().await;
    for _ in 0..EVENTS {
        slow.next_answer(Answer::Hang);
        app.customer_with(&["--ttl", "3s"]).await;
    }
    assert_eq!(quick.requests(EVENTS, Duration::from_secs(15)).await.len(), EVENTS);
    assert!(slow.received().len() <= 8, "a slow endpoint uses only its own slots");
}

on_each_engine!(a_failed_event_is_sent_again_after_a_restart);
async fn a_failed_event_is_sent_again_after_a_restart(mut app: TestApp) {
    let (company, secret) = app.company().await;
    company.next_answer(Answer::Status(503));
    let customer = app.customer().await;
    customer.finish().await;
    app.operator.delivery_with_attempts(&customer.id, 1, SOON).await;
    app.crash_and_restart().await;
    company.requests(2, SOON).await;
    company.only_event(&secret, SOON).await;
    let delivery = app.operator.delivery_with_attempts(&customer.id, 2, SOON).await;
    assert_eq!(recorded(&delivery).len(), 2, "{delivery}");
}

/// A receiver as receivers are: it answers 204 with 150 headers, and one more that goes on over the next two lines. Returns its URL and the
/// number of requests.
async fn wordy_receiver() -> (String, Arc<AtomicUsize>) {
    let headers: String = (0..150).map(|number| format!("x-{number}: some value\r\n")).collect();
    let answer = format!("HTTP/1.1 204 No Content\r\n{headers}x-folded: one\r\n two\r\n\tthree\r\n\r\n");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("a bound address"));
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"}") && stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {}
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (url, requests)
}

on_each_engine!(an_answer_with_many_headers_is_an_answer);
async fn an_answer_with_many_headers_is_an_answer(app: TestApp) {
    let (url, requests) = wordy_receiver().await;
    app.operator.add_webhook(&url).await;
    let customer = app.customer().await;
    customer.finish().await;
    let delivery = app.operator.delivery_with_attempts(&customer.id, 1, SOON).await;
    assert_eq!((delivery["status"].as_str(), recorded(&delivery).len()), (Some("DELIVERED"), 1), "{delivery}");
    assert_eq!(recorded(&delivery)[0]["statusCode"], 204, "{delivery}");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}
