//! Reads JSON that people write, such as a flow or a rule: every fault is noted at once, each with its path, in the order of the document.

pub mod faults;
pub mod json;
pub mod read;
pub mod text;
