//! `transaction`: imports transactions as history.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde_json::{Value, json};
use server::{
    actor::Actor,
    app::App,
    error::CommandError,
    transactions::import::{self, BATCH, Imported, Refused},
};

use super::{
    bar::Bar,
    printed::{Printed, failed},
};

/// The commands about transactions.
#[derive(Debug, Subcommand)]
pub enum TransactionCommand {
    /// Record transactions as history, without deciding; may be repeated, and goes on where it stopped
    Import {
        /// One transaction as JSON on each line, as for POST /transactions; occurredAt is required
        file: PathBuf,
    },
}

/// Imports a file. Returns the output, and whether every line was taken.
pub async fn import(app: &App, file: &Path) -> Result<(Printed, bool), CommandError> {
    let shown = file.display();
    let opened = File::open(file).map_err(|error| failed(format!("{shown}: {error}")))?;
    let bytes = opened.metadata().map_err(|error| failed(format!("{shown}: {error}")))?.len();
    let (mut reader, mut bar) = (BufReader::new(opened), Bar::new(bytes));
    let (mut done, mut batch, mut number) = (Imported::default(), Vec::with_capacity(BATCH), 0);
    loop {
        let mut line = Vec::new();
        let length = reader.read_until(b'\n', &mut line).map_err(|error| failed(format!("{shown}: {error}")))?;
        if length > 0 {
            number += 1;
            batch.push((number, String::from_utf8_lossy(&line).trim_end().to_owned()));
        }
        if batch.len() == BATCH || length == 0 {
            import::import(&app.kit, &batch, Actor::CommandLine, &mut done).await.map_err(failed)?;
            batch.clear();
        }
        bar.moved(length as u64);
        if length == 0 {
            break;
        }
    }
    bar.end();
    Ok((printed(&done), done.refused.is_empty()))
}

fn printed(done: &Imported) -> Printed {
    let Imported { read, imported, known, refused } = done;
    let fault = |refused: &Refused| {
        let errors = refused.errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect::<Vec<_>>().join(" ");
        format!("line {}: {errors}\n", refused.line)
    };
    let faults: String = refused.iter().map(fault).collect();
    let text = format!("{faults}Read {read}: {imported} imported, {known} known before, {} refused.", refused.len());
    let entry = |refused: &Refused| -> Value {
        let errors: Vec<Value> = refused.errors.iter().map(|error| json!({ "field": error.field, "code": error.code, "message": error.message })).collect();
        json!({ "line": refused.line, "errors": errors })
    };
    let refused: Vec<Value> = refused.iter().map(entry).collect();
    Printed { text, json: json!({ "read": read, "imported": imported, "known": known, "refused": refused }) }
}
