//! Durable completes against single-row durable inserts, through a pool like the one that the product writes through, on the
//! same disk or server. Checks begin to run while completes are counted, as they do for customers; inserts wait until all have.

use std::time::Instant;

use sqlx::AnyPool;

use crate::{
    Bench,
    client::{Numbers, Round, round, share},
    database::{Database, Engine, execute},
    product::{Product, completing, selfie, uploading},
    report::{Line, median},
};

/// Requests, and inserts, at once.
const AT_ONCE: usize = 16;

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let product = Product::start(bench, engine).await;
    let folder = tempfile::tempdir().expect("a folder");
    let pool = Database::new(bench, engine, folder.path()).await.pool().await;
    execute(&pool, "CREATE TABLE inserts (id BIGINT PRIMARY KEY, text TEXT NOT NULL)").await;
    let count = bench.count(2_000);
    let (mut ratios, mut rates, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..bench.runs(5) {
        let ours = complete(&product, count).await.rate();
        product.comes_to_rest().await;
        let theirs = insert(&pool, run * count, count, AT_ONCE).await.rate();
        ratios.push(ours / theirs);
        rates.push(ours);
        inserts.push(theirs);
    }
    pool.close().await;
    vec![Line::figure(
        format!("durable completes ÷ single-row durable inserts, {AT_ONCE} at once, {}", engine.name()),
        format!("{:.3} ({:.0} and {:.0} a second)", median(ratios), median(rates), median(inserts)),
    )]
}

/// Completes so many sessions, each with a selfie that was uploaded before.
async fn complete(product: &Product, count: usize) -> Round {
    let (ids, selfie) = (product.sessions((0..count).map(|_| None)).await, selfie());
    let uploads: Vec<_> = ids.iter().map(|id| uploading(id, &selfie)).collect();
    round(&product.address, count, AT_ONCE, 201, move |number| uploads[number].clone()).await;
    round(&product.address, count, AT_ONCE, 202, move |number| completing(&ids[number])).await
}

/// Inserts so many rows by so many clients, each row in a transaction of its own.
pub async fn insert(pool: &AnyPool, first: usize, count: usize, at_once: usize) -> Round {
    let worker = |numbers: Numbers| {
        let pool = pool.clone();
        async move {
            let mut latencies = Vec::new();
            for number in numbers {
                let started = Instant::now();
                let query = sqlx::query("INSERT INTO inserts (id, text) VALUES ($1, $2)").bind((first + number) as i64).bind("Ana de Souza");
                query.execute(&pool).await.expect("inserts a row");
                latencies.push(started.elapsed());
            }
            latencies
        }
    };
    share(count, at_once, worker).await
}
