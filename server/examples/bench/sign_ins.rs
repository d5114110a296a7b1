//! `GET /public` while a crowd signs in with wrong passwords, against `/public` alone; and as a check on the machine, while a
//! loop of the lowest priority runs that has nothing to do with the product.

use std::{
    process::{Child, Command},
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
const AT_ONCE: [usize; 2] = [4, 32];

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let product = Product::start(bench, engine).await;
    product.administrator("bench@example.com").await;
    let public = Request::get(&format!("/kyc-sessions/{}/public", product.session().await), "");
    let sign_in = Request::post("/dashboard/sign-in", FORM, "email=bench%40example.com&password=wrong+horse+battery");
    let mut lines = Vec::new();
    for at_once in AT_ONCE {
        let p99 = async || again(&product.address, bench.count(5_000), at_once, 200, &public).await.p99();
        let (mut alone, mut crowded, mut beside_loop, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..bench.runs(5) {
            alone.push(p99().await);
            let endless = Endless::start();
            beside_loop.push(p99().await);
            drop(endless);
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
        let (alone, crowded, beside_loop) = (median(alone), median(crowded), median(beside_loop));
        let public = format!("p99 of `GET /public`, {at_once} at once");
        lines.push(Line::held(
            format!("{public}, while {CROWD} sign in at once ÷ alone, {}", engine.name()),
            format!("{:.2} ({crowded:.2} ms, {alone:.2} ms; {:.0} sign-ins refused a second)", crowded / alone, median(refused)),
            "< 2",
            crowded < alone * 2.0,
        ));
        lines.push(Line::figure(
            format!("{public}, beside an endless shell loop at nice 19 instead ÷ alone, {}", engine.name()),
            format!("{:.2} ({beside_loop:.2} ms)", beside_loop / alone),
        ));
    }
    lines
}

/// A shell that counts for nothing, at the priority of the thread that works on passwords, until it is dropped.
struct Endless(Child);

impl Endless {
    fn start() -> Self {
        Self(Command::new("nice").args(["-n", "19", "sh", "-c", "while :; do :; done"]).spawn().expect("nice and a shell run"))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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
