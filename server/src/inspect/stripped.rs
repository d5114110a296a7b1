//! The result of the module of each image format.

use image::metadata::Orientation;

use super::clues::Clues;

/// An image without its metadata.
pub(super) struct Stripped {
    pub width: u32,
    pub height: u32,
    pub orientation: Orientation,
    pub stored: Vec<u8>,
    pub clues: Clues,
    /// The most memory that decoding `stored` takes, in bytes.
    pub memory: u64,
}
