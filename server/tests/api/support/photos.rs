//! Files to upload: real photos made with the `image` crate, and files that only look like photos.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use flate2::{Compression, write::ZlibEncoder};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, Rgb, RgbImage};

use super::rng::SeededRng;

/// A photo of 800 by 1000 pixels, under 300 kB. Always the same bytes.
pub fn selfie() -> &'static [u8] {
    static SELFIE: OnceLock<Vec<u8>> = OnceLock::new();
    SELFIE.get_or_init(|| jpeg(800, 1000, 1))
}

/// Another such photo.
pub fn other_selfie() -> &'static [u8] {
    static OTHER: OnceLock<Vec<u8>> = OnceLock::new();
    OTHER.get_or_init(|| jpeg(800, 1000, 2))
}

/// A valid photo that is too small to compare: 300 by 300.
pub fn small() -> &'static [u8] {
    static SMALL: OnceLock<Vec<u8>> = OnceLock::new();
    SMALL.get_or_init(|| jpeg(300, 300, 3))
}

/// The first half of a JPEG's bytes.
pub fn truncated() -> Vec<u8> {
    selfie()[..selfie().len() / 2].to_vec()
}

/// A JPEG without its end-of-image marker.
pub fn without_end_marker() -> Vec<u8> {
    let whole = selfie();
    assert_eq!(whole[whole.len() - 2..], [0xff, 0xd9]);
    whole[..whole.len() - 2].to_vec()
}

/// A photo of 800 by 700 with things in it, which the seed chooses: discs of many colours.
pub fn scene(seed: u64) -> Vec<u8> {
    let mut rng = SeededRng::from_seed(seed);
    let discs: Vec<[i64; 6]> = (0..60).map(|_| [800, 700, 120, 256, 256, 256].map(|limit| i64::try_from(rng.below(limit)).expect("small"))).collect();
    let scene = RgbImage::from_fn(800, 700, |x, y| {
        let is_in = |[left, top, radius, ..]: &&[i64; 6]| (i64::from(x) - left).pow(2) + (i64::from(y) - top).pow(2) < radius.pow(2);
        discs.iter().find(is_in).map_or(Rgb([210; 3]), |disc| Rgb([disc[3], disc[4], disc[5]].map(|part| u8::try_from(part).expect("a byte"))))
    });
    as_jpeg(&scene, 85)
}

/// A plain blue picture; with another seed another file.
pub fn blue(seed: u8) -> Vec<u8> {
    as_jpeg(&RgbImage::from_pixel(800, 700, Rgb([10, 20, 200 + seed])), 80)
}

/// The same picture, saved again with this quality.
pub fn saved_again(photo: &[u8], quality: u8) -> Vec<u8> {
    as_jpeg(&image::load_from_memory(photo).expect("a picture").into_rgb8(), quality)
}

/// The same picture with a part of its pixels, as a PNG.
pub fn shrunk(photo: &[u8], by: u32) -> Vec<u8> {
    let whole = image::load_from_memory(photo).expect("a picture");
    let mut bytes = Cursor::new(Vec::new());
    whole.thumbnail(whole.width() / by, whole.height() / by).write_to(&mut bytes, ImageFormat::Png).expect("encodes an image");
    bytes.into_inner()
}

/// A drawn picture as a good JPEG.
pub fn drawn(picture: &vision::Picture) -> Vec<u8> {
    let [width, height] = [picture.width(), picture.height()].map(|side| u32::try_from(side).expect("a short side"));
    as_jpeg(&RgbImage::from_raw(width, height, picture.rgb().to_vec()).expect("three bytes a pixel"), 90)
}

fn as_jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).expect("encodes a JPEG");
    bytes
}

/// A good PNG of 700 by 700.
pub fn png() -> Vec<u8> {
    encoded(ImageFormat::Png)
}

/// A good WebP of 700 by 700.
pub fn webp() -> Vec<u8> {
    encoded(ImageFormat::WebP)
}

