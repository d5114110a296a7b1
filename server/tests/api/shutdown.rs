//! On SIGTERM the server finishes the requests in progress and exits with code 0 within 30 s.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Customer, TestApp, on_each_engine, photos};

const GRACE: Duration = Duration::from_secs(30);

/// A hand-written request on its own connection.
struct SlowSender {
    connection: TcpStream,
}

impl SlowSender {
    /// Sends the headers of an upload, and waits until the server requests the body.
    async fn begins_an_upload(app: &TestApp, customer: &Customer, length: usize) -> Self {
        let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
        let head = format!(
            "POST /kyc-sessions/{}/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=cut\r\n\
             Content-Length: {length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            customer.id
        );
        connection.write_all(head.as_bytes()).await.expect("sends the head");
        let mut sender = Self { connection };
        let interim = sender.reads_until("\r\n\r\n").await;
        assert!(interim.starts_with("HTTP/1.1 100"), "{interim}");
        sender
    }

    async fn sends(&mut self, bytes: &[u8]) {
        self.connection.write_all(bytes).await.expect("sends more");
    }

    async fn reads_until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let next = timeout(GRACE, self.connection.read_u8()).await.expect("in time").expect("an answer");
            text.push(char::from(next));
        }
        text
    }
}

on_each_engine!(a_request_in_flight_is_served_to_its_end);
async fn a_request_in_flight_is_served_to_its_end(mut app: TestApp) {
    let customer = app.customer().await;
    let head = "--cut\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nselfie_url\r\n\
                --cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
    let body = [head.as_bytes(), photos::selfie(), b"\r\n--cut--\r\n"].concat();
    let (first, rest) = body.split_at(body.len() / 2);
    let mut sender = SlowSender::begins_an_upload(&app, &customer, body.len()).await;
    sender.sends(first).await;
    app.server.send_sigterm();
    // Give the server time to notice the signal while the request is open; there is no event to wait for.
    tokio::time::sleep(Duration::from_millis(500)).await;
    sender.sends(rest).await;
    let answer = sender.reads_until("}").await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(app.server.wait_for_exit(GRACE).await.code(), Some(0));

    app.crash_and_restart().await;
    let again = customer.upload("selfie_url", photos::selfie()).await.expect(200).json();
    assert!(answer.contains(again["artifactId"].as_str().expect("an artifact id")), "the 201 is still true");
    customer.finish().await;
}

on_each_engine!(stuck_clients_do_not_delay_the_shutdown);
async fn stuck_clients_do_not_delay_the_shutdown(mut app: TestApp) {
    let customer = app.customer().await;
    let mut stuck = SlowSender::begins_an_upload(&app, &customer, 100_000).await;
    stuck.sends(b"--cut\r\n").await;
    let idle = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
    let mut half = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
    half.write_all(b"GET /healthz HTTP/1.1\r\nHos").await.expect("sends half a head");
    let (status, took) = app.server.sigterm().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < GRACE, "{took:?}");
    drop((stuck, idle, half));
}

on_each_engine!(an_idle_server_stops_and_keeps_everything);
async fn an_idle_server_stops_and_keeps_everything(mut app: TestApp) {
    let customer = app.customer().await;
    customer.submit().await;
    let (status, took) = app.server.sigterm().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < GRACE, "{took:?}");
    app.crash_and_restart().await;
    customer.wait_for_status("COMPLETED", GRACE).await;
}
