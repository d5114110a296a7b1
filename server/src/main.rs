//! The command line. Every command opens what the settings name, calls one use case and prints: lines for a person, or with
//! `--json` one JSON value alone on stdout. Logs and complaints go to stderr; exit 1 means "not done", 2 "wrong usage".

mod cli;

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;

use crate::cli::Cli;

/// Answers are made of many small pieces, on one thread, and taken apart on another. How much it keeps: `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help) if !help.use_stderr() => {
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{}", one_line(&error.to_string()));
            return ExitCode::from(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime can be made before anything runs");
    let done = runtime.block_on(cli.run());
    // Blocking work, such as a name that does not resolve, is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// What is wrong with the arguments, without the usage that follows it.
fn one_line(complaint: &str) -> String {
    let first = complaint.split("\n\n").next().unwrap_or_default();
    let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}; --help says what is allowed", first.trim_start_matches("error: "))
}
