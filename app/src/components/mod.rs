//! The small parts that pages are made of, one in each file. A part draws its props and fetches nothing. It knows the words and the
//! types of `shared`, but no page and no island.

#[cfg(feature = "ssr")]
pub mod date;
pub mod error_summary;
pub mod field;
#[cfg(feature = "ssr")]
pub mod footer;
pub mod fresh;
pub mod host;
pub mod icons;
pub mod ids;
#[cfg(feature = "ssr")]
pub mod layout;
pub mod photo;
pub mod step_head;
