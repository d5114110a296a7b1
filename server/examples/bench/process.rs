//! The process by itself: resident memory some time after work, and start with data that is there.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    Bench,
    client::round,
    database::Engine,
    product::{Product, completing, selfie, uploading},
    report::{Line, median},
};

/// MB after 100 sessions.
const MEMORY: f64 = 40.0;
/// Seconds from start to ready.
const START: f64 = 0.5;

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let mut product = Product::start(bench, engine).await;
    let count = bench.count(100);
    let (ids, selfie) = (product.sessions((0..count).map(|_| None)).await, selfie());
    let uploads: Vec<_> = ids.iter().map(|id| uploading(id, &selfie)).collect();
    round(&product.address, count, 4, 201, move |number| uploads[number].clone()).await;
    round(&product.address, count, 4, 202, move |number| completing(&ids[number])).await;
    product.comes_to_rest().await;
    let seconds = bench.count(60);
    sleep(Duration::from_secs(seconds as u64)).await;
    let memory = product.memory("VmRSS");
    let mut starts = Vec::new();
    for _ in 0..bench.runs(5) {
        starts.push(product.restart().await.as_secs_f64());
    }
    let start = median(starts);
    vec![
        Line::held(
            format!("resident memory {seconds} s after {count} sessions completed, {}", engine.name()),
            format!("{memory:.1} MB"),
            &format!("≤ {MEMORY} MB"),
            memory <= MEMORY,
        ),
        Line::held(format!("start to ready, existing data, {}", engine.name()), format!("{:.0} ms", start * 1_000.0), &format!("≤ {START} s"), start <= START),
    ]
}
