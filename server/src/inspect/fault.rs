//! Why an uploaded file is refused; and the limit on an image's size, which the module of each format checks.

/// The most pixels of an image. Checked against the header before anything is decoded.
pub const MAX_PIXELS: u64 = 50_000_000;

/// Why a file is refused. The texts are shown to people.
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
    /// The image cannot be used. Contains the reason.
    #[error("the image cannot be used: {0}")]
    BadImage(&'static str),
    /// A PDF without a page that can be read.
    #[error("the document cannot be read: no page in it opens")]
    BadDocument,
    /// Pixel data is missing, or the end of a PDF.
    #[error("the file is incomplete: its end is missing")]
    Truncated,
}

/// Refuses an image that has no pixels, or more than [`MAX_PIXELS`].
pub(super) fn check_size(width: u32, height: u32) -> Result<(), Fault> {
    if width == 0 || height == 0 {
        return Err(Fault::BadImage("its width or height is zero"));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Fault::TooManyPixels { width, height });
    }
    Ok(())
}
