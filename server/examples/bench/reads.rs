//! Reads: `GET /public` against a bare axum route with the same answer, and step pages.

use std::sync::Arc;

use crate::{
    Bench,
    bare::Bare,
    client::{Connection, Request, round},
    database::Engine,
    product::Product,
    report::{Line, median},
};

/// Requests at once.
const AT_ONCE: usize = 32;
/// Sessions that are asked for in turn.
const SESSIONS: usize = 500;

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let product = Product::start(bench, engine).await;
    let ids: Arc<[String]> = product.sessions(std::iter::repeat_n(None, SESSIONS)).await.into();
    let in_turn = |make: fn(&str) -> Request| {
        let ids = Arc::clone(&ids);
        move |number: usize| make(&ids[number % SESSIONS])
    };
    let public = in_turn(|id| Request::get(&format!("/kyc-sessions/{id}/public"), ""));
    let page = in_turn(|id| Request::get(&format!("/verify/{id}/identity"), ""));
    let mut connection = Connection::open(&product.address).await;
    assert_eq!(connection.ask(&public(0)).await, 200);
    let bare = Bare::start(connection.whole());
    let (mut ratios, mut rates, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs(5) {
        let ours = round(&product.address, bench.count(20_000), AT_ONCE, 200, public.clone()).await.rate();
        let theirs = round(&bare.address, bench.count(20_000), AT_ONCE, 200, public.clone()).await.rate();
        ratios.push(ours / theirs);
        rates.push(ours);
        pages.push(round(&product.address, bench.count(5_000), AT_ONCE, 200, page.clone()).await.rate());
    }
    let (ratio, bar) = (median(ratios), if engine == Engine::Sqlite { 0.2 } else { 0.1 });
    vec![
        Line::held(
            format!("`GET /public` ÷ a bare axum route with the same answer, {AT_ONCE} at once, {}", engine.name()),
            format!("{ratio:.3} ({:.0} a second)", median(rates)),
            &format!("≥ {bar}"),
            ratio >= bar,
        ),
        Line::figure(format!("step pages rendered a second, {AT_ONCE} at once, {}", engine.name()), format!("{:.0}", median(pages))),
    ]
}
