//! The customer's pages: one step at a time, then the status. The same components are drawn by the server and taken over by
//! the island [`crate::islands::flow::Flow`].

pub mod page;
pub mod status;
pub mod step_form;
