//! A client that costs little: HTTP/1.1 over connections that are kept, each answer read whole and thrown away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// What came of a round of requests.
pub struct Round {
    /// From the first request to the last answer.
    pub took: Duration,
    /// Of each request, sorted.
    latencies: Vec<Duration>,
}

impl Round {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The 99th percentile, in milliseconds.
    pub fn p99(&self) -> f64 {
        self.latencies[self.latencies.len() * 99 / 100].as_secs_f64() * 1_000.0
    }
}

/// A request, ready to be written.
pub fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    [format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n{length}{headers}\r\n").as_bytes(), body].concat()
}

/// One request on a connection; status and body.
async fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8], body: &mut Vec<u8>) -> u16 {
    stream.get_mut().write_all(request).await.expect("the request is written");
    let (mut status, mut length, mut line) = (0, Some(0), String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).await.expect("a line of the answer's head");
        let text = line.trim_end().to_ascii_lowercase();
        if text.is_empty() {
            break;
        }
        if let Some(rest) = text.strip_prefix("http/1.1 ") {
            status = rest[..3].parse().expect("a status");
        } else if let Some(rest) = text.strip_prefix("content-length:") {
            length = Some(rest.trim().parse().expect("a length"));
        } else if text.starts_with("transfer-encoding:") {
            length = None;
        }
    }
    body.clear();
    match length {
        Some(length) => read_more(stream, length, body).await,
        None => loop {
            line.clear();
            stream.read_line(&mut line).await.expect("a chunk's length");
            let length = usize::from_str_radix(line.trim(), 16).expect("a chunk's length");
            read_more(stream, length, body).await;
            stream.read_line(&mut line).await.expect("a chunk's end");
            if length == 0 {
                break;
            }
        },
    }
    status
}

async fn read_more(stream: &mut BufReader<TcpStream>, length: usize, body: &mut Vec<u8>) {
    let read = body.len();
    body.resize(read + length, 0);
    stream.read_exact(&mut body[read..]).await.expect("the answer's body");
}

/// One request on a connection of its own.
pub async fn once(address: &str, request: &[u8]) -> (u16, String) {
    let mut stream = BufReader::new(TcpStream::connect(address).await.expect("the server listens"));
    let mut body = Vec::new();
    let status = exchange(&mut stream, request, &mut body).await;
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// So many requests, so many of them at once, each made by its number; every answer has to have this status.
pub async fn round(address: &str, count: usize, at_once: usize, wanted: u16, make: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Round {
    let (next, make) = (Arc::new(AtomicUsize::new(0)), Arc::new(make));
    let started = Instant::now();
    let workers = (0..at_once).map(|_| {
        let (next, make, address) = (Arc::clone(&next), Arc::clone(&make), address.to_owned());
        tokio::spawn(async move {
            let stream = TcpStream::connect(address).await.expect("the server listens");
            stream.set_nodelay(true).expect("a socket");
            let (mut stream, mut body, mut latencies) = (BufReader::new(stream), Vec::new(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return latencies;
                }
                let request = make(number);
                let started = Instant::now();
                let status = exchange(&mut stream, &request, &mut body).await;
                latencies.push(started.elapsed());
                assert_eq!(status, wanted, "{}", String::from_utf8_lossy(&body));
            }
        })
    });
    let mut latencies = Vec::with_capacity(count);
    for worker in workers.collect::<Vec<_>>() {
        latencies.extend(worker.await.expect("a worker ends"));
    }
    let took = started.elapsed();
    latencies.sort_unstable();
    Round { took, latencies }
}
