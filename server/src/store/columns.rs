//! Reading columns as what they mean. What cannot be read names table, column and row.

use std::str::FromStr;

use shared::session::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::Result;

/// A combination of columns that the product never writes.
#[derive(Debug, thiserror::Error)]
#[error("inconsistent row: {table}.{column} of {id}")]
pub struct InconsistentRow {
    /// The table.
    pub table: &'static str,
    /// The column that makes no sense.
    pub column: &'static str,
    /// The row.
    pub id: String,
}

/// A row of one table, read by meaning.
pub struct Columns<'a> {
    row: &'a AnyRow,
    table: &'static str,
    id: String,
}

impl<'a> Columns<'a> {
    /// A row whose id stands in the column `id`.
    pub fn new(row: &'a AnyRow, table: &'static str, id: &str) -> Result<Self> {
        Ok(Self { row, table, id: row.try_get(id)? })
    }

    /// A complaint about a column of this row.
    pub fn inconsistent(&self, column: &'static str) -> InconsistentRow {
        InconsistentRow { table: self.table, column, id: self.id.clone() }
    }

    /// The column as it is.
    pub fn get<T>(&self, column: &'static str) -> Result<T>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
    {
        Ok(self.row.try_get(column)?)
    }

    /// A text that has to parse.
    pub fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T> {
        self.get::<String>(column)?.parse().map_err(|_| self.inconsistent(column).into())
    }

    /// A text that has to parse, where there is one.
    pub fn parsed_option<T: FromStr>(&self, column: &'static str) -> Result<Option<T>> {
        self.get::<Option<String>>(column)?.map(|text| text.parse().map_err(|_| self.inconsistent(column).into())).transpose()
    }

    /// A time.
    pub fn time(&self, column: &'static str) -> Result<Timestamp> {
        self.get(column).map(Timestamp)
    }

    /// A time, where there is one.
    pub fn time_option(&self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp))
    }

    /// A time that has to be there in this state.
    pub fn required_time(&self, column: &'static str) -> Result<Timestamp> {
        self.get::<Option<i64>>(column)?.map(Timestamp).ok_or_else(|| self.inconsistent(column).into())
    }

    /// A number that fits.
    pub fn number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T> {
        T::try_from(self.get(column)?).map_err(|_| self.inconsistent(column).into())
    }

    /// A 32-byte hash, where there is one.
    pub fn hash_option(&self, column: &'static str) -> Result<Option<[u8; 32]>> {
        self.get::<Option<Vec<u8>>>(column)?.map(|bytes| bytes.try_into().map_err(|_| self.inconsistent(column).into())).transpose()
    }

    /// Words separated by commas.
    pub fn words<C: FromIterator<String>>(&self, column: &'static str) -> Result<C> {
        let text: Option<String> = self.get(column)?;
        Ok(text.unwrap_or_default().split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }
}
