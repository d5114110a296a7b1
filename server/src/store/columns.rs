//! Reads columns as domain types. If a column cannot be read, the error names the table, the column and the row.

use std::str::FromStr;

use shared::session::Timestamp;
use sqlx::{Row as _, any::AnyRow};
use tracing::error;
use uuid::Uuid;

use super::error::{Damaged, InconsistentRow, Result};
use crate::ids::RowId;

/// What was read of a row that belongs to nobody else's answer; a damaged row is logged and skipped, so that it stops no other.
pub fn intact<T>(read: Result<T>) -> Option<T> {
    read.inspect_err(|damage| error!(error = %damage, "a damaged row is skipped")).ok()
}

/// A row of a list that people read. A damaged one is a line of its own, so that it hides no other.
pub type Listed<T> = std::result::Result<T, Damaged>;

/// Reads the rows of a list. Each damaged one is logged.
pub fn listed<T>(rows: &[AnyRow], table: &'static str, id: &str, read: impl Fn(&AnyRow) -> Result<T>) -> Vec<Listed<T>> {
    let read = |row: &AnyRow| read(row).inspect_err(|damage| error!(error = %damage, "a damaged row is shown as damaged"));
    rows.iter().map(|row| read(row).map_err(|_| Damaged { table, id: row.try_get(id).unwrap_or_default() })).collect()
}

/// A row of one table.
pub struct Columns<'a> {
    row: &'a AnyRow,
    table: &'static str,
    id: String,
}

impl<'a> Columns<'a> {
    /// A row; `id` is the column that identifies it in errors.
    pub fn new(row: &'a AnyRow, table: &'static str, id: &str) -> Result<Self> {
        Ok(Self { row, table, id: row.try_get(id)? })
    }

    /// The table.
    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// The value of the column that identifies the row.
    pub fn row_id(&self) -> &str {
        &self.id
    }

    /// The MAC that binds this column's value to the row; `None` if the column is NULL.
    pub fn mac_of(&self, column: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.row.try_get(&*format!("{column}_mac"))?)
    }

    /// The error for an impossible value in this column.
    pub fn inconsistent(&self, column: &'static str) -> InconsistentRow {
        InconsistentRow { table: self.table, column, id: self.id.clone() }
    }

    /// The column's plain value.
    pub fn get<T>(&self, column: &'static str) -> Result<T>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
    {
        Ok(self.row.try_get(column)?)
    }

    /// A text, parsed.
    pub fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T> {
        self.get::<String>(column)?.parse().map_err(|_| self.inconsistent(column).into())
    }

    /// A text, parsed; `None` if the column is NULL.
    pub fn parsed_option<T: FromStr>(&self, column: &'static str) -> Result<Option<T>> {
        self.get::<Option<String>>(column)?.map(|text| text.parse().map_err(|_| self.inconsistent(column).into())).transpose()
    }

    /// A row's id.
    pub fn id<T: RowId>(&self, column: &'static str) -> Result<T> {
        self.parsed::<Uuid>(column).map(T::from_uuid)
    }

    /// A row's id; `None` if the column is NULL.
    pub fn id_option<T: RowId>(&self, column: &'static str) -> Result<Option<T>> {
        Ok(self.parsed_option::<Uuid>(column)?.map(T::from_uuid))
    }

    /// A time.
    pub fn time(&self, column: &'static str) -> Result<Timestamp> {
        self.get(column).map(Timestamp)
    }

    /// A time; `None` if the column is NULL.
    pub fn time_option(&self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp))
    }

    /// A time from a nullable column that must not be NULL for this row's status.
    pub fn required_time(&self, column: &'static str) -> Result<Timestamp> {
        self.get::<Option<i64>>(column)?.map(Timestamp).ok_or_else(|| self.inconsistent(column).into())
    }

    /// A number, in the range of its type.
    pub fn number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T> {
        T::try_from(self.get(column)?).map_err(|_| self.inconsistent(column).into())
    }

    /// A 32-byte hash; `None` if the column is NULL.
    pub fn hash_option(&self, column: &'static str) -> Result<Option<[u8; 32]>> {
        self.get::<Option<Vec<u8>>>(column)?.map(|bytes| bytes.try_into().map_err(|_| self.inconsistent(column).into())).transpose()
    }

    /// Words separated by commas.
    pub fn words<C: FromIterator<String>>(&self, column: &'static str) -> Result<C> {
        let text: Option<String> = self.get(column)?;
        Ok(text.unwrap_or_default().split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }
}
