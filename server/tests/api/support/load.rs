//! Concurrent customers of a server that may die at any moment. Each repeats a request until it is answered, and remembers
//! every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::rng::SeededRng;
use super::{Customer, Installation, Operator, Reply, Value, json, photos};

/// A session and what the server has confirmed about it with 2xx.
#[derive(Clone)]
pub struct StartedSession {
    pub customer: Customer,
    /// Whether the customer stops after the first step, so that the session expires.
    pub expires: bool,
    pub requests: usize,
    pub answers: usize,
    saved: Option<String>,
    artifact: Option<String>,
    accepted: bool,
}

/// Running customers.
pub struct Load {
    stop: Arc<AtomicBool>,
    workers: JoinSet<Vec<StartedSession>>,
}

impl Load {
    pub fn start(installation: &Installation, rng: &mut SeededRng, customers: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = JoinSet::new();
        for _ in 0..customers {
            let (installation, stop, rng) = (installation.clone(), Arc::clone(&stop), SeededRng::from_seed(rng.next()));
            workers.spawn(async move { work(&installation, &stop, rng).await });
        }
        Self { stop, workers }
    }

    /// Waits until every open request is answered, and returns all sessions.
    pub async fn end(self) -> Vec<StartedSession> {
        self.stop.store(true, Ordering::Relaxed);
        self.workers.join_all().await.into_iter().flatten().collect()
    }
}

async fn work(installation: &Installation, stop: &AtomicBool, mut rng: SeededRng) -> Vec<StartedSession> {
    let operator = Operator::at(installation);
    let mut all = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let expires = rng.below(6) == 0;
        let link = operator.link_with(if expires { &["--ttl", "3s"] } else { &[] }).await;
        let customer = Customer::with_link(installation, &link);
        let mut session = StartedSession { customer, expires, requests: 0, answers: 0, saved: None, artifact: None, accepted: false };
        session.run(&mut rng, stop).await;
        all.push(session);
    }
    all
}

impl StartedSession {
    /// Runs a whole session, or as much of it as there is time for.
    async fn run(&mut self, rng: &mut SeededRng, stop: &AtomicBool) {
        let name = format!("Customer {}", rng.next());
        let body = json!({ "userData": { "name": name, "cpf": "12345678909" } });
        let saved = self.send_until_answered(|customer| customer.api(Method::PUT, "/steps/identity").json(&body)).await;
        if self.expires && saved.status == 410 {
            return;
        }
        saved.expect(204);
        self.saved = Some(name);
        if self.expires || stop.load(Ordering::Relaxed) {
            return;
        }
        self.assert_progress_kept().await;
        let photo = *rng.one_of(&[photos::selfie(), photos::other_selfie()]);
        let uploaded = self.send_until_answered(|customer| customer.upload_request("selfie_url", photo)).await;
        assert!(uploaded.is_success(), "{} {}", uploaded.status, uploaded.text());
        self.artifact = uploaded.json()["artifactId"].as_str().map(str::to_owned);
        if rng.below(5) == 0 {
            return;
        }
        self.assert_progress_kept().await;
        self.send_until_answered(|customer| customer.complete_request(&json!({}))).await.expect(202);
        self.accepted = true;
        self.assert_progress_kept().await;
    }

    /// Repeats the request until it is answered.
    async fn send_until_answered(&mut self, request: impl Fn(&Customer) -> RequestBuilder) -> Reply {
        let started = Instant::now();
        loop {
            self.requests += 1;
            if let Ok(reply) = self.customer.try_send(request(&self.customer)).await {
                self.answers += usize::from(reply.is_success());
                return reply;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "no answer for a minute");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Expects every confirmed write to be visible, however often the server has died since.
    async fn assert_progress_kept(&mut self) {
        let public = self.send_until_answered(|customer| customer.api(Method::GET, "/public")).await.expect(200).json();
        if self.accepted {
            assert_ne!(public["status"], "PENDING", "the 202 is still true");
        } else {
            assert_eq!(public["progress"]["done"], json!(["identity"]), "the 204 is still true");
        }
    }

    /// Expects the session's final state to include every confirmed write.
    pub async fn assert_answers_kept(&self, shown: &Value) {
        let status = shown["status"].as_str().expect("a status");
        let expected: &[&str] = match (self.accepted, self.expires) {
            (true, _) => &["COMPLETED"],
            (_, true) => &["EXPIRED"],
            _ => &["PENDING"],
        };
        assert!(expected.contains(&status), "{status}, not {expected:?}: {shown}");
        if let Some(artifact) = &self.artifact {
            assert!(shown["artifacts"].to_string().contains(artifact.as_str()), "the upload's 201 is still true: {shown}");
        }
        if let (Some(name), "PENDING") = (&self.saved, status) {
            assert_eq!(self.customer.answers().await.expect(200).json()["userData"]["name"], **name, "the 204 is still true");
        }
    }
}
