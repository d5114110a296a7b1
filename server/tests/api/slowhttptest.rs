//! Runs the public tool `slowhttptest` with 500 connections, once with slow headers and once with slow bodies. The server closes
//! each within 15 s and answers normal requests meanwhile. `FLOW_SOAK_SLOW_ROUNDS` sets the number of rounds (1 by default).

use std::process::Command;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use crate::support::soak::setting_or;
use crate::support::{Customer, TestApp, on_each_engine};

const CONNECTIONS: u32 = 500;
/// The tool opens all connections within this many seconds.
const OPENED_WITHIN: u64 = 2;
const CLOSED_WITHIN: u64 = 15;

/// The tool's result: the second in which the last connection closed.
struct Report {
    ended: u64,
    whole: String,
}

async fn attack(folder: std::path::PathBuf, arguments: Vec<String>) -> Report {
    let statistics = folder.join(format!("slow{}", arguments[0]));
    let mut command = Command::new("slowhttptest");
    command.args(&arguments).args(["-c", &CONNECTIONS.to_string(), "-r", &(CONNECTIONS / 2).to_string(), "-l", "40", "-i", "2", "-x", "24", "-p", "5"]);
    command.arg("-g").arg("-o").arg(&statistics);
    let done = spawn_blocking(move || command.output()).await.expect("no panic").expect("runs slowhttptest, which scripts/setup.sh test installs");
    let output = String::from_utf8_lossy(&done.stdout).into_owned();
    let table = std::fs::read_to_string(statistics.with_extension("csv")).unwrap_or_else(|error| panic!("{error}: {output}"));
    assert!(output.contains("No open connections left"), "some connections stayed open:\n{table}\n{output}");
    // The table has one line for each second: seconds, closed, pending, connected, service available.
    let seconds = table.lines().filter_map(|line| line.split(',').next()?.parse::<u64>().ok());
    Report { ended: seconds.max().expect("a second at least") + 1, whole: table }
}

/// Sends normal requests until `until` is true. Returns the slowest pair's time and the number of requests.
async fn send_normal_requests(customer: &Customer, until: impl Fn() -> bool) -> (Duration, usize) {
    let (mut slowest, mut count) = (Duration::ZERO, 0);
    while !until() {
        let asked = Instant::now();
        customer.public().await.expect(200);
        customer.page("/identity").await.expect(200);
        slowest = slowest.max(asked.elapsed());
        count += 2;
        sleep(Duration::from_millis(100)).await;
    }
    (slowest, count)
}

on_each_engine!(five_hundred_slow_connections_are_closed_in_time);
async fn five_hundred_slow_connections_are_closed_in_time(app: TestApp) {
    let rounds = setting_or("FLOW_SOAK_SLOW_ROUNDS", 1);
    let (customer, target) = (app.customer().await, app.customer().await);
    let page = format!("{}/verify/{}/identity", app.installation.base(), target.id);
    let api = format!("{}/kyc-sessions/{}/complete", app.installation.base(), target.id);
    let owned = |arguments: &[&str]| arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    for _ in 0..rounds {
        // 500 of each kind are fewer than the server's limit of connections.
        let headers = tokio::spawn(attack(app.installation.home().to_owned(), owned(&["-H", "-u", &page])));
        let bodies = tokio::spawn(attack(app.installation.home().to_owned(), owned(&["-B", "-t", "POST", "-s", "8192", "-f", "application/json", "-u", &api])));
        let (slowest, count) = send_normal_requests(&customer, || headers.is_finished() && bodies.is_finished()).await;
        for (what, report) in [("headers", headers.await), ("bodies", bodies.await)] {
            let report = report.expect("the tool ran to its end");
            let engine = app.installation.engine;
            println!(
                "{engine:?}, slow {what}: {CONNECTIONS} connections, none left after {} s; {count} normal requests, the slowest pair {slowest:.2?}",
                report.ended
            );
            assert!(report.ended <= OPENED_WITHIN + CLOSED_WITHIN, "slow {what}:\n{}", report.whole);
        }
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
        assert_eq!(target.status().await, "PENDING");
    }
    customer.finish().await;
}
