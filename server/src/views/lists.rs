//! Reads the pages of lists.

use std::collections::BTreeMap;

use app::dashboard::{
    lists::{EntryRow, EntryState, ListData, ListRow},
    parts::Rows,
};
use shared::{
    rule::{Leaf, Mode, Rule, Test},
    session::Timestamp,
};

use super::{
    Result, ViewError, Views, line, mask,
    paging::{limit, paged},
    unless_damaged,
};
use crate::{
    clock::rfc3339,
    ids::{EntryId, ListId, RowId as _},
    kit::Kit,
    lists::{self, MOST_MIB},
    model::List,
    rules,
    store::{self, Damaged, lists::ListEntry},
};

/// The names of the lists that a rule asks.
fn asked(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.when.leaves().into_iter().filter_map(|(_, leaf)| if let Leaf::Field(_, Test::InList(list)) = leaf { Some(&**list) } else { None })
}

/// The rules that ask each list, by the list's name. Those that are disabled do not count.
async fn users(kit: &Kit) -> Result<BTreeMap<String, Vec<String>>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for version in rules::list(kit).await?.iter().filter(|version| version.rule.mode() != Mode::Disabled) {
        for list in asked(&version.rule) {
            let users = found.entry(list.to_owned()).or_default();
            if users.last() != Some(&version.rule.name) {
                users.push(version.rule.name.clone());
            }
        }
    }
    Ok(found)
}

impl Views<'_> {
    /// Every list, by name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn lists(self) -> Result<Vec<ListRow>> {
        let users = users(self.kit).await?;
        let (mut db, now) = (self.kit.store.read().await?, self.kit.ambient.now());
        let mut rows = Vec::new();
        for list in store::lists::all(&mut db).await? {
            let entries = store::lists::count_at(&mut db, list.id, now).await?;
            rows.push(list_row(list, entries, &users));
        }
        Ok(rows)
    }

    /// One list with a page of its entries that were made before this one, or with those of the value that is looked up. `revealed` is the
    /// token of the revealed page.
    ///
    /// # Errors
    /// [`ViewError::NotFound`]
    pub async fn list(self, id: ListId, before: Option<EntryId>, search: &str, revealed: Option<String>) -> Result<ListData> {
        let (kit, now) = (self.kit, self.kit.ambient.now());
        let users = users(kit).await?;
        let list = store::lists::by_id(&mut *kit.store.read().await?, id).await?.ok_or(ViewError::NotFound)?;
        let entries = store::lists::count_at(&mut *kit.store.read().await?, id, now).await?;
        let address = format!("/dashboard/lists/{id}");
        let found = if search.is_empty() {
            store::lists::page(&mut *kit.store.read().await?, &kit.vault, id, before.unwrap_or(EntryId::last()), limit()).await?
        } else {
            lists::find(kit, &list, search).await?.into_iter().map(Ok).collect()
        };
        let is_masked = !list.kind.is_clear();
        let shown = Shown { list: &list, is_masked: is_masked && revealed.is_none(), now };
        let mut rows = paged(&address, before, found, |entry: &ListEntry| entry.id, |entry| entry);
        if !search.is_empty() {
            rows.older = None;
        }
        let Rows { rows: found, older, newest } = rows;
        let mut rows = Vec::with_capacity(found.len());
        for entry in found {
            rows.push(match entry {
                Ok(entry) => shown.row(kit, &entry)?.ok_or_else(|| line(Damaged { table: "list_entries", id: entry.id.row() })),
                Err(damaged) => Err(damaged),
            });
        }
        let with_token = |address: Option<String>| {
            let token = revealed.as_deref().unwrap_or_default();
            address.map(|to| if token.is_empty() { to } else { format!("{to}{}revealed={token}", if to.contains('?') { '&' } else { '?' }) })
        };
        let entries_shown = Rows { rows, older: with_token(older), newest: with_token(newest) };
        let list = list_row(list, entries, &users);
        Ok(ListData { list, is_masked, revealed, search: search.to_owned(), entries: entries_shown, most: MOST_MIB })
    }
}

fn list_row(list: List, entries: i64, users: &BTreeMap<String, Vec<String>>) -> ListRow {
    let rules = users.get(&list.name).cloned().unwrap_or_default();
    ListRow { id: list.id.to_string(), name: list.name, kind: list.kind, entries, rules }
}

/// How the entries of a list are shown.
struct Shown<'a> {
    list: &'a List,
    is_masked: bool,
    now: Timestamp,
}

impl Shown<'_> {
    /// An entry; `None` if it is damaged.
    fn row(&self, kit: &Kit, entry: &ListEntry) -> Result<Option<EntryRow>> {
        let Some(opened) = unless_damaged(lists::opened(kit, entry))? else { return Ok(None) };
        let state = match entry {
            _ if entry.has_ended(self.now) => EntryState::Ended,
            _ if entry.counts_at(self.now) => EntryState::Counts,
            _ => EntryState::Waits,
        };
        let value = if self.is_masked { mask::listed(self.list.kind, &opened.value) } else { opened.value };
        let note = opened.note.map(|note| if self.is_masked { mask::HIDDEN.to_owned() } else { note });
        Ok(Some(EntryRow { id: entry.id.to_string(), value, note, from: rfc3339(entry.from), until: entry.until.map(rfc3339), state }))
    }
}
