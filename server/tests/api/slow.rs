//! The server cuts off clients that send or read too slowly, and serves everyone else meanwhile. It does not cut off clients
//! that are merely slow.

use std::time::Duration;

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{TestApp, UNKNOWN_ID, on_each_engine, photos};

/// The most time that a too slow connection gets.
const AT_MOST: Duration = Duration::from_secs(15);

/// What a connection received, and how long it lasted.
struct ConnectionEnd {
    received: String,
    took: Duration,
}

/// Sends `at_once`, then single bytes slowly, and reads until the server closes the connection.
async fn trickle(port: u16, at_once: &[u8], then: u8) -> ConnectionEnd {
    let started = Instant::now();
    let (mut reader, mut writer) = TcpStream::connect(("127.0.0.1", port)).await.expect("connects").into_split();
    writer.write_all(at_once).await.expect("sends the beginning");
    let sending = tokio::spawn(async move {
        while writer.write_all(&[then]).await.is_ok() {
            sleep(Duration::from_millis(500)).await;
        }
    });
    let mut received = Vec::new();
    timeout(AT_MOST * 2, reader.read_to_end(&mut received)).await.map(drop).unwrap_or_else(|_| panic!("still open after {:?}", started.elapsed()));
    sending.abort();
    ConnectionEnd { received: String::from_utf8_lossy(&received).into_owned(), took: started.elapsed() }
}

fn head(method: &str, path: &str, media_type: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media_type}\r\nContent-Length: 200000\r\n\r\n")
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=cut";
const PART: &str = "--cut\r\nContent-Disposition: form-data; name=\"selfie_url\"; filename=\"a.jpg\"\r\n\r\n";

on_each_engine!(slow_bodies_are_answered_408_and_closed);
async fn slow_bodies_are_answered_408_and_closed(app: TestApp) {
    let customer = app.customer().await;
    let before = customer.public().await.expect(200).json();
    let (api, pages) = (format!("/kyc-sessions/{}", customer.id), format!("/verify/{}", customer.id));
    let bodies = [
        (head("POST", &format!("{api}/complete"), "application/json") + "{", true),
        (head("PUT", &format!("{api}/steps/identity"), "application/json") + "{", true),
        (head("POST", &format!("{api}/upload"), MULTIPART) + &PART.replace("selfie_url", "file"), true),
        (head("POST", &format!("{api}/upload"), MULTIPART), true),
        (head("POST", &format!("{pages}/identity"), FORM) + "name=", false),
        (head("POST", &format!("{pages}/selfie"), MULTIPART) + PART, false),
    ];
    let ends = join_all(bodies.iter().map(|(sent, _)| trickle(app.installation.port, sent.as_bytes(), b' '))).await;
    for (end, (sent, is_api)) in ends.iter().zip(&bodies) {
        assert!(end.took < AT_MOST && end.took > Duration::from_secs(9), "{:?} {sent}", end.took);
        assert!(end.received.starts_with("HTTP/1.1 408 "), "{sent}\n{}", end.received);
        assert!(end.received.contains("\r\nconnection: close\r\n"), "{}", end.received);
        assert_eq!(end.received.contains("\"type\":\"/problems/timeout\""), *is_api, "{}", end.received);
        assert_eq!(end.received.contains("\r\ncontent-type: text/html"), !is_api, "{}", end.received);
    }
    customer.assert_unharmed(&before).await;
}

