//! The JSON of a flow, with texts in several languages. An import makes a version, which never changes afterwards.
//! [`Definition::import`] reads it and reports every fault, [`Definition::steps`] returns its steps in one language, and
//! [`Definition::resolve`] its checks, weights and bands.

mod ages;
mod biometrics;
mod check;
mod consent;
mod document;
mod fields;
mod import;
mod resolve;
mod settings;
mod velocity;
mod view;

pub use self::{
    ages::Ages,
    biometrics::BIOMETRIC_CHECKS,
    check::is_flow_name,
    document::Definition,
    import::MAX_BYTES,
    settings::{LISTED, Settings},
    velocity::{Limit, Limits},
};
pub use crate::reading::faults::{Faults, Refused};
