//! The errors of the store.

/// A combination of columns that the server never writes.
#[derive(Debug, thiserror::Error)]
#[error("inconsistent row: {table}.{column} of {id}")]
pub struct InconsistentRow {
    /// The table.
    pub table: &'static str,
    /// The column with the impossible value.
    pub column: &'static str,
    /// The row.
    pub id: String,
}

/// Why a function of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another transaction changed the row first, or this worker has lost its lease.
    #[error("another request was first")]
    Conflict,
    /// The database does not answer, or is full.
    #[error("the database does not answer: {0}")]
    Unavailable(#[from] sqlx::Error),
    /// A row that the schema allows, but that the server never writes.
    #[error(transparent)]
    Inconsistent(#[from] InconsistentRow),
}

/// The result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Checks that a guarded UPDATE changed exactly one row. If it changed none, another transaction was first.
pub(super) fn exactly_one(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
