//! Versions of rules. A MAC binds each definition to its name, version and number, so that nobody who can only write to the database can
//! change what a rule says, or bring an older version back.

use shared::session::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::{
    bound,
    columns::Columns,
    error::{InconsistentRow, Result},
    tx::{Db, Tx},
};
use crate::{
    ids::{RowId as _, RuleId},
    vault::Vault,
};

/// A version of a rule as it is stored.
#[derive(Debug)]
pub struct StoredRule {
    /// Its row.
    pub id: RuleId,
    /// The rule's name.
    pub name: String,
    /// Its number among the versions of its name, from 1.
    pub version: u32,
    /// The rule as JSON.
    pub definition: String,
}

const TABLE: &str = "rules";
const COLUMN: &str = "definition";

fn place(name: &str, version: i64, number: i64) -> String {
    format!("{name}/{version}/{number}")
}

fn read(row: &AnyRow, vault: &Vault) -> Result<StoredRule> {
    let columns = Columns::new(row, TABLE, "id")?;
    let (name, definition): (String, String) = (columns.get("name")?, columns.get(COLUMN)?);
    let mac = columns.mac_of(COLUMN)?;
    bound::check(vault, TABLE, COLUMN, &place(&name, columns.get("version")?, columns.get("number")?), &definition, mac.as_deref())?;
    Ok(StoredRule { id: columns.id("id")?, version: columns.number("version")?, name, definition })
}

/// The error for a version whose definition cannot be read, which the server never writes.
pub fn damaged(id: RuleId) -> InconsistentRow {
    InconsistentRow { table: TABLE, column: COLUMN, id: id.row() }
}

/// The error for a rule that names a flow that there is not, which the server never imports.
pub fn without_flow(flow: String) -> InconsistentRow {
    InconsistentRow { table: "flows", column: "name", id: flow }
}

/// The newest version of all, by its number and its row; `None` if there is none.
pub async fn newest_of_all(db: &mut Db) -> Result<Option<(i64, RuleId)>> {
    let row = sqlx::query("SELECT id, number FROM rules ORDER BY number DESC LIMIT 1").fetch_optional(db).await?;
    row.map(|row| Ok((row.try_get("number")?, Columns::new(&row, TABLE, "id")?.id("id")?))).transpose()
}

/// The newest version of each rule, by name.
pub async fn newest_of_each(db: &mut Db, vault: &Vault) -> Result<Vec<StoredRule>> {
    let query = sqlx::query(
        "SELECT id, name, version, number, definition, definition_mac FROM rules r \
         WHERE version = (SELECT MAX(n.version) FROM rules n WHERE n.name = r.name) ORDER BY name",
    );
    query.fetch_all(db).await?.iter().map(|row| read(row, vault)).collect()
}

/// The newest version of this name.
pub async fn newest(db: &mut Db, vault: &Vault, name: &str) -> Result<Option<StoredRule>> {
    let query = sqlx::query("SELECT id, name, version, number, definition, definition_mac FROM rules WHERE name = $1 ORDER BY version DESC LIMIT 1").bind(name);
    query.fetch_optional(db).await?.map(|row| read(&row, vault)).transpose()
}

/// One version.
pub async fn version(db: &mut Db, vault: &Vault, name: &str, version: u32) -> Result<Option<StoredRule>> {
    let query = sqlx::query("SELECT id, name, version, number, definition, definition_mac FROM rules WHERE name = $1 AND version = $2");
    query.bind(name).bind(i64::from(version)).fetch_optional(db).await?.map(|row| read(&row, vault)).transpose()
}

/// A version of a name, and since when it has been the newest.
#[derive(Debug)]
pub struct Dated {
    /// The version.
    pub stored: StoredRule,
    /// Its number among the versions of all rules.
    pub number: i64,
    /// When it was imported.
    pub created_at: Timestamp,
}

/// Every version of this name, the newest first.
pub async fn versions(db: &mut Db, vault: &Vault, name: &str) -> Result<Vec<Dated>> {
    let query =
        sqlx::query("SELECT id, name, version, number, definition, definition_mac, created_at FROM rules WHERE name = $1 ORDER BY version DESC").bind(name);
    let dated = |row: &AnyRow| {
        let columns = Columns::new(row, TABLE, "id")?;
        Ok(Dated { stored: read(row, vault)?, number: columns.get("number")?, created_at: columns.time("created_at")? })
    };
    query.fetch_all(db).await?.iter().map(dated).collect()
}

/// The row, the number and the time of each version of this name, newest first, at most `limit`.
pub async fn history(db: &mut Db, name: &str, limit: i64) -> Result<Vec<(RuleId, u32, Timestamp)>> {
    let query = sqlx::query("SELECT id, version, created_at FROM rules WHERE name = $1 ORDER BY version DESC LIMIT $2").bind(name).bind(limit);
    let read = |row: &AnyRow| {
        let columns = Columns::new(row, TABLE, "id")?;
        Ok((columns.id("id")?, columns.number("version")?, Timestamp(columns.get("created_at")?)))
    };
    query.fetch_all(db).await?.iter().map(read).collect()
}

/// The key in `meta` whose row every change of a rule or a list holds.
const CHANGES: &str = "rules";

/// Holds what decides which rule may be imported: only one transaction at a time changes rules or lists, whichever process it is in.
pub async fn hold(tx: &mut Tx) -> Result<()> {
    tx.set(CHANGES, "held").await
}

/// Writes the next version of a name, and returns its number. The caller [holds](hold) the rules.
pub async fn insert(tx: &mut Tx, vault: &Vault, id: RuleId, name: &str, definition: &str, now: Timestamp) -> Result<i64> {
    let number = newest_of_all(tx.db().await?).await?.map_or(0, |(number, _)| number) + 1;
    let query = sqlx::query("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS version FROM rules WHERE name = $1");
    let version = query.bind(name).fetch_one(tx.db().await?).await?.try_get::<i64, _>("version")? + 1;
    sqlx::query("INSERT INTO rules (id, name, version, number, definition, definition_mac, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id.row())
        .bind(name)
        .bind(version)
        .bind(number)
        .bind(definition)
        .bind(bound::mac(vault, TABLE, COLUMN, &place(name, version, number), definition))
        .bind(now.0)
        .execute(tx.db().await?)
        .await?;
    Ok(version)
}
