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
    /// Another transaction changed the row first, or this worker has lost its lease; or the database has ended this transaction because
    /// another one was first.
    #[error("another request was first")]
    Conflict,
    /// The database does not answer, or is full.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A row that the schema allows, but that the server never writes.
    #[error(transparent)]
    Inconsistent(#[from] InconsistentRow),
}

/// What PostgreSQL answers a transaction that another one was in the way of (appendix A of its manual): `serialization_failure` and
/// `deadlock_detected`.
const LOST: [&str; 2] = ["40001", "40P01"];

impl From<sqlx::Error> for StoreError {
    /// A unique value that exists, a deadlock and a change since the snapshot are conflicts.
    fn from(error: sqlx::Error) -> Self {
        let is_lost =
            error.as_database_error().is_some_and(|refused| refused.is_unique_violation() || refused.code().is_some_and(|code| LOST.contains(&&*code)));
        if is_lost { Self::Conflict } else { Self::Unavailable(error) }
    }
}

impl StoreError {
    /// Whether it is about what a row contains, and not about the database: a later try cannot succeed.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Inconsistent(_) | Self::Unavailable(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)))
    }
}

impl StoreError {
    /// Whether the database answered, and refused this very statement: it may take others.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Unavailable(sqlx::Error::Database(_)))
    }
}

impl From<Damaged> for StoreError {
    /// For a reader that cannot go on without the row.
    fn from(Damaged { table, id }: Damaged) -> Self {
        InconsistentRow { table, column: "some column", id }.into()
    }
}

/// A row of a list that the server could not read, by its table and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The table.
    pub table: &'static str,
    /// The row's id as it is stored.
    pub id: String,
}

/// The result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Checks that a guarded UPDATE changed exactly one row. If it changed none, another transaction was first.
pub(super) fn exactly_one(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
