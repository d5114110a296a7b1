//! A company's webhook receiver. It records every request, and a test can choose its next answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::{Value, eventually};

/// How the receiver answers one request. By default it answers 200.
#[derive(Clone, Debug)]
pub enum Answer {
    Status(u16),
    /// 302 to this URL.
    Redirect(String),
    /// Accepts the request and never answers.
    Hang,
    /// 200 after this time.
    After(Duration),
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub at: Instant,
}

impl Received {
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        value.to_str().expect("a header of visible ASCII")
    }

    /// The id of the event, the same for every try.
    #[track_caller]
    pub fn webhook_id(&self) -> &str {
        self.header("webhook-id")
    }

    /// Verifies the signature with the public package `standardwebhooks` and returns the event.
    #[track_caller]
    pub fn verified(&self, secret: &str) -> Value {
        let webhook = Webhook::new(secret).expect("a Standard Webhooks secret");
        webhook.verify(&self.body, &self.headers).expect("a good signature");
        serde_json::from_slice(&self.body).expect("the event is JSON")
    }
}

#[derive(Default)]
struct ReceiverState {
    received: Vec<Received>,
    answers: VecDeque<Answer>,
    otherwise: Option<Answer>,
    at_once: usize,
    most_at_once: usize,
}

/// Listens on loopback until the test ends.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    state: Arc<Mutex<ReceiverState>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let url = format!("http://{}/hook?from=flow", listener.local_addr().expect("a bound address"));
        let state = Arc::<Mutex<ReceiverState>>::default();
        let app = Router::new().fallback(receive).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, state }
    }

    /// Queues an answer for the next request that has none yet.
    pub fn next_answer(&self, answer: Answer) {
        self.state.lock().expect("no handler panicked").answers.push_back(answer);
    }

    /// Gives this answer to every request for which none is queued.
    pub fn always(&self, answer: Answer) {
        self.state.lock().expect("no handler panicked").otherwise = Some(answer);
    }

    /// The most requests that were under way at the same time.
    pub fn most_at_once(&self) -> usize {
        self.state.lock().expect("no handler panicked").most_at_once
    }

    pub fn received(&self) -> Vec<Received> {
        self.state.lock().expect("no handler panicked").received.clone()
    }

    /// Waits for at least this many requests and returns all of them.
    pub async fn requests(&self, count: usize, within: Duration) -> Vec<Received> {
        eventually(&format!("{count} requests at the receiver"), within, async || {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
        .await
    }

    /// Waits for an event and verifies it. Fails where requests with another `webhook-id` have arrived.
    pub async fn only_event(&self, secret: &str, within: Duration) -> Value {
        let received = self.requests(1, within).await;
        let first = &received[0];
        for other in &received {
            assert_eq!((other.webhook_id(), &other.body), (first.webhook_id(), &first.body), "one event, always the same");
        }
        first.verified(secret)
    }
}

async fn receive(State(state): State<Arc<Mutex<ReceiverState>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let answer = {
        let mut state = state.lock().expect("no handler panicked");
        state.received.push(Received { path: uri.to_string(), headers, body, at: Instant::now() });
        state.at_once += 1;
        state.most_at_once = state.most_at_once.max(state.at_once);
        let otherwise = state.otherwise.clone();
        state.answers.pop_front().or(otherwise).unwrap_or(Answer::Status(200))
    };
    let reply = reply(answer).await;
    state.lock().expect("no handler panicked").at_once -= 1;
    reply
}

async fn reply(answer: Answer) -> Response {
    match answer {
        Answer::Status(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Answer::Redirect(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
        Answer::Hang => std::future::pending().await,
        Answer::After(time) => {
            tokio::time::sleep(time).await;
            StatusCode::OK.into_response()
        }
    }
}
