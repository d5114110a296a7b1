//! The islands of the dashboard. They have their own bundle, so that no customer downloads them.

pub mod copy_link;
pub mod live_status;
pub mod rule_sentence;
