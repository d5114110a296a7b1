//! Reads and writes lists as CSV (RFC 4180) with a header: `value`, and if wanted `note`, `from` and `until`.

use chrono::{DateTime, SecondsFormat};
use shared::{rfc3339, rule::ListFault, session::Timestamp};

/// The columns. The last three may be absent.
const COLUMNS: [&str; 4] = ["value", "note", "from", "until"];

/// One entry of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// The value, as it is written.
    pub value: String,
    /// The note.
    pub note: Option<String>,
    /// Since when it counts.
    pub from: Option<Timestamp>,
    /// From when on it does not.
    pub until: Option<Timestamp>,
}

/// A fault of a file, with its line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub reason: ListFault,
}

/// Reads a file.
///
/// # Errors
/// Every fault.
pub fn read(text: &str) -> Result<Vec<Row>, Vec<Fault>> {
    let fault = |line: usize, reason: ListFault| Fault { line, reason };
    let mut records = records(text.strip_prefix('\u{feff}').unwrap_or(text))?.into_iter();
    let header = records.next().map(|(_, cells)| cells).unwrap_or_default();
    let places: Vec<Option<usize>> = header.iter().map(|name| COLUMNS.iter().position(|column| column == name)).collect();
    let mut named: Vec<usize> = places.iter().flatten().copied().collect();
    named.sort_unstable();
    let is_twice = named.windows(2).any(|two| two[0] == two[1]);
    if named.first() != Some(&0) || is_twice || places.contains(&None) {
        return Err(vec![fault(1, ListFault::Header)]);
    }
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (line, cells) in records {
        if cells.len() != header.len() {
            faults.push(fault(line, ListFault::Columns { found: cells.len(), named: header.len() }));
            continue;
        }
        let mut found: [Option<String>; 4] = Default::default();
        for (place, cell) in places.iter().flatten().zip(cells) {
            found[*place] = Some(cell).filter(|cell| !cell.is_empty());
        }
        let [value, note, from, until] = found;
        let mut time = |name: &str, text: Option<String>| {
            let read = text.as_deref().map(rfc3339::parse);
            if read == Some(None) {
                faults.push(fault(line, ListFault::Time(name.to_owned())));
            }
            read.flatten()
        };
        let (from, until) = (time("from", from), time("until", until));
        match value {
            Some(value) => rows.push(Row { line, value, note, from, until }),
            None => faults.push(fault(line, ListFault::NoValue)),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// The records, each with the line that it begins on. Empty lines are left out.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, Vec<Fault>> {
    let (mut all, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun_at, mut quoted) = (1, 1, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if quoted {
            match letter {
                '"' if letters.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' => quoted = false,
                other => {
                    line += usize::from(other == '\n');
                    cell.push(other);
                }
            }
            continue;
        }
        match letter {
            '"' if cell.is_empty() => quoted = true,
            ',' => cells.push(std::mem::take(&mut cell)),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' => {
                cells.push(std::mem::take(&mut cell));
                all.push((begun_at, std::mem::take(&mut cells)));
                line += 1;
                begun_at = line;
            }
            other => cell.push(other),
        }
    }
    if quoted {
        return Err(vec![Fault { line: begun_at, reason: ListFault::Quote }]);
    }
    cells.push(cell);
    all.push((begun_at, cells));
    all.retain(|(_, cells)| cells.len() > 1 || !cells[0].is_empty());
    Ok(all)
}

/// Writes one line of a file, without its end.
fn line(cells: [&str; 4]) -> String {
    let quoted = |cell: &str| {
        let needs = cell.contains(['"', ',', '\n', '\r']) || cell.trim() != cell;
        if needs { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    };
    cells.map(quoted).join(",")
}

/// Entries as a file.
pub fn file(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let when = |at: Option<Timestamp>| at.map(time).unwrap_or_default();
        line([&row.value, row.note.as_deref().unwrap_or_default(), &when(row.from), &when(row.until)])
    };
    let lines: Vec<String> = std::iter::once(line(COLUMNS)).chain(rows.iter().map(cells)).collect();
    lines.join("\n")
}

/// A time as a file has it, to the microsecond.
pub fn time(at: Timestamp) -> String {
    DateTime::from_timestamp_micros(at.0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_line_ends_and_columns_are_read() {
        let text = "\u{feff}note,value\r\n\"a \"\"good\"\" one,\nreally\",acct-1\r\n\r\n,acct-2";
        let rows = read(text).unwrap();
        let first = Row { line: 2, value: "acct-1".into(), note: Some("a \"good\" one,\nreally".into()), ..Row::default() };
        assert_eq!(rows, [first, Row { line: 5, value: "acct-2".into(), ..Row::default() }]);
        let whole = line(["acct-1", "a \"good\" one,\nreally", "", ""]);
        assert_eq!(read(&format!("{}\n{whole}", line(COLUMNS))).unwrap()[0].note, rows[0].note);
    }

    #[test]
    fn every_fault_has_its_line() {
        for (text, lines) in [
            ("", vec![1]),
            ("acct-1\n", vec![1]),
            ("value,value\n", vec![1]),
            ("note\na\n", vec![1]),
            ("value,from\na,yesterday\nb\n,2026-11-30T12:00:00Z\n", vec![2, 3, 4]),
            ("value\n\"a", vec![2]),
        ] {
            assert_eq!(read(text).unwrap_err().iter().map(|fault| fault.line).collect::<Vec<_>>(), lines, "{text:?}");
        }
        assert!(read("value\n").unwrap().is_empty());
    }
}
