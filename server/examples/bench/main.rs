//! `make bench`: what the product costs, as ratios against the least that could do the same on this machine. Prints a table
//! and writes it into docs/measurements.md; with `--quick` or some of the measurements alone it only prints.

mod backlog;
mod bare;
mod client;
mod completes;
mod database;
mod decisions;
mod process;
mod product;
mod reaction;
mod reads;
mod receiver;
mod report;
mod sign_ins;
mod sizes;
mod uploads;
mod weight;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use crate::database::Engine;

/// Measures the release binary.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct Bench {
    /// A tenth of the counts, once
    #[arg(long)]
    quick: bool,
    /// The binary to measure
    #[arg(long, env = "FLOW_SESSIONS_BIN", default_value = "target/release/flow-sessions")]
    binary: PathBuf,
    /// A PostgreSQL where databases can be made, such as postgres://postgres@127.0.0.1:5432
    #[arg(long, env = "BENCH_POSTGRES", value_name = "URL")]
    postgres: Option<String>,
    /// Serves this answer alone: what the product is held against
    #[arg(long, hide = true, value_name = "FILE")]
    bare: Option<PathBuf>,
    /// Only these [default: all]
    #[arg(value_enum, env = "BENCH_ONLY", value_delimiter = ',')]
    only: Vec<Measurement>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Measurement {
    /// `/public` against a bare route, and step pages
    Reads,
    /// Completes against durable inserts
    Completes,
    /// A backlog of webhooks against durable inserts
    Backlog,
    /// From the answer of `/complete` to its webhook
    Reaction,
    /// Decisions on transactions, and backtests
    Decisions,
    /// Uploads against sha256sum
    Uploads,
    /// What a customer downloads first
    Weight,
    /// Start and resident memory
    Process,
    /// Answers at 1,000 and at 100,000 sessions
    Sizes,
    /// `/public` while a crowd signs in
    SignIns,
}

impl Measurement {
    /// Where it is taken: files are the same on both engines.
    const fn engines(self) -> &'static [Engine] {
        match self {
            Self::Uploads | Self::Weight => &[Engine::Sqlite],
            _ => &[Engine::Sqlite, Engine::Postgres],
        }
    }
}

impl Bench {
    /// So many requests.
    const fn count(&self, whole: usize) -> usize {
        if self.quick { whole / 10 } else { whole }
    }

    /// So many runs.
    const fn runs(&self, whole: usize) -> usize {
        if self.quick { 1 } else { whole }
    }

    async fn run(&self) {
        let mut lines = Vec::new();
        for measurement in Measurement::value_variants() {
            if !self.only.is_empty() && !self.only.contains(measurement) {
                continue;
            }
            for &engine in measurement.engines() {
                println!("==> {measurement:?}, {}", engine.name());
                lines.extend(match measurement {
                    Measurement::Reads => reads::measure(self, engine).await,
                    Measurement::Completes => completes::measure(self, engine).await,
                    Measurement::Backlog => backlog::measure(self, engine).await,
                    Measurement::Reaction => reaction::measure(self, engine).await,
                    Measurement::Decisions => decisions::measure(self, engine).await,
                    Measurement::Uploads => uploads::measure(self, engine).await,
                    Measurement::Weight => weight::measure(),
                    Measurement::Process => process::measure(self, engine).await,
                    Measurement::Sizes => sizes::measure(self, engine).await,
                    Measurement::SignIns => sign_ins::measure(self, engine).await,
                });
            }
        }
        let table = report::table(&lines);
        println!("\n{table}");
        if !self.quick && self.only.is_empty() {
            report::write_down(&table);
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let bench = Bench::parse();
    if let Some(answer) = &bench.bare {
        bare::serve(answer).await;
        return ExitCode::SUCCESS;
    }
    let mut terminate = signal(SignalKind::terminate()).expect("a signal can be waited for");
    // Told to end, it drops what runs, and every server with it.
    tokio::select! {
        () = bench.run() => ExitCode::SUCCESS,
        _ = terminate.recv() => ExitCode::FAILURE,
        _ = tokio::signal::ctrl_c() => ExitCode::FAILURE,
    }
}
