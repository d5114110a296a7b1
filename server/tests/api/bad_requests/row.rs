//! A bad request as bytes, the answer it must get, and how it is sent.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The answer that a request must get.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// A problem with one of these statuses.
    Problem(&'static [u16]),
    /// A page with one of these statuses.
    Page(&'static [u16]),
    /// A normal answer with status 200: the server tolerates the request.
    Read,
    /// 4xx, or a closed connection, because the request may not even be HTTP.
    Refused,
}

/// One kind of bad request.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub expected: Expected,
    pub bytes: Vec<u8>,
}

/// The session that the bad requests target.
pub struct Target {
    pub id: String,
    /// The cookie, `name=value`, of the device that started it.
    pub cookie: String,
}

impl Target {
    pub fn api(&self, rest: &str) -> String {
        format!("/kyc-sessions/{}{rest}", self.id)
    }

    pub fn page(&self, rest: &str) -> String {
        format!("/verify/{}{rest}", self.id)
    }

    /// A request of that device, well-formed except for the given parts.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
        let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !has("cookie") {
            head.push_str(&format!("Cookie: {}\r\n", self.cookie));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !has("content-length") && !has("transfer-encoding") && (!body.is_empty() || ["POST", "PUT"].contains(&method)) {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        [head.as_bytes(), b"\r\n", body].concat()
    }
}

/// An answer as it was received.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// Sends the bytes and reads until the server closes. `None` means that it closed without an answer.
pub async fn send(port: u16, bytes: &[u8]) -> Option<Answer> {
    let (mut reader, mut writer) = TcpStream::connect(("127.0.0.1", port)).await.expect("connects").into_split();
    let bytes = bytes.to_vec();
    // A server that refuses early may close before everything is sent.
    let sending = tokio::spawn(async move {
        let _ = writer.write_all(&bytes).await;
        writer
    });
    let mut received = Vec::new();
    let ended = timeout(Duration::from_secs(30), reader.read_to_end(&mut received)).await;
    sending.abort();
    let ended = ended.expect("the server answers or closes within 30 s");
    let answer = parse(&received);
    assert!(answer.is_some() || received.is_empty() || ended.is_err(), "no answer: {}", String::from_utf8_lossy(&received));
    answer
}

/// Parses the final answer, after any 100 Continue.
fn parse(received: &[u8]) -> Option<Answer> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let status = head.strip_prefix("HTTP/1.1 ").or_else(|| head.strip_prefix("HTTP/1.0 "))?.get(..3)?.parse().ok()?;
    let body = received[end + 4..].to_vec();
    if status == 100 { parse(&body) } else { Some(Answer { status, head, body }) }
}

impl Row {
    /// What is wrong with the answer, or `None` if it is the expected one.
    pub fn fault(&self, answer: Option<&Answer>) -> Option<String> {
        let Some(answer) = answer else {
            return (!matches!(self.expected, Expected::Refused)).then(|| format!("{}: no answer", self.name));
        };
        let is = |statuses: &[u16]| statuses.contains(&answer.status);
        let good = match self.expected {
            Expected::Problem(statuses) => is(statuses) && answer.is_a_problem(),
            Expected::Page(statuses) => is(statuses) && (answer.head.contains("content-type: text/html") || answer.status == 303),
            Expected::Read => answer.status == 200,
            Expected::Refused => (400..500).contains(&answer.status),
        };
        (!good).then(|| format!("{}: expected {:?}, not {}\n{:.400}", self.name, self.expected, answer.head, String::from_utf8_lossy(&answer.body)))
    }
}

impl Answer {
    /// Whether it is a complete RFC 9457 problem.
    pub fn is_a_problem(&self) -> bool {
        let Ok(body) = serde_json::from_slice::<Value>(&self.body) else { return false };
        let says = |key: &str| body[key].as_str().is_some_and(|text| !text.is_empty());
        self.head.contains("content-type: application/problem+json") && body["status"] == self.status && ["type", "title", "detail"].into_iter().all(says)
    }
}
