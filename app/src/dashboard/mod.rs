//! The operators' pages, drawn by the server; islands only where they help.

mod bad_url;
pub mod data;
#[cfg(feature = "ssr")]
pub mod pages;
