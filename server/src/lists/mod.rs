//! Lists that rules ask: imports, exports, adds and removes. An entry counts from one moment to another, and is never deleted, so that the
//! past can be judged with the list as it was.

pub mod csv;
pub mod import;
pub mod past;

use futures::stream::{self, BoxStream, StreamExt as _};
use shared::{
    rule::{ListFault, ListKind, MOST_NOTE, is_name},
    session::Timestamp,
};

use self::csv::{Fault, Row};
use crate::{
    actor::{Act, Actor, Entry},
    cpu::Panicked,
    customers,
    failure::Failure,
    ids::{EntryId, ListId},
    kit::Kit,
    model::List,
    sealed,
    store::{self, StoreError, lists::ListEntry},
    vault::Unsealable,
};

/// The most entries of a list that have not ended.
pub const MOST_ENTRIES: usize = 100_000;
/// The most entries of a file, those that have ended included: what a list exports that was replaced three times.
const MOST_LINES: usize = 4 * MOST_ENTRIES;
/// The most entries of one value in a file. Each line is held against what is known of its value.
const MOST_OF_VALUE: usize = 1_000;
/// How many entries of an export are in memory at once.
const EXPORTED_AT_ONCE: i64 = 500;
/// The largest file that the dashboard takes, in MiB: 100,000 entries of 160 bytes. The command line takes larger ones.
pub const MOST_MIB: usize = 16;
/// The same in bytes.
pub const MOST_BYTES: usize = MOST_MIB * 1024 * 1024;

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
    /// A value is none of the list's kind, or what stands beside it has a fault.
    #[error("{0}")]
    Entry(ListFault),
    /// There is a list of this name.
    #[error("there is a list of this name")]
    Taken,
    /// The value is in the list already.
    #[error("the value is in the list already")]
    Known,
    /// The value is not in the list.
    #[error("the value is not in the list")]
    NotThere,
    /// It would have too many entries.
    #[error("a list has at most {MOST_ENTRIES} entries")]
    Full,
    /// The file has too many entries, those that have ended included.
    #[error("a file of a list has at most {MOST_LINES} entries, those that have ended included")]
    Long,
    /// Reading a file panicked.
    #[error(transparent)]
    Panicked(#[from] Panicked),
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

/// By what the entries are found that hold a value.
pub fn sought(kit: &Kit, list: &List, value: &str) -> Vec<String> {
    list.kind.sought(value).iter().map(|form| found(kit, list, form)).collect()
}

fn new_entry(kit: &Kit, list: &List, row: &Row, now: Timestamp) -> Result<ListEntry, ListFault> {
    let value = normalised(list, &row.value)?;
    if row.note.as_deref().is_some_and(|note| note.chars().nth(MOST_NOTE).is_some()) {
        return Err(ListFault::Note);
    }
    let from = row.from.unwrap_or(now);
    // One that ends as it begins never counts: an export has it where somebody removed a value before its time came.
    if row.until.is_some_and(|until| until < from) {
        return Err(ListFault::Ends);
    }
    let id = kit.ambient.id();
    let seal = |place, text: &str| kit.vault.seal_own(&place, text.as_bytes());
    Ok(ListEntry {
        id,
        found: found(kit, list, &value),
        value: (!list.kind.is_clear()).then(|| seal(sealed::list_value(id), &value)),
        note: row.note.as_deref().map(|note| seal(sealed::list_note(id), note)),
        from,
        until: row.until,
    })
}

fn normalised(list: &List, value: &str) -> Result<String, ListFault> {
    list.kind.normalised(value).ok_or(ListFault::Value(list.kind))
}

/// The list of this id.
///
/// # Errors
/// [`ListError::Unknown`]
pub async fn by_id(kit: &Kit, list: ListId) -> Result<List, ListError> {
    store::lists::by_id(&mut *kit.store.read().await?, list).await?.ok_or(ListError::Unknown)
}

/// Makes a list with nothing in it.
///
/// # Errors
/// [`ListError::Name`]; [`ListError::Taken`]
pub async fn create(kit: &Kit, name: &str, kind: ListKind, by: Actor) -> Result<ListId, ListError> {
    if !is_name(name) {
        return Err(ListError::Name);
    }
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    if store::lists::by_name(tx.db().await?, name).await?.is_some() {
        return Err(ListError::Taken);
    }
    let (list, now) = (List { id: kit.ambient.id(), name: name.to_owned(), kind }, kit.ambient.now());
    store::lists::insert(&mut tx, &list, now).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListCreated(list.id))).await?;
    tx.commit().await?;
    Ok(list.id)
}

