//! Transactions: posts them, decides them by the rules, holds those that need evidence, and settles them when their session ends.
//!
//! Locks are taken in one order: the customer, the session, the transactions. A customer's transactions are decided one after the other.

mod announce;
pub mod backtest;
pub mod batch;
mod facts;
pub mod follower;
pub mod hits;
pub mod import;
mod indexes;
mod keys;
pub mod post;
pub mod review;
mod row;
mod settle;
pub mod show;
mod step_up;
pub mod trial;

/// How many transactions may wait for one session.
pub const MOST_WAITING: i64 = 100;
/// How many sessions rules may create for one customer in the 24 hours before.
pub const MOST_SESSIONS: i64 = 20;
