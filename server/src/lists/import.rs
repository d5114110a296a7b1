//! Replaces what is in a list by a file's entries. Reading and sealing 100,000 of them takes the processor a while, so it is done in the
//! background and before anything is locked. A file is read entry by entry, and no further than its bounds.

use std::collections::{BTreeSet, HashMap};

use shared::{
    rule::{ListFault, ListKind, is_name},
    session::Timestamp,
};

use super::{
    ListError, MOST_ENTRIES, MOST_LINES, MOST_OF_VALUE,
    csv::{self, Fault},
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
const MEMORY: u32 = 80;
/// The faults after which a file is read no further. Nobody corrects more of them at once.
const MOST_FAULTS: usize = 1_000;

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
    let read = move || checked(&of, &for_list, &text, now);
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

/// An entry of a file.
struct New {
    entry: ListEntry,
    /// The line that it begins on.
    line: usize,
    /// Whether the file says since when it counts.
    has_from: bool,
}

/// The entries of a file.
fn checked(kit: &Kit, list: &List, text: &str, now: Timestamp) -> Result<Vec<New>, ListError> {
    let (mut new, mut open, mut faults): (Vec<New>, usize, Vec<Fault>) = (Vec::new(), 0, Vec::new());
    let mut count: HashMap<String, usize> = HashMap::new();
    for row in csv::rows(text).map_err(|fault| ListError::Faults(vec![fault]))? {
        if faults.len() >= MOST_FAULTS || open > MOST_ENTRIES || new.len() > MOST_LINES {
            break;
        }
        let row = match row {
            Ok(row) => row,
            Err(more) => {
                faults.extend(more);
                continue;
            }
        };
        let entry = match new_entry(kit, list, &row, now) {
            Ok(entry) => entry,
            Err(reason) => {
                faults.push(Fault { line: row.line, reason });
                continue;
            }
        };
        let of_value = count.entry(entry.found.clone()).or_default();
        *of_value += 1;
        if *of_value > MOST_OF_VALUE {
            faults.push(Fault { line: row.line, reason: ListFault::Often(MOST_OF_VALUE) });
            continue;
        }
        open += usize::from(!entry.has_ended(now));
        new.push(New { entry, line: row.line, has_from: row.from.is_some() });
    }
    faults.extend(twice(&new, now).into_iter().map(|line| Fault { line, reason: ListFault::Twice }));
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.line);
        return Err(ListError::Faults(faults));
    }
    if open > MOST_ENTRIES {
        return Err(ListError::Full);
    }
    if new.len() > MOST_LINES { Err(ListError::Long) } else { Ok(new) }
}

/// The lines of entries whose value counts then by another line too, at most [`MOST_FAULTS`]. What has ended is history, however it was.
fn twice(new: &[New], now: Timestamp) -> Vec<usize> {
    let mut order: Vec<&New> = new.iter().filter(|new| !new.entry.has_ended(now)).collect();
    order.sort_unstable_by_key(|new| (&new.entry.found, new.entry.from, new.line));
    let mut lines = Vec::new();
    // Of those before it that have its value, the one that ends last.
    let mut last: Option<&New> = None;
    for this in order {
        let before = last.filter(|last| last.entry.found == this.entry.found);
        if let Some(before) = before.filter(|before| !before.entry.has_ended(this.entry.from)) {
            lines.push(before.line.max(this.line));
        }
        let end = |new: &New| new.entry.until.map_or(i64::MAX, |until| until.0);
        last = Some(before.filter(|before| end(before) >= end(this)).unwrap_or(this));
    }
    lines.sort_unstable();
    lines.dedup();
    lines.truncate(MOST_FAULTS);
    lines
}

