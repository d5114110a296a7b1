//! Lists that rules ask: imports, exports, adds and removes. An entry counts from one moment to another, and is never deleted, so that the
//! past can be judged with the list as it was.

pub mod csv;
pub mod past;

use std::collections::HashMap;

use shared::{
    rule::{ListKind, is_name},
    session::Timestamp,
};

use self::csv::{Fault, Row};
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    kit::Kit,
    sealed,
    store::{
        self, Db, Tx,
        lists::{List, ListEntry},
    },
    vault::Unsealable,
};

/// The most entries of a list that have not ended.
pub const MOST_ENTRIES: usize = 100_000;

/// Why a list was not changed or found.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The name is malformed.
    #[error("a list has a name of [a-z][a-z0-9-]{{0,63}}")]
    Name,
    /// There is no such list.
    #[error("there is no list of this name")]
    Unknown,
    /// It is of another kind.
    #[error("the list is of kind {}, and a list keeps its kind", .0.as_str())]
    OtherKind(ListKind),
    /// The file, or the value, has these faults.
    #[error("{}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Fault>),
    /// A value is none of the list's kind.
    #[error("{0}")]
    Value(&'static str),
    /// The value is in the list already.
    #[error("the value is in the list already")]
    Known,
    /// The value is not in the list.
    #[error("the value is not in the list")]
    NotThere,
    /// It would have too many entries.
    #[error("a list has at most {MOST_ENTRIES} entries")]
    Full,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(ListError);

/// By what a value is found, which has the one form of its kind.
fn found(kit: &Kit, list: &List, value: &str) -> String {
    if list.kind.is_clear() {
        return value.to_owned();
    }
    let mac = kit.vault.index("lists.value", &format!("{}/{value}", list.id));
    store::bound::hexadecimal(&mac)
}

/// Whether a value is in a list at this moment.
///
/// # Errors
/// If the store does not answer.
pub async fn holds(kit: &Kit, db: &mut Db, list: &List, value: &str, at: Timestamp) -> Result<bool, Failure> {
    let sought: Vec<String> = list.kind.sought(value).iter().map(|form| found(kit, list, form)).collect();
    Ok(store::lists::find(db, &kit.vault, list.id, &sought).await?.iter().any(|entry| entry.counts_at(at)))
}

fn new_entry(kit: &Kit, list: &List, value: &str, row: &Row, now: Timestamp) -> ListEntry {
    let id = kit.ambient.id();
    let seal = |place, text: &str| kit.vault.seal_own(&place, text.as_bytes());
    ListEntry {
        id,
        found: found(kit, list, value),
        value: (!list.kind.is_clear()).then(|| seal(sealed::list_value(id), value)),
        note: row.note.as_deref().map(|note| seal(sealed::list_note(id), note)),
        from: row.from.unwrap_or(now),
        until: row.until,
    }
}

/// Replaces what is in a list by these entries; makes the list if there is none. Returns how many entries the file has.
///
/// # Errors
/// Every fault of the file with its line; then nothing was written.
pub async fn import(kit: &Kit, name: &str, kind: Option<ListKind>, text: &str, by: Actor) -> Result<usize, ListError> {
    if !is_name(name) {
        return Err(ListError::Name);
    }
    let rows = csv::read(text).map_err(ListError::Faults)?;
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let now = kit.ambient.now();
    let list = match store::lists::by_name(tx.db().await?, name).await? {
        Some(known) if kind.is_some_and(|kind| kind != known.kind) => return Err(ListError::OtherKind(known.kind)),
        Some(known) => known,
        None => {
            let list = List { id: kit.ambient.id(), name: name.to_owned(), kind: kind.unwrap_or_default() };
            store::lists::insert(&mut tx, &list, now).await?;
            list
        }
    };
    let new = checked(kit, &list, &rows, now)?;
    replace(kit, &mut tx, &list, new, now).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListImported(list.id))).await?;
    tx.commit().await?;
    Ok(rows.len())
}

/// The entries of a file, each with whether the file says since when it counts.
fn checked(kit: &Kit, list: &List, rows: &[Row], now: Timestamp) -> Result<Vec<(ListEntry, bool)>, ListError> {
    let (mut new, mut faults): (Vec<(ListEntry, bool)>, Vec<Fault>) = (Vec::with_capacity(rows.len()), Vec::new());
    let mut times: HashMap<String, Vec<(Timestamp, Option<Timestamp>)>> = HashMap::new();
    for row in rows {
        let mut fault = |reason: &str| faults.push(Fault { line: row.line, reason: reason.to_owned() });
        let value = match list.kind.normalised(&row.value) {
            Ok(value) => value,
            Err(reason) => {
                fault(reason);
                continue;
            }
        };
        let entry = new_entry(kit, list, &value, row, now);
        if entry.until.is_some_and(|until| until <= entry.from) {
            fault("it ends before it begins");
        }
        let known = times.entry(entry.found.clone()).or_default();
        let overlaps =
            |(from, until): &(Timestamp, Option<Timestamp>)| until.is_none_or(|until| entry.from < until) && entry.until.is_none_or(|until| *from < until);
        if known.iter().any(overlaps) {
            fault("the value stands twice");
        }
        known.push((entry.from, entry.until));
        new.push((entry, row.from.is_some()));
    }
    if !faults.is_empty() {
        return Err(ListError::Faults(faults));
    }
    if new.iter().filter(|(entry, _)| !entry.has_ended(now)).count() > MOST_ENTRIES {
        return Err(ListError::Full);
    }
    Ok(new)
}

