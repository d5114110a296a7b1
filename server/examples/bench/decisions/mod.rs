//! Decisions on transactions, with twenty rules in force: how many a second, how long each takes as the past grows, what a customer with a
//! long past costs, how soon a session's end releases a payment, what a backtest takes, and what it does to decisions meanwhile.

mod payer;
mod rules;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use self::{
    payer::Payer,
    rules::{EXPLAINED, JUDGED, STEP_UP},
};
use crate::{
    Bench,
    client::{Connection, open_loop, percentile},
    completes,
    database::{Database, Engine, execute},
    product::text,
    reaction,
    receiver::Receiver,
    report::{Line, median},
};

/// Requests, and inserts, at once.
const AT_ONCE: usize = 16;
/// Decisions a second where they come at a rate.
const RATE: u32 = 300;
/// Stored transactions: few, many, and those of a customer with a long past.
const FEW: usize = 1_000;
const MANY: usize = 1_000_000;
const LONG: usize = 100_000;
/// How long the past is over which a customer's are spread, and an hour, in seconds.
const QUARTER: u64 = 90 * 24 * 3_600 - 600;
const HOUR: u64 = 3_600;

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let (many, name) = (bench.count(MANY), engine.name());
    let small = Payer::start(bench, engine, FEW, 1_000).await;
    let large = Payer::start(bench, engine, many, 10_000).await;
    let mut lines = grown(bench, &small, &large, name).await;
    lines.push(backtest(bench, &large, name).await);
    drop(large);
    lines.extend(long_pasts(bench, &small, name).await);
    lines.push(released(bench, &small, name).await);
    lines.push(rate(bench, engine, &small).await);
    lines.extend(sizes(bench, &small, name).await);
    lines
}

