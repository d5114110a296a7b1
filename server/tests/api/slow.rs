//! Whoever sends or reads too slowly is cut off in time, while everyone else is served; whoever is merely slow is not.

use std::time::Duration;

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{NOBODYS_ID, World, on_each_engine, photos};

/// What a connection that sends too slowly gets.
const AT_MOST: Duration = Duration::from_secs(15);

/// How a connection ended, and when.
struct End {
    said: String,
    took: Duration,
}

/// Sends what there is to send at once, then one byte after the other, and reads until the server closes.
async fn trickle(port: u16, at_once: &[u8], then: u8) -> End {
    let started = Instant::now();
    let (mut reader, mut writer) = TcpStream::connect(("127.0.0.1", port)).await.expect("connects").into_split();
    writer.write_all(at_once).await.expect("sends the beginning");
    let sending = tokio::spawn(async move {
        while writer.write_all(&[then]).await.is_ok() {
            sleep(Duration::from_millis(500)).await;
        }
    });
    let mut said = Vec::new();
    timeout(AT_MOST * 2, reader.read_to_end(&mut said)).await.map(drop).unwrap_or_else(|_| panic!("still open after {:?}", started.elapsed()));
    sending.abort();
    End { said: String::from_utf8_lossy(&said).into_owned(), took: started.elapsed() }
}

fn head(method: &str, path: &str, media_type: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media_type}\r\nContent-Length: 200000\r\n\r\n")
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=cut";
const PART: &str = "--cut\r\nContent-Disposition: form-data; name=\"selfie_url\"; filename=\"a.jpg\"\r\n\r\n";

on_each_engine!(bodies_that_trickle_are_answered_408_and_closed);
async fn bodies_that_trickle_are_answered_408_and_closed(world: World) {
    let customer = world.customer().await;
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
    let ends = join_all(bodies.iter().map(|(sent, _)| trickle(world.place.port, sent.as_bytes(), b' '))).await;
    for (end, (sent, is_api)) in ends.iter().zip(&bodies) {
        assert!(end.took < AT_MOST && end.took > Duration::from_secs(9), "{:?} {sent}", end.took);
        assert!(end.said.starts_with("HTTP/1.1 408 "), "{sent}\n{}", end.said);
        assert!(end.said.contains("\r\nconnection: close\r\n"), "{}", end.said);
        assert_eq!(end.said.contains("\"type\":\"/problems/timeout\""), *is_api, "{}", end.said);
        assert_eq!(end.said.contains("\r\ncontent-type: text/html"), !is_api, "{}", end.said);
    }
    customer.is_unharmed(&before).await;
}

on_each_engine!(heads_that_do_not_come_and_bodies_nobody_wants_are_closed);
async fn heads_that_do_not_come_and_bodies_nobody_wants_are_closed(world: World) {
    let customer = world.customer().await;
    let whole = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let stranger = head("POST", &format!("/kyc-sessions/{NOBODYS_ID}/upload"), MULTIPART);
    let nowhere = head("POST", "/", FORM);
    let another_kind = head("POST", &format!("/kyc-sessions/{}/complete", customer.id), FORM);
    let starts = ["GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", whole, &stranger, &nowhere, &another_kind];
    let (ends, idle) = tokio::join!(join_all(starts.iter().map(|start| trickle(world.place.port, start.as_bytes(), b'x'))), async {
        // Neither a connection that never says anything, nor one that was served and stays.
        join_all([&b""[..], whole.as_bytes()].map(|at_once| silent(world.place.port, at_once))).await
    });
    for (end, start) in ends.iter().zip(starts) {
        assert!(end.took < AT_MOST, "{:?} {start}", end.took);
    }
    let statuses: Vec<_> = ends.iter().map(|end| end.said.get(..12).unwrap_or_default()).collect();
    assert_eq!(statuses[1..], ["HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 404", "HTTP/1.1 415"]);
    assert!(idle.iter().all(|took| *took < AT_MOST), "{idle:?}");
    customer.finish().await;
}

/// Sends this and nothing more: how long until the server closes.
async fn silent(port: u16, at_once: &[u8]) -> Duration {
    let started = Instant::now();
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.expect("connects");
    connection.write_all(at_once).await.expect("sends");
    let mut said = Vec::new();
    timeout(AT_MOST * 2, connection.read_to_end(&mut said)).await.expect("is closed").expect("is closed in order");
    started.elapsed()
}

on_each_engine!(hundreds_of_slow_connections_keep_nobody_waiting);
async fn hundreds_of_slow_connections_keep_nobody_waiting(world: World) {
    let customer = world.customer().await;
    let body = head("POST", &format!("/verify/{}/identity", customer.id), FORM);
    let slow = join_all((0..500).map(|at| trickle(world.place.port, if at % 2 == 0 { b"GET / HTTP/1.1\r\nX-" } else { body.as_bytes() }, b'x')));
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

on_each_engine!(an_upload_at_eight_kibibytes_a_second_arrives);
async fn an_upload_at_eight_kibibytes_a_second_arrives(world: World) {
    let customer = world.customer().await;
    let part = PART.replace("selfie_url", "file");
    let body = [part.as_bytes(), photos::selfie(), &vec![0; 120_000], b"\r\n--cut--\r\n"].concat();
    let head = format!(
        "POST /kyc-sessions/{}/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {MULTIPART}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        customer.id,
        body.len()
    );
    let started = Instant::now();
    let mut connection = TcpStream::connect(("127.0.0.1", world.place.port)).await.expect("connects");
    connection.write_all(head.as_bytes()).await.expect("sends the head");
    for piece in body.chunks(4 * 1024) {
        connection.write_all(piece).await.expect("sends a piece");
        sleep(Duration::from_millis(500)).await;
    }
    let mut said = String::new();
    connection.read_to_string(&mut said).await.expect("an answer");
    assert!(said.starts_with("HTTP/1.1 201 "), "{said}");
    assert!(started.elapsed() > Duration::from_secs(12), "slow enough to be judged: {:?}", started.elapsed());
}

on_each_engine!(who_reads_no_answers_is_cut_off);
async fn who_reads_no_answers_is_cut_off(world: World) {
    let customer = world.customer().await;
    let request = format!("GET /verify/{}/identity HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", customer.id);
    let many = request.repeat(64);
    let started = Instant::now();
    let mut connection = TcpStream::connect(("127.0.0.1", world.place.port)).await.expect("connects");
    // As soon as nothing can be sent any more, the server waits for us to read.
    while let Ok(sent) = timeout(Duration::from_secs(5), connection.write_all(many.as_bytes())).await {
        sent.expect("the server still takes requests");
    }
    let cut_off = timeout(Duration::from_secs(60), connection.write_all(many.as_bytes())).await.expect("does not wait for ever");
    assert!(cut_off.is_err(), "the connection is gone");
    assert!(started.elapsed() > Duration::from_secs(20), "a pause is no reason: {:?}", started.elapsed());
    customer.finish().await;
}
