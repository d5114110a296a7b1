//! How much memory the decoding of an image takes, judged by its header before anything is decoded. So few images are decoded at once as
//! fit in the memory that the server sets aside for it.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};
use memchr::memmem;

use super::fault::MAX_PIXELS;

const MIB: u64 = 1024 * 1024;
/// Bytes for each pixel: a baseline JPEG of three colours, and anything else at its worst, such as a progressive JPEG of four colours,
/// whose coefficients are all in memory.
const BASELINE: u64 = 4;
const OTHER: u64 = 12;
/// The marker of a progressive JPEG's frame (ITU-T T.81, table B.1, SOF2).
const PROGRESSIVE: &[u8] = &[0xff, 0xc2];

/// The memory in MiB, at least 1. A file that is no image takes none for pixels; an image whose header cannot be read may take the most.
pub fn mebibytes(bytes: &[u8]) -> u32 {
    let is_jpeg = bytes.starts_with(&[0xff, 0xd8]);
    let Ok(reader) = ImageReader::new(Cursor::new(bytes)).with_guessed_format() else { return 1 };
    if reader.format().is_none() {
        return 1;
    }
    let size = if reader.format() == Some(ImageFormat::Png) { png_size(bytes) } else { reader.into_dimensions().ok() };
    let pixels = size.map_or(MAX_PIXELS, |(width, height)| (u64::from(width) * u64::from(height)).min(MAX_PIXELS));
    let is_baseline = is_jpeg && memmem::find(bytes, PROGRESSIVE).is_none();
    u32::try_from(pixels * if is_baseline { BASELINE } else { OTHER } / MIB + 1).unwrap_or(u32::MAX)
}

/// Width and height in a PNG's first chunk (PNG specification, 11.2.1). The decoder would inflate the colour profile before it tells them.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    Some((number(16)?, number(20)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_weighs_by_its_header() {
        let png = |width: u32, height: u32| {
            let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
            png.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
            png.extend([16, 6, 0, 0, 0]);
            let crc = crc32fast::hash(&png[12..]);
            png.extend(crc.to_be_bytes());
            png
        };
        let progressive = include_bytes!("testdata/progressive.jpg");
        for (bytes, at_least, at_most) in [(&b"%PDF-1.7"[..], 1, 1), (b"", 1, 1), (progressive, 1, 12), (b"\xff\xd8\xff no header", 190, 191)] {
            let weight = mebibytes(bytes);
            assert!((at_least..=at_most).contains(&weight), "{weight}");
        }
        // A PNG without pixels is read no further than its header.
        assert!(mebibytes(&png(8_000, 6_250)) >= 572);
        assert!(mebibytes(&png(60_000, 60_000)) <= 573, "more is refused before it is decoded");
    }
}