async fn replace(kit: &Kit, tx: &mut Tx, list: &List, new: Vec<New>, now: Timestamp) -> Result<(), Failure> {
    let mut known: HashMap<String, Vec<ListEntry>> = HashMap::new();
    let sought: BTreeSet<&str> = new.iter().map(|new| new.entry.found.as_str()).collect();
    let sought: Vec<&str> = sought.into_iter().collect();
    for entry in store::lists::open_or_found(tx.db().await?, &kit.vault, list.id, now, &sought).await? {
        known.entry(entry.found.clone()).or_default().push(entry);
    }
    let mut written = Vec::new();
    for new in new {
        let same = known.get_mut(&new.entry.found).and_then(|known| Some(known.swap_remove(place_of(&new, known, now)?)));
        let Some(old) = same else {
            written.push(new.entry);
            continue;
        };
        let read = |entry: &ListEntry| entry.note.as_deref().map(|note| open(kit, &sealed::list_note(entry.id), note)).transpose();
        let note = read(&new.entry)?;
        // What an entry was before now stays: rules have decided by it, and backtests judge by it.
        let until = if old.has_ended(now) { old.until } else { new.entry.until.map(|until| until.max(now)) };
        // Most entries of a file that comes each day are those of the day before.
        if note != read(&old)? || until != old.until {
            // The note is sealed at the place of the row that stays.
            let note = note.map(|note| kit.vault.seal_own(&sealed::list_note(old.id), note.as_bytes()));
            let changed = ListEntry { note, until, ..old };
            written.push(ListEntry { from: changed.counted_from(), ..changed });
        }
    }
    let rest = known.into_values().flatten().filter(|entry| !entry.has_ended(now));
    written.extend(rest.map(|rest| rest.ended(now)));
    Ok(store::lists::write_entries(tx, &kit.vault, list.id, &written).await?)
}

/// Which of the entries of this value a line of a file is about: the one of exactly its time, else the open one. One that has ended is not
/// opened again: the value comes back as a new entry. A line about a time that is over ends the open one, or is known already.
fn place_of(new: &New, known: &[ListEntry], now: Timestamp) -> Option<usize> {
    // A line that does not say since when means the entry that counts now, not one that is planned.
    let begins = |old: &ListEntry| if new.has_from { old.counted_from() == new.entry.from } else { old.from <= now };
    let exactly = known.iter().position(|old| new.has_from && begins(old) && old.until == new.entry.until);
    let open = || known.iter().position(|old| begins(old) && !old.has_ended(now));
    let over = || known.iter().position(|old| begins(old) && new.entry.has_ended(now));
    exactly.or_else(open).or_else(over)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RowId as _;

    const NOW: Timestamp = Timestamp(1_000);

    /// Entries by value, beginning and end, on the lines from 2 on.
    fn lines(entries: &[(&str, i64, Option<i64>)]) -> Vec<usize> {
        let new: Vec<New> = entries
            .iter()
            .zip(2..)
            .map(|((found, from, until), line)| {
                let (from, until) = (Timestamp(*from), until.map(Timestamp));
                let entry =
                    ListEntry { id: crate::ids::EntryId::from_uuid(uuid::Uuid::nil()), found: (*found).to_owned(), value: None, note: None, from, until };
                New { entry, line, has_from: true }
            })
            .collect();
        twice(&new, NOW)
    }

    #[test]
    fn a_value_may_count_again_later_but_not_twice_at_once() {
        let far = Some(9_000);
        for (entries, expected) in [
            (&[("a", 0, None), ("b", 0, None)][..], vec![]),
            (&[("a", 0, None), ("a", 0, None), ("a", 5, None)], vec![3, 4]),
            (&[("a", 0, Some(2_000)), ("a", 2_000, far)], vec![]),
            (&[("a", 2_000, far), ("b", 0, None), ("a", 0, Some(2_001))], vec![4]),
            (&[("a", 1_500, Some(1_600)), ("a", 1_700, Some(1_800)), ("a", 0, far)], vec![4]),
            (&[("a", 0, far), ("a", 1_500, Some(1_600)), ("a", 1_700, Some(1_800))], vec![3, 4]),
            // History, and one that never comes.
            (&[("a", 0, Some(900)), ("a", 100, Some(800)), ("a", 500, None)], vec![]),
            (&[("a", 2_000, Some(2_000)), ("a", 0, None)], vec![]),
        ] {
            assert_eq!(lines(entries), expected, "{entries:?}");
        }
    }

    #[test]
    fn many_spans_of_one_value_take_no_longer_than_as_many_values() {
        let spans: Vec<_> = (0..100_000).map(|at| ("a", 2_000 + 2 * at, Some(2_001 + 2 * at))).collect();
        let began = std::time::Instant::now();
        assert!(lines(&spans).is_empty());
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }
}
