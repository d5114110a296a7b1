//! A rule as somebody writes it in a form: every input as text, the conditions as a tree that is edited step by step. A [`Draft`] becomes the
//! JSON of a rule, which is then read and checked like every other one; each fault leads back to its input. It runs natively and in the
//! browser.

pub(super) mod amount;
mod edit;
mod faults;
mod from_rule;
mod inputs;
mod leaf;
mod to_json;
mod tree;
mod what;

pub use self::{
    edit::Edit,
    faults::{DraftFault, Why},
    inputs::{Inputs, id_of},
    tree::{Draft, GroupKind, Node, ROOT, name_of},
    what::{Entry, Op, What},
};