/// The p99 at a rate: with few transactions, and with many.
async fn grown(bench: &Bench, small: &Payer, large: &Payer, name: &str) -> Vec<Line> {
    let (mut low, mut high, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let count = bench.count(3_000);
    at_a_rate(small, count).await;
    at_a_rate(large, count).await;
    for _ in 0..bench.runs(5) {
        let (few, many) = (at_a_rate(small, count).await, at_a_rate(large, count).await);
        println!("p99 of decisions: {few:.2} ms with few, {many:.2} ms with many");
        low.push(few);
        high.push(many);
        ratios.push(many / few);
    }
    let (low, ratio) = (median(low), median(ratios));
    vec![
        Line::held(format!("p99 of decisions, {RATE} a second, {name}"), format!("{low:.2} ms"), "≤ 20 ms", low <= 20.0),
        Line::held(
            format!("p99 of decisions at {} stored transactions ÷ at {FEW}, {RATE} a second, {name}", bench.count(MANY)),
            format!("{ratio:.2} ({:.2} ms)", median(high)),
            "≤ 1.3",
            ratio <= 1.3,
        ),
    ]
}

async fn at_a_rate(payer: &Payer, count: usize) -> f64 {
    let requests = (0..count).map(|_| payer.posting(&payer.payment())).collect();
    open_loop(&payer.product.address, requests, RATE, 201).await.p99()
}

/// A rule in force, judged again on all that it decided, and decisions at a rate meanwhile.
async fn backtest(bench: &Bench, payer: &Payer, name: &str) -> Line {
    let usual = at_a_rate(payer, bench.count(3_000)).await;
    let draft = payer.product.run(&["rule", "export", JUDGED]).to_string();
    let file = payer.product.write("draft.json", &draft);
    let started = Instant::now();
    let running = payer.product.running(&["rule", "backtest", &file]);
    let judging = tokio::task::spawn_blocking(move || (running.wait_with_output().expect("it ends"), started.elapsed()));
    let mut meanwhile = Vec::new();
    while !judging.is_finished() {
        meanwhile.push(at_a_rate(payer, bench.count(1_500)).await);
    }
    let (output, took) = judging.await.expect("it is waited for");
    assert!(output.status.success(), "{}", output.status);
    let tally: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let judged = tally["judged"].as_u64().expect("a count");
    assert_eq!((&tally["added"], &tally["removed"]), (&json!(0), &json!(0)), "it differs from what was recorded");
    let (seconds, slower) = (took.as_secs_f64(), median(meanwhile) / usual);
    Line::held(
        format!("a backtest of {judged} transactions, with {RATE} decisions a second; their p99 ÷ the usual, {name}"),
        format!("{seconds:.1} s; {slower:.2} ({usual:.2} ms)"),
        "≤ 120 s; ≤ 2",
        seconds <= 120.0 && slower <= 2.0,
    )
}

/// What customers with a long past cost, one payment at a time, beside such with ten.
async fn long_pasts(bench: &Bench, payer: &Payer, name: &str) -> [Line; 2] {
    let (runs, count, long) = (bench.runs(5), bench.count(500), bench.count(LONG));
    let tens: Vec<String> = (0..runs * count).map(|number| format!("ten-{number}")).collect();
    let mut history: Vec<(String, usize, u64)> = tens.iter().map(|customer| (customer.clone(), 10, QUARTER)).collect();
    history.extend([("spread".to_owned(), long, QUARTER), ("busy".to_owned(), long, HOUR)]);
    payer.history(&history);
    let mut ratios = [Vec::new(), Vec::new()];
    for run in tens.chunks(count) {
        let short = one_by_one(payer, run.iter().map(String::as_str)).await;
        for (customer, ratios) in ["spread", "busy"].into_iter().zip(&mut ratios) {
            let long = one_by_one(payer, std::iter::repeat_n(customer, count)).await;
            println!("p99 of {customer}: {long:.2} ms, of one with ten {short:.2} ms");
            ratios.push(long / short);
        }
    }
    let [spread, busy] = ratios.map(median);
    let what = format!("p99 of a customer with {long} transactions ÷ of one with 10");
    [
        Line::held(format!("{what}, spread over 90 days, {name}"), format!("{spread:.2}"), "≤ 1.3", spread <= 1.3),
        Line::held(format!("{what}, all in the last hour, {name}"), format!("{busy:.2}"), "≤ 1.5", busy <= 1.5),
    ]
}

async fn one_by_one(payer: &Payer, customers: impl Iterator<Item = &str>) -> f64 {
    payer.post(customers.map(|customer| payer.payment_of(customer)).collect(), 1).await.p99()
}

/// How soon a session's end releases its payment, one at a time: the webhooks of both are of one commit.
async fn released(bench: &Bench, payer: &Payer, name: &str) -> Line {
    let receiver = Receiver::start(false).await;
    payer.product.run(&["webhook", "add", &receiver.url]);
    let (mut connection, mut took) = (Connection::open(&payer.product.address).await, Vec::new());
    for number in 0..bench.count(500) {
        let mut payment = payer.payment_of(&format!("asked-{number}"));
        payment["type"] = STEP_UP.into();
        let held = payer.ask(&mut connection, &payment).await;
        let session = text(&held["session"], "sessionId");
        let answered = reaction::complete(&mut connection, &session).await;
        took.push(receiver.event_of("transaction.released", &session).await.saturating_duration_since(answered));
        sleep(Duration::from_millis(10)).await;
    }
    took.sort_unstable();
    let [half, most] = [50, 99].map(|percent| percentile(&took, percent));
    Line::held(
        format!("answer of `/complete` to the arrival of `transaction.released`, {name}"),
        format!("p50 {half:.2} ms, p99 {most:.2} ms"),
        "p99 ≤ 50 ms",
        most <= 50.0,
    )
}

/// Decisions a second, beside inserts.
async fn rate(bench: &Bench, engine: Engine, payer: &Payer) -> Line {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = Database::new(bench, engine, folder.path()).await.pool().await;
    execute(&pool, "CREATE TABLE inserts (id BIGINT PRIMARY KEY, text TEXT NOT NULL)").await;
    let (mut rates, mut inserts) = (Vec::new(), Vec::new());
    let count = bench.count(5_000);
    for run in 0..bench.runs(5) {
        let before = payer.product.processor_time();
        let ours = payer.post((0..count).map(|_| payer.payment()).collect(), AT_ONCE).await.rate();
        let each = (payer.product.processor_time() - before) / u32::try_from(count).expect("few");
        let theirs = completes::insert(&pool, run * count, count, AT_ONCE).await.rate();
        println!("{ours:.0} decisions a second, {each:?} of the server's processor time each; {theirs:.0} inserts");
        rates.push(ours);
        inserts.push(theirs);
    }
    pool.close().await;
    let (rate, inserts) = (median(rates), median(inserts));
    Line::held(
        format!("decisions a second, {AT_ONCE} at once, {}", engine.name()),
        format!("{rate:.0} ({:.2} of {inserts:.0} inserts a second)", rate / inserts),
        "≥ 700",
        rate >= 700.0,
    )
}

/// Bytes of the database for each decision: as payments come, and where each has an explanation of three conditions.
async fn sizes(bench: &Bench, payer: &Payer, name: &str) -> Vec<Line> {
    let count = bench.count(20_000);
    let mut lines = Vec::new();
    for kind in [None, Some(EXPLAINED)] {
        let before = payer.stored_bytes().await;
        let mut payments: Vec<Value> = (0..count).map(|_| payer.payment()).collect();
        for (payment, kind) in payments.iter_mut().filter_map(|payment| kind.map(|kind| (payment, kind))) {
            payment["type"] = kind.into();
        }
        payer.post(payments, AT_ONCE).await;
        let bytes = (payer.stored_bytes().await - before) as f64 / count as f64;
        let what = if kind.is_some() { ", each explained by a rule of three conditions" } else { "" };
        lines.push(Line::held(format!("bytes of the database a decision{what}, {name}"), format!("{bytes:.0}"), "≤ 1,024", bytes <= 1_024.0));
    }
    lines
}
