//! What a customer downloads before the first step is alive, as `scripts/site.mjs` weighs it.

use std::process::Command;

use crate::report::Line;

/// The files of a customer's first page.
const FIRST: [&str; 4] = ["flow_bg.wasm", "flow.js", "main.css", "guard.js"];

/// Of the site that the release binary holds.
pub fn measure() -> Vec<Line> {
    let weighed = Command::new("node").args(["scripts/site.mjs", "sizes", "target/site"]).output().expect("node runs");
    let text = String::from_utf8(weighed.stdout).expect("text");
    let brotli = |name: &str| {
        // The last column names the file, the one before it says what it weighs.
        let of_file = text.lines().find(|line| line.ends_with(&format!("/{name}"))).and_then(|line| line.split_whitespace().nth(1));
        of_file.unwrap_or_else(|| panic!("{name} in {text}")).to_owned()
    };
    let (total, limit) = text.lines().find_map(|line| line.split_once("a customer's first page, of ")).expect("the sum of them");
    let limit = limit.trim_end_matches(" at most");
    let files = FIRST.map(|name| Line::figure(format!("`{name}`, brotli"), format!("{} bytes", brotli(name))));
    let sum = Line::held("these four together", format!("{} bytes", total.trim()), &format!("≤ {limit}"), weighed.status.success());
    files.into_iter().chain([sum]).collect()
}
