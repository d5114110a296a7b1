//! How quickly a backlog of deliveries drains, against single-row durable inserts by one client on the same disk or server: all to one
//! receiver, and to 50 of which one never answers. The backlog is made once, and put back between runs.

use std::time::Duration;

use sqlx::AnyPool;
use tokio::time::{Instant, sleep};

use crate::{
    Bench, completes,
    database::{Database, Engine, execute},
    product::Product,
    receiver::Receiver,
    report::{Line, median},
};

/// Deliveries.
const DELIVERIES: usize = 20_000;
/// Receivers, of which one hangs.
const RECEIVERS: usize = 50;
/// What is aimed at.
const BAR: f64 = 0.35;
/// The longest that the last results may take until they are written.
const WRITTEN: Duration = Duration::from_secs(30);

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = Database::new(bench, engine, folder.path()).await.pool().await;
    execute(&pool, "CREATE TABLE inserts (id BIGINT PRIMARY KEY, text TEXT NOT NULL)").await;
    let mut lines = Vec::new();
    for receivers in [1, RECEIVERS] {
        let mut backlog = Backlog::new(bench, engine, receivers).await;
        let (mut ratios, mut rates, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
        let count = bench.count(2_000);
        for run in 0..bench.runs(5) {
            let theirs = completes::insert(&pool, run * count, count, 1).await.rate();
            let ours = backlog.drain().await;
            println!("{ours:.0} deliveries a second, {theirs:.0} inserts");
            ratios.push(ours / theirs);
            rates.push(ours);
            inserts.push(theirs);
        }
        execute(&pool, "DELETE FROM inserts").await;
        let ratio = median(ratios);
        let to = if receivers == 1 { "1 receiver".to_owned() } else { format!("{receivers} receivers of which one hangs") };
        lines.push(Line::held(
            format!("a backlog of {} deliveries to {to} ÷ single-row durable inserts by one client, {}", bench.count(DELIVERIES), engine.name()),
            format!("{ratio:.3} ({:.0} and {:.0} a second)", median(rates), median(inserts)),
            &format!("≥ {BAR}"),
            ratio >= BAR,
        ));
    }
    pool.close().await;
    lines
}

/// A server that sends nothing until it is told to, and its receivers. The last one hangs if there are several.
struct Backlog {
    product: Product,
    receivers: Vec<Receiver>,
    /// Deliveries to each receiver.
    each: usize,
}

impl Backlog {
    async fn new(bench: &Bench, engine: Engine, count: usize) -> Self {
        let product = Product::start_with(bench, engine, &["--no-webhooks"]).await;
        let mut receivers = Vec::new();
        for number in 1..=count {
            let receiver = Receiver::start(count > 1 && number == count).await;
            product.run(&["webhook", "add", &receiver.url]);
            receivers.push(receiver);
        }
        let each = bench.count(DELIVERIES) / count;
        product.sessions_for((0..each).map(|_| None), Some("1s")).await;
        let pool = product.database.pool().await;
        let (total, started) = ((each * count) as i64, Instant::now());
        while waiting(&pool).await < total {
            assert!(started.elapsed() < Duration::from_secs(300), "the sessions expire");
            sleep(Duration::from_millis(200)).await;
        }
        pool.close().await;
        Self { product, receivers, each }
    }

    /// Drains it; how many deliveries a second came to the receivers that answer.
    async fn drain(&mut self) -> f64 {
        self.put_back().await;
        self.product.restart_with(&[]).await;
        let answering = if self.receivers.len() == 1 { 1 } else { self.receivers.len() - 1 };
        for receiver in &self.receivers[..answering] {
            receiver.events(self.each).await;
        }
        let came: Vec<_> = self.receivers[..answering].iter().filter_map(|receiver| receiver.came().between).collect();
        let first = came.iter().map(|(first, _)| *first).min().expect("something came");
        let last = came.iter().map(|(_, last)| *last).max().expect("something came");
        self.written(answering * self.each).await;
        for receiver in &self.receivers[..answering] {
            assert_eq!(receiver.came().requests, self.each, "none comes twice");
        }
        if answering < self.receivers.len() {
            println!("the one that hangs has {} requests", self.receivers[answering].came().requests);
        }
        println!("{} connections to the first", self.receivers[0].connections());
        self.product.restart_with(&["--no-webhooks"]).await;
        (answering * self.each) as f64 / (last - first).as_secs_f64()
    }

    /// Waits until the results are written.
    async fn written(&self, count: usize) {
        let (pool, started) = (self.product.database.pool().await, Instant::now());
        let delivered = "SELECT COUNT(*) FROM deliveries WHERE status = 'DELIVERED'";
        while sqlx::query_scalar::<_, i64>(delivered).fetch_one(&pool).await.expect("counts") < count as i64 {
            assert!(started.elapsed() < WRITTEN, "results are not written after {WRITTEN:?}");
            sleep(Duration::from_millis(50)).await;
        }
        pool.close().await;
    }

    async fn put_back(&self) {
        let pool = self.product.database.pool().await;
        execute(&pool, "DELETE FROM attempts").await;
        execute(&pool, "UPDATE deliveries SET status = 'PENDING', due_at = 0, lease = NULL, tries = 0, claims = 0").await;
        if self.product.database.engine == Engine::Postgres {
            execute(&pool, "VACUUM ANALYZE deliveries").await;
        }
        pool.close().await;
        self.receivers.iter().for_each(Receiver::forget);
    }
}

async fn waiting(pool: &AnyPool) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM deliveries").fetch_one(pool).await.expect("counts")
}
