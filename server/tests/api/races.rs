//! Requests at the same moment cause one transition and one event, and every answer stays true.

use std::time::{Duration, Instant};

use ::server::actor::{Act, Actor, Entry};
use ::server::ids::{OperatorId, RowId as _};
use ::server::{operators, store};
use ::shared::role::{May, Role};
use futures::future::join_all;
use reqwest::Method;

use crate::support::customer::valid_user_data;
use crate::support::{Customer, Engine, Parts, Reply, SOON, TestApp, at_time, eventually, json, on_each_engine, photos};

on_each_engine!(sixty_completions_at_once_make_one_transition);
async fn sixty_completions_at_once_make_one_transition(app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = app.customer().await;
    let user_data = valid_user_data(&customer.selfie().await);
    let replies = join_all((0..60).map(|_| customer.complete(user_data.clone()))).await;
    for reply in replies {
        assert_eq!(reply.expect(202).json(), json!({ "status": "PROCESSING" }));
    }
    customer.wait_for_status("COMPLETED", SOON).await;
    let event = company.only_event(&secret, SOON).await;
    assert_eq!(event["type"], "session.completed");
    let shown = app.operator.session(&customer.id).await;
    let session_ref = shown["ref"].as_str().expect("a ref");
    assert_eq!(app.installation.database.events(session_ref).await, ["session.completed"]);
    let deliveries = shown["deliveries"].as_array().map(Vec::len);
    assert_eq!((deliveries, company.received().len()), (Some(1), 1), "{shown}");
}

on_each_engine!(many_readers_at_once_each_get_their_own_session);
async fn many_readers_at_once_each_get_their_own_session(app: TestApp) {
    let days: Vec<String> = (1..=12).map(|days| format!("{days}d")).collect();
    let links = join_all(days.iter().map(async |ttl| app.operator.link_with(&["--ttl", ttl]).await)).await;
    let customers: Vec<Customer> = links.iter().map(|link| Customer::with_link(&app.installation, link)).collect();
    let unknown = Customer::at(&app.installation, "sess_00000000000000000000000000");
    let damaged = app.customer().await;
    app.installation.database.corrupt_session(&app.operator.session_ref(&damaged.id).await).await;
    // More requests than one batch reads, with refused ones between the others.
    let ask = async |customer: &Customer| customer.send_raw(customer.api(Method::GET, "/public")).await.expect("a whole answer");
    let answers = join_all((0..40).flat_map(|_| customers.iter().chain([&unknown, &damaged])).map(ask)).await;
    for round in answers.chunks(customers.len() + 2) {
        for (answer, link) in round.iter().zip(&links) {
            assert_eq!(answer.json()["expiresAt"], link.expires_at);
        }
        round[customers.len()].problem(404, "not-found");
        assert_eq!(round[customers.len() + 1].status, 500);
    }
}

/// Only on PostgreSQL: nothing blocks a reader of SQLite's write-ahead log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_to_a_blocked_database_are_answered_503_in_time() {
    let app = TestApp::on(Engine::Postgres).await;
    let customer = app.customer().await;
    let ask = async || customer.send_raw(customer.api(Method::GET, "/public")).await.expect("a whole answer");
    let asked = async {
        let started = Instant::now();
        (join_all((0..8).map(|_| ask())).await, started.elapsed())
    };
    let (answers, took) = app.installation.database.with_sessions_locked(asked).await;
    for answer in answers {
        assert_eq!((answer.status, answer.header("content-type")), (503, "application/problem+json"));
        assert_eq!(answer.header("retry-after"), "5");
    }
    // Each request waited for one of two statements, or for one of the two that follow them.
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(ask().await.status, 200, "reads work again after the lock");
}

on_each_engine!(when_different_completions_come_at_once_one_wins);
async fn when_different_completions_come_at_once_one_wins(app: TestApp) {
    let customer = app.customer().await;
    let selfie = customer.selfie().await;
    let bodies = (0..30).map(|number| json!({ "name": format!("Name {number}"), "cpf": "12345678909", "selfie_url": selfie }));
    let replies = join_all(bodies.map(|body| customer.complete(body))).await;
    let accepted = replies.iter().filter(|reply| reply.status == 202).count();
    assert_eq!(accepted, 1);
    for reply in replies.iter().filter(|reply| reply.status != 202) {
        reply.problem(409, "conflict");
    }
    customer.wait_for_status("COMPLETED", SOON).await;
}

