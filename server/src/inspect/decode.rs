//! Decodes an image within a limit of memory. The pixels of a PNG may take 8 bytes each, so a PNG is only ever decoded row by row.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits, Pixel as _, Rgb, RgbImage};
use jpeg_decoder::PixelFormat;
use png::{BitDepth, DecodingError, Transformations};

use super::{
    fault::{Fault, check_size},
    grid::Grid,
    media::MediaType,
};

/// The most memory that a decoder may allocate, in bytes: 50 megapixels of 16-bit RGBA, and some room.
pub(super) const MAX_ALLOC: u64 = 512 * 1024 * 1024;

pub(super) const UNDECODABLE: Fault = Fault::BadImage("its pixel data cannot be decoded");

/// Checks that an image can be decoded, and gathers its brightness; `None` for one that is small or interlaced. A panic of the decoder counts
/// as an image that cannot be decoded.
pub(super) fn check(stored: &[u8], media: MediaType) -> Result<Option<Grid>, Fault> {
    match media {
        MediaType::Png => std::panic::catch_unwind(|| png_rows(stored)).unwrap_or(Err(UNDECODABLE)),
        _ => pixels(stored, media).map(|image| Grid::of(&image)),
    }
}

fn png_rows(stored: &[u8]) -> Result<Option<Grid>, Fault> {
    let mut decoder = png::Decoder::new(Cursor::new(stored));
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let mut rows = decoder.read_info().map_err(wrong_row)?;
    let (info, (color, depth)) = (rows.info(), rows.output_color_type());
    let mut grid = if info.interlaced { None } else { Grid::new(info.width, info.height) };
    let (parts, sample) = (color.samples(), if depth == BitDepth::Sixteen { 2 } else { 1 });
    let mut y = 0;
    while let Some(row) = rows.next_row().map_err(wrong_row)? {
        if let Some(grid) = &mut grid {
            // Of 16 bits the first eight, which come first.
            let pixel = |x: u32| &row.data()[x as usize * parts * sample..];
            let color = |x: u32| if parts < 3 { [0; 3].map(|at: usize| pixel(x)[at]) } else { [0, 1, 2].map(|at| pixel(x)[at * sample]) };
            grid.add(y, |x| Rgb(color(x)).to_rgba());
        }
        y += 1;
    }
    Ok(grid)
}

pub(super) fn wrong_row(error: DecodingError) -> Fault {
    match error {
        DecodingError::LimitsExceeded => Fault::BadImage("decoding it takes too much memory"),
        _ => UNDECODABLE,
    }
}

/// Decodes an image without applying its orientation. A panic of the decoder counts as an image that cannot be decoded.
pub(super) fn pixels(stored: &[u8], media: MediaType) -> Result<DynamicImage, Fault> {
    let format = media.image_format().ok_or(Fault::UnsupportedMedia)?;
    let decoded = std::panic::catch_unwind(|| {
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_ALLOC);
        let mut reader = ImageReader::with_format(Cursor::new(stored), format);
        reader.limits(limits.clone());
        let decoder = reader.into_decoder().map_err(undecodable)?;
        let (width, height) = decoder.dimensions();
        check_size(width, height)?;
        limits.reserve(decoder.total_bytes()).map_err(undecodable)?;
        DynamicImage::from_decoder(decoder).map_err(undecodable)
    });
    match decoded.unwrap_or(Err(UNDECODABLE)) {
        Err(Fault::BadImage(_)) if media == MediaType::Jpeg => std::panic::catch_unwind(|| unusual_jpeg(stored)).unwrap_or(Err(UNDECODABLE)),
        decoded => decoded,
    }
}

/// Decodes a JPEG that the `image` crate refuses and browsers show: one with sampling factors of three, or a gray one with Adobe's
/// segment.
fn unusual_jpeg(stored: &[u8]) -> Result<DynamicImage, Fault> {
    let mut decoder = jpeg_decoder::Decoder::new(stored);
    decoder.set_max_decoding_buffer_size(MAX_ALLOC as usize);
    decoder.read_info().map_err(|_| UNDECODABLE)?;
    let info = decoder.info().ok_or(UNDECODABLE)?;
    let (width, height) = (info.width.into(), info.height.into());
    check_size(width, height)?;
    // Four colors would take more memory than was set aside, and 16 bits are not taken.
    if !matches!(info.pixel_format, PixelFormat::L8 | PixelFormat::RGB24) {
        return Err(UNDECODABLE);
    }
    let pixels = decoder.decode().map_err(|_| UNDECODABLE)?;
    let image = match info.pixel_format {
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
    };
    image.ok_or(UNDECODABLE)
}

fn undecodable(error: ImageError) -> Fault {
    Fault::BadImage(match error {
        ImageError::Limits(_) => "decoding it takes too much memory",
        ImageError::Unsupported(_) => "it uses a coding that is not supported",
        _ => return UNDECODABLE,
    })
}
