//! The customer's pages: one step at a time, then the status. The server draws each page whole. In the browser, the island
//! [`crate::islands::flow::Flow`] takes over the form of the step.

pub mod data;
#[cfg(feature = "ssr")]
pub mod neutral;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod review;
#[cfg(feature = "ssr")]
pub mod status;
