//! `list`: imports, exports and edits lists.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use futures::TryStreamExt as _;
use serde_json::json;
use server::{
    actor::Actor,
    app::App,
    error::CommandError,
    lists::{
        self,
        csv::{self, Row},
    },
};
use shared::{rfc3339, rule::ListKind, session::Timestamp};

use super::printed::{Printed, failed};

/// The largest file: 100,000 entries with notes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The commands about lists.
#[derive(Debug, Subcommand)]
pub enum ListCommand {
    /// Replace what is in a list; makes the list if there is none
    Import {
        /// The list's name
        name: String,
        /// The entries as CSV: value,note,from,until; the last three may be absent
        file: PathBuf,
        /// What its values are: text, country, account, device, ip, cpf, email, phone or document; text if the list is new
        #[arg(long, value_parser = kind)]
        kind: Option<ListKind>,
    },
    /// Print a list as CSV, with the entries that have ended
    Export {
        /// The list's name
        name: String,
    },
    /// Add a value to a list
    Add {
        /// The list's name
        name: String,
        /// The value
        value: String,
        /// Why it is there
        #[arg(long)]
        note: Option<String>,
        /// Since when it counts, as in RFC 3339; now if absent
        #[arg(long, value_parser = time)]
        from: Option<Timestamp>,
        /// From when on it does not count
        #[arg(long, value_parser = time)]
        until: Option<Timestamp>,
    },
    /// Remove a value from a list: its entry ends now
    Remove {
        /// The list's name
        name: String,
        /// The value
        value: String,
    },
}

fn kind(text: &str) -> Result<ListKind, &'static str> {
    text.parse().map_err(|()| "a kind is text, country, account, device, ip, cpf, email, phone or document")
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    rfc3339::parse(text).ok_or("a time is written as in RFC 3339, such as 2026-11-30T12:00:00Z")
}

impl ListCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, app: &App) -> Result<Printed, CommandError> {
        match self {
            Self::Import { name, file, kind } => import(app, &name, &file, kind).await,
            Self::Export { name } => export(app, &name).await,
            Self::Add { name, value, note, from, until } => {
                let row = Row { line: 0, value, note, from, until };
                lists::add(&app.kit, &name, &row, Actor::CommandLine).await.map_err(failed)?;
                Ok(changed(&name, "Added the value to"))
            }
            Self::Remove { name, value } => {
                lists::remove(&app.kit, &name, &value, Actor::CommandLine).await.map_err(failed)?;
                Ok(changed(&name, "Removed the value from"))
            }
        }
    }
}

fn changed(name: &str, what: impl Display) -> Printed {
    Printed { text: format!("{what} {name}."), json: json!({ "name": name }) }
}

async fn import(app: &App, name: &str, file: &Path, kind: Option<ListKind>) -> Result<Printed, CommandError> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| failed(format!("{shown}: {error}")))?.len();
    if size > MAX_BYTES {
        return Err(failed(format!("{shown}: {size} bytes; a list has at most {MAX_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(file).map_err(|error| failed(format!("{shown}: {error}")))?;
    let entries = lists::import::import(&app.kit, name, kind, text, Actor::CommandLine).await.map_err(|error| failed(format!("{shown}: {error}")))?;
    Ok(Printed { text: format!("Imported {name}: {entries} entries."), json: json!({ "name": name, "entries": entries }) })
}

async fn export(app: &App, name: &str) -> Result<Printed, CommandError> {
    let rows = lists::export(&app.kit, name, Actor::CommandLine).await.map_err(failed)?.try_concat().await.map_err(failed)?;
    let entry = |row: &Row| json!({ "value": row.value, "note": row.note, "from": row.from.map(csv::time), "until": row.until.map(csv::time) });
    Ok(Printed { text: csv::header() + &csv::lines(&rows), json: rows.iter().map(entry).collect() })
}
