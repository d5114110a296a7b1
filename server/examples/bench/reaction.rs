//! How long after the answer of `/complete` the webhook arrives: one session at a time, and at 100 a second. The flow is one FORM with
//! the check `cpf`, so that little but the server's own way is in it.

use std::time::{Duration, Instant};

use tokio::{task::JoinSet, time::sleep};

use crate::{
    Bench,
    client::{Connection, percentile},
    database::Engine,
    product::{Product, completing},
    receiver::Receiver,
    report::Line,
};

/// A flow of one FORM.
pub const FLOW: &str = r#"{"name": "form", "checks": ["cpf"], "steps": [{"id": "identity", "type": "FORM", "title": "Identity", "fields": [
    {"name": "name", "type": "TEXT", "label": "Name", "required": true}, {"name": "cpf", "type": "CPF", "label": "CPF", "required": true}]}]}"#;
/// Sessions of each kind.
const SESSIONS: usize = 500;
/// Between two completes where they come at a rate.
const PAUSE: Duration = Duration::from_millis(10);
/// Milliseconds: half of them within, and 99 of 100.
const BARS: [f64; 2] = [2.0, 4.0];

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let product = Product::start(bench, engine).await;
    product.import("flow", FLOW);
    let receiver = Receiver::start(false).await;
    product.run(&["webhook", "add", &receiver.url]);
    let count = bench.count(SESSIONS);
    let mut ids = product.sessions_of("form", (0..2 * count + 20).map(|_| None)).await;

    // The first ones only make connections.
    one_at_a_time(&product, &receiver, ids.split_off(2 * count)).await;
    let alone = one_at_a_time(&product, &receiver, ids.split_off(count)).await;
    let busy = at_a_rate(&product, &receiver, ids).await;
    [("one at a time", alone), ("100 a second", busy)]
        .map(|(how, mut took)| {
            took.sort_unstable();
            let [half, most] = [50, 99].map(|percent| percentile(&took, percent));
            Line::held(
                format!("answer of `/complete` to the arrival of its webhook, {how}, {}", engine.name()),
                format!("p50 {half:.2} ms, p99 {most:.2} ms"),
                &format!("≤ {} and {} ms", BARS[0], BARS[1]),
                half <= BARS[0] && most <= BARS[1],
            )
        })
        .into()
}

async fn one_at_a_time(product: &Product, receiver: &Receiver, ids: Vec<String>) -> Vec<Duration> {
    let (mut connection, mut took) = (Connection::open(&product.address).await, Vec::new());
    for id in ids {
        let answered = complete(&mut connection, &id).await;
        took.push(receiver.event_of("session.completed", &id).await.saturating_duration_since(answered));
        sleep(Duration::from_millis(20)).await;
    }
    took
}

async fn at_a_rate(product: &Product, receiver: &Receiver, ids: Vec<String>) -> Vec<Duration> {
    let mut completes = JoinSet::new();
    let mut next = tokio::time::interval(PAUSE);
    for id in ids.clone() {
        next.tick().await;
        let address = product.address.clone();
        completes.spawn(async move {
            let mut connection = Connection::open(&address).await;
            (complete(&mut connection, &id).await, id)
        });
    }
    let mut took = Vec::new();
    for (answered, id) in completes.join_all().await {
        took.push(receiver.event_of("session.completed", &id).await.saturating_duration_since(answered));
    }
    took
}

/// Completes a session; when it was answered.
pub async fn complete(connection: &mut Connection, id: &str) -> Instant {
    let status = connection.ask(&completing(id)).await;
    let answered = Instant::now();
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(connection.whole()));
    answered
}
