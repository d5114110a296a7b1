//! The operators' dashboard. Each handler parses, calls one use case and draws a page. `access` checks that the operator may use the
//! route; the route table says who may.

pub mod access;
pub mod account;
pub mod addresses;
pub mod backtests;
mod carried;
pub mod cookie;
mod damaged;
pub mod dossiers;
pub mod entrance;
pub mod form;
pub mod ids;
mod kept;
pub mod links;
pub mod lists;
pub mod once;
pub mod open_page;
pub mod operators;
pub mod page;
pub mod problem_pages;
pub mod reader;
mod revealed;
pub mod rules;
pub mod searches;
pub mod sessions;
pub mod settings;
pub mod start;
pub mod transactions;
pub mod visit;
