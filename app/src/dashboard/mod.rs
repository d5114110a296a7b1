//! The operators' dashboard: one file for each page, with the data that the page shows. The server reads, decides and unseals; a page
//! only draws, so what an operator may not see is not in its data. Times are RFC 3339 in UTC. Every form works without script.

pub mod account;
pub mod backtest;
pub mod backtests;
pub mod damaged;
pub mod decision;
pub mod deliveries;
pub mod dossiers;
pub mod entered;
pub mod entrance;
pub mod evidence;
pub mod explained;
pub mod findings;
pub mod flow_name;
pub mod form;
pub mod keys;
pub mod layout;
pub mod link_form;
pub mod links;
pub mod lists;
pub mod once;
pub mod operator;
pub mod operators;
pub mod parts;
pub mod problem;
pub mod risk;
pub mod rules;
pub mod search;
pub mod session;
pub mod sessions;
pub mod timeline;
pub mod transaction;
pub mod transaction_decision;
pub mod transactions;
pub mod webhooks;
