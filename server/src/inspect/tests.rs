//! Tests that apply to every media type. The rules of each format are tested beside its code.

use std::{io::Cursor, sync::LazyLock};

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageDecoder as _, ImageEncoder, ImageFormat, ImageReader, Rgb, RgbImage, metadata::Orientation};
use proptest::prelude::*;

use super::clues::tests::full_exif;
use super::icc::tests::profile;
use super::*;

/// A small ICC profile: a header, and one tag.
pub(super) static ICC: LazyLock<Vec<u8>> = LazyLock::new(|| profile(b"colours"));

/// A file that a customer uploaded, made anew: `server/tests/fixtures/files`.
pub(super) fn case(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/files").join(name)).unwrap()
}

/// A picture that does not compress well.
pub(super) fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(x * 3 + (state >> 27)) as u8, (y * 5 + (state >> 26 & 31)) as u8, (state >> 25 & 63) as u8])
    })
}

/// The picture as a camera writes it: with EXIF that contains this orientation, and with an ICC profile.
pub(super) fn photo(media: MediaType, image: &RgbImage, orientation: u8) -> Vec<u8> {
    fn write(mut encoder: impl ImageEncoder, image: &RgbImage, orientation: u8) {
        encoder.set_icc_profile(ICC.to_vec()).unwrap();
        encoder.set_exif_metadata(full_exif(orientation)).unwrap();
        encoder.write_image(image, image.width(), image.height(), ExtendedColorType::Rgb8).unwrap();
    }
    let mut bytes = Vec::new();
    match media {
        MediaType::Jpeg => write(JpegEncoder::new_with_quality(&mut bytes, 80), image, orientation),
        MediaType::Png => write(PngEncoder::new(&mut bytes), image, orientation),
        MediaType::Webp => write(WebPEncoder::new_lossless(&mut bytes), image, orientation),
        MediaType::Pdf => unreachable!("not an image"),
    }
    bytes
}

/// The picture as a file without any metadata.
pub(super) fn plain(format: ImageFormat, image: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Checks an upload, and makes the bytes to store from it.
pub(super) fn inspect(bytes: &[u8]) -> Result<Inspected, Fault> {
    prepare(bytes)?.inspect()
}

/// Decodes a file of this type.
pub(super) fn decode(bytes: &[u8], media: MediaType) -> Result<image::DynamicImage, Fault> {
    assert_eq!(sniff(bytes), Some(media));
    prepare(bytes)?.decode()
}

pub(super) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

const IMAGES: [MediaType; 3] = [MediaType::Jpeg, MediaType::Png, MediaType::Webp];

#[test]
fn metadata_is_removed_and_pixels_orientation_and_profile_stay() {
    let image = noise(40, 24);
    for media in IMAGES {
        let upload = photo(media, &image, 6);
        assert!(contains(&upload, b"Phone 9"), "{media:?}");
        let seen = inspect(&upload).unwrap();
        assert_eq!((seen.media_type, seen.width, seen.height), (media, Some(24), Some(40)));
        assert_eq!(seen.clues.device.as_deref(), Some("Acme Phone 9"), "{media:?}");
        assert!(seen.clues.had_gps, "{media:?}");
        for secret in [&b"Phone 9"[..], b"Acme", b"2026", b"Editor", b"JFIF"] {
            assert!(!contains(&seen.stored, secret), "{media:?}");
        }
        let mut decoder = ImageReader::with_format(Cursor::new(&seen.stored), media.image_format().unwrap()).into_decoder().unwrap();
        assert_eq!(decoder.orientation().unwrap(), Orientation::Rotate90, "{media:?}");
        assert_eq!(decoder.icc_profile().unwrap().as_deref(), Some(&ICC[..]), "{media:?}");
        let before = image::load_from_memory_with_format(&upload, media.image_format().unwrap()).unwrap();
        assert_eq!(decode(&seen.stored, media).unwrap(), before.rotate90(), "{media:?}");
        assert_eq!(inspect(&seen.stored).unwrap().stored, seen.stored, "{media:?}");
    }
}

#[test]
fn bytes_after_the_end_are_dropped() {
    let image = noise(20, 20);
    for media in IMAGES {
        let upload = photo(media, &image, 1);
        let stored = inspect(&upload).unwrap().stored;
        assert!(stored.len() < upload.len());
        let longer = [&upload[..], b"\0\0\0\x18ftypmp42 a motion video", &plain(ImageFormat::Jpeg, &image)].concat();
        assert_eq!(inspect(&longer).unwrap().stored, stored, "{media:?}");
    }
}

#[test]
fn the_type_is_told_by_content() {
    for (bytes, media) in [
        (&b"\xFF\xD8\xFF\xE0"[..], Some(MediaType::Jpeg)),
        (b"\x89PNG\r\n\x1A\n", Some(MediaType::Png)),
        (b"RIFF\x04\0\0\0WEBP", Some(MediaType::Webp)),
        (b"\xEF\xBB\xBF\n%PDF-1.7", Some(MediaType::Pdf)),
        (b"", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<!doctype html>", None),
        (b"GIF89a\x01\0\x01\0", None),
        (b"\0\0\0\x18ftypheic", None),
        (b"RIFF\x04\0\0\0WAVE", None),
    ] {
        assert_eq!(sniff(bytes), media);
        assert!(media.is_some() || inspect(bytes) == Err(Fault::UnsupportedMedia));
    }
    for media in MediaType::ALL {
        assert_eq!(MediaType::parse(media.as_str()), Some(media));
    }
    assert_eq!(MediaType::parse("image/svg+xml"), None);
    assert_eq!(decode(b"%PDF-1.7\n%%EOF", MediaType::Pdf), Err(Fault::UnsupportedMedia));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 3_000, ..ProptestConfig::default() })]

    /// A damaged file never causes a panic. A file that is accepted can be decoded, and its stored bytes are accepted unchanged.
    #[test]
    fn damage_never_panics(
        which in 0_usize..9,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        near_start in any::<bool>(),
    ) {
        let image = noise(19, 13);
        let mut bytes = match which {
            0..3 => photo(IMAGES[which], &image, 5),
            3 => include_bytes!("testdata/progressive.jpg").to_vec(),
            4 => include_bytes!("testdata/restarts.jpg").to_vec(),
            5 => case("owner-password.pdf"),
            6 => jpeg::tests::without_tables(&plain(ImageFormat::Jpeg, &image)),
            7 => png::tests::in_many_chunks(&photo(MediaType::Png, &image, 5)),
            _ => [&b"HTTP/1.1 200 OK\r\n\r\n"[..], b"%PDF-1.4\n%%EOF"].concat(),
        };
        let reach = if near_start { bytes.len().min(300) } else { bytes.len() };
        for (at, value) in changes {
            bytes[at.index(reach)] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        if let Ok(seen) = inspect(&bytes) && seen.media_type != MediaType::Pdf {
            let decoded = decode(&seen.stored, seen.media_type).unwrap();
            prop_assert_eq!((Some(decoded.width()), Some(decoded.height())), (seen.width, seen.height));
            prop_assert_eq!(inspect(&seen.stored).unwrap().stored, seen.stored);
        }
    }
}
