//! The session types: sessions, flows and answers, and every rule about them that needs no clock, no database and no network. The same
//! code runs in the browser, to warn, and on the server, to decide.

pub mod answers;
pub mod api;
pub mod by_field;
pub mod catalogue;
pub mod color;
pub mod conditions;
pub mod cpf;
pub mod dates;
pub mod day;
#[cfg(feature = "server")]
pub mod definition;
pub mod documents;
pub mod duration;
pub mod email;
pub mod event;
pub mod field_type;
pub mod field_value;
pub mod flow;
pub mod ids;
pub mod language;
pub mod letters;
pub mod mrz;
pub mod names;
pub mod phone;
pub mod problem;
pub mod reading;
pub mod return_url;
pub mod rfc3339;
pub mod risk;
pub mod role;
pub mod rule;
pub mod session;
pub mod text;
