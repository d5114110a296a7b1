//! A client of the session API: a company's program with a key, which creates sessions and reads them.

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, RequestBuilder};

use super::{Customer, Installation, Operator, Reply, Value, json};

/// A client with its key.
pub struct ApiClient {
    /// The key's id.
    pub id: String,
    pub key: String,
    /// Sends requests; it has no session id.
    pub http: Customer,
}

impl ApiClient {
    /// Creates a key with these scopes.
    pub async fn new(installation: &Installation, scopes: &[&str]) -> Self {
        let made = Operator::at(installation).add_key(scopes).await;
        let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("{name} in {made}")).to_owned();
        assert_eq!(made["scopes"], json!(scopes));
        assert!(text("key").starts_with("fs_") && text("id").starts_with("key_"), "{made}");
        Self { id: text("id"), key: text("key"), http: Customer::at(installation, "") }
    }

    /// The same client, which calls another process of the server.
    pub fn at(&self, installation: &Installation) -> Self {
        Self { id: self.id.clone(), key: self.key.clone(), http: Customer::at(installation, "") }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, path).header(AUTHORIZATION, format!("Bearer {}", self.key))
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        self.http.send(request).await
    }

    pub async fn create(&self, body: &Value) -> Reply {
        self.send(self.request(Method::POST, "/kyc-sessions").json(body)).await
    }

    /// The same, with an `Idempotency-Key`.
    pub async fn create_with_key(&self, name: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, "/kyc-sessions").header("idempotency-key", name).json(body)).await
    }

    pub async fn show(&self, id_or_ref: &str) -> Reply {
        self.send(self.request(Method::GET, &format!("/kyc-sessions/{id_or_ref}"))).await
    }
}
