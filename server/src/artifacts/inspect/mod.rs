//! Looks at an uploaded file before any of it is stored: what it is (told by content, never by name), whether it is
//! whole, and what remains of it once metadata is taken out. Pure and synchronous; the input is the whole upload, at
//! most 10 MiB, and belongs on a blocking thread, since every image is decoded once.

mod clues;
mod frame;
mod huffman;
mod jpeg;
mod png;
mod scan;
mod webp;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

pub use clues::Clues;

/// The largest image accepted, in pixels; read from the header before anything is decoded.
pub const MAX_PIXELS: u64 = 50_000_000;

/// The most memory a decoder may ask for, in bytes: 50 megapixels of 16-bit RGBA and some room.
const MAX_ALLOC: u64 = 512 * 1024 * 1024;

/// How far from a PDF's end its `%%EOF` may lie, in bytes. ISO 32000-1, annex H, asks readers for 1,024.
const PDF_TAIL: usize = 4096;

/// The kinds of file that can be uploaded.
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
    /// Every kind there is.
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

    /// The kind that `as_str` names so, or `None`.
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
    /// What the content is.
    pub media_type: MediaType,
    /// Width in pixels as a person sees it, orientation applied; `None` for a PDF.
    pub width: Option<u32>,
    /// Height in pixels as a person sees it, orientation applied; `None` for a PDF.
    pub height: Option<u32>,
    /// What is to be stored: an image less its metadata and less what follows its end, a PDF byte for byte.
    pub stored: Vec<u8>,
    /// What the metadata said.
    pub clues: Clues,
}

/// Why a file is refused. The texts are for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Neither JPEG, PNG, WebP nor PDF.
    #[error("the file is not a JPEG, PNG or WebP image or a PDF")]
    UnsupportedMedia,
    /// More than [`MAX_PIXELS`].
    #[error("the image has {width} x {height} pixels; at most 50 megapixels are accepted")]
    TooManyPixels {
        /// Width in pixels, from the header.
        width: u32,
        /// Height in pixels, from the header.
        height: u32,
    },
    /// Not a usable image; says what is wrong with it.
    #[error("the image cannot be used: {0}")]
    BadImage(&'static str),
    /// Pixel data, or a PDF's end, is missing.
    #[error("the file is incomplete: its end is missing")]
    Truncated,
}

/// An image after its metadata was taken out; what each format's module hands back.
struct Stripped {
    width: u32,
    height: u32,
    orientation: Orientation,
    stored: Vec<u8>,
    clues: Clues,
}

/// Tells what a file is by its first bytes alone.
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

/// Checks an upload as a whole and makes what is to be stored of it.
///
/// # Errors
/// [`Fault`], for the first thing found wrong. The number of pixels is checked before anything is decoded.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, Fault> {
    let media_type = sniff(bytes).ok_or(Fault::UnsupportedMedia)?;
    let image = match media_type {
        MediaType::Jpeg => jpeg::strip(bytes)?,
        MediaType::Png => png::strip(bytes)?,
        MediaType::Webp => webp::strip(bytes)?,
        MediaType::Pdf => return inspect_pdf(bytes),
    };
    if let Err(fault) = pixels(&image.stored, media_type) {
        let short = media_type == MediaType::Png && png::runs_short(&image.stored);
        return Err(if short { Fault::Truncated } else { fault });
    }
    let (width, height) = match image.orientation.to_exif() {
        5..=8 => (image.height, image.width),
        _ => (image.width, image.height),
    };
    Ok(Inspected { media_type, width: Some(width), height: Some(height), stored: image.stored, clues: image.clues })
}

/// Decodes what [`inspect`] made of an image, its orientation applied.
///
/// # Errors
/// `UnsupportedMedia` for a PDF, `TooManyPixels`, and `BadImage` where it cannot be decoded.
pub fn decode(stored: &[u8], media: MediaType) -> Result<DynamicImage, Fault> {
    let (mut image, orientation) = pixels(stored, media)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Decodes without turning. A decoder that panics has met an image that cannot be decoded, and nothing else is lost.
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

/// Refuses images without pixels and with more than [`MAX_PIXELS`].
fn check_size(width: u32, height: u32) -> Result<(), Fault> {
    if width == 0 || height == 0 {
        return Err(Fault::BadImage("its width or height is zero"));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Fault::TooManyPixels { width, height });
    }
    Ok(())
}

/// A PDF is whole if `%%EOF` is near its end and no further object follows, as one does where an update was cut short.
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
