//! Machine-readable zones of travel documents (ICAO 9303 parts 3 to 6): finds one among the lines that were read from a picture, repairs what
//! a reader of pictures does to it, and checks every check digit. The name has none, so it is compared with the printed one.

mod check_digit;
mod clean;
mod fault;
mod layout;
mod name;
mod read;
mod zone;

pub use self::{
    check_digit::check_digit,
    fault::{Fault, Field},
    layout::Format,
    name::Name,
    read::{Unread, read},
    zone::{Sex, Zone},
};