async fn replace(kit: &Kit, tx: &mut Tx, list: &List, new: Vec<(ListEntry, bool)>, now: Timestamp) -> Result<(), Failure> {
    let mut known: HashMap<String, Vec<ListEntry>> = HashMap::new();
    for entry in store::lists::entries(tx.db().await?, &kit.vault, list.id).await? {
        known.entry(entry.found.clone()).or_default().push(entry);
    }
    let mut added = Vec::new();
    for (mut entry, has_from) in new {
        let same = known.get_mut(&entry.found).and_then(|known| {
            let place = known.iter().position(|old| if has_from { old.from == entry.from } else { !old.has_ended(now) })?;
            Some(known.swap_remove(place))
        });
        match same {
            Some(old) => {
                // The note is sealed at the place of the row that stays.
                let note = entry.note.as_deref().map(|note| open(kit, &sealed::list_note(entry.id), note)).transpose()?;
                let note = note.map(|note| kit.vault.seal_own(&sealed::list_note(old.id), note.as_bytes()));
                entry = ListEntry { note, until: entry.until, ..old };
                store::lists::change(tx, &kit.vault, list.id, &entry).await?;
            }
            None => added.push(entry),
        }
    }
    for rest in known.into_values().flatten().filter(|entry| !entry.has_ended(now)) {
        store::lists::change(tx, &kit.vault, list.id, &ListEntry { until: Some(now), ..rest }).await?;
    }
    Ok(store::lists::insert_entries(tx, &kit.vault, list.id, &added).await?)
}

fn open(kit: &Kit, place: &crate::vault::Place, sealed: &[u8]) -> Result<String, Unsealable> {
    String::from_utf8(kit.vault.open_own(place, sealed)?).map_err(|_| Unsealable)
}

/// A list with its entries, opened: value, note, since when, until when.
pub struct Exported {
    /// The list.
    pub list: List,
    /// Its entries, those that have ended included.
    pub rows: Vec<Row>,
}

/// A list with all its entries, for somebody who reads it. Writes an audit row.
///
/// # Errors
/// [`ListError::Unknown`]
pub async fn export(kit: &Kit, name: &str, by: Actor) -> Result<Exported, ListError> {
    let list = store::lists::by_name(&mut *kit.store.read().await?, name).await?.ok_or(ListError::Unknown)?;
    kit.audit_read(by, Act::ListExported(list.id)).await?;
    let entries = store::lists::entries(&mut *kit.store.read().await?, &kit.vault, list.id).await?;
    let rows = entries.into_iter().map(|entry| {
        let value = entry.value.as_deref().map_or(Ok(entry.found), |value| open(kit, &sealed::list_value(entry.id), value))?;
        let note = entry.note.as_deref().map(|note| open(kit, &sealed::list_note(entry.id), note)).transpose()?;
        Ok(Row { line: 0, value, note, from: Some(entry.from), until: entry.until })
    });
    let rows = rows.collect::<Result<_, Unsealable>>()?;
    Ok(Exported { list, rows })
}

/// Adds a value to a list.
///
/// # Errors
/// [`ListError::Unknown`]; [`ListError::Value`]; [`ListError::Known`] if it is there and has not ended.
pub async fn add(kit: &Kit, name: &str, row: &Row, by: Actor) -> Result<(), ListError> {
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let list = store::lists::by_name(tx.db().await?, name).await?.ok_or(ListError::Unknown)?;
    let value = list.kind.normalised(&row.value).map_err(ListError::Value)?;
    let now = kit.ambient.now();
    let entry = new_entry(kit, &list, &value, row, now);
    if entry.until.is_some_and(|until| until <= entry.from) {
        return Err(ListError::Value("it ends before it begins"));
    }
    let same = store::lists::find(tx.db().await?, &kit.vault, list.id, std::slice::from_ref(&entry.found)).await?;
    if same.iter().any(|known| !known.has_ended(now)) {
        return Err(ListError::Known);
    }
    let all = store::lists::entries(tx.db().await?, &kit.vault, list.id).await?;
    if all.iter().filter(|known| !known.has_ended(now)).count() >= MOST_ENTRIES {
        return Err(ListError::Full);
    }
    store::lists::insert_entries(&mut tx, &kit.vault, list.id, &[entry]).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListEntryAdded(list.id))).await?;
    Ok(tx.commit().await?)
}

/// Removes a value from a list: its entry ends now.
///
/// # Errors
/// [`ListError::Unknown`]; [`ListError::Value`]; [`ListError::NotThere`]
pub async fn remove(kit: &Kit, name: &str, value: &str, by: Actor) -> Result<(), ListError> {
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let list = store::lists::by_name(tx.db().await?, name).await?.ok_or(ListError::Unknown)?;
    let value = list.kind.normalised(value).map_err(ListError::Value)?;
    let now = kit.ambient.now();
    let same = store::lists::find(tx.db().await?, &kit.vault, list.id, &[found(kit, &list, &value)]).await?;
    let open: Vec<ListEntry> = same.into_iter().filter(|known| !known.has_ended(now)).collect();
    if open.is_empty() {
        return Err(ListError::NotThere);
    }
    for entry in open {
        store::lists::change(&mut tx, &kit.vault, list.id, &ListEntry { until: Some(now), ..entry }).await?;
    }
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListEntryRemoved(list.id))).await?;
    Ok(tx.commit().await?)
}
