//! Lists and their entries. An entry of a kind that is about people is sealed and found by an HMAC, the others are in the clear. A MAC binds
//! each entry to its list and its time. An entry is never deleted: removing it ends it.

use futures::TryStreamExt as _;
use shared::session::Timestamp;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    bound,
    columns::{Columns, Listed, listed},
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{EntryId, ListId, RowId as _},
    model::List,
    vault::Vault,
};

const TABLE: &str = "list_entries";
const COLUMN: &str = "entry";
/// The most entries that one statement writes, or values that it looks for.
const BATCH: usize = 128;

/// An entry of a list.
#[derive(Clone, Debug)]
pub struct ListEntry {
    /// Its row.
    pub id: EntryId,
    /// By what it is found: the value in its one form, or the HMAC of that in hexadecimal.
    pub found: String,
    /// The sealed value; `None` if `found` is the value.
    pub value: Option<Vec<u8>>,
    /// The sealed note.
    pub note: Option<Vec<u8>>,
    /// Since when it counts.
    pub from: Timestamp,
    /// From when on it does not.
    pub until: Option<Timestamp>,
}

impl ListEntry {
    /// Whether it counts at this moment.
    pub fn counts_at(&self, at: Timestamp) -> bool {
        self.from <= at && !self.has_ended(at)
    }

    /// Whether its time is over, or never comes.
    pub fn has_ended(&self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at || until <= self.from)
    }

    /// Since when it counts. One that was removed before its time came ends as it begins; earlier builds left its beginning after its end.
    pub fn counted_from(&self) -> Timestamp {
        self.until.map_or(self.from, |until| until.min(self.from))
    }

    /// The entry as it is when it is removed at this moment.
    pub fn ended(self, now: Timestamp) -> Self {
        Self { from: self.from.min(now), until: Some(now), ..self }
    }
}

fn read_list(row: &AnyRow) -> Result<List> {
    let columns = Columns::new(row, "lists", "id")?;
    Ok(List { id: columns.id("id")?, name: columns.get("name")?, kind: columns.parsed("kind")? })
}

/// The list of this name.
pub async fn by_name(db: &mut Db, name: &str) -> Result<Option<List>> {
    let query = sqlx::query("SELECT id, name, kind FROM lists WHERE name = $1").bind(name);
    query.fetch_optional(db).await?.as_ref().map(read_list).transpose()
}

/// The list of this id.
pub async fn by_id(db: &mut Db, id: ListId) -> Result<Option<List>> {
    let query = sqlx::query("SELECT id, name, kind FROM lists WHERE id = $1").bind(id.row());
    query.fetch_optional(db).await?.as_ref().map(read_list).transpose()
}

/// All lists.
pub async fn all(db: &mut Db) -> Result<Vec<List>> {
    sqlx::query("SELECT id, name, kind FROM lists ORDER BY name").fetch_all(db).await?.iter().map(read_list).collect()
}

/// Writes a new list.
pub async fn insert(tx: &mut Tx, list: &List, now: Timestamp) -> Result<()> {
    let query = sqlx::query("INSERT INTO lists (id, name, kind, created_at) VALUES ($1, $2, $3, $4)");
    query.bind(list.id.row()).bind(list.name.clone()).bind(list.kind.as_str()).bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}

fn clear(list: ListId, entry: &ListEntry) -> String {
    let until = entry.until.map(|until| until.0.to_string()).unwrap_or_default();
    format!("{} {} {until} {}", list.row(), entry.from.0, entry.found)
}

fn mac(vault: &Vault, list: ListId, entry: &ListEntry) -> Vec<u8> {
    bound::mac(vault, TABLE, COLUMN, &entry.id.row(), clear(list, entry))
}

const COLUMNS: &str = "id, list, found, value, note, from_at, until_at, entry_mac";

fn read(row: &AnyRow, vault: &Vault) -> Result<ListEntry> {
    let columns = Columns::new(row, TABLE, "id")?;
    let entry = ListEntry {
        id: columns.id("id")?,
        found: columns.get("found")?,
        value: columns.get("value")?,
        note: columns.get("note")?,
        from: columns.time("from_at")?,
        until: columns.time_option("until_at")?,
    };
    bound::check(vault, TABLE, COLUMN, columns.row_id(), clear(columns.id("list")?, &entry), columns.mac_of(COLUMN)?.as_deref())?;
    Ok(entry)
}

/// The entries of several lists that are found by one of these and may count at this moment or later, each with its list.
pub async fn find_in(db: &mut Db, vault: &Vault, at: Timestamp, sought: &[(ListId, Vec<String>)]) -> Result<Vec<(ListId, ListEntry)>> {
    let (mut conditions, mut place) = (Vec::with_capacity(sought.len()), 2);
    for (_, found) in sought {
        let places: Vec<String> = (place + 1..=place + found.len()).map(|place| format!("${place}")).collect();
        conditions.push(format!("(list = ${place} AND found IN ({}))", places.join(", ")));
        place += 1 + found.len();
    }
    let sql = format!("SELECT {COLUMNS} FROM list_entries WHERE ({}) AND (until_at IS NULL OR until_at > $1)", conditions.join(" OR "));
    let query = sought.iter().fold(sqlx::query(AssertSqlSafe(sql)).bind(at.0), |query, (list, found)| {
        found.iter().cloned().fold(query.bind(list.row()), |query, one| query.bind(one))
    });
    query.fetch_all(db).await?.iter().map(|row| Ok((Columns::new(row, TABLE, "id")?.id("list")?, read(row, vault)?))).collect()
}

