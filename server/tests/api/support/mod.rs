//! What the tests share. A test takes a `TestApp` (an installation with a running server) or an `Installation` (where nothing
//! runs yet). Everything in them is stopped and removed when the test ends.

pub mod api_client;
pub mod customer;
pub mod dashboard;
pub mod disk;
pub mod engine;
pub mod html;
pub mod installation;
pub mod load;
pub mod operator;
pub mod parts;
pub mod photos;
pub mod postgres;
pub mod raw;
pub mod receiver;
pub mod reply;
pub mod rng;
pub mod search;
pub mod server;
pub mod soak;
pub mod webp_bombs;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::RequestBuilder;
use tokio::time::Instant;

pub use api_client::ApiClient;
pub use customer::Customer;
pub use dashboard::Browser;
pub(crate) use engine::on_each_engine;
pub use engine::{Database, Engine};
pub use installation::{Installation, Outcome};
pub use operator::Operator;
pub use parts::{Parts, run_due, submit};
pub use receiver::{Answer, Receiver};
pub use reply::Reply;
pub use serde_json::{Value, json};
pub use server::Server;

/// The contract allows 30 s for a check, a delivery or an expiry.
pub const SOON: Duration = Duration::from_secs(30);

/// A well-formed id that no session has: 26 characters of Crockford base32.
pub const UNKNOWN_ID: &str = "sess_0123456789abcdefghjkmnpqrs";

/// An installation, its running server, and an operator at its command line.
pub struct TestApp {
    pub installation: Installation,
    pub server: Server,
    pub operator: Operator,
}

impl TestApp {
    /// Starts the server of a new installation on this engine.
    pub async fn on(engine: Engine) -> Self {
        let installation = Installation::on(engine).await;
        Self::at(installation).await
    }

    /// Starts the server of this installation.
    pub async fn at(installation: Installation) -> Self {
        let server = Server::start(&installation).await;
        let operator = Operator::at(&installation);
        Self { installation, server, operator }
    }

    /// A customer with a new link of the flow `minimal`.
    pub async fn customer(&self) -> Customer {
        self.customer_with(&[]).await
    }

    /// The same, with more arguments to `link create`, such as `--ttl 1s`.
    pub async fn customer_with(&self, arguments: &[&str]) -> Customer {
        let link = self.operator.link_with(arguments).await;
        Customer::with_link(&self.installation, &link)
    }

    /// A customer of a flow that only asks for a file, which may be a PDF: the field `proof`.
    pub async fn customer_with_proof(&self) -> Customer {
        let fields = json!([{ "name": "proof", "type": "ARTIFACT", "label": "Bill" }]);
        self.operator.import_flow(&json!({ "name": "proof", "steps": [{ "id": "address", "type": "PROOF", "title": "Address", "fields": fields }] })).await;
        Customer::with_link(&self.installation, &self.operator.link_of("proof", &[]).await)
    }

    /// Sends one bad request to a new session, and expects a problem and an unharmed session.
    pub async fn refused(&self, request: impl FnOnce(&Customer) -> RequestBuilder) -> Reply {
        let customer = self.customer().await;
        let before = customer.public().await.expect(200).json();
        let reply = customer.send(request(&customer)).await;
        reply.any_problem();
        customer.assert_unharmed(&before).await;
        reply
    }

    /// Invites an operator with this role and signs them in.
    pub async fn browser(&self, role: &str) -> Browser {
        Browser::signed_in(&self.installation, role).await
    }

    /// Someone who uses this id without having a link.
    pub fn stranger(&self, id: &str) -> Customer {
        Customer::at(&self.installation, id)
    }

    /// Starts a webhook receiver, registers it as an endpoint and returns it with its secret.
    pub async fn company(&self) -> (Receiver, String) {
        let receiver = Receiver::start().await;
        let endpoint = self.operator.add_webhook(&receiver.url).await;
        let secret = endpoint["secret"].as_str().expect("webhook add answers a secret").to_owned();
        (receiver, secret)
    }

    /// The status of `/readyz`, and what it says.
    pub async fn readyz(&self) -> (u16, String) {
        let request = self.installation.http.get(format!("{}/readyz", self.installation.base()));
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }

    /// Kills the server and starts it again on the same data.
    pub async fn crash_and_restart(&mut self) {
        self.server.kill();
        self.server = Server::start(&self.installation).await;
    }
}

/// Calls `probe` until it returns a value. Fails after `within`.
pub async fn eventually<T>(what: &str, within: Duration, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// The wall-clock time in milliseconds since 1970. The server reads the same clock.
#[expect(clippy::disallowed_methods, reason = "a test waits for the moment that the server's real clock will reach")]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    i64::try_from(since.as_millis()).expect("this century")
}

/// Parses an RFC 3339 time into milliseconds since 1970.
pub fn parse_ms(rfc3339: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(rfc3339).unwrap_or_else(|error| panic!("{rfc3339:?} is no RFC 3339 time: {error}")).timestamp_millis()
}

/// Returns when the wall clock has passed this time (plus `offset_ms`, which may be negative).
pub async fn at_time(rfc3339: &str, offset_ms: i64) {
    let left = parse_ms(rfc3339) + offset_ms - now_ms();
    if let Ok(left) = u64::try_from(left) {
        tokio::time::sleep(Duration::from_millis(left + 1)).await;
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}
