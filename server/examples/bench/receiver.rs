//! A receiver of webhooks that costs little. It answers 204, or never, and remembers which events came when.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// What came.
#[derive(Default)]
pub struct Came {
    /// How many requests.
    pub requests: usize,
    /// When the first request came, and the last.
    pub between: Option<(Instant, Instant)>,
    /// How often each event came.
    pub events: HashMap<String, usize>,
    /// When the first event of each type came about each session.
    pub first: HashMap<(String, String), Instant>,
}

/// A running receiver. It listens until it is dropped.
pub struct Receiver {
    /// Its URL.
    pub url: String,
    came: Arc<Mutex<Came>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Starts one. One that hangs reads every request, and never answers.
    pub async fn start(hangs: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let (came, connections) = (Arc::<Mutex<Came>>::default(), Arc::new(AtomicUsize::new(0)));
        let (into, counted) = (Arc::clone(&came), Arc::clone(&connections));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, hangs, Arc::clone(&into)));
            }
        });
        Self { url, came, connections, task }
    }

    /// What came so far.
    pub fn came(&self) -> MutexGuard<'_, Came> {
        self.came.lock().expect("nothing panics while it holds this lock")
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Forgets what came.
    pub fn forget(&self) {
        *self.came() = Came::default();
    }

    /// Waits until this many events have come.
    pub async fn events(&self, count: usize) {
        while self.came().events.len() < count {
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits for an event of this type about this session; when it came.
    pub async fn event_of(&self, kind: &str, session: &str) -> Instant {
        let event = (kind.to_owned(), session.to_owned());
        loop {
            if let Some(at) = self.came().first.get(&event) {
                return *at;
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, hangs: bool, came: Arc<Mutex<Came>>) {
    stream.set_nodelay(true).expect("a socket");
    let mut read = Vec::with_capacity(8 * 1024);
    while let Ok(1..) = stream.read_buf(&mut read).await {
        let at = Instant::now();
        while let Some(length) = whole(&read) {
            let text = String::from_utf8_lossy(&read[..length]);
            note(&mut came.lock().expect("nothing panics while it holds this lock"), &text, at);
            read.drain(..length);
            if !hangs && stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
    }
}

/// The length of the first request, once it is whole.
fn whole(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&read[..head]).to_ascii_lowercase();
    let length: usize = between(&text, "content-length: ", "\r\n").and_then(|length| length.parse().ok()).expect("a length");
    (read.len() >= head + length).then_some(head + length)
}

fn note(came: &mut Came, request: &str, at: Instant) {
    let event = between(request, "webhook-id: ", "\r\n").expect("an event's id").to_owned();
    let kind = between(request, "\"type\":\"", "\"").expect("a type").to_owned();
    came.requests += 1;
    came.between = Some((came.between.map_or(at, |(first, _)| first), at));
    *came.events.entry(event).or_default() += 1;
    if let Some(session) = between(request, "\"sessionId\":\"", "\"") {
        came.first.entry((kind, session.to_owned())).or_insert(at);
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}
