//! What an endpoint answers to a webhook, over a real connection.

use std::sync::{Arc, Mutex};

use ::server::webhooks::address::Policy;
use ::server::webhooks::client::WebhookClient;
use bytes::Bytes;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::target;

const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"HTTP/1.1 ",
    b"HTTP/1.0 ",
    b"HTTP/2 ",
    b" 204 ",
    b" 100 Continue\r\n\r\n",
    b" 999",
    b"Content-Length: 0\r\n",
    b"Content-Length: 18446744073709551616\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"ffffffffffffffff\r\n",
    b"0\r\n\r\n",
    b"Connection: close\r\n",
    b"Connection: upgrade\r\nUpgrade: h2c\r\n",
    b":",
    b" ",
    b"\0",
    b"\xff",
    b"Location: http://127.0.0.1/\r\n",
    b"Content-Encoding: gzip\r\n",
];

fn real() -> Vec<Vec<u8>> {
    [
        &b"HTTP/1.1 204 No Content\r\nServer: nginx\r\nDate: Mon, 30 Nov 2026 10:00:00 GMT\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 202 Accepted\r\nX : folded\r\n  line\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}

/// Reads the head of a request and its body, which ends with `}`, answers, and closes.
async fn answer(listener: TcpListener, answer: Arc<Mutex<Vec<u8>>>) {
    loop {
        let Ok((mut stream, _)) = listener.accept().await else { continue };
        let mut request = Vec::new();
        while !request.ends_with(b"}") && stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {}
        let bytes = answer.lock().expect("no panic").clone();
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        // Until the client has closed too, so that no answer is lost to a reset.
        let _ = stream.read_to_end(&mut request).await;
    }
}

/// Whatever comes back, a try ends, with a status that was in it or with a reason that has a code.
#[test]
fn a_damaged_answer_ends_the_try() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = WebhookClient::new(Policy::new(vec!["127.0.0.0/8".parse().expect("a network")]));
    let next = Arc::new(Mutex::new(Vec::new()));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("a port"))).expect("a URL");
    runtime.spawn(answer(listener, next.clone()));
    target("answers to webhooks", 400, real(), WORDS, |bytes| {
        *next.lock().expect("no panic") = bytes.to_vec();
        let attempt = runtime.block_on(client.post(&url, reqwest::header::HeaderMap::new(), Bytes::from_static(b"{}")));
        match attempt.outcome {
            Ok(status) => {
                prop_assert!((100..1_000).contains(&status), "{}", status);
                let digits = status.to_string();
                prop_assert!(bytes.windows(3).any(|window| window == digits.as_bytes()), "{} is not in the answer", status);
            }
            Err(failure) => prop_assert!(!failure.code().is_empty() && !["refused_address", "dns", "tls"].contains(&failure.code()), "{}", failure.code()),
        }
        Ok(())
    });
}
