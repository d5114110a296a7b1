//! `flow`: imports, checks and exports flows.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use server::{
    actor::Actor,
    app::App,
    checks,
    error::CommandError,
    flows::{self, Imported},
};
use shared::definition::{Definition, Faults, MAX_BYTES};

use super::printed::{Printed, failed};

/// The commands about flows.
#[derive(Debug, Subcommand)]
pub enum FlowCommand {
    /// Import a flow; a known name gets a new version
    Import {
        /// The flow as JSON
        file: PathBuf,
    },
    /// Name every fault of a flow, without importing it
    Check {
        /// The flow as JSON
        file: PathBuf,
    },
    /// Print a flow's newest version as JSON
    Export {
        /// The flow's name
        name: String,
    },
}

/// Reads a file, unless it is too large to be a flow.
fn read(file: &Path) -> Result<String, CommandError> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| failed(format!("{shown}: {error}")))?.len();
    if size > MAX_BYTES as u64 {
        return Err(failed(format!("{shown}: {size} bytes; a flow has at most {MAX_BYTES} bytes")));
    }
    std::fs::read_to_string(file).map_err(|error| failed(format!("{shown}: {error}")))
}

/// Imports a flow.
pub async fn import(app: &App, file: &Path) -> Result<Printed, CommandError> {
    let shown = file.display();
    let imported = flows::import(&app.kit, &checks::CATALOGUE, &read(file)?, Actor::CommandLine).await;
    let Imported { name, version, notes } = imported.map_err(|error| failed(format!("{shown}: {error}")))?;
    let notes_text: String = notes.iter().map(|note| format!("\nnote: {note}")).collect();
    Ok(Printed { text: format!("Imported {name}, version {version}.{notes_text}"), json: json!({ "name": name, "version": version, "notes": notes }) })
}

/// Checks a flow without an installation. Returns the output, and whether the flow has no faults.
pub fn check(file: &Path) -> Result<(Printed, bool), CommandError> {
    let shown = file.display();
    Ok(match flows::check(&checks::CATALOGUE, &read(file)?) {
        Ok(definition) => (good(&definition), true),
        Err(faults) => (bad(&shown.to_string(), &faults), false),
    })
}

fn good(definition: &Definition) -> Printed {
    let notes = flows::notes(&checks::CATALOGUE, definition);
    let notes_text: String = notes.iter().map(|note| format!("\nnote: {note}")).collect();
    Printed { text: format!("{} has no faults.{notes_text}", definition.name), json: json!({ "name": definition.name, "faults": [], "notes": notes }) }
}

fn bad(file: &str, faults: &Faults) -> Printed {
    let count = faults.iter().count();
    let listed: Vec<_> = faults.iter().map(|fault| json!({ "path": fault.path, "reason": fault.reason })).collect();
    let text = format!("{faults}\n{file} has {count} {}.", if count == 1 { "fault" } else { "faults" });
    Printed { text, json: json!({ "name": null, "faults": listed, "notes": [] }) }
}

/// Exports a flow's newest version, as it was imported.
pub async fn export(app: &App, name: &str) -> Result<Printed, CommandError> {
    let flow = flows::newest(&app.kit, name).await.map_err(failed)?;
    let text = serde_json::to_string_pretty(&flow.definition).map_err(failed)?;
    Ok(Printed { text, json: serde_json::to_value(&flow.definition).map_err(failed)? })
}
