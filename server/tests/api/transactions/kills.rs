//! The server is killed at random moments while payments are held and settled. What it answered stays true, and in the end each payment is
//! settled once, told about once, and no session is without its payments.
//!
//! `FLOW_SOAK_PAYMENT_KILLS` sets the number of kills (12 by default) and `FLOW_SOAK_SEED` the random seed, both for `make soak`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::{Company, GOOD_CPF, payment, step_up_from};
use crate::support::rng::SeededRng;
use crate::support::soak::{setting, setting_or};
use crate::support::{ApiClient, Customer, Installation, Reply, SOON, Server, TestApp, Value, eventually, json, now_ms, on_each_engine};

/// The number of customers who pay at the same time.
const CUSTOMERS: usize = 4;
/// How long a customer has for the evidence.
const TIME: &str = "4s";

on_each_engine!(kills_between_a_payment_and_its_settlement_lose_nothing);
async fn kills_between_a_payment_and_its_settlement_lose_nothing(app: TestApp) {
    let kills = setting_or("FLOW_SOAK_PAYMENT_KILLS", 12);
    let seed = setting("FLOW_SOAK_SEED").unwrap_or_else(|| now_ms().unsigned_abs());
    println!("{:?}: {kills} kills, FLOW_SOAK_SEED={seed}", app.installation.engine);
    let mut rng = SeededRng::from_seed(seed);
    let mut company = Company::of(app).await;
    let mut rule = step_up_from(100);
    rule["then"]["ttl"] = json!(TIME);
    company.import_rule(&rule).await;

    let stop = Arc::new(AtomicBool::new(false));
    let mut payers = JoinSet::new();
    for number in 0..CUSTOMERS {
        let payer = Payer {
            number,
            program: company.program.at(&company.app.installation),
            installation: company.app.installation.clone(),
            rng: SeededRng::from_seed(rng.next()),
        };
        payers.spawn(payer.pay_until(Arc::clone(&stop)));
    }
    for _ in 0..kills {
        company.app.server.ends_within(Duration::from_millis(50 + rng.next() % 900)).await;
        company.app.server.kill();
        company.app.server = Server::start(&company.app.installation).await;
    }
    stop.store(true, Ordering::Relaxed);
    let paid: Vec<Paid> = payers.join_all().await.into_iter().flatten().collect();

    let waiting = "SELECT COUNT(*) FROM transactions WHERE status = 'AWAITING_USER'";
    eventually("no payment that waits", SOON, async || (company.number(waiting).await == 0).then_some(())).await;
    for Paid { body, answered, completed } in &paid {
        let id = body["transactionId"].as_str().expect("an id");
        let shown = company.show(id).await;
        let ends: &[&str] = match (answered["status"].as_str(), completed) {
            (Some("APPROVED"), _) | (_, Some(true)) => &["APPROVED"],
            (_, Some(false)) => &["BLOCKED"],
            // It was never known whether the evidence arrived in time.
            (_, None) => &["APPROVED", "BLOCKED"],
        };
        assert!(ends.contains(&shown["status"].as_str().expect("a status")), "{shown}, not {ends:?}");
        assert_eq!(shown["matchedRules"], answered["matchedRules"], "it explains itself as it was answered");
    }
    let held = paid.iter().filter(|paid| paid.body["amount"] == HELD).count();
    let number = i64::try_from(held).expect("few");
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, i64::try_from(paid.len()).expect("few"), "each payment once");
    let told = "SELECT COUNT(*) FROM transactions t WHERE session_ref IS NOT NULL AND 1 = (SELECT COUNT(*) FROM events e WHERE e.subject = t.ref \
         AND e.type = 'transaction.held') AND 1 = (SELECT COUNT(*) FROM events e WHERE e.subject = t.ref AND e.type = \
         CASE WHEN t.status = 'APPROVED' THEN 'transaction.released' ELSE 'transaction.blocked' END)";
    assert_eq!(company.number(told).await, number, "each one that was held is told about twice");
    assert_eq!(company.number("SELECT COUNT(*) FROM events WHERE subject_kind = 'TRANSACTION'").await, 2 * number, "and no more than that");
    let alone = "SELECT COUNT(*) FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM transactions t WHERE t.session_ref = s.ref)";
    assert_eq!(company.number(alone).await, 0, "a session without its payment");
    eventually("the events at the company", SOON * 4, async || {
        let received: BTreeSet<String> = company.receiver.received().iter().map(|request| request.verified(&company.secret).to_string()).collect();
        (received.iter().filter(|event| event.contains("transaction.")).count() >= 2 * held).then_some(())
    })
    .await;
    assert_eq!(company.number("SELECT COUNT(*) FROM follow_ups").await, 0, "nothing is left to make up for");
    println!("{kills} kills: {} payments, of which {held} were held", paid.len());
    assert!(held >= kills / 2, "the run had payments to lose");
}

/// Amounts: one that passes, one that is held.
const PASSES: i64 = 50;
const HELD: i64 = 500;

/// A payment, what was answered, and whether its evidence was accepted.
struct Paid {
    body: Value,
    answered: Value,
    completed: Option<bool>,
}

/// The company's program and a customer of it, who repeat what got no answer.
struct Payer {
    number: usize,
    program: ApiClient,
    installation: Installation,
    rng: SeededRng,
}

impl Payer {
    async fn pay_until(mut self, stop: Arc<AtomicBool>) -> Vec<Paid> {
        let (mut all, mut round) = (Vec::new(), 0);
        while !stop.load(Ordering::Relaxed) {
            round += 1;
            let customer = format!("c-{}-{round}", self.number);
            let mut paid = Vec::new();
            // Up to three wait for the same session.
            for number in 0..=self.rng.below(3) {
                let amount = if self.rng.below(4) == 0 { PASSES } else { HELD };
                let body = payment(&format!("pix-{}-{round}-{number}", self.number), &customer, amount);
                let answered = self.until_answered(|| self.program.request(Method::POST, "/transactions").json(&body)).await;
                assert!(answered.is_success(), "{} {}", answered.status, answered.text());
                paid.push(Paid { body, answered: answered.json(), completed: None });
            }
            self.give_evidence(&mut paid).await;
            all.append(&mut paid);
        }
        all
    }

    /// Completes the session that the payments wait for; one in five customers lets it expire.
    async fn give_evidence(&mut self, paid: &mut [Paid]) {
        let is_absent = self.rng.below(5) == 0;
        let sessions: BTreeSet<String> = paid.iter().filter_map(|paid| session_of(&paid.answered)).collect();
        for session in sessions {
            let accepted = if is_absent {
                Some(false)
            } else {
                let customer = Customer::at(&self.installation, &session);
                let reply = self.until_answered(|| customer.complete_request(&json!({ "cpf": GOOD_CPF }))).await;
                match reply.status {
                    202 => Some(true),
                    // It expired meanwhile. A first try whose answer was lost may have been in time.
                    410 => None,
                    status => panic!("{status} {}", reply.text()),
                }
            };
            for paid in paid.iter_mut().filter(|paid| session_of(&paid.answered).as_ref() == Some(&session)) {
                paid.completed = accepted;
            }
        }
    }

    /// Repeats a request until it is answered.
    async fn until_answered(&self, request: impl Fn() -> reqwest::RequestBuilder) -> Reply {
        let deadline = Instant::now() + SOON;
        loop {
            if let Ok(reply) = self.program.http.try_send(request()).await {
                return reply;
            }
            assert!(Instant::now() < deadline, "no answer within {SOON:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

fn session_of(answered: &Value) -> Option<String> {
    answered["session"]["sessionId"].as_str().map(str::to_owned)
}
