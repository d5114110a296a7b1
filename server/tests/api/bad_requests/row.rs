//! A bad request as the bytes that go over the wire, what has to come back, and how it is sent.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What has to come back.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// A problem of one of these statuses.
    Problem(&'static [u16]),
    /// A page for a person, of one of these statuses.
    Page(&'static [u16]),
    /// Nothing is wrong enough to refuse it: what there is to read.
    Read,
    /// It may not even be a request: refused by whoever reads it first, with 4xx or without an answer.
    Refused,
}

/// One kind of bad request.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub wanted: Wanted,
    pub bytes: Vec<u8>,
}

/// The session that every bad request is aimed at.
pub struct Target {
    pub id: String,
    /// `name=value` of the device that began it.
    pub cookie: String,
}

impl Target {
    pub fn api(&self, rest: &str) -> String {
        format!("/kyc-sessions/{}{rest}", self.id)
    }

    pub fn page(&self, rest: &str) -> String {
        format!("/verify/{}{rest}", self.id)
    }

    /// A request of the device that began the session, well-formed but for what is given.
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

/// An answer as it came over the wire; `None` where the connection ended without one.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// Sends the bytes and reads until the server closes.
pub async fn send(port: u16, bytes: &[u8]) -> Option<Answer> {
    let (mut reader, mut writer) = TcpStream::connect(("127.0.0.1", port)).await.expect("connects").into_split();
    let bytes = bytes.to_vec();
    // A server that refuses early may close before everything is sent.
    let sending = tokio::spawn(async move {
        let _ = writer.write_all(&bytes).await;
        writer
    });
    let mut said = Vec::new();
    let ended = timeout(Duration::from_secs(30), reader.read_to_end(&mut said)).await;
    sending.abort();
    let ended = ended.expect("the server answers or closes within 30 s");
    let answer = parse(&said);
    assert!(answer.is_some() || said.is_empty() || ended.is_err(), "no answer: {}", String::from_utf8_lossy(&said));
    answer
}

/// The final answer: what says 100 goes before it.
fn parse(said: &[u8]) -> Option<Answer> {
    let end = said.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&said[..end]).into_owned();
    let status = head.strip_prefix("HTTP/1.1 ").or_else(|| head.strip_prefix("HTTP/1.0 "))?.get(..3)?.parse().ok()?;
    let body = said[end + 4..].to_vec();
    if status == 100 { parse(&body) } else { Some(Answer { status, head, body }) }
}

impl Row {
    /// What is wrong with the answer; `None` where it is the one wanted.
    pub fn fault(&self, answer: Option<&Answer>) -> Option<String> {
        let Some(answer) = answer else {
            return (!matches!(self.wanted, Wanted::Refused)).then(|| format!("{}: no answer", self.name));
        };
        let is = |statuses: &[u16]| statuses.contains(&answer.status);
        let good = match self.wanted {
            Wanted::Problem(statuses) => is(statuses) && answer.is_a_problem(),
            Wanted::Page(statuses) => is(statuses) && (answer.head.contains("content-type: text/html") || answer.status == 303),
            Wanted::Read => answer.status == 200,
            Wanted::Refused => (400..500).contains(&answer.status),
        };
        (!good).then(|| format!("{}: wanted {:?}, not {}\n{:.400}", self.name, self.wanted, answer.head, String::from_utf8_lossy(&answer.body)))
    }
}

impl Answer {
    /// RFC 9457, whole.
    pub fn is_a_problem(&self) -> bool {
        let Ok(body) = serde_json::from_slice::<Value>(&self.body) else { return false };
        let says = |key: &str| body[key].as_str().is_some_and(|text| !text.is_empty());
        self.head.contains("content-type: application/problem+json") && body["status"] == self.status && ["type", "title", "detail"].into_iter().all(says)
    }
}
