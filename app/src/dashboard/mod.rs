//! The operators' pages, drawn by the server; islands only where they help.

pub mod data;
#[cfg(feature = "ssr")]
pub mod pages;
