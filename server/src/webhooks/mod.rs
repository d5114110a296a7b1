//! Webhooks: sends each event in the outbox to each endpoint, until the endpoint answers 2xx or the schedule ends. [`sign`] signs,
//! [`typed`] parses an endpoint's URL, [`address`] decides which addresses are allowed, [`schedule`] when the next try is due.

pub mod add;
pub mod address;
pub mod client;
mod commits;
mod due;
pub mod failure;
mod lanes;
pub mod public;
mod record;
mod results;
pub mod roots;
pub mod schedule;
pub mod sender;
pub mod sign;
mod target;
pub mod typed;
