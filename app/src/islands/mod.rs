//! The interactive parts. Each takes over what the server drew; nothing needs them.

pub mod by_field;
pub mod flow;
pub mod uploads;

#[cfg(feature = "hydrate")]
pub mod browser;
#[cfg(feature = "forced-panic")]
pub mod forced_panic;
#[cfg(feature = "hydrate")]
pub mod json;
#[cfg(feature = "hydrate")]
pub mod request;
#[cfg(feature = "hydrate")]
pub mod submit;
