//! `transaction`: imports transactions as history.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde_json::{Value, json};
use server::{
    actor::Actor,
    app::App,
    error::CommandError,
    transactions::import::{self, BATCH, Imported, MAX_LINE, Refused},
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
        let length = next_line(&mut reader, &mut line).map_err(|error| failed(format!("{shown}: {error}")))?;
        if length > 0 {
            number += 1;
            batch.push((number, line));
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

/// Reads the next line, of which no more is kept than tells that it is too long. Returns how many bytes it has.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    let kept = reader.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', line)?;
    if line.len() <= MAX_LINE || line.ends_with(b"\n") {
        return Ok(kept);
    }
    Ok(kept + reader.skip_until(b'\n')?)
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
