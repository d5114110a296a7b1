//! The session types: what a session, a flow and an answer are, and every rule about them that needs neither a clock,
//! nor a database, nor a network. The same code warns in the browser and decides on the server.

pub mod answers;
pub mod api;
pub mod color;
pub mod cpf;
pub mod definition;
pub mod duration;
pub mod event;
pub mod field_value;
pub mod flow;
pub mod ids;
pub mod language;
pub mod problem;
pub mod risk;
pub mod role;
pub mod session;
