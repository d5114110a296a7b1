//! The command line. A command opens what the settings name, calls one use case and prints the result: lines for a person, or with
//! `--json` one JSON value and nothing else on stdout. Logs and errors go to stderr. Exit code 1 means that the command failed, 2 that a
//! setting or an argument is wrong.

mod cli;

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;
use rustix::{fs::Mode, process::umask};

use crate::cli::{Cli, Finished};

/// Rendering allocates many small pieces on one thread and frees them on another, which jemalloc handles well. `.cargo/config.toml` sets
/// how much freed memory it keeps.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // Before any thread and any file: whatever this process writes, only its own user can read.
    umask(Mode::RWXG | Mode::RWXO);
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
    // Does not wait longer for blocking work, such as the DNS lookup of a name that does not resolve.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match done {
        Ok(Finished::Success) => ExitCode::SUCCESS,
        Ok(Finished::Failure) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// The first part of clap's error: what is wrong with the arguments, without the usage.
fn one_line(error: &str) -> String {
    let first = error.split("\n\n").next().unwrap_or_default();
    let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}; --help says what is allowed", first.trim_start_matches("error: "))
}
