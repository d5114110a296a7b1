//! The two islands of the dashboard, in a bundle of their own.

pub mod copy_link;
pub mod live_status;
