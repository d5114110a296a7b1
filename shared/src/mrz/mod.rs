//! Machine-readable zones of travel documents.

mod name;

pub use self::name::Name;
