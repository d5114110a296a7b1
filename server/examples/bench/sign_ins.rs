//! `GET /public` while a crowd signs in with wrong passwords, against `/public` alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep};

use crate::{
    Bench,
    client::{Connection, FORM, Request, again},
    database::Engine,
    product::Product,
    report::{Line, median},
};

/// Sign-ins at once.
const CROWD: usize = 50;
/// Requests at once.
const AT_ONCE: usize = 4;

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let product = Product::start(bench, engine).await;
    product.administrator("bench@example.com").await;
    let public = Request::get(&format!("/kyc-sessions/{}/public", product.session().await), "");
    let sign_in = Request::post("/dashboard/sign-in", FORM, "email=bench%40example.com&password=wrong+horse+battery");
    let (mut alone, mut crowded, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    let p99 = async || again(&product.address, bench.count(5_000), AT_ONCE, 200, &public).await.p99();
    for _ in 0..bench.runs(5) {
        alone.push(p99().await);
        let counted = Arc::new(AtomicUsize::new(0));
        let crowd = gather(&product.address, &sign_in, &counted);
        sleep(Duration::from_millis(500)).await;
        let (before, started) = (counted.load(Ordering::Relaxed), Instant::now());
        crowded.push(p99().await);
        refused.push((counted.load(Ordering::Relaxed) - before) as f64 / started.elapsed().as_secs_f64());
        // Passwords that still wait are not worked on once nobody asks.
        drop(crowd);
        sleep(Duration::from_secs(3)).await;
    }
    let (alone, crowded) = (median(alone), median(crowded));
    vec![Line::held(
        format!("p99 of `GET /public`, {AT_ONCE} at once, while {CROWD} sign in at once ÷ alone, {}", engine.name()),
        format!("{:.2} ({crowded:.2} ms, {alone:.2} ms; {:.0} sign-ins refused a second)", crowded / alone, median(refused)),
        "< 2",
        crowded < alone * 2.0,
    )]
}

/// Lets the crowd come, until it is dropped. Who was refused is counted and tries again.
fn gather(address: &str, sign_in: &Request, refused: &Arc<AtomicUsize>) -> JoinSet<()> {
    let one = |_: usize| {
        let (address, sign_in, refused) = (address.to_owned(), sign_in.clone(), Arc::clone(refused));
        async move {
            let mut connection = Connection::open(&address).await;
            while connection.ask(&sign_in).await == 422 {
                refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    (0..CROWD).map(one).collect()
}
