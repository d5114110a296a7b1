//! The two databases that the store speaks to.

/// Which database it is. The SQL is the same except where rows are claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, with one writer at a time.
    Sqlite,
    /// A database server that any number of processes use.
    Postgres,
}
