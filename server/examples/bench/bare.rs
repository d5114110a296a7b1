//! The least that could answer `GET /public`: an axum route, in a process of its own, that sends the product's own answer,
//! header by header and byte by byte.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue},
    routing::get,
};
use tokio::net::TcpListener;

/// Headers that the HTTP library writes by itself.
const ITS_OWN: [&str; 2] = ["content-length", "date"];

/// Sends the answer in this file, and says on stdout where.
pub async fn serve(file: &Path) {
    let answer = fs::read(file).expect("the answer");
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("the head's end");
    let head = std::str::from_utf8(&answer[..end]).expect("a head is ASCII");
    let lines = head.lines().filter_map(|line| line.split_once(": ")).filter(|(name, _)| !ITS_OWN.contains(name));
    let parsed = lines.map(|(name, value)| {
        let name: HeaderName = name.parse().expect("a header's name");
        (name, HeaderValue::from_str(value).expect("a header's value"))
    });
    let (headers, body): (HeaderMap, Bytes) = (parsed.collect(), answer[end + 4..].to_vec().into());
    let route = Router::new().route("/kyc-sessions/{id}/public", get(move || async move { (headers, body) }));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("its address"));
    axum::serve(listener, route).await.expect("serves");
}

/// The process.
pub struct Bare {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
}

impl Bare {
    /// Starts it with an answer as it came from the product.
    pub fn start(answer: &[u8]) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), answer).expect("writes the answer");
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program).arg("--bare").arg(file.path()).stdout(Stdio::piped()).spawn().expect("this program runs");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut address).expect("its address");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