on_each_engine!(uploads_and_saves_at_once_leave_one_artifact);
async fn uploads_and_saves_at_once_leave_one_artifact(app: TestApp) {
    let customer = app.customer().await;
    let uploads = join_all((0..6).map(|number| {
        let photo = if number % 2 == 0 { photos::selfie() } else { photos::other_selfie() };
        customer.upload("selfie_url", photo)
    }));
    let saves = join_all((0..10).map(|_| customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" }))));
    let (uploads, saves) = futures::join!(uploads, saves);
    assert!(uploads.iter().all(Reply::is_success) && saves.iter().all(Reply::is_success));
    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let shown = app.operator.session(&customer.id).await;
    assert_eq!(shown["artifacts"].as_array().map(Vec::len), Some(1), "{shown}");
}

on_each_engine!(a_completion_at_the_deadline_ends_in_one_status);
async fn a_completion_at_the_deadline_ends_in_one_status(app: TestApp) {
    let (company, secret) = app.company().await;
    let racers = join_all((0..4).map(|_| race_with_expiry(&app))).await;
    let received = eventually("an event of every session", SOON, async || {
        let received = company.received();
        let has_event = |customer: &Customer| {
            let of_it = |body: &[u8]| String::from_utf8_lossy(body).contains(&customer.id);
            received.iter().any(|request| of_it(&request.body))
        };
        racers.iter().all(|(customer, _)| has_event(customer)).then_some(received)
    });
    let received = received.await;
    for (customer, expected) in &racers {
        let session_ref = app.operator.session_ref(&customer.id).await;
        assert_eq!(app.installation.database.events(&session_ref).await, [*expected]);
        let events = received.iter().map(|request| request.verified(&secret));
        for event in events.filter(|event| event["data"]["sessionId"] == *customer.id) {
            assert_eq!(event["type"], *expected);
        }
    }
}

/// Completes many times around the deadline, and returns the customer and the only event the session may have.
async fn race_with_expiry(app: &TestApp) -> (Customer, &'static str) {
    let customer = app.customer_with(&["--ttl", "6s"]).await;
    let photo = customer.upload("selfie_url", photos::small()).await.expect(201).json();
    let user_data = valid_user_data(photo["url"].as_str().expect("a url"));
    // About half of the sessions start so late that only the last attempts before the deadline can win.
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
    customer.wait_for_status(expected.0, Duration::from_secs(30)).await;
    (customer, expected.1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_by_a_role_that_was_taken_away() {
    let app = TestApp::on(Engine::Postgres).await;
    let (admin, reviewer, database) = (app.browser("ADMIN").await, app.browser("REVIEWER").await, &app.installation.database);
    let customer = app.customer().await;
    customer.finish().await;
    let session = app.operator.session_ref(&customer.id).await;
    let id = database.texts("SELECT id FROM operators WHERE role = 'REVIEWER'").await.remove(0);
    let row = format!("SELECT ref FROM sessions WHERE ref = '{session}' FOR UPDATE");
    let mut decided = None;
    let taken_away = database.with_lock(&row, async {
        let path = format!("/dashboard/sessions/{session}/decision");
        decided = Some(tokio::spawn(async move { reviewer.post(&path, &[("decision", "APPROVED"), ("reason", "looked at it")]).await }));
        database.until_waiting(1).await;
        admin.post(&format!("/dashboard/operators/{id}/role"), &[("role", "AUDITOR")]).await.expect(303);
    });
    taken_away.await;
    let decided = decided.expect("it was sent").await.expect("no panic");
    assert_eq!((decided.status, database.number("SELECT COUNT(*) FROM reviews").await), (409, 0), "{}", decided.text());
}

on_each_engine!(an_operator_may_do_it_until_it_commits, Parts);
async fn an_operator_may_do_it_until_it_commits(parts: Parts) {
    operators::invite(&parts.kit, "ana@example.com", Role::Reviewer, Actor::CommandLine).await.expect("invites");
    let (kit, database) = (&parts.kit, &parts.installation.database);
    let id = OperatorId::from_uuid(database.texts("SELECT id FROM operators").await[0].parse().expect("an id"));
    let reveal = async || {
        let reveal = async {
            let mut tx = kit.store.write().await?;
            tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), Actor::Operator(id), Act::Searched(None))).await?;
            tx.commit().await
        };
        store::acting(id, May::Review, reveal).await.is_ok()
    };
    assert!(reveal().await);
    for change in ["role = 'AUDITOR'", "role = 'REVIEWER', disabled_at = 1"] {
        database.change(&format!("UPDATE operators SET {change}")).await;
        assert!(!reveal().await, "{change}");
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'search'").await, 1);
}
