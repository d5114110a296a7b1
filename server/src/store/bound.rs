//! Values that are not encrypted but bound to their row by a MAC of the master key, so that nobody who can only write to the database can
//! forge one: where webhooks go, who is an administrator, with which password. Every read checks the MAC. A value whose MAC is missing or
//! wrong is a damaged row. Each function that reads or writes such a value takes the vault.

use sqlx::{Any, AssertSqlSafe, Row as _, any::AnyRow, query::Query};

use super::{
    columns::Columns,
    error::{InconsistentRow, Result},
    tx::Tx,
};
use crate::{sealed, vault::Vault};

/// Every bound column: its table, the column that identifies the row, and the column itself. The MAC of `column` is in `column_mac`.
const COLUMNS: [(&str, &str, &str); 9] = [
    ("endpoints", "id", "url"),
    ("operators", "id", "role"),
    ("operators", "id", "password"),
    ("sign_ins", "token_hash", "operator"),
    ("links", "token_hash", "operator"),
    ("api_keys", "id", "key_hash"),
    ("api_keys", "id", "scopes"),
    ("sessions", "ref", "return_url"),
    ("artifacts", "id", "media_type"),
];

/// Rows that [`bind_all`] reads at once.
const BATCH: usize = 500;

/// The MAC of a value, for the column beside it. `row` is the value of the column that identifies the row; a hash in hexadecimal.
pub fn mac(vault: &Vault, table: &'static str, column: &'static str, row: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    vault.bind(&sealed::bound(table, column, row.to_owned()), value.as_ref())
}

/// Checks that a value is bound to its row.
///
/// # Errors
/// If its MAC is missing or wrong.
pub fn check(vault: &Vault, table: &'static str, column: &'static str, row: &str, value: impl AsRef<[u8]>, mac: Option<&[u8]>) -> Result<()> {
    let place = sealed::bound(table, column, row.to_owned());
    let is_bound = mac.is_some_and(|mac| vault.is_bound(&place, value.as_ref(), mac));
    if is_bound { Ok(()) } else { Err(InconsistentRow { table, column, id: row.to_owned() }.into()) }
}

impl Columns<'_> {
    /// A text that is bound to this row; NULL is no such text.
    ///
    /// # Errors
    /// If its MAC is missing or wrong.
    pub fn bound(&self, vault: &Vault, column: &'static str) -> Result<String> {
        self.bound_option(vault, column)?.ok_or_else(|| self.inconsistent(column).into())
    }

    /// A text that is bound to this row; `None` if the column is NULL.
    ///
    /// # Errors
    /// If its MAC is missing or wrong.
    pub fn bound_option(&self, vault: &Vault, column: &'static str) -> Result<Option<String>> {
        let value: Option<String> = self.get(column)?;
        value.map(|value| self.check_bound(vault, column, &value).map(|()| value)).transpose()
    }

    /// Checks that this column has a value that is bound to this row.
    ///
    /// # Errors
    /// If its MAC is missing or wrong.
    pub fn check_bound(&self, vault: &Vault, column: &'static str, value: impl AsRef<[u8]>) -> Result<()> {
        check(vault, self.table(), column, self.row_id(), value, self.mac_of(column)?.as_deref())
    }
}

/// The value of a column: a text or bytes.
enum Value {
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    fn read(row: &AnyRow, column: &str) -> Result<Self> {
        Ok(match row.try_get(column) {
            Ok(text) => Self::Text(text),
            Err(_) => Self::Bytes(row.try_get(column)?),
        })
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// As the place of a MAC names a row.
    fn row(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Bytes(bytes) => hexadecimal(bytes),
        }
    }

    fn bind_to<'q>(&self, query: Query<'q, Any, sqlx::any::AnyArguments>) -> Query<'q, Any, sqlx::any::AnyArguments> {
        match self {
            Self::Text(text) => query.bind(text.clone()),
            Self::Bytes(bytes) => query.bind(bytes.clone()),
        }
    }
}

/// A hash as the place of a MAC names it.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Binds every value of [`COLUMNS`] that has no MAC yet. Only the upgrade calls it, once in the life of a database. Returns how many
/// values it bound.
///
/// # Errors
/// If the database refuses.
pub async fn bind_all(tx: &mut Tx, vault: &Vault) -> Result<u64> {
    let mut done = 0;
    for (table, id, column) in COLUMNS {
        let from = format!("SELECT {id} AS id, {column} AS value FROM {table} WHERE {column} IS NOT NULL AND {column}_mac IS NULL");
        let write = format!("UPDATE {table} SET {column}_mac = $2 WHERE {id} = $1");
        let mut last: Option<Value> = None;
        loop {
            let after = if last.is_some() { format!(" AND {id} > $1") } else { String::new() };
            let query = sqlx::query(AssertSqlSafe(format!("{from}{after} ORDER BY {id} LIMIT {BATCH}")));
            let query = if let Some(last) = &last { last.bind_to(query) } else { query };
            let rows = query.fetch_all(tx.db().await?).await?;
            for row in &rows {
                let (id, value) = (Value::read(row, "id")?, Value::read(row, "value")?);
                let query = id.bind_to(sqlx::query(AssertSqlSafe(write.clone())));
                query.bind(mac(vault, table, column, &id.row(), value.bytes())).execute(tx.db().await?).await?;
                last = Some(id);
                done += 1;
            }
            if rows.len() < BATCH {
                break;
            }
        }
    }
    Ok(done)
}
