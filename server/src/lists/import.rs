//! Replaces what is in a list by a file's entries. Reading and sealing 100,000 of them takes the processor a while, so it is done in the
//! background and before anything is locked.

use std::collections::HashMap;

use shared::{
    rule::{ListFault, ListKind, is_name},
    session::Timestamp,
};

use super::{
    ListError, MOST_ENTRIES,
    csv::{self, Fault, Row},
    new_entry, open,
};
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    kit::Kit,
    model::List,
    sealed,
    store::{self, StoreError, Tx, lists::ListEntry},
};

/// The memory that the entries of a large file need, in MiB.
const MEMORY: u32 = 64;

/// Replaces what is in a list by these entries; makes the list if there is none. Returns how many entries the file has.
///
/// # Errors
/// Every fault of the file with its line; then nothing was written.
pub async fn import(kit: &Kit, name: &str, kind: Option<ListKind>, text: String, by: Actor) -> Result<usize, ListError> {
    if !is_name(name) {
        return Err(ListError::Name);
    }
    let known = store::lists::by_name(&mut *kit.store.read().await?, name).await?;
    if let Some(other) = known.as_ref().map(|known| known.kind).filter(|known| kind.is_some_and(|kind| kind != *known)) {
        return Err(ListError::OtherKind(other));
    }
    let (is_new, now) = (known.is_none(), kit.ambient.now());
    let list = known.unwrap_or_else(|| List { id: kit.ambient.id(), name: name.to_owned(), kind: kind.unwrap_or_default() });
    let (of, for_list) = (kit.clone(), list.clone());
    let read = move || checked(&of, &for_list, &csv::read(&text).map_err(ListError::Faults)?, now);
    let new = kit.cpu.run_in_background(MEMORY, read).await??;
    let entries = new.len();
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let now = kit.ambient.now();
    match store::lists::by_name(tx.db().await?, name).await? {
        None if is_new => store::lists::insert(&mut tx, &list, now).await?,
        Some(there) if there.id == list.id => {}
        // Another import has made it meanwhile.
        _ => return Err(Failure::from(StoreError::Conflict).into()),
    }
    replace(kit, &mut tx, &list, new, now).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::ListImported(list.id))).await?;
    tx.commit().await?;
    Ok(entries)
}

/// The entries of a file, each with whether the file says since when it counts.
fn checked(kit: &Kit, list: &List, rows: &[Row], now: Timestamp) -> Result<Vec<(ListEntry, bool)>, ListError> {
    let (mut new, mut faults): (Vec<(ListEntry, bool)>, Vec<Fault>) = (Vec::with_capacity(rows.len()), Vec::new());
    let mut times: HashMap<String, Vec<(Timestamp, Option<Timestamp>)>> = HashMap::new();
    for row in rows {
        let mut fault = |reason: ListFault| faults.push(Fault { line: row.line, reason });
        let Some(value) = list.kind.normalised(&row.value) else {
            fault(ListFault::Value(list.kind));
            continue;
        };
        let entry = new_entry(kit, list, &value, row, now);
        if entry.until.is_some_and(|until| until <= entry.from) {
            fault(ListFault::Ends);
        }
        let known = times.entry(entry.found.clone()).or_default();
        let overlaps =
            |(from, until): &(Timestamp, Option<Timestamp>)| until.is_none_or(|until| entry.from < until) && entry.until.is_none_or(|until| *from < until);
        if known.iter().any(overlaps) {
            fault(ListFault::Twice);
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
