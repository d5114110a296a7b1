//! Killed again and again at moments of chance, while customers work: what was answered with 2xx is still true, 30 s after
//! the last start nothing is under way, and every session that came to its end has told the company so.
//!
//! `FLOW_SOAK_KILLS` says how many kills (10), `FLOW_SOAK_SEED` which chance; both are for `make soak`.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::support::chance::Chance;
use crate::support::load::{Begun, Load};
use crate::support::{Answer, Operator, Receiver, SOON, Server, Value, World, eventually, json, now_ms, on_each_engine};

/// Kills between two times at which everything is held to be well.
const ROUND: usize = 10;
/// Customers who work at once.
const CUSTOMERS: u64 = 4;

/// A number from the environment.
fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|value| value.to_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} is a whole number")))
}

/// What a run has to show for itself.
#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    requests: usize,
    answers: usize,
    sessions: usize,
    events: usize,
    deliveries: usize,
    ready: Duration,
    processing: Duration,
}

on_each_engine!(killed_under_load_nothing_that_was_answered_is_lost);
async fn killed_under_load_nothing_that_was_answered_is_lost(mut world: World) {
    let kills = usize::try_from(setting("FLOW_SOAK_KILLS").unwrap_or(10)).expect("a number of kills");
    let seed = setting("FLOW_SOAK_SEED").unwrap_or_else(|| now_ms().unsigned_abs());
    let engine = world.place.engine;
    println!("{engine:?}: {kills} kills, FLOW_SOAK_SEED={seed}");
    let mut chance = Chance::of_seed(seed);
    let (company, secret) = world.company().await;
    let mut figures = Figures::default();
    while figures.kills < kills {
        let load = Load::start(&world.place, &mut chance, CUSTOMERS);
        for _ in 0..ROUND.min(kills - figures.kills) {
            sleep(Duration::from_millis(50 + chance.next() % 900)).await;
            if chance.below(3) == 0 {
                company.next_answer(Answer::Status(500));
            }
            world.server.kill9();
            let started = Instant::now();
            world.server = Server::start(&world.place).await;
            figures.ready = figures.ready.max(started.elapsed());
            figures.kills += 1;
        }
        let started = Instant::now();
        let begun = load.end().await;
        figures.requests += begun.iter().map(|session| session.requests).sum::<usize>();
        figures.answers += begun.iter().map(|session| session.answers).sum::<usize>();
        figures.sessions += begun.len();
        let ended = all_come_to_rest(&world.operator, &begun, started + SOON).await;
        figures.processing = figures.processing.max(started.elapsed());
        are_told(&world, &company, &secret, &ended).await;
        figures.events += ended.len();
    }
    figures.deliveries = company.received().len();
    println!("| engine | kills | requests | 2xx | sessions | events | deliveries | longest to ready | longest at rest after the last start |");
    let Figures { kills, requests, answers, sessions, events, deliveries, ready, processing } = figures;
    println!("| {engine:?} | {kills} | {requests} | {answers} | {sessions} | {events} | {deliveries} | {ready:.2?} | {processing:.2?} |");
    assert!(sessions >= kills && events > 0, "there was something to lose: {sessions} sessions, {events} events");
}

/// Holds every session to what was answered, and waits until none is under way; answers those that ended.
async fn all_come_to_rest(operator: &Operator, begun: &[Begun], deadline: Instant) -> Vec<Value> {
    let chunks = begun.chunks(begun.len().div_ceil(4).max(1)).map(async |chunk| {
        let mut ended = Vec::new();
        for session in chunk {
            let shown = eventually("a session at rest", deadline.saturating_duration_since(Instant::now()), async || {
                let shown = operator.session(&session.customer.id).await;
                let waits = shown["status"] == "PROCESSING" || (session.expires && shown["status"] == "PENDING");
                (!waits).then_some(shown)
            })
            .await;
            session.is_still_true(&shown).await;
            if shown["status"] != "PENDING" {
                ended.push(json!({ "id": session.customer.id, "ref": shown["ref"], "status": shown["status"], "riskScore": shown["riskScore"] }));
            }
        }
        ended
    });
    join_all(chunks).await.into_iter().flatten().collect()
}

/// Exactly one event row a session that ended, delivered at least once and signed, always the same.
async fn are_told(world: &World, company: &Receiver, secret: &str, ended: &[Value]) {
    for session in ended {
        let text = |key: &str| session[key].as_str().expect("a text");
        let name = format!("session.{}", text("status").to_lowercase());
        assert_eq!(world.place.database.events(text("ref")).await, [name.as_str()], "{session}");
        let told = eventually("the event at the company", SOON * 4, async || {
            let received = company.received();
            let told: Vec<_> =
                received.into_iter().filter(|request| request.body.windows(text("id").len()).any(|window| window == text("id").as_bytes())).collect();
            (!told.is_empty()).then_some(told)
        })
        .await;
        for request in &told {
            let event = request.verified(secret);
            assert_eq!((&event["type"], &event["data"]["riskScore"]), (&name.clone().into(), &session["riskScore"]), "{session}");
            assert_eq!(request.webhook_id(), told[0].webhook_id(), "one event, always the same");
        }
        eventually("the delivery on record", SOON * 4, async || {
            let shown = world.operator.session(text("id")).await;
            (shown["deliveries"][0]["status"] == "DELIVERED").then_some(())
        })
        .await;
    }
}
