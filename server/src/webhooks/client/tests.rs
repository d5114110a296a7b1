//! Tries against receivers on a real socket: what is sent, and the code of each failure.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

pub(super) fn client(nets: &[&str]) -> WebhookClient {
    let nets = nets.iter().map(|net| net.parse().unwrap()).collect();
    WebhookClient::new(Policy::new(nets))
}

/// A receiver that reads a request, answers with these bytes, and then keeps the connection open or closes it. Returns its port and
/// the request.
pub(super) async fn receiver(answer: impl Into<Vec<u8>>, hold: bool) -> (u16, tokio::task::JoinHandle<String>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let mut read = 0;
        while !request[..read].ends_with(b"}") {
            match stream.read(&mut request[read..]).await {
                Ok(0) | Err(_) => break,
                Ok(n) => read += n,
            }
            if request[0] == 0x16 {
                break; // a TLS ClientHello
            }
        }
        request.truncate(read);
        stream.write_all(&answer).await.unwrap();
        if hold {
            std::future::pending::<()>().await;
        }
        String::from_utf8_lossy(&request).into_owned()
    });
    (port, task)
}

pub(super) async fn try_to(client: &WebhookClient, url: &str) -> Attempt {
    let url = Url::parse(url).unwrap();
    let body = Bytes::from_static(br#"{"type":"session.completed"}"#);
    let headers = HeaderMap::from_iter([("webhook-id".parse().unwrap(), HeaderValue::from_static("evt_1"))]);
    client.post(&url, headers, body).await
}

async fn code(client: &WebhookClient, url: &str) -> &'static str {
    let attempt = try_to(client, url).await;
    let failure = attempt.outcome.unwrap_err();
    let text = format!("{failure} {failure:?}");
    assert!(!text.contains("s3cret"), "{text}");
    failure.code()
}

#[tokio::test]
async fn sends_what_it_is_given() {
    let (port, received) = receiver(b"HTTP/1.1 204 No Content\r\n\r\n".as_slice(), false).await;
    let attempt = try_to(&client(&["127.0.0.0/8"]), &format!("http://127.0.0.1:{port}/hook?a=b")).await;
    assert_eq!(attempt.outcome, Ok(204));

    let received = received.await.unwrap().to_ascii_lowercase();
    assert!(received.starts_with("post /hook?a=b http/1.1\r\n"));
    for line in [
        "webhook-id: evt_1",
        "content-length: 28",
        "content-type: application/json",
        &format!("host: 127.0.0.1:{port}"),
        &format!("user-agent: flowsessions/{}", env!("CARGO_PKG_VERSION")),
    ] {
        let line = format!("\r\n{line}\r\n");
        assert!(received.contains(&line), "{line:?} in {received:?}");
    }
    assert!(received.ends_with("\r\n\r\n{\"type\":\"session.completed\"}"));
}

#[tokio::test]
async fn redirects_are_not_followed_and_a_cut_body_is_an_answer() {
    let cases: [(&'static [u8], u16); 5] = [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", 200),
        (b"HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\ncut", 202),
        (b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n", 302),
        (b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /\r\ncontent-length: 0\r\n\r\n", 307),
        (b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", 500),
    ];
    for (answer, status) in cases {
        let (port, _received) = receiver(answer, false).await;
        let attempt = try_to(&client(&["127.0.0.0/8"]), &format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(attempt.outcome, Ok(status));
    }
}

#[tokio::test]
async fn gives_failures_their_codes() {
    let (garbage, _task) = receiver(b"SSH-2.0-OpenSSH_9.6\r\n".as_slice(), false).await;
    let (silent, _task) = receiver(b"".as_slice(), false).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap().port();
    drop(listener);
    let local = client(&["127.0.0.0/8"]);
    let public_only = client(&[]);
    let cases = [
        (&public_only, "http://127.0.0.1:1/".into(), "refused_address"),
        (&public_only, "https://[::ffff:127.0.0.1]:1/".into(), "refused_address"),
        (&public_only, "https://u:s3cret@example.com/".into(), "refused_address"),
        (&local, "http://8.8.8.8/?s3cret".into(), "refused_address"),
        (&local, "https://no-such-host.invalid/?s3cret".into(), "dns"),
        (&local, format!("http://127.0.0.1:{closed}/?s3cret"), "connect"),
        (&local, format!("https://127.0.0.1:{closed}/?s3cret"), "connect"),
        (&local, format!("https://127.0.0.1:{garbage}/?s3cret"), "tls"),
        (&local, format!("http://127.0.0.1:{silent}/?s3cret"), "other"),
    ];
    for (client, url, expected) in cases {
        assert_eq!(code(client, &url).await, expected, "{url}");
    }
    let (silent, _task) = receiver(b"".as_slice(), false).await;
    let url = format!("https://127.0.0.1:{silent}/?s3cret");
    assert_eq!(code(&local, &url).await, "tls", "closed in the handshake");
}

/// Past `check_url`, as a name would be that DNS leads to a private address.
#[tokio::test]
async fn resolves_only_to_allowed_addresses() {
    let private = client(&[]);
    for url in ["https://localhost:1/?s3cret", "http://localhost:1/?s3cret"] {
        let request = request(&Url::parse(url).unwrap(), HeaderMap::new(), Bytes::new()).unwrap();
        let error = private.sender.client().request(request).await.unwrap_err();
        let failure = classify(&error, SendFailure::Other);
        assert_eq!(failure.code(), "refused_address", "{failure}");
        assert!(failure.to_string().contains("FLOW_WEBHOOK_ALLOW_NETS"));
    }
    let (port, _received) = receiver(b"HTTP/1.1 204 No Content\r\n\r\n".as_slice(), false).await;
    let listed = client(&["127.0.0.0/8"]);
    let attempt = try_to(&listed, &format!("http://localhost:{port}/")).await;
    assert_eq!(attempt.outcome, Ok(204));
}

#[tokio::test]
async fn ends_a_try_in_time() {
    let mut client = client(&["127.0.0.0/8"]);
    client.limit = Duration::from_millis(300);

    let (port, _held) = receiver(b"".as_slice(), true).await;
    let silent = try_to(&client, &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(silent.outcome.unwrap_err().code(), "timeout");

    let (port, _held) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow".as_slice(), true).await;
    let slow = try_to(&client, &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(slow.outcome, Ok(200));

    for duration in [silent.duration, slow.duration] {
        assert!(duration >= client.limit && duration < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn reads_no_more_than_the_limit() {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n";
    static ANSWER: [u8; HEAD.len() + ANSWER_LIMIT] = {
        let mut bytes = [b'x'; HEAD.len() + ANSWER_LIMIT];
        bytes.split_at_mut(HEAD.len()).0.copy_from_slice(HEAD);
        bytes
    };
    let (port, _held) = receiver(ANSWER.as_slice(), true).await;
    let url = format!("http://127.0.0.1:{port}/");
    let attempt = try_to(&client(&["127.0.0.0/8"]), &url).await;
    assert_eq!(attempt.outcome, Ok(200));
    let waited = attempt.duration;
    assert!(waited < TRY_LIMIT / 2, "it waited {waited:?} for more");
}
