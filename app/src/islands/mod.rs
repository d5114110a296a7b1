//! The interactive parts, each in the bundle of its feature. Each takes over what the server drew; nothing needs them.

#[cfg(feature = "flow")]
pub mod by_field;
#[cfg(feature = "dashboard")]
pub mod dashboard;
#[cfg(feature = "flow")]
pub mod flow;
#[cfg(feature = "flow")]
pub mod uploads;

#[cfg(all(feature = "hydrate", feature = "flow"))]
pub mod browser;
#[cfg(feature = "forced-panic")]
pub mod forced_panic;
#[cfg(feature = "hydrate")]
pub mod json;
#[cfg(all(feature = "hydrate", feature = "flow"))]
pub mod request;
#[cfg(all(feature = "hydrate", feature = "flow"))]
pub mod submit;
