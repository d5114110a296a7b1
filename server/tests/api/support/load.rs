//! Customers who work at once against a server that may die at any moment: each sends again what was not answered, and
//! remembers what was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::chance::Chance;
use super::{Customer, Operator, Place, Reply, Value, json, photos};

/// One session, and what the server said of it with 2xx.
#[derive(Clone)]
pub struct Begun {
    pub customer: Customer,
    /// Left alone after its first step, to run out of time.
    pub expires: bool,
    pub requests: usize,
    pub answers: usize,
    saved: Option<String>,
    artifact: Option<String>,
    accepted: bool,
}

/// Customers at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    workers: JoinSet<Vec<Begun>>,
}

impl Load {
    pub fn start(place: &Place, chance: &mut Chance, customers: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = JoinSet::new();
        for _ in 0..customers {
            let (place, stop, chance) = (place.clone(), Arc::clone(&stop), Chance::of_seed(chance.next()));
            workers.spawn(async move { work(&place, &stop, chance).await });
        }
        Self { stop, workers }
    }

    /// Lets everyone come to an answer for what is under way, and answers all sessions.
    pub async fn end(self) -> Vec<Begun> {
        self.stop.store(true, Ordering::Relaxed);
        self.workers.join_all().await.into_iter().flatten().collect()
    }
}

async fn work(place: &Place, stop: &AtomicBool, mut chance: Chance) -> Vec<Begun> {
    let operator = Operator::at(place);
    let mut all = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let expires = chance.below(6) == 0;
        let link = operator.link_with(if expires { &["--ttl", "3s"] } else { &[] }).await;
        let customer = Customer::with_link(place, &link);
        let mut session = Begun { customer, expires, requests: 0, answers: 0, saved: None, artifact: None, accepted: false };
        session.run(&mut chance, stop).await;
        all.push(session);
    }
    all
}

impl Begun {
    /// A whole session, or as much of it as there is time for.
    async fn run(&mut self, chance: &mut Chance, stop: &AtomicBool) {
        let name = format!("Customer {}", chance.next());
        let body = json!({ "userData": { "name": name, "cpf": "12345678909" } });
        let saved = self.insist(|customer| customer.api(Method::PUT, "/steps/identity").json(&body)).await;
        if self.expires && saved.status == 410 {
            return;
        }
        saved.expect(204);
        self.saved = Some(name);
        if self.expires || stop.load(Ordering::Relaxed) {
            return;
        }
        self.goes_on().await;
        let photo = *chance.one_of(&[photos::selfie(), photos::other_selfie()]);
        let uploaded = self.insist(|customer| customer.uploading("selfie_url", photo)).await;
        assert!(uploaded.is_success(), "{} {}", uploaded.status, uploaded.text());
        self.artifact = uploaded.json()["artifactId"].as_str().map(str::to_owned);
        if chance.below(5) == 0 {
            return;
        }
        self.goes_on().await;
        self.insist(|customer| customer.completing(&json!({}))).await.expect(202);
        self.accepted = true;
        self.goes_on().await;
    }

    /// Sends it until it is answered.
    async fn insist(&mut self, request: impl Fn(&Customer) -> RequestBuilder) -> Reply {
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

    /// What was answered is true now, however often the server died since.
    async fn goes_on(&mut self) {
        let public = self.insist(|customer| customer.api(Method::GET, "/public")).await.expect(200).json();
        if self.accepted {
            assert_ne!(public["status"], "PENDING", "the 202 is still true");
        } else {
            assert_eq!(public["progress"]["done"], json!(["identity"]), "the 204 is still true");
        }
    }

    /// What was answered is true of the session as it is shown at the end.
    pub async fn is_still_true(&self, shown: &Value) {
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
