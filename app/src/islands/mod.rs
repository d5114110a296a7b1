//! The interactive parts. Each takes over what the server drew; nothing needs them.

pub mod flow;
pub mod uploads;

#[cfg(feature = "hydrate")]
pub mod browser;
#[cfg(feature = "hydrate")]
pub mod submit;
