//! Collects the faults of a document while it is read and checked, each with its path. They are returned in the order of the document, so that
//! a person can correct the file from top to bottom.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    fmt,
};

use crate::problem::{FieldCode, FieldFault};

/// The most faults of a document that are noted. Nobody corrects more of them at once, and a document of nothing but faults must not cost more
/// than another one.
const MAX_NOTED: usize = 1_000;
/// The most faults that a problem names, so that the answer is not much larger than the request.
const MAX_NAMED: usize = 200;

/// One fault of a document, and its path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Refused {
    /// The path, such as `steps[0].fields[1].name`, or the word for the whole document, such as `flow`.
    pub path: String,
    /// What kind of fault it is.
    pub code: FieldCode,
    /// What is wrong, and what is allowed.
    pub reason: String,
}

/// All faults of a document, at least one, in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(Vec<Refused>);

impl Faults {
    /// Nothing, if there are no faults; they stand in the order of the document.
    ///
    /// # Errors
    /// The faults.
    pub fn none_of(faults: Vec<Refused>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// Iterates over the faults.
    pub fn iter(&self) -> std::slice::Iter<'_, Refused> {
        self.0.iter()
    }

    /// The faults as a problem names them: the first 200. The last of those says that there are more.
    pub fn of_fields(&self) -> Vec<FieldFault> {
        let mut named: Vec<FieldFault> = self.iter().take(MAX_NAMED).map(|fault| FieldFault::new(&fault.path, fault.code, &fault.reason)).collect();
        if let Some(last) = named.last_mut().filter(|_| self.0.len() > MAX_NAMED) {
            last.message.push_str("; more faults follow, which are not named");
        }
        named
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Refused;
    type IntoIter = std::slice::Iter<'a, Refused>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Refused> for Faults {
    fn from(fault: Refused) -> Self {
        Self(vec![fault])
    }
}

/// Writes one fault a line.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// How strictly a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A new flow: a key that is written twice, or that is null, is a fault.
    New,
    /// A body of the API, such as a rule: a key that is written twice is a fault, and null is the same as no key.
    Body,
    /// A version that was imported before: it may contain what older imports accepted.
    Stored,
}

/// The position of a value: the number of its key or item in each list or object, from the outermost inwards.
pub type Position = Vec<usize>;

/// Collects the faults of one document.
#[derive(Debug)]
pub struct Collector {
    pub(super) reading: Reading,
    whole: &'static str,
    noted: RefCell<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    faults: Vec<(Position, Refused)>,
    unreadable: BTreeSet<String>,
    positions: HashMap<String, Position>,
}

impl Collector {
    /// Starts without faults. `whole` is what a fault of the whole document names, such as `flow`.
    pub fn new(reading: Reading, whole: &'static str) -> Self {
        Self { reading, whole, noted: RefCell::default() }
    }

    /// Records the position of the value with this path.
    pub fn place(&self, path: String, position: Position) {
        self.noted.borrow_mut().positions.insert(path, position);
    }

    /// Notes a value that could not be read.
    pub fn unreadable(&self, path: &str, code: FieldCode, reason: impl Into<String>) {
        self.note_as(path, code, reason);
        self.noted.borrow_mut().unreadable.insert(path.to_owned());
    }

    /// Notes a fault, unless the value, or one that contains it, could not be read. Then there is a fault for it already, which is enough.
    pub fn note(&self, path: &str, reason: impl Into<String>) {
        self.note_as(path, FieldCode::Malformed, reason);
    }

    /// The same with a code.
    pub fn note_as(&self, path: &str, code: FieldCode, reason: impl Into<String>) {
        let mut noted = self.noted.borrow_mut();
        if noted.faults.len() >= MAX_NOTED || with_parents(path).any(|path| noted.unreadable.contains(path)) {
            return;
        }
        let position = noted.position(path);
        let shown = if path.is_empty() { self.whole } else { path };
        noted.faults.push((position, Refused { path: shown.to_owned(), code, reason: reason.into() }));
    }

    /// Whether the value with this path, and everything inside it, could be read.
    pub fn was_read(&self, path: &str) -> bool {
        let noted = self.noted.borrow();
        let mut unread = noted.unreadable.range(path.to_owned()..).map_while(|unreadable| unreadable.strip_prefix(path));
        !unread.any(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    /// Returns the value if there is no fault, or else every fault.
    ///
    /// # Errors
    /// Every fault, in the order of the document.
    pub fn finish<T>(self, value: T) -> Result<T, Faults> {
        let mut faults = self.noted.into_inner().faults;
        faults.sort_by(|(one, _), (other, _)| one.cmp(other));
        if faults.is_empty() { Ok(value) } else { Err(Faults(faults.into_iter().map(|(_, fault)| fault).collect())) }
    }
}

impl Noted {
    /// The position of a value. A missing key has the position of its object.
    fn position(&self, path: &str) -> Position {
        with_parents(path).find_map(|path| self.positions.get(path)).cloned().unwrap_or_default()
    }
}

/// The path, then the paths of the values that contain it, up to the whole document.
fn with_parents(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| (!path.is_empty()).then(|| path.rfind(['.', '[']).map_or("", |end| &path[..end])))
}

/// The path of a key. Escapes control characters, so that a path is one line.
pub fn path_of(parent: &str, key: &str) -> String {
    let dot = if parent.is_empty() { "" } else { "." };
    format!("{parent}{dot}{}", key.escape_debug())
}
