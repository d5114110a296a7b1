//! Tests the product's promises against the real binary over real HTTP, on SQLite and on PostgreSQL.
//!
//! Each file tests one promise. `support` has the installation, the server, and those who use them: an operator at the
//! command line, an operator at the dashboard, a customer with a device, an API client and a webhook receiver. The tests need
//! the cargo feature `kill-points`.

mod bad_answers;
mod bad_ids;
mod bad_requests;
mod bad_uploads;
mod body_limits;
mod check_runs;
mod checkout;
mod command_line;
mod conditions;
mod configuration;
mod consent;
mod crash;
mod crash_load;
mod crowds;
mod dashboard;
mod dashboard_access;
mod dashboard_problems;
mod disks;
mod documented_example;
mod dossiers;
mod events;
mod expiry;
mod file_reads;
mod flow_check;
mod flows;
mod followers;
mod idempotency;
mod installations;
mod isolation;
mod lifecycle;
mod limits;
mod links;
mod memory;
mod pages;
mod pages_safety;
mod paths;
mod permissions;
mod plans;
mod private;
mod races;
mod reviews;
mod session_creation;
mod shutdown;
mod sign_in;
mod slow;
mod slowhttptest;
mod storage;
mod support;
mod sweeps;
mod unclear_requests;
mod upgrade;
mod uploads;
mod webhook_addresses;
mod webhook_processes;
mod webhooks;
mod wording;
