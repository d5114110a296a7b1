//! All SQL, and nothing but SQL, written once for SQLite and PostgreSQL over `sqlx::Any`. A function that reads takes a connection; a
//! function that writes takes a transaction. `Columns` converts rows to domain values: an impossible row is an error, never a
//! default.

pub mod accounts;
pub mod answers;
pub mod api_keys;
pub mod artifacts;
pub mod audit;
pub mod backtests;
pub mod bound;
mod checkpoint;
pub mod checks;
pub mod consents;
pub mod customers;
pub mod deliveries;
pub mod endpoint_health;
pub mod endpoints;
mod file;
pub mod fingerprints;
pub mod flows;
pub mod follow_ups;
pub mod lists;
pub mod matches;
pub mod objects;
pub mod operators;
pub mod outbox;
pub mod past;
pub mod queue;
pub mod reviews;
pub mod rules;
pub mod secrets;
pub mod sessions;
pub mod spans;
pub mod step_ups;
pub mod sweeps;
pub mod tallies;
pub mod totals;
pub mod transaction_lists;
pub mod transactions;
pub mod visits;

mod acting;
mod columns;
mod counted;
mod database;
mod distinct;
mod engine;
mod error;
mod group;
mod later;
mod lookup;
mod meta;
mod open;
pub mod places;
mod schema;
mod sums;
mod tx;
mod window;

pub use acting::acting;
pub use columns::Listed;
pub use database::Store;
pub use error::{Damaged, InconsistentRow, StoreError};
pub use group::settled;
pub use open::{LONGEST_SQLITE_PATH, OpenError};
pub use schema::Schema;
pub use tx::{Db, Tx};
