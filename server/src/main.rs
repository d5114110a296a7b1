//! The command line. Every command opens what the settings name, calls one use case and prints: lines for a person, or with
//! `--json` one JSON value alone on stdout. Logs and complaints go to stderr; exit 1 means "not done", 2 "wrong usage".

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}
