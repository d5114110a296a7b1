//! What was found: lines of a table, printed, and written into docs/measurements.md between two marks.

use std::fs;

use server::clock::{Ambient, rfc3339};

const PAGE: &str = "docs/measurements.md";
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

    /// A figure that has a bar.
    pub fn held(what: impl Into<String>, measured: impl Into<String>, bar: &str, holds: bool) -> Self {
        Self { what: what.into(), measured: measured.into(), bar: format!("{bar}: {}", if holds { "holds" } else { "**missed**" }) }
    }
}

/// The one in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The lines as Markdown, and above them when and on what machine it was.
pub fn table(lines: &[Line]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let gibibytes = kibibytes("/proc/meminfo", "MemTotal") / 1_048_576.0;
    let (cpu, now) = (value("/proc/cpuinfo", "model name"), rfc3339(Ambient::system().now()));
    let rows: String = lines.iter().map(|Line { what, measured, bar }| format!("| {what} | {measured} | {bar} |\n")).collect();
    format!("Measured {}, {cores} cores ({cpu}), {gibibytes:.0} GiB of memory.\n\n| what | measured | bar |\n|---|---|---|\n{rows}", &now[..10])
}

/// Puts the table where the last one stood.
pub fn write_down(table: &str) {
    let page = fs::read_to_string(PAGE).expect("the page of measurements");
    let (before, rest) = page.split_once(MARKS[0]).expect("the first mark");
    let (_, after) = rest.split_once(MARKS[1]).expect("the second mark");
    fs::write(PAGE, format!("{before}{}\n{table}{}{after}", MARKS[0], MARKS[1])).expect("writes the page");
}

/// What a file of `/proc` says under a name; nothing where it does not say it.
fn value(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let found = text.lines().filter_map(|line| line.split_once(':')).find(|(known, _)| known.trim() == name);
    found.map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

/// The same of an amount in kB, which are KiB there.
pub fn kibibytes(file: &str, name: &str) -> f64 {
    value(file, name).trim_end_matches(" kB").parse().expect("an amount in kB")
}
