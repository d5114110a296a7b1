//! A company's own program: holds a key of the session API, creates sessions with it and reads how they went.

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, RequestBuilder};

use super::{Customer, Operator, Place, Reply, Value, json};

/// A company's program that holds a key.
pub struct Program {
    /// What the key is called.
    pub id: String,
    pub key: String,
    /// What sends; it has no session's id.
    pub http: Customer,
}

impl Program {
    /// With a new key of these scopes.
    pub async fn new(place: &Place, scopes: &[&str]) -> Self {
        let made = Operator::at(place).add_key(scopes).await;
        let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("{name} in {made}")).to_owned();
        assert_eq!(made["scopes"], json!(scopes));
        assert!(text("key").starts_with("fs_") && text("id").starts_with("key_"), "{made}");
        Self { id: text("id"), key: text("key"), http: Customer::at(place, "") }
    }

    /// The same program, with another process of the server.
    pub fn at(&self, place: &Place) -> Self {
        Self { id: self.id.clone(), key: self.key.clone(), http: Customer::at(place, "") }
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

    /// The same, under an `Idempotency-Key`.
    pub async fn create_once(&self, name: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, "/kyc-sessions").header("idempotency-key", name).json(body)).await
    }

    pub async fn show(&self, id_or_ref: &str) -> Reply {
        self.send(self.request(Method::GET, &format!("/kyc-sessions/{id_or_ref}"))).await
    }
}