fn open(kit: &Kit, place: &crate::vault::Place, sealed: &[u8]) -> Result<String, Unsealable> {
    String::from_utf8(kit.vault.open_own(place, sealed)?).map_err(|_| Unsealable)
}

/// Every entry of a list with its value and its note, those that have ended included, in the order in which they were made. They come
/// some at a time, so that a slow reader keeps no whole list in memory. Writes an audit row.
///
/// # Errors
/// [`ListError::Unknown`]
pub async fn export(kit: &Kit, name: &str, by: Actor) -> Result<BoxStream<'static, Result<Vec<Row>, Failure>>, ListError> {
    let list = store::lists::by_name(&mut *kit.store.read().await?, name).await?.ok_or(ListError::Unknown)?.id;
    kit.audit_read(by, Act::ListExported(list)).await?;
    let next = move |(kit, after): (Kit, Option<EntryId>)| async move {
        let entries = store::lists::entries_after(&mut *kit.store.read().await?, &kit.vault, list, after, EXPORTED_AT_ONCE).await?;
        let Some(last) = entries.last().map(|entry| entry.id) else { return Ok(None) };
        let rows = entries.iter().map(|entry| opened(&kit, entry)).collect::<Result<_, Unsealable>>()?;
        Ok(Some((rows, (kit, Some(last)))))
    };
    Ok(stream::try_unfold((kit.clone(), None), next).boxed())
}

/// An entry with its value and its note.
///
/// # Errors
/// If it is damaged.
pub fn opened(kit: &Kit, entry: &ListEntry) -> Result<Row, Unsealable> {
    let value = entry.value.as_deref().map_or(Ok(entry.found.clone()), |value| open(kit, &sealed::list_value(entry.id), value))?;
    let note = entry.note.as_deref().map(|note| open(kit, &sealed::list_note(entry.id), note)).transpose()?;
    Ok(Row { line: 0, value, note, from: Some(entry.counted_from()), until: entry.until })
}

/// Whether a value that somebody looks for may be a person's number. It is judged in the form by which it is found, because what is typed
/// may hold letters and signs that this form leaves out. Numbers of documents have letters of their own.
pub fn is_number(kind: ListKind, value: &str) -> bool {
    let sought = || kind.normalised(value).unwrap_or_else(|| value.to_owned());
    matches!(kind, ListKind::Cpf | ListKind::Phone | ListKind::Document) || customers::is_number(&sought())
}

/// The entries of exactly this value, newest first, those that have ended included.
///
/// # Errors
/// If the store does not answer.
pub async fn find(kit: &Kit, list: &List, value: &str) -> Result<Vec<ListEntry>, Failure> {
    let Some(value) = list.kind.normalised(value) else { return Ok(Vec::new()) };
    let mut db = kit.store.read().await?;
    let mut entries = store::lists::find(&mut db, &kit.vault, list.id, &[found(kit, list, &value)]).await?;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    Ok(entries)
}

