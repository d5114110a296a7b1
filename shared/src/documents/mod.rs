//! Identity documents: their types as data, which of them a picture shows, and what the text on it says of its holder. A new type is an entry
//! in `documents.json`.

mod check;
mod cpfs;
mod days;
mod fields;
mod found;
mod known;
mod label;
mod line;
mod model;
mod names;
mod numbers;
mod recognise;

pub use self::{
    fields::read_fields,
    found::{DayFound, Fields, Found, NameFound, NameSource},
    line::{Area, Line},
    model::{Code, CodeKind, DocumentField, DocumentType, Documents, Label, Layout, Side},
};
