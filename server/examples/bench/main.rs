//! `make bench`: what the product costs, as ratios against the least that could do the same on this machine. Each ratio is
//! the median of five interleaved runs. Prints a table and writes it into docs/measurements.md.

#![expect(clippy::disallowed_methods, reason = "a program of its own, with settings and chance of its own")]

mod client;
mod measures;
mod product;

use std::fmt::Write as _;

use crate::product::Engine;

/// Between these lines of docs/measurements.md stands what the last run found.
const MARKS: [&str; 2] = ["<!-- bench -->", "<!-- /bench -->"];

/// A line of the table.
pub struct Line {
    what: String,
    measured: String,
    bar: String,
}

impl Line {
    /// A figure without a bar.
    pub fn figure(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), bar: String::new() }
    }

    /// A figure that has to hold.
    pub fn held(what: impl Into<String>, measured: impl Into<String>, bar: &str, holds: bool) -> Self {
        Self { what: what.into(), measured: measured.into(), bar: format!("{bar}: {}", if holds { "holds" } else { "**missed**" }) }
    }
}

/// How much is measured: everything, or with `--quick` a tenth of it, once.
#[derive(Clone, Copy)]
pub struct Amount {
    quick: bool,
}

impl Amount {
    /// So many requests.
    pub const fn of(self, count: usize) -> usize {
        if self.quick { count / 10 } else { count }
    }

    /// So many runs.
    pub const fn runs(self) -> usize {
        if self.quick { 1 } else { 5 }
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [bare, file] = arguments.as_slice()
        && bare == "bare"
    {
        return measures::serve_bare(std::fs::read(file).expect("the bytes to serve")).await;
    }
    let amount = Amount { quick: arguments.iter().any(|argument| argument == "--quick") };
    let only: Vec<&str> = arguments.iter().filter(|argument| !argument.starts_with("--")).map(String::as_str).collect();
    let wanted = |name| only.is_empty() || only.contains(&name);
    let mut lines = Vec::new();
    for engine in Engine::ALL {
        if wanted("reads") {
            lines.extend(measures::reads(engine, amount).await);
        }
        if wanted("completes") {
            lines.extend(measures::completes(engine, amount).await);
        }
        if wanted("sizes") {
            lines.extend(measures::sizes(engine, amount).await);
        }
    }
    if wanted("uploads") {
        lines.extend(measures::uploads(amount).await);
    }
    if wanted("sign-ins") {
        lines.extend(measures::sign_ins(amount).await);
    }
    if wanted("process") {
        lines.extend(measures::process(amount).await);
    }
    let mut table = String::from("| what | measured | bar |\n|---|---|---|\n");
    for Line { what, measured, bar } in &lines {
        writeln!(table, "| {what} | {measured} | {bar} |").expect("text grows");
    }
    println!("\n{table}");
    if !amount.quick && only.is_empty() {
        write_down(&table);
    }
}

fn write_down(table: &str) {
    const PAGE: &str = "docs/measurements.md";
    let page = std::fs::read_to_string(PAGE).expect("the page of measurements");
    let (before, rest) = page.split_once(MARKS[0]).expect("the first mark");
    let (_, after) = rest.split_once(MARKS[1]).expect("the second mark");
    let when = std::env::var("BENCH_WHEN").unwrap_or_default();
    std::fs::write(PAGE, format!("{before}{}\n{when}\n\n{table}{}{after}", MARKS[0], MARKS[1])).expect("writes the page");
}
