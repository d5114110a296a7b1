//! The interactive parts, each in the bundle of its feature. Each takes over what the server drew, and every page works without
//! them.

#[cfg(feature = "dashboard")]
pub mod dashboard;
#[cfg(feature = "flow")]
pub mod flow;
#[cfg(feature = "flow")]
mod state;
#[cfg(feature = "flow")]
mod step_form;

#[cfg(all(feature = "hydrate", feature = "flow"))]
mod browser;
#[cfg(all(feature = "hydrate", feature = "flow"))]
mod faults;
#[cfg(feature = "forced-panic")]
mod forced_panic;
#[cfg(all(feature = "hydrate", feature = "flow"))]
mod form;
#[cfg(feature = "hydrate")]
mod json;
#[cfg(all(feature = "hydrate", feature = "flow"))]
mod request;
#[cfg(all(feature = "hydrate", feature = "flow"))]
mod submit;
#[cfg(all(feature = "hydrate", feature = "flow"))]
mod uploads;
