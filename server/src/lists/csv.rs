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

/// The entries of a file, one after the other, so that no more of it is in memory than is kept.
///
/// # Errors
/// If the first line does not name the columns.
pub fn rows(text: &str) -> Result<Rows<'_>, Fault> {
    let mut records = Records { letters: text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable(), line: 1, has_ended: false };
    let header = records.next().transpose()?.unwrap_or_default();
    let places: Vec<Option<usize>> = header.cells.iter().map(|name| COLUMNS.iter().position(|column| column == name)).collect();
    let mut named: Vec<usize> = places.iter().flatten().copied().collect();
    named.sort_unstable();
    let is_twice = named.windows(2).any(|two| two[0] == two[1]);
    if named.first() != Some(&0) || is_twice || places.contains(&None) || header.columns > COLUMNS.len() {
        return Err(Fault { line: 1, reason: ListFault::Header });
    }
    Ok(Rows { records, places: places.into_iter().flatten().collect() })
}

/// See [`rows`].
pub struct Rows<'t> {
    records: Records<'t>,
    /// Which column each cell is of.
    places: Vec<usize>,
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Vec<Fault>>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.records.next()?.map_err(|fault| vec![fault]).and_then(|record| self.row(record)))
    }
}

impl Rows<'_> {
    fn row(&self, record: Record) -> Result<Row, Vec<Fault>> {
        let Record { line, cells, columns } = record;
        let fault = |reason: ListFault| Fault { line, reason };
        if columns != self.places.len() {
            return Err(vec![fault(ListFault::Columns { found: columns, named: self.places.len() })]);
        }
        let mut found: [Option<String>; 4] = Default::default();
        for (place, cell) in self.places.iter().zip(cells) {
            found[*place] = Some(cell).filter(|cell| !cell.is_empty());
        }
        let [value, note, from, until] = found;
        let mut faults = Vec::new();
        let mut time = |name: &str, text: Option<String>| {
            let read = text.as_deref().map(rfc3339::parse);
            if read == Some(None) {
                faults.push(fault(ListFault::Time(name.to_owned())));
            }
            read.flatten()
        };
        let (from, until) = (time("from", from), time("until", until));
        let Some(value) = value else {
            faults.push(fault(ListFault::NoValue));
            return Err(faults);
        };
        if faults.is_empty() { Ok(Row { line, value, note, from, until }) } else { Err(faults) }
    }
}

/// What stands between two ends of lines.
#[derive(Default)]
struct Record {
    /// The line that it begins on.
    line: usize,
    /// Its first cells, at most one more than there may be.
    cells: Vec<String>,
    /// How many cells it has.
    columns: usize,
}

impl Record {
    fn end_cell(&mut self, cell: &mut String) {
        self.columns += 1;
        let cell = std::mem::take(cell);
        if self.cells.len() <= COLUMNS.len() {
            self.cells.push(cell);
        }
    }
}

/// The records of a file. Empty lines are left out.
struct Records<'t> {
    letters: std::iter::Peekable<std::str::Chars<'t>>,
    line: usize,
    has_ended: bool,
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.has_ended {
            match self.record() {
                Ok(record) if record.columns == 1 && record.cells[0].is_empty() => {}
                record => return Some(record),
            }
        }
        None
    }
}

impl Records<'_> {
    fn record(&mut self) -> Result<Record, Fault> {
        let (mut record, mut cell, mut quoted) = (Record { line: self.line, ..Record::default() }, String::new(), false);
        while let Some(letter) = self.letters.next() {
            match letter {
                '"' if quoted && self.letters.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' if quoted => quoted = false,
                other if quoted => {
                    self.line += usize::from(other == '\n');
                    cell.push(other);
                }
                '"' if cell.is_empty() => quoted = true,
                ',' => record.end_cell(&mut cell),
                '\r' if self.letters.peek() == Some(&'\n') => {}
                '\n' => {
                    self.line += 1;
                    record.end_cell(&mut cell);
                    return Ok(record);
                }
                other => cell.push(other),
            }
        }
        self.has_ended = true;
        if quoted {
            return Err(Fault { line: record.line, reason: ListFault::Quote });
        }
        record.end_cell(&mut cell);
        Ok(record)
    }
}

/// Writes one line of a file, without an end.
fn line(cells: [&str; 4]) -> String {
    let quoted = |cell: &str| {
        let needs = cell.contains(['"', ',', '\n', '\r']) || cell.trim() != cell;
        if needs { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    };
    cells.map(quoted).join(",")
}

/// The first line of a file, without an end.
pub fn header() -> String {
    line(COLUMNS)
}

/// The lines of some entries, each after the end of the line before it.
pub fn lines(rows: &[Row]) -> String {
    let when = |at: Option<Timestamp>| at.map(time).unwrap_or_default();
    let cells = |row: &Row| line([&row.value, row.note.as_deref().unwrap_or_default(), &when(row.from), &when(row.until)]);
    rows.iter().flat_map(|row| ["\n".to_owned(), cells(row)]).collect()
}

/// A time as a file has it, to the microsecond.
pub fn time(at: Timestamp) -> String {
    DateTime::from_timestamp_micros(at.0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All rows of a file, or all its faults.
    fn read(text: &str) -> Result<Vec<Row>, Vec<Fault>> {
        let (mut all, mut faults) = (Vec::new(), Vec::new());
        for row in rows(text).map_err(|fault| vec![fault])? {
            match row {
                Ok(row) => all.push(row),
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }

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
            ("value\n,,,,,,\n\na,b\n\n\"a\n\n", vec![2, 4, 6]),
            ("value,note,from,until,value\n", vec![1]),
        ] {
            assert_eq!(read(text).unwrap_err().iter().map(|fault| fault.line).collect::<Vec<_>>(), lines, "{text:?}");
        }
        assert!(read("value\n").unwrap().is_empty() && read("value\n\n\r\n").unwrap().is_empty());
        assert_eq!(read("value\na,b,c,d,e,f,g\n").unwrap_err()[0].reason, ListFault::Columns { found: 7, named: 1 });
    }
}
