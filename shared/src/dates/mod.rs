//! Days as people and documents write them: `17/05/1990`, `17.05.90`, `12 AGO/AUG 1990`, `3 de março de 1985`. The day comes before the month
//! wherever both can be meant, because that is how every document that we know prints it; only a year in front turns that round.

mod century;
mod compare;
mod month;
mod scan;
mod token;

pub use self::{
    century::Century,
    compare::{Agreement, compare},
    scan::{Found, find, parse},
};
