//! Workers: children of this binary that read what strangers sent, one process for one kind of reading. A parser that can be led astray
//! by a file does its work there, without files, network or other processes, and with bounded memory and time. The server stays small,
//! and lives on when a worker dies.
//!
//! A worker is started when it is first needed. It answers one request at a time over a socket that is its stdin and stdout: bytes in,
//! JSON out. It ends when it was idle for a minute, or when a request takes too long or too much.

mod child;
mod frame;
mod kind;
mod look;
mod pdf;
mod pool;
mod process;
mod sandbox;
mod workers;

pub use self::{child::run, kind::Kind, pool::WorkerError, sandbox::warn_where_unconfined, workers::Workers};
