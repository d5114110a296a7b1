//! A client that costs little: HTTP/1.1 over connections that are kept, each answer read whole and thrown away.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::sleep_until,
};

/// A header line: the body is JSON.
pub const JSON: &str = "Content-Type: application/json\r\n";
/// Header lines: the body is a form, sent by a page of the same site.
pub const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
/// A body of at most this many bytes goes out together with its head.
const SMALL: usize = 16 * 1024;
/// Connections where requests do not wait for each other: more than are ever under way, unless the server falls behind.
const OPEN: usize = 64;

/// A request, ready to be sent any number of times.
#[derive(Clone)]
pub struct Request {
    head: Bytes,
    body: Bytes,
}

impl Request {
    /// A GET with more header lines, each with its end.
    pub fn get(path: &str, headers: &str) -> Self {
        Self { head: format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n").into(), body: Bytes::new() }
    }

    /// A POST with more header lines, each with its end.
    pub fn post(path: &str, headers: &str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let head = format!("POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        if body.len() <= SMALL { Self { head: [head.as_bytes(), &body].concat().into(), body: Bytes::new() } } else { Self { head: head.into(), body } }
    }
}

/// A connection, and the last answer that came on it.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    /// Where the head ends.
    head: usize,
}

impl Connection {
    /// Connects to `HOST:PORT`.
    pub async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, read: Vec::with_capacity(64 * 1024), head: 0 }
    }

    /// Sends a request, reads its answer whole, and says its status.
    pub async fn ask(&mut self, request: &Request) -> u16 {
        self.stream.write_all(&request.head).await.expect("the request's head is sent");
        self.stream.write_all(&request.body).await.expect("the request's body is sent");
        self.read.clear();
        self.head = loop {
            self.more().await;
            if let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        if self.header("transfer-encoding").is_some() {
            // The last chunk is empty. Nothing that is measured has such a line in its text.
            while !self.read.ends_with(b"\r\n0\r\n\r\n") {
                self.more().await;
            }
        } else {
            let length: usize = self.header("content-length").map_or(0, |length| length.parse().expect("a length"));
            while self.read.len() < self.head + length {
                self.more().await;
            }
        }
        self.head().get(9..12).and_then(|status| status.parse().ok()).expect("a status line")
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.read).await.expect("the answer is read");
        assert!(read > 0, "the server closed the connection");
    }

    fn head(&self) -> &str {
        std::str::from_utf8(&self.read[..self.head]).expect("a head is ASCII")
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head().lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The whole answer, as it came.
    pub fn whole(&self) -> &[u8] {
        &self.read
    }

    /// The answer's body.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.read[self.head..]).expect("JSON")
    }
}

/// What came of a round of work.
pub struct Round {
    /// From the first beginning to the last end.
    pub took: Duration,
    /// Of each piece, sorted.
    latencies: Vec<Duration>,
}

impl Round {
    /// Pieces a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The 99th percentile, in milliseconds.
    pub fn p99(&self) -> f64 {
        percentile(&self.latencies, 99)
    }
}

/// A percentile of sorted times, in milliseconds.
pub fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    sorted[sorted.len() * percent / 100].as_secs_f64() * 1_000.0
}

/// Numbers that workers share out among themselves.
#[derive(Clone)]
pub struct Numbers {
    next: Arc<AtomicUsize>,
    count: usize,
}

impl Iterator for Numbers {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.count).then_some(number)
    }
}

/// So many pieces of work by so many workers at once; each says how long each of its own took.
pub async fn share<W>(count: usize, at_once: usize, worker: impl Fn(Numbers) -> W) -> Round
where
    W: Future<Output = Vec<Duration>> + Send + 'static,
{
    let numbers = Numbers { next: Arc::default(), count };
    let started = Instant::now();
    let workers: JoinSet<Vec<Duration>> = (0..at_once).map(|_| worker(numbers.clone())).collect();
    let mut latencies = workers.join_all().await.concat();
    let took = started.elapsed();
    latencies.sort_unstable();
    Round { took, latencies }
}

/// So many requests, so many of them at once, each made by its number; every answer has to have this status.
pub async fn round(address: &str, count: usize, at_once: usize, wanted: u16, make: impl Fn(usize) -> Request + Send + Sync + 'static) -> Round {
    let make = Arc::new(make);
    let worker = |numbers: Numbers| {
        let (address, make) = (address.to_owned(), Arc::clone(&make));
        async move {
            let (mut connection, mut latencies) = (Connection::open(&address).await, Vec::new());
            for number in numbers {
                let request = make(number);
                let started = Instant::now();
                let status = connection.ask(&request).await;
                latencies.push(started.elapsed());
                assert_eq!(status, wanted, "{}", String::from_utf8_lossy(connection.whole()));
            }
            latencies
        }
    };
    share(count, at_once, worker).await
}

/// So many requests, begun at this many a second whether or not those before them are answered; a latency counts from when a request should
/// have begun. Every answer has to have this status.
pub async fn open_loop(address: &str, requests: Vec<Request>, a_second: u32, wanted: u16) -> Round {
    let (count, requests, started) = (requests.len(), Arc::new(requests), Instant::now());
    let worker = |numbers: Numbers| {
        let (address, requests) = (address.to_owned(), Arc::clone(&requests));
        async move {
            let (mut connection, mut latencies) = (Connection::open(&address).await, Vec::new());
            for number in numbers {
                let due = started + Duration::from_secs(1) * u32::try_from(number).expect("few requests") / a_second;
                sleep_until(due.into()).await;
                let status = connection.ask(&requests[number]).await;
                latencies.push(due.elapsed());
                assert_eq!(status, wanted, "{}", String::from_utf8_lossy(connection.whole()));
            }
            latencies
        }
    };
    share(count, OPEN, worker).await
}

/// The same request again and again.
pub async fn again(address: &str, count: usize, at_once: usize, wanted: u16, request: &Request) -> Round {
    let request = request.clone();
    round(address, count, at_once, wanted, move |_| request.clone()).await
}