/// The entries that are found by one of these.
pub async fn find(db: &mut Db, vault: &Vault, list: ListId, sought: &[String]) -> Result<Vec<ListEntry>> {
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..sought.len() + 2).map(|place| format!("${place}")).collect();
    let sql = format!("SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND found IN ({})", places.join(", "));
    let query = sought.iter().fold(sqlx::query(AssertSqlSafe(sql)).bind(list.row()), |query, one| query.bind(one.clone()));
    query.fetch_all(db).await?.iter().map(|row| read(row, vault)).collect()
}

/// The entries of a list that may still count after this moment, and those that ended before it and are found by one of these.
pub async fn open_or_found(db: &mut Db, vault: &Vault, list: ListId, at: Timestamp, sought: &[&str]) -> Result<Vec<ListEntry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND until_at IS NULL UNION ALL SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND until_at > $2"
    );
    let mut all = Vec::new();
    {
        // One after the other: as a row of the database, an entry takes several times its memory.
        let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(list.row()).bind(at.0).fetch(&mut *db);
        while let Some(row) = rows.try_next().await? {
            all.push(read(&row, vault)?);
        }
    }
    for sought in sought.chunks(BATCH) {
        let places: Vec<String> = (3..sought.len() + 3).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND until_at <= $2 AND found IN ({})", places.join(", "));
        let query = sqlx::query(AssertSqlSafe(sql)).bind(list.row()).bind(at.0);
        let rows = sought.iter().fold(query, |query, one| query.bind((*one).to_owned())).fetch_all(&mut *db).await?;
        for row in &rows {
            all.push(read(row, vault)?);
        }
    }
    Ok(all)
}

/// The entries of a list that were made after this one, at most `limit`, in the order in which they were made.
pub async fn entries_after(db: &mut Db, vault: &Vault, list: ListId, after: Option<EntryId>, limit: i64) -> Result<Vec<ListEntry>> {
    let sql = format!("SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND id > $2 ORDER BY id LIMIT $3");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(list.row()).bind(after.map(|id| id.row()).unwrap_or_default()).bind(limit);
    query.fetch_all(db).await?.iter().map(|row| read(row, vault)).collect()
}

/// One entry of a list.
pub async fn entry(db: &mut Db, vault: &Vault, list: ListId, id: EntryId) -> Result<Option<ListEntry>> {
    let sql = format!("SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(list.row()).bind(id.row()).fetch_optional(db).await?;
    row.as_ref().map(|row| read(row, vault)).transpose()
}

/// Entries of a list that were made before this one, newest first.
pub async fn page(db: &mut Db, vault: &Vault, list: ListId, before: EntryId, limit: i64) -> Result<Vec<Listed<ListEntry>>> {
    let sql = format!("SELECT {COLUMNS} FROM list_entries WHERE list = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(list.row()).bind(before.row()).bind(limit).fetch_all(db).await?;
    Ok(listed(&rows, TABLE, "id", |row| read(row, vault)))
}

/// How many entries of a list count at this moment.
pub async fn count_at(db: &mut Db, list: ListId, at: Timestamp) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM list_entries WHERE list = $1 AND (until_at IS NULL OR until_at > $2) AND from_at <= $2";
    Ok(sqlx::query(sql).bind(list.row()).bind(at.0).fetch_one(db).await?.try_get("n")?)
}

/// How many entries of a list have not ended at this moment.
pub async fn count_open(db: &mut Db, list: ListId, at: Timestamp) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM list_entries WHERE list = $1 AND (until_at IS NULL OR (until_at > $2 AND until_at > from_at))";
    Ok(sqlx::query(sql).bind(list.row()).bind(at.0).fetch_one(db).await?.try_get("n")?)
}

/// Writes entries: new ones, and of those that are there the note and the time.
pub async fn write_entries(tx: &mut Tx, vault: &Vault, list: ListId, all: &[ListEntry]) -> Result<()> {
    for batch in all.chunks(BATCH) {
        let sql = format!(
            "INSERT INTO list_entries ({COLUMNS}) VALUES {} ON CONFLICT (id) DO UPDATE SET note = excluded.note, from_at = excluded.from_at, \
             until_at = excluded.until_at, entry_mac = excluded.entry_mac",
            places::rows(batch.len(), 8)
        );
        let query = batch.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, entry| {
            let query = query.bind(entry.id.row()).bind(list.row()).bind(entry.found.clone()).bind(entry.value.clone()).bind(entry.note.clone());
            query.bind(entry.from.0).bind(entry.until.map(|until| until.0)).bind(mac(vault, list, entry))
        });
        query.execute(tx.db().await?).await?;
    }
    Ok(())
}
