//! Whoever comes at the same moment: one transition, one event, and no answer that turns out untrue.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Method;

use crate::support::customer::honest;
use crate::support::{Customer, Engine, Reply, SOON, World, at_time, eventually, json, on_each_engine, photos};

on_each_engine!(sixty_completions_at_once_are_one_transition);
async fn sixty_completions_at_once_are_one_transition(world: World) {
    let (company, secret) = world.company().await;
    let customer = world.customer().await;
    let user_data = honest(&customer.selfie().await);
    let replies = join_all((0..60).map(|_| customer.complete(user_data.clone()))).await;
    for reply in replies {
        assert_eq!(reply.expect(202).json(), json!({ "status": "PROCESSING" }));
    }
    customer.reaches("COMPLETED", SOON).await;
    let event = company.only_event(&secret, SOON).await;
    assert_eq!(event["type"], "session.completed");
    let shown = world.operator.session(&customer.id).await;
    let session_ref = shown["ref"].as_str().expect("a ref");
    assert_eq!(world.place.database.events(session_ref).await, ["session.completed"]);
    let deliveries = shown["deliveries"].as_array().map(Vec::len);
    assert_eq!((deliveries, company.received().len()), (Some(1), 1), "{shown}");
}

on_each_engine!(in_a_crowd_each_gets_its_own_session);
async fn in_a_crowd_each_gets_its_own_session(world: World) {
    let days: Vec<String> = (1..=12).map(|days| format!("{days}d")).collect();
    let links = join_all(days.iter().map(async |ttl| world.operator.link_with(&["--ttl", ttl]).await)).await;
    let customers: Vec<Customer> = links.iter().map(|link| Customer::with_link(&world.place, link)).collect();
    let unknown = Customer::at(&world.place, "sess_00000000000000000000000000");
    let damaged = world.customer().await;
    world.place.database.damage(&world.operator.session_ref(&damaged.id).await).await;
    // More at once than are read together, and who is refused stands between those who are not.
    let ask = async |customer: &Customer| customer.exchange(customer.api(Method::GET, "/public")).await.expect("a whole answer");
    let answers = join_all((0..40).flat_map(|_| customers.iter().chain([&unknown, &damaged])).map(ask)).await;
    for round in answers.chunks(customers.len() + 2) {
        for (answer, link) in round.iter().zip(&links) {
            assert_eq!(answer.json()["expiresAt"], link.expires_at);
        }
        round[customers.len()].problem(404, "not-found");
        assert_eq!(round[customers.len() + 1].status, 500);
    }
}

/// On PostgreSQL alone: nothing keeps a reader of SQLite's WAL waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_a_silent_database_is_told_in_time() {
    let world = World::on(Engine::Postgres).await;
    let customer = world.customer().await;
    let ask = async || customer.exchange(customer.api(Method::GET, "/public")).await.expect("a whole answer");
    let asked = async {
        let started = Instant::now();
        (join_all((0..8).map(|_| ask())).await, started.elapsed())
    };
    let (answers, took) = world.place.database.without_sessions(asked).await;
    for answer in answers {
        assert_eq!((answer.status, answer.header("content-type")), (503, "application/problem+json"));
        assert_eq!(answer.header("retry-after"), "5");
    }
    // All of them were in one of two statements, or in the two after those.
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(ask().await.status, 200, "as soon as it answers again");
}

on_each_engine!(of_different_completions_at_once_one_wins);
async fn of_different_completions_at_once_one_wins(world: World) {
    let customer = world.customer().await;
    let selfie = customer.selfie().await;
    let bodies = (0..30).map(|number| json!({ "name": format!("Name {number}"), "cpf": "12345678909", "selfie_url": selfie }));
    let replies = join_all(bodies.map(|body| customer.complete(body))).await;
    let accepted = replies.iter().filter(|reply| reply.status == 202).count();
    assert_eq!(accepted, 1);
    for reply in replies.iter().filter(|reply| reply.status != 202) {
        reply.problem(409, "conflict");
    }
    customer.reaches("COMPLETED", SOON).await;
}

on_each_engine!(uploads_and_saves_at_once_leave_one_artifact);
async fn uploads_and_saves_at_once_leave_one_artifact(world: World) {
    let customer = world.customer().await;
    let uploads = join_all((0..6).map(|number| {
        let photo = if number % 2 == 0 { photos::selfie() } else { photos::other_selfie() };
        customer.upload("selfie_url", photo)
    }));
    let saves = join_all((0..10).map(|_| customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" }))));
    let (uploads, saves) = futures::join!(uploads, saves);
    assert!(uploads.iter().all(Reply::is_success) && saves.iter().all(Reply::is_success));
    customer.complete(json!({})).await.expect(202);
    customer.reaches("COMPLETED", SOON).await;
    let shown = world.operator.session(&customer.id).await;
    assert_eq!(shown["artifacts"].as_array().map(Vec::len), Some(1), "{shown}");
}

on_each_engine!(completing_against_the_clock_ends_one_way);
async fn completing_against_the_clock_ends_one_way(world: World) {
    let (company, secret) = world.company().await;
    let racers = join_all((0..4).map(|_| race_with_expiry(&world))).await;
    let received = eventually("an event of every session", SOON, async || {
        let received = company.received();
        let told = |customer: &Customer| {
            let of_it = |body: &[u8]| String::from_utf8_lossy(body).contains(&customer.id);
            received.iter().any(|request| of_it(&request.body))
        };
        racers.iter().all(|(customer, _)| told(customer)).then_some(received)
    });
    let received = received.await;
    for (customer, expected) in &racers {
        let session_ref = world.operator.session_ref(&customer.id).await;
        assert_eq!(world.place.database.events(&session_ref).await, [*expected]);
        let events = received.iter().map(|request| request.verified(&secret));
        for event in events.filter(|event| event["data"]["sessionId"] == *customer.id) {
            assert_eq!(event["type"], *expected);
        }
    }
}

/// Completes many times around the deadline; answers the one event that the session may have.
async fn race_with_expiry(world: &World) -> (Customer, &'static str) {
    let customer = world.customer_with(&["--ttl", "6s"]).await;
    let photo = customer.upload("selfie_url", photos::small()).await.expect(201).json();
    let user_data = honest(photo["url"].as_str().expect("a url"));
    // Every second racer starts so late that only the last attempts before the deadline can win.
    let first = if customer.id.as_bytes()[5] % 2 == 0 { -40 } else { -8 };
    let attempts = (0..24).map(|number| {
        let (customer, user_data) = (&customer, &user_data);
        async move {
            at_time(&customer.expires_at, first + number * 4).await;
            customer.complete(user_data.clone()).await
        }
    });
    let replies = join_all(attempts).await;
    let accepted = replies.iter().filter(|reply| reply.status == 202).count();
    for reply in replies.iter().filter(|reply| reply.status != 202) {
        reply.problem(410, "expired");
    }
    let expected = if accepted > 0 { ("COMPLETED", "session.completed") } else { ("EXPIRED", "session.expired") };
    customer.reaches(expected.0, Duration::from_secs(30)).await;
    (customer, expected.1)
}
