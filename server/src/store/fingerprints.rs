//! By what the same person or file is found again: HMACs of what was entered, of files, and of parts of what pictures look like. A look-up
//! reads a limited number of rows, the newest, however often a value occurs.

use shared::ids::ArtifactId;
use sqlx::AssertSqlSafe;

use super::{
    columns::Columns,
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::ids::{CustomerId, RowId as _, SessionRef};

/// The most rows that are read of one value.
const EACH: usize = 64;

/// Writes what was entered in a session that is being submitted.
pub async fn put(tx: &mut Tx, session: SessionRef, values: Vec<Vec<u8>>) -> Result<()> {
    write(tx, "fingerprints", "session_ref", session.row(), values).await
}

/// Writes what a file is found by.
pub async fn put_file(tx: &mut Tx, artifact: ArtifactId, values: Vec<Vec<u8>>) -> Result<()> {
    write(tx, "file_fingerprints", "artifact", artifact.row(), values).await
}

/// Writes rows of one owner. One value twice is one row.
async fn write(tx: &mut Tx, table: &str, owner: &str, row: String, values: Vec<Vec<u8>>) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let sql = format!("INSERT INTO {table} (value_index, {owner}) VALUES {} ON CONFLICT DO NOTHING", places::rows(values.len(), 2));
    values.into_iter().fold(tx.later(&sql).await?, |query, value| query.bind(value).bind(row.clone()));
    Ok(())
}

/// A submitted session in which a value was entered.
pub struct Holder {
    /// Which of the values.
    pub value: usize,
    /// The session.
    pub session: SessionRef,
    /// Its customer, if known.
    pub customer: Option<CustomerId>,
}

/// The newest submitted sessions in which these values were entered.
pub async fn holders(db: &mut Db, values: &[Vec<u8>]) -> Result<Vec<Holder>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let part = |at: usize| {
        format!(
            "SELECT {at} AS value, ref, customer FROM sessions WHERE ref IN \
             (SELECT session_ref FROM fingerprints WHERE value_index = ${} ORDER BY session_ref DESC LIMIT {EACH})",
            at + 1
        )
    };
    let sql = format!("{} ORDER BY ref DESC", (0..values.len()).map(part).collect::<Vec<_>>().join(" UNION ALL "));
    let rows = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, value| query.bind(value.clone())).fetch_all(db).await?;
    let holder = |row| {
        let columns = Columns::new(row, "sessions", "ref")?;
        Ok(Holder { value: columns.number::<usize>("value")?, session: columns.id("ref")?, customer: columns.id_option("customer")? })
    };
    rows.iter().map(holder).collect()
}

/// Of these sessions those in which one of these values was entered.
pub async fn among(db: &mut Db, values: &[Vec<u8>], sessions: &[SessionRef]) -> Result<Vec<SessionRef>> {
    if values.is_empty() || sessions.is_empty() {
        return Ok(Vec::new());
    }
    let place = |at: usize| format!("${}", values.len() + at);
    let refs = (1..=sessions.len()).map(place).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT session_ref FROM fingerprints WHERE value_index IN ({}) AND session_ref IN ({refs})", places::list(values.len()));
    let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, value| query.bind(value.clone()));
    let rows = sessions.iter().fold(query, |query, session| query.bind(session.row())).fetch_all(db).await?;
    rows.iter().map(|row| Columns::new(row, "fingerprints", "session_ref")?.id("session_ref")).collect()
}

/// The newest files with these values: which value, and the file.
pub async fn files(db: &mut Db, values: &[Vec<u8>]) -> Result<Vec<(usize, ArtifactId)>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let part = |at: usize| {
        let newest = format!("SELECT artifact FROM file_fingerprints WHERE value_index = ${} ORDER BY artifact DESC LIMIT {EACH}", at + 1);
        format!("SELECT {at} AS value, artifact FROM ({newest}) AS part_{at}")
    };
    let sql = (0..values.len()).map(part).collect::<Vec<_>>().join(" UNION ALL ");
    let rows = values.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, value| query.bind(value.clone())).fetch_all(db).await?;
    let found = |row| {
        let columns = Columns::new(row, "file_fingerprints", "artifact")?;
        Ok((columns.number::<usize>("value")?, columns.id("artifact")?))
    };
    rows.iter().map(found).collect()
}
