//! Decodes an image to few pixels, for what looks at it: a JPEG is decoded at a fraction of its size, a PNG row by row. So a picture of 50
//! megapixels takes little more memory than what is left of it.

use std::io::Cursor;

use image::{DynamicImage, RgbImage, metadata::Orientation};
use jpeg_decoder::PixelFormat;
use png::{ColorType, Transformations};

use super::{
    decode::{self, UNDECODABLE},
    fault::{Fault, check_size},
    media::MediaType,
};

/// Decodes an image so that its longer side has at most this many pixels, with its orientation applied. A panic of a decoder counts as an
/// image that cannot be decoded.
pub(super) fn shrunk(stored: &[u8], media: MediaType, orientation: Orientation, most: u32) -> Result<RgbImage, Fault> {
    let by_itself = std::panic::catch_unwind(|| match media {
        MediaType::Jpeg => jpeg(stored, most),
        MediaType::Png => png(stored, most),
        _ => Ok(None),
    });
    let image = match by_itself.unwrap_or(Err(UNDECODABLE))? {
        Some(image) => DynamicImage::from(image),
        None => decode::pixels(stored, media)?,
    };
    let mut image = if image.width().max(image.height()) > most { image.thumbnail(most, most) } else { image };
    image.apply_orientation(orientation);
    Ok(image.into_rgb8())
}

/// A JPEG of gray or three colors; `None` for any other one.
fn jpeg(stored: &[u8], most: u32) -> Result<Option<RgbImage>, Fault> {
    let mut decoder = jpeg_decoder::Decoder::new(stored);
    decoder.set_max_decoding_buffer_size(decode::MAX_ALLOC as usize);
    decoder.read_info().map_err(|_| UNDECODABLE)?;
    let info = decoder.info().ok_or(UNDECODABLE)?;
    check_size(info.width.into(), info.height.into())?;
    let part = |side: u16| u16::try_from(u64::from(side) * u64::from(most) / u64::from(info.width.max(info.height)).max(u64::from(most))).unwrap_or(side);
    decoder.scale(part(info.width).max(1), part(info.height).max(1)).map_err(|_| UNDECODABLE)?;
    let Ok(pixels) = decoder.decode() else { return Ok(None) };
    let info = decoder.info().ok_or(UNDECODABLE)?;
    let rgb = match info.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.into_iter().flat_map(|gray| [gray; 3]).collect(),
        PixelFormat::L16 | PixelFormat::CMYK32 => return Ok(None),
    };
    Ok(RgbImage::from_raw(info.width.into(), info.height.into(), rgb))
}

/// A PNG whose rows come in order; `None` for one that is interlaced.
fn png(stored: &[u8], most: u32) -> Result<Option<RgbImage>, Fault> {
    let mut decoder = png::Decoder::new(Cursor::new(stored));
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut rows = decoder.read_info().map_err(decode::wrong_row)?;
    let (width, height, is_interlaced) = (rows.info().width, rows.info().height, rows.info().interlaced);
    check_size(width, height)?;
    if is_interlaced {
        return Ok(None);
    }
    let samples = match rows.output_color_type().0 {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb | ColorType::Indexed => 3,
        ColorType::Rgba => 4,
    };
    let mut squares = Squares::new(width, height, width.max(height).div_ceil(most));
    while let Some(row) = rows.next_row().map_err(decode::wrong_row)? {
        let color = |pixel: &[u8]| if samples < 3 { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] };
        squares.add(row.data().chunks_exact(samples).map(color));
    }
    Ok(squares.done())
}

/// Averages squares of pixels, row by row.
struct Squares {
    size: (u32, u32),
    side: u32,
    /// The columns of the last square of a row.
    last: u32,
    sums: Vec<[u32; 3]>,
    rows: u32,
    done: Vec<u8>,
}

impl Squares {
    fn new(width: u32, height: u32, side: u32) -> Self {
        let size = (width.div_ceil(side), height.div_ceil(side));
        Self {
            size,
            side,
            last: width - (size.0 - 1) * side,
            sums: vec![[0; 3]; size.0 as usize],
            rows: 0,
            done: Vec::with_capacity(3 * (size.0 * size.1) as usize),
        }
    }

    fn add(&mut self, row: impl Iterator<Item = [u8; 3]>) {
        for (at, color) in row.enumerate() {
            let sum = &mut self.sums[at / self.side as usize];
            (0..3).for_each(|part| sum[part] += u32::from(color[part]));
        }
        self.rows += 1;
        if self.rows == self.side {
            self.end_row();
        }
    }

    fn end_row(&mut self) {
        let (end, side, last, rows) = (self.sums.len() - 1, self.side, self.last, self.rows);
        let all = self.sums.iter_mut().enumerate();
        self.done.extend(all.flat_map(|(at, sum)| {
            let count = rows * if at == end { last } else { side };
            std::mem::take(sum).map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX))
        }));
        self.rows = 0;
    }

    fn done(mut self) -> Option<RgbImage> {
        if self.rows > 0 {
            self.end_row();
        }
        RgbImage::from_raw(self.size.0, self.size.1, self.done)
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder as _, Rgb, codecs::png::PngEncoder};

    use super::super::tests::photo;
    use super::*;

    /// Left half red, right half blue, and a green line at the bottom.
    fn picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y == height - 1) {
            (_, true) => Rgb([0, 255, 0]),
            (true, _) => Rgb([255, 0, 0]),
            (false, _) => Rgb([0, 0, 255]),
        })
    }

    fn is_near(a: Rgb<u8>, b: [u8; 3]) -> bool {
        a.0.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 40)
    }

    #[test]
    fn every_kind_is_shrunk_and_turned() {
        for media in [MediaType::Jpeg, MediaType::Png, MediaType::Webp] {
            // Turned by a quarter: the left half comes to the top.
            let stored = super::super::prepare(&photo(media, &picture(801, 403), 6)).unwrap();
            let image = stored.shrunk(200).unwrap();
            assert!(image.height().max(image.width()) <= 202 && image.height() > image.width(), "{media:?}: {:?}", image.dimensions());
            let (middle, bottom) = (image.width() / 2, image.height() - 5);
            assert!(is_near(*image.get_pixel(middle, 5), [255, 0, 0]) && is_near(*image.get_pixel(middle, bottom), [0, 0, 255]), "{media:?}");
        }
    }

    #[test]
    fn a_small_picture_stays_as_it_is() {
        let image = picture(60, 40);
        let stored = super::super::prepare(&photo(MediaType::Png, &image, 1)).unwrap();
        assert_eq!(stored.shrunk(200).unwrap(), image);
    }

    #[test]
    fn rows_are_averaged_with_their_edges() {
        // 16 bits of gray, 5 by 3, in squares of 2.
        let gray: Vec<u8> = (0..15_u8).flat_map(|at| [at * 10, 99]).collect();
        let mut file = Vec::new();
        PngEncoder::new(&mut file)
            .write_image(&gray.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect::<Vec<_>>(), 5, 3, image::ExtendedColorType::L16)
            .unwrap();
        let small = png(&file, 3).unwrap().unwrap();
        assert_eq!(small.dimensions(), (3, 2));
        assert_eq!(small.pixels().map(|pixel| pixel.0[0]).collect::<Vec<_>>(), [30, 50, 65, 105, 125, 140]);
    }
}
