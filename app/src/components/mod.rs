//! The small parts that pages are made of. One a file, props typed by `shared`, nothing fetched.

#[cfg(feature = "ssr")]
pub mod date;
pub mod error_summary;
pub mod field;
#[cfg(feature = "ssr")]
pub mod footer;
pub mod fresh;
pub mod icons;
#[cfg(feature = "ssr")]
pub mod layout;
pub mod photo;
#[cfg(feature = "ssr")]
pub mod review;
pub mod step_head;