/// A file of the kind that customers upload, made anew: `server/tests/fixtures/files`.
pub fn case(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/files");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A PDF of one page and 100 kB whose bytes depend on the seed.
pub fn pdf(seed: u64) -> Vec<u8> {
    let mut rng = SeededRng::from_seed(seed);
    let stream: Vec<u8> = (0..100_000).map(|_| u8::try_from(rng.below(256)).expect("a byte")).collect();
    let head = format!(
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n\
         3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n4 0 obj\n<< /Length {} >>\nstream\n",
        stream.len()
    );
    [head.as_bytes(), &stream, b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"].concat()
}

/// A PNG of a few bytes whose header says 60000 by 60000 pixels.
pub fn png_header_60000() -> Vec<u8> {
    png_of([60_000; 2], [8, 2], &[("IDAT", b"\x78\x9c\x03\x00\x00\x00\x00\x01")])
}

pub const SVG: &[u8] = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;

pub const HTML: &[u8] = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>";

/// `good` with a few bytes changed, and sometimes shortened. The same seed always gives the same result.
pub fn damaged(good: &[u8], seed: u32) -> Vec<u8> {
    let mut random = Random(seed);
    let mut bytes = good.to_vec();
    for _ in 0..1 + random.below(20) {
        let at = random.below(bytes.len());
        bytes[at] ^= u8::try_from(1 + random.below(255)).expect("a byte");
    }
    if random.below(3) == 0 {
        bytes.truncate(1 + random.below(bytes.len()));
    }
    bytes
}

fn jpeg(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 70).encode_image(&picture(width, height, seed)).expect("encodes a JPEG");
    assert!(bytes.len() < 300_000, "{} bytes", bytes.len());
    bytes
}

/// A JPEG that hardly compresses: about a byte a pixel.
pub fn noise(width: u32, height: u32) -> Vec<u8> {
    let mut rng = SeededRng::from_seed(5);
    let row: Vec<u8> = (0..width * 3 + 4_096).map(|_| u8::try_from(rng.below(256)).expect("a byte")).collect();
    let begin = |y: u32| (y.wrapping_mul(2_654_435_761) >> 20) as usize % 4_096;
    let pixels = (0..height).map(|y| &row[begin(y)..][..width as usize * 3]).collect::<Vec<_>>().concat();
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 75).encode(&pixels, width, height, image::ExtendedColorType::Rgb8).expect("encodes a JPEG");
    assert!(bytes.len() < 10 * 1024 * 1024, "{} bytes", bytes.len());
    bytes
}

/// A JPEG of 8,660 by 5,773 pixels, just under 50 megapixels.
pub fn fifty_megapixels() -> &'static [u8] {
    static LARGEST: OnceLock<Vec<u8>> = OnceLock::new();
    LARGEST.get_or_init(|| {
        let (width, height) = (8_660, 5_773);
        let tile = picture(width, 64, 6).into_raw();
        let mut pixels = tile.repeat(height as usize / 64 + 1);
        pixels.truncate(width as usize * height as usize * 3);
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 20).encode(&pixels, width, height, image::ExtendedColorType::Rgb8).expect("encodes a JPEG");
        assert!(bytes.len() < 10 * 1024 * 1024, "{} bytes", bytes.len());
        bytes
    })
}

/// A black PNG of 50 megapixels of 16-bit RGBA, which are 381 MiB, and which a viewer turns by 90°.
pub fn deep_and_turned() -> &'static [u8] {
    static DEEPEST: OnceLock<Vec<u8>> = OnceLock::new();
    DEEPEST.get_or_init(|| {
        let (width, height) = (8_660_u32, 5_773_u32);
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        let row = vec![0; 1 + width as usize * 8];
        (0..height).for_each(|_| packer.write_all(&row).expect("compresses"));
        let pixels = packer.finish().expect("compresses");
        // An orientation of 6 (Exif 2.32, 4.6.4), in one directory of one entry.
        let turned = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        png_of([width, height], [16, 6], &[("eXIf", turned), ("IDAT", &pixels)])
    })
}

/// A PNG with this size, bit depth and color type (clause 11.2.1), and these chunks.
pub fn png_of(size: [u32; 2], [depth, color]: [u8; 2], chunks: &[(&str, &[u8])]) -> Vec<u8> {
    let header = [&size[0].to_be_bytes()[..], &size[1].to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [("IHDR", &header[..])].iter().chain(chunks).chain(&[("IEND", &[][..])]) {
        let chunk = [name.as_bytes(), body].concat();
        file.extend(u32::try_from(body.len()).expect("a short chunk").to_be_bytes());
        file.extend(&chunk);
        file.extend(crc32(&chunk).to_be_bytes());
    }
    file
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(700, 700, 4).write_to(&mut bytes, format).expect("encodes an image");
    bytes.into_inner()
}

/// A gradient with a little noise, so that it compresses like a photo.
fn picture(width: u32, height: u32, seed: u32) -> RgbImage {
    let mut random = Random(seed);
    RgbImage::from_fn(width, height, |x, y| {
        let noise = random.below(12);
        let shade = |part: u32, whole: u32| u8::try_from(part as usize * 240 / whole as usize + noise).expect("a byte");
        Rgb([shade(x, width), shade(y, height), shade(x + y, width + height)])
    })
}

/// xorshift32, the same in every run.
struct Random(u32);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(2_654_435_761).max(1);
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % limit
    }
}

/// CRC-32 as PNG uses it (ISO 3309), bit by bit.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }))
}
