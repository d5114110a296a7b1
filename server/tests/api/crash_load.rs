//! The server is killed at random moments while customers work. Everything it answered with 2xx stays true; 30 s after the last
//! start no session is in progress, and the company has received the event of every finished session.
//!
//! `FLOW_SOAK_KILLS` sets the number of kills (10 by default) and `FLOW_SOAK_SEED` the random seed, both for `make soak`.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::Instant;

use crate::support::load::{Load, StartedSession};
use crate::support::rng::SeededRng;
use crate::support::soak::{setting, setting_or};
use crate::support::{Answer, Engine, Operator, Receiver, SOON, Server, TestApp, Value, eventually, json, now_ms, on_each_engine};

/// The number of kills between two checks of everything.
const ROUND: usize = 10;
/// The number of concurrent customers.
const CUSTOMERS: u64 = 4;

/// The figures of a run.
#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    /// Kills between the changes of a group and its COMMIT.
    in_groups: usize,
    requests: usize,
    answers: usize,
    sessions: usize,
    events: usize,
    deliveries: usize,
    ready: Duration,
    processing: Duration,
}

on_each_engine!(kills_under_load_lose_nothing_that_was_answered);
async fn kills_under_load_lose_nothing_that_was_answered(mut app: TestApp) {
    let kills = setting_or("FLOW_SOAK_KILLS", 10);
    let seed = setting("FLOW_SOAK_SEED").unwrap_or_else(|| now_ms().unsigned_abs());
    let engine = app.installation.engine;
    println!("{engine:?}: {kills} kills, FLOW_SOAK_SEED={seed}");
    let mut rng = SeededRng::from_seed(seed);
    let (company, secret) = app.company().await;
    let mut figures = Figures::default();
    while figures.kills < kills {
        let load = Load::start(&app.installation, &mut rng, CUSTOMERS);
        for _ in 0..ROUND.min(kills - figures.kills) {
            let moment = Duration::from_millis(50 + rng.next() % 900);
            if rng.below(3) == 0 {
                company.next_answer(Answer::Status(500));
            }
            if app.server.ends_within(moment).await {
                figures.in_groups += 1;
            } else {
                app.server.kill();
            }
            let started = Instant::now();
            // On SQLite every second server kills itself before it commits a group.
            app.server = if engine == Engine::Sqlite && figures.kills % 2 == 0 {
                Server::start_with_kill_point(&app.installation, "group.before_commit").await
            } else {
                Server::start(&app.installation).await
            };
            figures.ready = figures.ready.max(started.elapsed());
            figures.kills += 1;
        }
        app.server.kill();
        let started = Instant::now();
        app.server = Server::start(&app.installation).await;
        let sessions = load.end().await;
        figures.requests += sessions.iter().map(|session| session.requests).sum::<usize>();
        figures.answers += sessions.iter().map(|session| session.answers).sum::<usize>();
        figures.sessions += sessions.len();
        let ended = wait_until_settled(&app.operator, &sessions, started + SOON).await;
        figures.processing = figures.processing.max(started.elapsed());
        assert_events_delivered(&app, &company, &secret, &ended).await;
        figures.events += ended.len();
    }
    figures.deliveries = company.received().len();
    println!("| engine | kills | in groups | requests | 2xx | sessions | events | deliveries | longest to ready | longest at rest after the last start |");
    let Figures { kills, in_groups, requests, answers, sessions, events, deliveries, ready, processing } = figures;
    println!("| {engine:?} | {kills} | {in_groups} | {requests} | {answers} | {sessions} | {events} | {deliveries} | {ready:.2?} | {processing:.2?} |");
    assert!(sessions >= kills && events > 0, "the run had sessions and events to lose: {sessions} sessions, {events} events");
}

/// Waits until no session is in progress, expects every confirmed write to be kept, and returns the finished sessions.
async fn wait_until_settled(operator: &Operator, sessions: &[StartedSession], deadline: Instant) -> Vec<Value> {
    let chunks = sessions.chunks(sessions.len().div_ceil(4).max(1)).map(async |chunk| {
        let mut ended = Vec::new();
        for session in chunk {
            let shown = eventually("a session that is not in progress", deadline.saturating_duration_since(Instant::now()), async || {
                let shown = operator.session(&session.customer.id).await;
                let waits = shown["status"] == "PROCESSING" || (session.expires && shown["status"] == "PENDING");
                (!waits).then_some(shown)
            })
            .await;
            session.assert_answers_kept(&shown).await;
            if shown["status"] != "PENDING" {
                ended.push(json!({ "id": session.customer.id, "ref": shown["ref"], "status": shown["status"], "riskScore": shown["riskScore"] }));
            }
        }
        ended
    });
    join_all(chunks).await.into_iter().flatten().collect()
}

/// Expects exactly one event for each finished session, delivered at least once, signed, and always the same.
async fn assert_events_delivered(app: &TestApp, company: &Receiver, secret: &str, ended: &[Value]) {
    for session in ended {
        let text = |key: &str| session[key].as_str().expect("a text");
        let name = format!("session.{}", text("status").to_lowercase());
        assert_eq!(app.installation.database.events(text("ref")).await, [name.as_str()], "{session}");
        let deliveries = eventually("the event at the company", SOON * 4, async || {
            let received = company.received();
            let deliveries: Vec<_> =
                received.into_iter().filter(|request| request.body.windows(text("id").len()).any(|window| window == text("id").as_bytes())).collect();
            (!deliveries.is_empty()).then_some(deliveries)
        })
        .await;
        for request in &deliveries {
            let event = request.verified(secret);
            assert_eq!((&event["type"], &event["data"]["riskScore"]), (&name.clone().into(), &session["riskScore"]), "{session}");
            assert_eq!(request.webhook_id(), deliveries[0].webhook_id(), "one event, always the same");
        }
        eventually("a recorded delivery", SOON * 4, async || {
            let shown = app.operator.session(text("id")).await;
            (shown["deliveries"][0]["status"] == "DELIVERED").then_some(())
        })
        .await;
    }
}
