//! Deliveries are claimed and recorded many at a time. That changes nothing of what a receiver may rely on: the order of first tries, no
//! event twice, and nobody delayed by another's receiver.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use ::server::actor::Actor;
use ::server::ids::SessionRef;
use ::server::model::{Attempt, DeliveryStatus, Subject};
use ::server::outbox::{self, About};
use ::server::sessions::keys;
use ::server::store::{self, deliveries::Tried, deliveries::Wanted};
use ::server::webhooks::address::Policy;
use ::server::webhooks::client::WebhookClient;
use ::server::webhooks::{add, sender::Sender};
use ::server::work::{self, Health};
use ::shared::event::{EventType, SessionEvent};
use ::shared::ids::EndpointId;
use ::shared::session::Status;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Parts, Receiver, SOON, eventually, on_each_engine};

/// Where the receivers of these tests are.
fn policy() -> Policy {
    Policy::new(vec!["127.0.0.0/8".parse().expect("a network")])
}

/// The jobs that send webhooks, as so many processes would run them. They stop when the test ends.
struct Senders {
    stop: CancellationToken,
    jobs: JoinSet<()>,
}

impl Senders {
    fn start(parts: &Parts, processes: usize) -> Self {
        let (stop, mut jobs, health) = (CancellationToken::new(), JoinSet::new(), Arc::new(Health::default()));
        for _ in 0..processes {
            work::spawn(&mut jobs, Sender::new(parts.kit.clone(), WebhookClient::new(policy())), &health, &stop);
        }
        Self { stop, jobs }
    }

    /// Stops them as SIGTERM does: they write what they know.
    async fn stop(mut self) {
        self.stop.cancel();
        while self.jobs.join_next().await.is_some() {}
    }
}

async fn add_endpoint(parts: &Parts, receiver: &Receiver) -> EndpointId {
    add::add(&parts.kit, &policy(), &receiver.url, Actor::CommandLine).await.expect("adds").id
}

/// Writes one more event of a session, in a transaction of its own.
async fn emit(parts: &Parts, session: SessionRef, occurrence: i64) {
    let key = keys::session_key(&parts.kit, &parts.read(session).await).expect("opens");
    let mut tx = parts.kit.store.write().await.expect("begins");
    let r#ref = session.to_string();
    let about = About { subject: Subject::Session(session), key: &key, occurrence, at: parts.kit.ambient.now() };
    let event = |sequence| SessionEvent {
        event_type: EventType::SessionReviewed,
        session_id: "sess_of_a_test",
        status: Status::Completed,
        customer_id: None,
        risk_score: Some(0),
        r#ref: &r#ref,
        decision: None,
        sequence,
        sandbox: false,
    };
    outbox::emit(&parts.kit, &mut tx, about, event).await.expect("emits");
    tx.commit().await.expect("commits");
}

/// New sessions with so many events each.
async fn emit_all(parts: &Parts, sessions: usize, events: i64) -> Vec<SessionRef> {
    let mut refs = Vec::new();
    for _ in 0..sessions {
        refs.push(parts.session("minimal").await);
    }
    for occurrence in 1..=events {
        for session in &refs {
            emit(parts, *session, occurrence).await;
        }
    }
    refs
}

/// The sequences of each session's events, in the order in which they came for the first time.
fn sequences(receiver: &Receiver) -> HashMap<String, Vec<i64>> {
    let (mut seen, mut found) = (HashSet::new(), HashMap::<_, Vec<i64>>::new());
    for request in receiver.received() {
        let event: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
        if seen.insert(request.webhook_id().to_owned()) {
            let session = event["data"]["ref"].as_str().expect("a ref").to_owned();
            found.entry(session).or_default().push(event["data"]["sequence"].as_i64().expect("a number"));
        }
    }
    found
}

async fn count(parts: &Parts, what: &str) -> i64 {
    parts.installation.database.number(&format!("SELECT COUNT(*) FROM {what}")).await
}

async fn until_delivered(parts: &Parts, deliveries: i64) {
    eventually(&format!("{deliveries} deliveries to be recorded"), SOON, async || {
        (count(parts, "deliveries WHERE status = 'DELIVERED'").await == deliveries).then_some(())
    })
    .await;
}

