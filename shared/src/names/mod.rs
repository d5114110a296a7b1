//! Compares a name as a customer entered it with a name as a document or a machine-readable zone has it. Documents lose accents, change the
//! order, leave names out and cut what is too long. None of that makes another person, so a verdict tells what is only writing from what
//! differs.

mod align;
mod compare;
mod near;
mod part;
mod verdict;

pub(crate) use self::compare::is_misread;
pub use self::{
    compare::{compare, compare_mrz},
    verdict::{Verdict, Writing},
};
