//! `check`: looks at files as the checks do, for trying and for measuring. It opens no installation.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use server::{checks::tried, clock::Ambient, cpu::Cpu, error::CommandError, worker::Workers};
use shared::day::Day;

use super::printed::{Printed, failed};

/// The largest file, in bytes: what a customer can upload.
const MOST_BYTES: u64 = 10 * 1024 * 1024;

/// Looks at each file. The output, and whether every file could be looked at.
pub async fn check(files: &[PathBuf]) -> Result<(Printed, bool), CommandError> {
    let workers = Workers::of_this_binary(&Cpu::default());
    let today = Day::latest_today(Ambient::system().now());
    let (mut all, mut are_all_good) = (Vec::new(), true);
    for file in files {
        let name = file.display().to_string();
        let seen = match tried::look_at(&workers, &read(file)?, today).await {
            Ok(Value::Object(seen)) => seen,
            Ok(_) => Map::new(),
            Err(error) => {
                are_all_good = false;
                Map::from_iter([("error".to_owned(), error.to_string().into())])
            }
        };
        all.push(Value::Object(Map::from_iter([("file".to_owned(), name.into())]).into_iter().chain(seen).collect()));
    }
    let json = json!(all);
    let text = serde_json::to_string_pretty(&json).map_err(failed)?;
    Ok((Printed { json, text }, are_all_good))
}

fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| failed(format!("{shown}: {error}")))?.len();
    if size > MOST_BYTES {
        return Err(failed(format!("{shown}: {size} bytes; a file has at most {MOST_BYTES} bytes")));
    }
    std::fs::read(file).map_err(|error| failed(format!("{shown}: {error}")))
}