on_each_engine!(first_tries_of_a_subject_come_in_order_and_a_retry_holds_nothing_back, Parts);
async fn first_tries_of_a_subject_come_in_order_and_a_retry_holds_nothing_back(parts: Parts) {
    let receiver = Receiver::start().await;
    add_endpoint(&parts, &receiver).await;
    let sessions = emit_all(&parts, 8, 6).await;
    (0..3).for_each(|_| receiver.next_answer(Answer::Status(500)));
    let senders = Senders::start(&parts, 1);
    receiver.requests(48, SOON).await;
    let before_the_retries = sequences(&receiver);
    assert_eq!(before_the_retries.len(), sessions.len());
    for (session, sequence) in before_the_retries {
        assert_eq!(sequence, [1, 2, 3, 4, 5, 6], "of {session}");
    }
    let first = receiver.received()[0].at;
    assert!(receiver.received()[47].at - first < Duration::from_millis(3_950), "none waits for the second try of another");
    until_delivered(&parts, 48).await;
    assert_eq!(count(&parts, "attempts").await, 51);
    senders.stop().await;
}

on_each_engine!(a_first_try_that_hangs_delays_the_next_event_by_a_second_or_two, Parts);
async fn a_first_try_that_hangs_delays_the_next_event_by_a_second_or_two(parts: Parts) {
    let receiver = Receiver::start().await;
    add_endpoint(&parts, &receiver).await;
    receiver.next_answer(Answer::Hang);
    let session = emit_all(&parts, 1, 2).await[0].to_string();
    let _senders = Senders::start(&parts, 1);
    let came = receiver.requests(2, SOON).await;
    assert_eq!(sequences(&receiver)[&session], [1, 2]);
    let between = came[1].at - came[0].at;
    assert!((Duration::from_millis(900)..Duration::from_secs(10)).contains(&between), "{between:?}");
}

on_each_engine!(two_processes_send_each_of_2000_deliveries_once, Parts);
async fn two_processes_send_each_of_2000_deliveries_once(parts: Parts) {
    let receiver = Receiver::start().await;
    // More endpoints than one statement writes deliveries to.
    for _ in 0..80 {
        add_endpoint(&parts, &receiver).await;
    }
    emit_all(&parts, 25, 1).await;
    assert_eq!(count(&parts, "deliveries").await, 2_000);
    let senders = Senders::start(&parts, 2);
    until_delivered(&parts, 2_000).await;
    senders.stop().await;
    let mut times = HashMap::<_, usize>::new();
    for request in receiver.received() {
        *times.entry((request.webhook_id().to_owned(), request.header("webhook-signature").to_owned())).or_default() += 1;
    }
    assert_eq!((times.len(), times.values().max()), (2_000, Some(&1)), "each event once to each endpoint");
    assert_eq!(count(&parts, "attempts WHERE number = 1 AND status_code = 200").await, 2_000);
    assert_eq!(count(&parts, "deliveries WHERE lease IS NOT NULL OR due_at IS NOT NULL OR claims <> 0 OR tries <> 1").await, 0);
}

on_each_engine!(an_endpoint_that_answers_gets_more_at_once_and_one_that_hangs_does_not, Parts);
async fn an_endpoint_that_answers_gets_more_at_once_and_one_that_hangs_does_not(parts: Parts) {
    let (quick, hanging) = (Receiver::start().await, Receiver::start().await);
    quick.always(Answer::After(Duration::from_millis(40)));
    hanging.always(Answer::Hang);
    for receiver in [&quick, &hanging] {
        add_endpoint(&parts, receiver).await;
    }
    emit_all(&parts, 400, 1).await;
    let _senders = Senders::start(&parts, 1);
    quick.requests(400, SOON).await;
    assert!((9..=64).contains(&quick.most_at_once()), "{} at once", quick.most_at_once());
    assert_eq!(hanging.received().len(), 8, "one that hangs keeps its own places only");
}

/// A receiver that writes interim answers without end, from threads of its own.
fn endless_receiver() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("a bound address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let (mut stream, answers) = (stream.expect("a connection"), "HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000));
                // What comes before the request is no answer.
                let _ = std::io::Read::read(&mut stream, &mut [0; 1_024]);
                while std::io::Write::write_all(&mut stream, answers.as_bytes()).is_ok() {}
            });
        }
    });
    url
}

