//! What the product promises, held against the real binary over real HTTP, on SQLite and on PostgreSQL.
//!
//! One file a promise; `support` holds the actors of the stories: a place to install, a server, an operator at the
//! command line and one at the dashboard, a customer with a device, a company's webhook receiver. Needs the cargo feature
//! `kill-points`.

mod bad_answers;
mod bad_ids;
mod bad_requests;
mod bad_uploads;
mod command_line;
mod configuration;
mod consent;
mod crash;
mod crash_load;
mod dashboard;
mod dashboard_access;
mod dashboard_troubles;
mod disks;
mod documented_example;
mod dossiers;
mod events;
mod expiry;
mod flows;
mod idempotency;
mod isolation;
mod lifecycle;
mod limits;
mod pages;
mod pages_safety;
mod plans;
mod private;
mod races;
mod reviews;
mod session_creation;
mod shutdown;
mod sign_in;
mod slow;
mod slowhttptest;
mod support;
mod uploads;
mod webhook_addresses;
mod webhooks;
mod wording;
