//! Reads: `GET /public` against a bare axum route with the same answer, and step pages.

use crate::{
    Bench,
    bare::Bare,
    client::{Connection, Request, again},
    database::Engine,
    product::Product,
    report::{Line, median},
};

/// Requests at once.
const AT_ONCE: usize = 32;

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let product = Product::start(bench, engine).await;
    let id = product.session().await;
    let public = Request::get(&format!("/kyc-sessions/{id}/public"), "");
    let page = Request::get(&format!("/verify/{id}/identity"), "");
    let mut connection = Connection::open(&product.address).await;
    assert_eq!(connection.ask(&public).await, 200);
    let bare = Bare::start(connection.whole());
    let (mut ratios, mut rates, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs(5) {
        let ours = again(&product.address, bench.count(20_000), AT_ONCE, 200, &public).await.rate();
        let theirs = again(&bare.address, bench.count(20_000), AT_ONCE, 200, &public).await.rate();
        ratios.push(ours / theirs);
        rates.push(ours);
        pages.push(again(&product.address, bench.count(5_000), AT_ONCE, 200, &page).await.rate());
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
