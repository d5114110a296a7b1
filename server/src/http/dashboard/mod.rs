//! The operators' dashboard. Each handler parses, calls one use case and draws a page. `access` checks that the operator may use the
//! route; the route table says who may.

pub mod access;
pub mod addresses;
pub mod cookie;
pub mod dossiers;
pub mod entrance;
pub mod form;
pub mod ids;
pub mod links;
pub mod once;
pub mod open_page;
pub mod page;
pub mod problem_pages;
pub mod reader;
mod revealed;
pub mod sessions;
pub mod settings;
pub mod start;
