//! Use cases of a session: create, open, save a step, complete, review, expire. Each has its own file. Only [`transition`]
//! changes a session's status. No file here uses a type of the web server.

pub mod advance;
pub mod at_once;
pub mod complete;
pub mod create;
pub mod expire;
pub mod fingerprints;
pub mod follow_up;
pub mod follower;
pub mod keys;
pub mod open;
pub mod review;
pub mod save;
pub mod saved;
pub mod show;
pub mod transition;
pub mod visits;
pub mod watch;

mod announce;
mod consent;
mod entered;
mod repeat;