/// For each of these values, which is of a kind, whether one of these lists holds it at a moment.
///
/// # Errors
/// If the store does not answer, or an entry is damaged.
pub async fn hits(kit: &Kit, names: &[String], values: &[(ListKind, &str)], at: Timestamp) -> Result<Vec<bool>, StoreError> {
    let (mut db, mut hits) = (kit.store.read().await?, vec![false; values.len()]);
    for name in names {
        let Some(list) = store::lists::by_name(&mut db, name).await? else { continue };
        for ((kind, value), hit) in values.iter().zip(&mut hits) {
            if *kind == list.kind {
                let entries = store::lists::find(&mut db, &kit.vault, list.id, &sought(kit, &list, value)).await?;
                *hit |= entries.iter().any(|entry| entry.counts_at(at));
            }
        }
    }
    Ok(hits)
}

/// Writes that the values on a page of a list are shown.
///
/// # Errors
/// If the store does not answer; then show nothing.
pub async fn reveal(kit: &Kit, list: ListId, by: Actor) -> Result<(), StoreError> {
    let mut tx = kit.store.write().await?;
    tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), by, Act::ListRevealed(list))).await?;
    tx.commit().await
}

/// Adds a value to a list.
///
/// # Errors
/// [`ListError::Unknown`]; [`ListError::Entry`]; [`ListError::Known`] if it is there and has not ended.
pub async fn add(kit: &Kit, name: &str, row: &Row, by: Actor) -> Result<(), ListError> {
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let list = store::lists::by_name(tx.db().await?, name).await?.ok_or(ListError::Unknown)?;
    let now = kit.ambient.now();
    let entry = new_entry(kit, &list, row, now).map_err(ListError::Entry)?;
    if entry.until == Some(entry.from) {
        return Err(ListError::Entry(ListFault::Ends));
    }
    let same = store::lists::find(tx.db().await?, &kit.vault, list.id, std::slice::from_ref(&entry.found)).await?;
    if same.iter().any(|known| !known.has_ended(now)) {
        return Err(ListError::Known);
    }
    let entries = store::lists::count_open(tx.db().await?, list.id, now).await?;
    if usize::try_from(entries).is_ok_and(|entries| entries >= MOST_ENTRIES) {
        return Err(ListError::Full);
    }
    store::lists::write_entries(&mut tx, &kit.vault, list.id, &[entry]).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListEntryAdded(list.id))).await?;
    Ok(tx.commit().await?)
}

/// Removes a value from a list: its entry ends now.
///
/// # Errors
/// [`ListError::Unknown`]; [`ListError::Entry`]; [`ListError::NotThere`]
pub async fn remove(kit: &Kit, name: &str, value: &str, by: Actor) -> Result<(), ListError> {
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let list = store::lists::by_name(tx.db().await?, name).await?.ok_or(ListError::Unknown)?;
    let value = normalised(&list, value).map_err(ListError::Entry)?;
    let now = kit.ambient.now();
    let same = store::lists::find(tx.db().await?, &kit.vault, list.id, &[found(kit, &list, &value)]).await?;
    let open: Vec<ListEntry> = same.into_iter().filter(|known| !known.has_ended(now)).collect();
    if open.is_empty() {
        return Err(ListError::NotThere);
    }
    let ended: Vec<ListEntry> = open.into_iter().map(|entry| entry.ended(now)).collect();
    store::lists::write_entries(&mut tx, &kit.vault, list.id, &ended).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListEntryRemoved(list.id))).await?;
    Ok(tx.commit().await?)
}

/// Ends an entry now.
///
/// # Errors
/// [`ListError::NotThere`] if there is none of this id, or it has ended.
pub async fn end(kit: &Kit, list: ListId, entry: EntryId, by: Actor) -> Result<(), ListError> {
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let now = kit.ambient.now();
    let known = store::lists::entry(tx.db().await?, &kit.vault, list, entry).await?;
    let known = known.filter(|known| !known.has_ended(now)).ok_or(ListError::NotThere)?;
    store::lists::write_entries(&mut tx, &kit.vault, list, &[known.ended(now)]).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListEntryRemoved(list))).await?;
    Ok(tx.commit().await?)
}
