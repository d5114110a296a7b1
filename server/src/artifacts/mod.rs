//! Uploaded files. An upload is written to an encrypted temporary file, inspected, stripped of metadata, encrypted with its own key,
//! stored, and made the answer to its field.

pub mod facts;
pub mod file;
pub mod permits;
pub mod spool;
pub mod twins;
pub mod uploads;

mod documents;
mod filed;
mod keep;
mod keys;
mod read;
mod strikes;

pub use keys::move_to;
pub use read::{FileStream, ReadError, key, of_device, of_session, read};

/// The largest file, in bytes.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;
