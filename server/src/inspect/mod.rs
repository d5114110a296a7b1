//! Inspects an uploaded file before it is stored: detects its media type from its content (never from its name), checks that it is
//! complete, and removes its metadata. Pure and synchronous; the input is the whole upload, at most 10 MiB. It has two parts, both for a
//! blocking thread: [`prepare`] reads the headers and needs little memory, and [`Prepared::inspect`] decodes an image once. Whether a PDF
//! opens is found out in a worker.

mod clues;
mod decode;
mod fault;
mod frame;
mod grid;
mod huffman;
mod icc;
mod jpeg;
mod media;
mod memory;
mod pdf;
mod png;
mod prefix;
mod print;
mod rows;
mod scan;
mod shrunk;
mod standard;
mod stripped;
mod vp8l;
mod webp;

use shared::api::FileWarning;

use stripped::Stripped;

pub use clues::Clues;
pub use fault::{Fault, MAX_PIXELS};
pub use media::MediaType;
pub use print::{NEAR, Print};

/// A file that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The media type of the content.
    pub media_type: MediaType,
    /// Width in pixels as a person sees it, orientation applied; `None` for a PDF.
    pub width: Option<u32>,
    /// Height in pixels as a person sees it, orientation applied; `None` for a PDF.
    pub height: Option<u32>,
    /// The bytes to store: an image without its metadata and without the bytes after its end; a PDF unchanged.
    pub stored: Vec<u8>,
    /// What the metadata contained.
    pub clues: Clues,
    /// What an image looks like; `None` for a PDF, and where there is too little to see.
    pub print: Option<Print>,
    /// What the customer should know of it. The inspection finds nothing; a worker may.
    pub warnings: Vec<FileWarning>,
}

/// Detects a media type from the first bytes.
pub fn sniff(bytes: &[u8]) -> Option<MediaType> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(MediaType::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(MediaType::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(MediaType::Webp),
        _ => pdf::has_header(bytes).then_some(MediaType::Pdf),
    }
}

/// A file whose headers are in order. Its pixels are not decoded yet.
pub struct Prepared(Content);

enum Content {
    Image(MediaType, Stripped),
    Document(Vec<u8>),
}

/// Checks a file as far as that needs no decoding, and makes the bytes to store from it.
///
/// # Errors
/// The first fault found.
pub fn prepare(bytes: &[u8]) -> Result<Prepared, Fault> {
    let media_type = sniff(bytes).ok_or(Fault::UnsupportedMedia)?;
    let strip = match media_type {
        MediaType::Jpeg => jpeg::strip,
        MediaType::Png => png::strip,
        MediaType::Webp => webp::strip,
        MediaType::Pdf => {
            pdf::check_end(bytes)?;
            return Ok(Prepared(Content::Document(bytes.to_vec())));
        }
    };
    Ok(Prepared(Content::Image(media_type, strip(bytes)?)))
}

impl Prepared {
    /// Whether it is an image.
    pub fn is_image(&self) -> bool {
        matches!(self.0, Content::Image(..))
    }

    /// The memory that decoding it takes, in MiB, at least 1.
    pub fn mebibytes(&self) -> u32 {
        match &self.0 {
            Content::Image(_, image) => memory::mebibytes(image.memory),
            Content::Document(_) => 1,
        }
    }

    /// Decodes an image, with its orientation applied, which takes a second picture's memory.
    ///
    /// # Errors
    /// `UnsupportedMedia` for a PDF, or `BadImage` if it cannot be decoded.
    #[cfg(test)]
    pub fn decode(self) -> Result<image::DynamicImage, Fault> {
        let Content::Image(media_type, stripped) = self.0 else { return Err(Fault::UnsupportedMedia) };
        let mut image = decode::pixels(&stripped.stored, media_type)?;
        image.apply_orientation(stripped.orientation);
        Ok(image)
    }

    /// Decodes an image to at most this many pixels on its longer side, with its orientation applied.
    ///
    /// # Errors
    /// `UnsupportedMedia` for a PDF, or `BadImage` if it cannot be decoded.
    pub fn shrunk(self, most: u32) -> Result<image::RgbImage, Fault> {
        let Content::Image(media_type, image) = self.0 else { return Err(Fault::UnsupportedMedia) };
        shrunk::shrunk(&image.stored, media_type, image.orientation, most)
    }

    /// Checks that an image can be decoded.
    ///
    /// # Errors
    /// The fault that was found.
    pub fn inspect(self) -> Result<Inspected, Fault> {
        let (media_type, image) = match self.0 {
            Content::Image(media_type, image) => (media_type, image),
            Content::Document(stored) => {
                let (clues, warnings) = (Clues::default(), Vec::new());
                return Ok(Inspected { media_type: MediaType::Pdf, width: None, height: None, stored, clues, print: None, warnings });
            }
        };
        let grid = decode::check(&image.stored, media_type).map_err(|fault| {
            let is_truncated = media_type == MediaType::Png && png::is_truncated(&image.stored);
            if is_truncated { Fault::Truncated } else { fault }
        })?;
        let print = grid.and_then(|grid| Print::new(&grid, image.orientation));
        let (width, height) = match image.orientation.to_exif() {
            5..=8 => (image.height, image.width),
            _ => (image.width, image.height),
        };
        Ok(Inspected { media_type, width: Some(width), height: Some(height), stored: image.stored, clues: image.clues, print, warnings: Vec::new() })
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
use tests::{decode, inspect};
