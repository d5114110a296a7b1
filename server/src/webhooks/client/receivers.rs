//! Receivers as they are: proxies, devices and hand-written servers answer in ways that RFC 9112 does not allow, or leaves to the
//! reader. The event was taken, so the status counts, after one try.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::tests::{client, receiver, try_to};

/// This many headers, then the end of the head.
fn with_headers(count: usize) -> Vec<u8> {
    let headers: String = (0..count).map(|number| format!("x-{number}: some value\r\n")).collect();
    format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n").into_bytes()
}

async fn assert_answers(cases: Vec<(Vec<u8>, u16)>) {
    let client = &client(&["127.0.0.0/8"]);
    let tries = cases.into_iter().map(|(answer, status)| async move {
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(80)]).into_owned();
        let (port, _received) = receiver(answer, false).await;
        let attempt = try_to(client, &format!("http://127.0.0.1:{port}/")).await;
        (attempt.outcome != Ok(status)).then(|| format!("{shown:?}: {:?}, not {status}", attempt.outcome))
    });
    let complaints: Vec<_> = futures::future::join_all(tries).await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn as_bytes(cases: &[(&[u8], u16)]) -> Vec<(Vec<u8>, u16)> {
    cases.iter().map(|(answer, status)| (answer.to_vec(), *status)).collect()
}

#[tokio::test]
async fn many_headers() {
    assert_answers([100, 101, 150, 1_000, 4_000].map(|count| (with_headers(count), 200)).into()).await;
}

#[tokio::test]
async fn headers_that_are_written_otherwise() {
    assert_answers(as_bytes(&[
        (b"HTTP/1.1 200 OK\r\nx-long: one\r\n two\r\n\tthree\r\ncontent-length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 204 No Content\r\nServer : an old proxy\r\nX-Tab\t: y\r\n\r\n", 204),
        (b"HTTP/1.1 201 Created\r\nx-nome: Jo\xe3o\r\nserver: caf\xc3\xa9\r\n\r\n", 201),
        (b"HTTP/1.1 200 OK\r\nthis line has no colon\r\n: no name\r\nx-bell: a\x07b\r\ncontent-length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\nx(y): z\r\nx\xe3: z\r\nx-empty:\r\ncontent-length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 500 Oops\r\n x-first: after a space\r\ncontent-length: 0\r\n\r\n", 500),
    ]))
    .await;
}

#[tokio::test]
async fn lines_that_are_written_otherwise() {
    assert_answers(as_bytes(&[
        (b"\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200),
        (b"\r\n\r\n\nHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", 202),
        (b"HTTP/1.1 200 OK\nserver: x\ncontent-length: 2\n\nok", 200),
        (b"HTTP/1.1 204\r\n\r\n", 204),
        (b"HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 200 A\xe7\xe3o aceita\r\ncontent-length: 0\r\n\r\n", 200),
        (b"HTTP/1.0 200 OK\r\n\r\nok", 200),
        (b"HTTP/1.0 503 Busy\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n", 503),
        (b"HTTP/1.1 299 Own\r\ncontent-length: 0\r\n\r\n", 299),
    ]))
    .await;
}

#[tokio::test]
async fn answers_before_the_answer() {
    assert_answers(as_bytes(&[
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 100 Continue\r\n\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200),
    ]))
    .await;
}

/// Two lengths that differ, or one that is no number, stay no answer: RFC 9112 (6.3) calls that an error that nobody recovers from.
#[tokio::test]
async fn bodies_with_more_than_one_length() {
    assert_answers(as_bytes(&[
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot chunked", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\nok", 200),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok", 200),
        (b"HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok", 204),
    ]))
    .await;
}

/// Reads whole requests from one connection after the other, and answers each with these parts, which are sent apart from each other.
/// Counts the requests.
async fn keeping_receiver(parts: &'static [&'static [u8]]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let counted = counted.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                while stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
                    if request.ends_with(b"}") {
                        counted.fetch_add(1, Ordering::SeqCst);
                        request.clear();
                        for part in parts {
                            let _ = stream.write_all(part).await;
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    }
                }
            });
        }
    });
    (port, requests)
}

/// Five events over connections that are kept. What a receiver writes behind or before an answer costs no event a second try.
#[tokio::test]
async fn empty_lines_between_answers() {
    let receivers: [&'static [&'static [u8]]; 4] = [
        &[b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok\r\n"],
        &[b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", b"\r\n"],
        &[b"\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"],
        &[b"\r", b"\n", b"\r\nHTT", b"P/1.1 200 OK\r\nserver", b" : x\r\ncontent-length: 0\r\n", b"\r\n"],
    ];
    for parts in receivers {
        let client = client(&["127.0.0.0/8"]);
        let (port, requests) = keeping_receiver(parts).await;
        for event in 1..=5 {
            let attempt = try_to(&client, &format!("http://127.0.0.1:{port}/")).await;
            assert_eq!((attempt.outcome, requests.load(Ordering::SeqCst)), (Ok(200), event), "{:?}", String::from_utf8_lossy(&parts.concat()));
        }
    }
}

/// Answers each request with interim answers without end, from a thread of its own.
fn endless_receiver() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let answers = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000);
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                // What comes before the request is no answer.
                let _ = std::io::Read::read(&mut stream, &mut [0; 1_024]);
                while std::io::Write::write_all(&mut stream, answers.as_bytes()).is_ok() {}
            });
        }
    });
    port
}

#[tokio::test]
async fn interim_answers_without_end_end_the_try_and_take_no_thread_from_others() {
    let client = client(&["127.0.0.0/8"]);
    let url = format!("http://127.0.0.1:{}/", endless_receiver());
    let tries = futures::future::join_all((0..8).map(|_| try_to(&client, &url)));
    let longest = std::cell::Cell::new(Duration::ZERO);
    let others = async {
        loop {
            let began = tokio::time::Instant::now();
            tokio::time::sleep(Duration::from_millis(5)).await;
            longest.set(longest.get().max(began.elapsed()));
        }
    };
    let attempts = tokio::select! {
        attempts = tries => attempts,
        () = others => unreachable!("it goes on"),
    };
    for attempt in attempts {
        let failure = attempt.outcome.unwrap_err();
        assert!(failure.to_string().contains("too much") && attempt.duration < super::TRY_LIMIT / 2, "{failure} after {:?}", attempt.duration);
    }
    assert!(longest.get() < Duration::from_secs(1), "another task waited {longest:?}");
}