on_each_engine!(slow_headers_and_unwanted_bodies_are_closed);
async fn slow_headers_and_unwanted_bodies_are_closed(app: TestApp) {
    let customer = app.customer().await;
    let whole = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let stranger = head("POST", &format!("/kyc-sessions/{UNKNOWN_ID}/upload"), MULTIPART);
    let nowhere = head("POST", "/nowhere", FORM);
    let another_kind = head("POST", &format!("/kyc-sessions/{}/complete", customer.id), FORM);
    let starts = ["GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", whole, &stranger, &nowhere, &another_kind];
    let (ends, idle) = tokio::join!(join_all(starts.iter().map(|start| trickle(app.installation.port, start.as_bytes(), b'x'))), async {
        // One connection that never sends anything, and one that stays open after its answer.
        join_all([&b""[..], whole.as_bytes()].map(|at_once| silent(app.installation.port, at_once))).await
    });
    for (end, start) in ends.iter().zip(starts) {
        assert!(end.took < AT_MOST, "{:?} {start}", end.took);
    }
    let statuses: Vec<_> = ends.iter().map(|end| end.received.get(..12).unwrap_or_default()).collect();
    assert_eq!(statuses[1..], ["HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 404", "HTTP/1.1 415"]);
    assert!(idle.iter().all(|took| *took < AT_MOST), "{idle:?}");
    customer.finish().await;
}

/// Sends this and nothing more. Returns the time until the server closes the connection.
async fn silent(port: u16, at_once: &[u8]) -> Duration {
    let started = Instant::now();
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.expect("connects");
    connection.write_all(at_once).await.expect("sends");
    let mut received = Vec::new();
    timeout(AT_MOST * 2, connection.read_to_end(&mut received)).await.expect("is closed").expect("is closed in order");
    started.elapsed()
}

on_each_engine!(hundreds_of_slow_connections_delay_nobody);
async fn hundreds_of_slow_connections_delay_nobody(app: TestApp) {
    let customer = app.customer().await;
    let body = head("POST", &format!("/verify/{}/identity", customer.id), FORM);
    let slow = join_all((0..500).map(|at| trickle(app.installation.port, if at % 2 == 0 { b"GET / HTTP/1.1\r\nX-" } else { body.as_bytes() }, b'x')));
    let honest = async {
        let until = Instant::now() + Duration::from_secs(12);
        while Instant::now() < until {
            let asked = Instant::now();
            customer.public().await.expect(200);
            assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
            sleep(Duration::from_millis(100)).await;
        }
        customer.finish().await;
    };
    let (ends, ()) = tokio::join!(slow, honest);
    let longest = ends.iter().map(|end| end.took).max();
    assert!(longest < Some(AT_MOST), "{longest:?}");
}

on_each_engine!(an_upload_at_eight_kibibytes_a_second_succeeds);
async fn an_upload_at_eight_kibibytes_a_second_succeeds(app: TestApp) {
    let customer = app.customer().await;
    let part = PART.replace("selfie_url", "file");
    let body = [part.as_bytes(), photos::selfie(), &vec![0; 120_000], b"\r\n--cut--\r\n"].concat();
    let head = format!(
        "POST /kyc-sessions/{}/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {MULTIPART}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        customer.id,
        body.len()
    );
    let started = Instant::now();
    let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
    connection.write_all(head.as_bytes()).await.expect("sends the head");
    for piece in body.chunks(4 * 1024) {
        connection.write_all(piece).await.expect("sends a piece");
        sleep(Duration::from_millis(500)).await;
    }
    let mut received = String::new();
    connection.read_to_string(&mut received).await.expect("an answer");
    assert!(received.starts_with("HTTP/1.1 201 "), "{received}");
    assert!(started.elapsed() > Duration::from_secs(12), "long enough to be judged: {:?}", started.elapsed());
}

on_each_engine!(a_client_that_reads_no_answers_is_cut_off);
async fn a_client_that_reads_no_answers_is_cut_off(app: TestApp) {
    let customer = app.customer().await;
    let request = format!("GET /verify/{}/identity HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", customer.id);
    let many = request.repeat(64);
    let started = Instant::now();
    let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
    // When nothing more can be sent, the server is waiting for us to read.
    while let Ok(sent) = timeout(Duration::from_secs(5), connection.write_all(many.as_bytes())).await {
        sent.expect("the server still takes requests");
    }
    let cut_off = timeout(Duration::from_secs(60), connection.write_all(many.as_bytes())).await.expect("does not wait for ever");
    assert!(cut_off.is_err(), "the connection is gone");
    assert!(started.elapsed() > Duration::from_secs(20), "a short pause is tolerated: {:?}", started.elapsed());
    customer.finish().await;
}
