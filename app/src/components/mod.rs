//! The small parts that pages are made of. One a file, props typed by `shared`, nothing fetched.

pub mod error_summary;
pub mod field;
pub mod footer;
pub mod icons;
#[cfg(feature = "ssr")]
pub mod layout;
pub mod photo;
