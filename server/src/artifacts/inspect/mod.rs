//! Inspects an uploaded file before it is stored: detects its media type from its content (never from its name), checks that it is
//! complete, and removes its metadata. Pure and synchronous; the input is the whole upload, at most 10 MiB. Call it on a blocking
//! thread, because it decodes every image once.

mod clues;
mod fault;
mod frame;
mod huffman;
mod jpeg;
mod png;
mod scan;
mod stripped;
mod webp;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use fault::check_size;

pub use clues::Clues;
pub use fault::{Fault, MAX_PIXELS};

/// The most memory that a decoder may allocate, in bytes: 50 megapixels of 16-bit RGBA, and some room.
const MAX_ALLOC: u64 = 512 * 1024 * 1024;

/// How far from the end of a PDF its `%%EOF` may be, in bytes. ISO 32000-1, annex H, asks readers to accept 1,024.
const PDF_TAIL: usize = 4096;

/// The media types that can be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    Webp,
    /// `application/pdf`
    Pdf,
}

impl MediaType {
    /// Every media type.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf];

    /// The name in a `Content-Type` header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// The media type with this name in [`MediaType::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.as_str() == name)
    }

    const fn image_format(self) -> Option<ImageFormat> {
        match self {
            Self::Jpeg => Some(ImageFormat::Jpeg),
            Self::Png => Some(ImageFormat::Png),
            Self::Webp => Some(ImageFormat::WebP),
            Self::Pdf => None,
        }
    }
}

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
}

/// Detects a media type from the first bytes.
pub fn sniff(bytes: &[u8]) -> Option<MediaType> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(MediaType::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(MediaType::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(MediaType::Webp),
        _ => {
            let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            text.trim_ascii_start().starts_with(b"%PDF-").then_some(MediaType::Pdf)
        }
    }
}

/// Checks an upload, and makes the bytes to store from it.
///
/// # Errors
/// The first fault found. The number of pixels is checked before anything is decoded.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, Fault> {
    let media_type = sniff(bytes).ok_or(Fault::UnsupportedMedia)?;
    let image = match media_type {
        MediaType::Jpeg => jpeg::strip(bytes)?,
        MediaType::Png => png::strip(bytes)?,
        MediaType::Webp => webp::strip(bytes)?,
        MediaType::Pdf => return inspect_pdf(bytes),
    };
    if let Err(fault) = pixels(&image.stored, media_type) {
        let is_truncated = media_type == MediaType::Png && png::is_truncated(&image.stored);
        return Err(if is_truncated { Fault::Truncated } else { fault });
    }
    let (width, height) = match image.orientation.to_exif() {
        5..=8 => (image.height, image.width),
        _ => (image.width, image.height),
    };
    Ok(Inspected { media_type, width: Some(width), height: Some(height), stored: image.stored, clues: image.clues })
}

/// Decodes the stored bytes of an image and applies its orientation.
///
/// # Errors
/// `UnsupportedMedia` for a PDF, `TooManyPixels`, or `BadImage` if it cannot be decoded.
pub fn decode(stored: &[u8], media: MediaType) -> Result<DynamicImage, Fault> {
    let (mut image, orientation) = pixels(stored, media)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Decodes an image without applying its orientation. A panic of the decoder counts as an image that cannot be decoded.
fn pixels(stored: &[u8], media: MediaType) -> Result<(DynamicImage, Orientation), Fault> {
    let format = media.image_format().ok_or(Fault::UnsupportedMedia)?;
    std::panic::catch_unwind(|| {
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_ALLOC);
        let mut reader = ImageReader::with_format(Cursor::new(stored), format);
        reader.limits(limits.clone());
        let mut decoder = reader.into_decoder().map_err(undecodable)?;
        let (width, height) = decoder.dimensions();
        check_size(width, height)?;
        limits.reserve(decoder.total_bytes()).map_err(undecodable)?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let image = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
        Ok((image, orientation))
    })
    .unwrap_or(Err(Fault::BadImage("its pixel data cannot be decoded")))
}

fn undecodable(error: ImageError) -> Fault {
    Fault::BadImage(match error {
        ImageError::Limits(_) => "decoding it takes too much memory",
        ImageError::Unsupported(_) => "it uses a coding that is not supported",
        _ => "its pixel data cannot be decoded",
    })
}

/// Checks that a PDF is complete: `%%EOF` is near its end, and no object follows it. An object after it means that an incremental
/// update was cut off.
fn inspect_pdf(bytes: &[u8]) -> Result<Inspected, Fault> {
    let tail = &bytes[bytes.len().saturating_sub(PDF_TAIL)..];
    let end = tail.windows(5).rposition(|part| part == b"%%EOF").ok_or(Fault::Truncated)?;
    if tail[end..].windows(5).any(|part| part == b" obj\r" || part == b" obj\n" || part == b" obj<") {
        return Err(Fault::Truncated);
    }
    let (stored, clues) = (bytes.to_vec(), Clues::default());
    Ok(Inspected { media_type: MediaType::Pdf, width: None, height: None, stored, clues })
}

#[cfg(test)]
mod tests;
