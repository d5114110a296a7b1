//! Finds a zone among the lines of a picture: tries every size, and takes the one that fits best.

use super::{clean, layout::Format, zone::Zone};
use crate::day::Day;

/// The least characters of a line that can belong to a zone. Fillers at its end are often lost.
const LEAST: usize = 16;

/// Why there is no zone to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// No line has the form of one.
    #[error("there is no machine-readable zone")]
    Missing,
    /// There are lines of one, but too few, or of no length that a zone has.
    #[error("there are lines of a machine-readable zone, but not a whole one")]
    Incomplete,
    /// It is that of a visa, which proves nobody's identity.
    #[error("the machine-readable zone is that of a visa")]
    Visa,
}

/// Finds a zone among lines of text, from top to bottom, and reads it. Years of two digits are resolved by today's date.
///
/// # Errors
/// If no lines can be those of a zone. A zone that was found, however damaged, is returned with its faults.
pub fn read<'l>(lines: impl IntoIterator<Item = &'l str>, today: Day) -> Result<Zone, Unread> {
    let lines: Vec<String> = lines.into_iter().filter_map(clean::characters).filter(|line| is_like(line)).collect();
    if !lines.iter().any(|line| line.contains("<<")) {
        return Err(Unread::Missing);
    }
    if matches!(&lines[..], [first, _] if first.starts_with('V')) {
        return Err(Unread::Visa);
    }
    let zones = Format::ALL.into_iter().flat_map(|format| {
        let windows = lines.windows(format.layout().lines);
        windows.filter_map(move |window| laid_out(window, format, today)).collect::<Vec<_>>()
    });
    zones.min_by_key(|(stretched, zone)| (zone.faults.len(), *stretched, zone.repaired)).map(|(_, zone)| zone).ok_or(Unread::Incomplete)
}

/// Whether a line can belong to a zone: it is long, and has fillers or many digits.
fn is_like(line: &str) -> bool {
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    line.len() >= LEAST && (line.contains('<') || digits * 2 >= line.len())
}

/// These lines as a zone of this format, and how many characters they were stretched by.
fn laid_out(window: &[String], format: Format, today: Day) -> Option<(usize, Zone)> {
    let layout = format.layout();
    let stretched = window.iter().enumerate().map(|(at, line)| clean::stretched(line, layout.length, at == layout.name.0));
    let mut lines = stretched.collect::<Option<Vec<_>>>()?;
    let by = window.iter().map(|line| line.len().abs_diff(layout.length)).sum();
    let repaired = clean::repair(&mut lines, layout);
    Some((by, Zone::of(format, lines, repaired, today)))
}
