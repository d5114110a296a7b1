//! The customer's pages: one step at a time, then the status. The server draws them whole; the step's form is taken over by
//! the island [`crate::islands::flow::Flow`].

#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod status;
pub mod step_form;