on_each_engine!(a_receiver_that_answers_without_end_delays_no_other, Parts);
async fn a_receiver_that_answers_without_end_delays_no_other(parts: Parts) {
    let quick = Receiver::start().await;
    add_endpoint(&parts, &quick).await;
    add::add(&parts.kit, &policy(), &endless_receiver(), Actor::CommandLine).await.expect("adds");
    emit_all(&parts, 100, 1).await;
    let _senders = Senders::start(&parts, 1);
    quick.requests(100, Duration::from_secs(10)).await;
    // It has eight places, as one that hangs: so tries end, and others begin.
    eventually("tries to the other to end", SOON, async || (count(&parts, "attempts WHERE failure LIKE '%too much%'").await >= 9).then_some(())).await;
}

/// Claims all that is due to these endpoints.
async fn claim(parts: &Parts, endpoints: &[EndpointId]) -> Vec<store::deliveries::Claimed> {
    let lanes: Vec<_> = endpoints.iter().map(|endpoint| (*endpoint, 10)).collect();
    let mut tx = parts.kit.store.write().await.expect("begins");
    let wanted = Wanted { lanes: &lanes, now: parts.kit.ambient.now(), lease_seconds: 23, lease: parts.kit.ambient.id() };
    let claimed = store::deliveries::claim(&mut tx, &wanted).await.expect("claims");
    tx.commit().await.expect("commits");
    claimed
}

on_each_engine!(a_result_for_an_endpoint_that_was_disabled_meanwhile_is_left_out, Parts);
async fn a_result_for_an_endpoint_that_was_disabled_meanwhile_is_left_out(parts: Parts) {
    let receiver = Receiver::start().await;
    let (stays, goes) = (add_endpoint(&parts, &receiver).await, add_endpoint(&parts, &receiver).await);
    emit_all(&parts, 3, 1).await;
    let claimed = claim(&parts, &[stays, goes]).await;
    assert_eq!(claimed.len(), 6);
    assert!(claim(&parts, &[stays, goes]).await.is_empty(), "claimed once");
    add::disable(&parts.kit, goes, Actor::CommandLine).await.expect("disables");

    let now = parts.kit.ambient.now();
    let attempt = || Attempt { number: 1, started_at: now, duration_ms: 1, status_code: Some(200), failure: None };
    let tried: Vec<_> = claimed
        .iter()
        .map(|claimed| Tried { delivery: claimed.delivery, lease: claimed.claim.lease, attempt: attempt(), status: DeliveryStatus::Delivered, next: None })
        .collect();
    let all: Vec<_> = tried.iter().collect();
    let mut tx = parts.kit.store.write().await.expect("begins");
    let recorded = store::deliveries::record(&mut tx, &all).await.expect("records");
    tx.commit().await.expect("commits");
    let expected: HashSet<_> = claimed.iter().filter(|claimed| claimed.endpoint == stays).map(|claimed| claimed.delivery).collect();
    assert_eq!(recorded, expected);
    assert_eq!(count(&parts, "attempts").await, 3);
    assert_eq!(count(&parts, "deliveries WHERE status = 'DELIVERED'").await, 3);
    assert_eq!(count(&parts, "deliveries WHERE status = 'FAILED'").await, 3);
}

on_each_engine!(a_result_that_the_database_refuses_takes_no_other_with_it, Parts);
async fn a_result_that_the_database_refuses_takes_no_other_with_it(parts: Parts) {
    let receiver = Receiver::start().await;
    add_endpoint(&parts, &receiver).await;
    emit_all(&parts, 8, 1).await;
    // The first attempt of one delivery is there already, as only a damaged row can have it.
    let plant = "INSERT INTO attempts (delivery, number, started_at, duration_ms) SELECT MIN(id), 1, 0, 0 FROM deliveries";
    parts.installation.database.change(plant).await;
    let senders = Senders::start(&parts, 1);
    until_delivered(&parts, 7).await;
    senders.stop().await;
    assert_eq!(receiver.received().len(), 8);
    assert_eq!(count(&parts, "attempts WHERE status_code = 200").await, 7);
}
