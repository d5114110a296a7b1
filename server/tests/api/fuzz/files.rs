//! Uploads: JPEG, PNG, WebP and PDF.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use ::server::inspect::{MediaType, prepare, sniff};
use image::{ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

use super::{Found, target};

/// The largest input, in bytes. Larger ones take longer and find nothing else.
const LARGEST: u64 = 40_000;

/// Real files: photos, and what customers sent.
fn real() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["../end2end/photos", "tests/fixtures/files", "src/inspect/testdata"];
    let mut paths: Vec<_> =
        folders.iter().flat_map(|folder| fs::read_dir(root.join(folder)).expect("a folder")).map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths.retain(|path| fs::metadata(path).expect("a file").len() < LARGEST);
    let mut files: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("readable")).collect();
    let small = RgbImage::from_fn(40, 30, |x, y| Rgb([x * 6, y * 8, x * y].map(|n| u8::try_from(n % 256).expect("a byte"))));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let mut bytes = Cursor::new(Vec::new());
        small.write_to(&mut bytes, format).expect("encodes");
        files.push(bytes.into_inner());
    }
    files
}

/// The same PNG with the right checksum in each chunk, so that what reads the chunks sees the damage too.
fn with_checksums(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut png = bytes.to_vec();
    let mut at = 8;
    while let Some(length) = png.get(at..).and_then(|rest| rest.first_chunk()).map(|length| u32::from_be_bytes(*length) as usize) {
        let end = at.checked_add(8)?.checked_add(length)?;
        let checksum = crc32fast::hash(png.get(at + 4..end)?).to_be_bytes();
        png.get_mut(end..end + 4)?.copy_from_slice(&checksum);
        at = end + 4;
    }
    Some(png)
}

/// Segments, chunks and names of the formats.
const WORDS: &[&[u8]] = &[
    b"\xff\xd8",
    b"\xff\xd9",
    b"\xff\xda",
    b"\xff\xdb\0\x43",
    b"\xff\xc0\0\x11\x08",
    b"\xff\xc2\0\x11\x08",
    b"\xff\xc4\0\x1f",
    b"\xff\xdd\0\x04\0\x01",
    b"\xff\xe1\0\x10Exif\0\0MM\0*\0\0\0\x08",
    b"\xff\xe2\0\x20ICC_PROFILE\0\x01\x01",
    b"\xff\xee\0\x0eAdobe\0d\0\0\0\0\x01",
    b"\xff\xfe\0\x04ab",
    b"\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0",
    b"\0\0\0\0IEND\xae\x42\x60\x82",
    b"\0\0\0\x04IDAT",
    b"\0\0\0\x04iCCP",
    b"\0\0\0\x08acTL",
    b"eXIf",
    b"PLTE",
    b"tRNS",
    b"RIFF\x04\0\0\0WEBP",
    b"VP8 ",
    b"VP8L",
    b"VP8X\x0a\0\0\0\xff\0\0\0\x01\0\0\x01\0\0",
    b"ANIM",
    b"ANMF",
    b"ALPH",
    b"ICCP",
    b"EXIF",
    b"XMP ",
    b"%PDF-1.7\n",
    b"%%EOF",
    b"startxref\n0\n",
    b"obj",
    b"endobj",
    b"/Encrypt",
];

/// An accepted image can be decoded in the size that was told, and what is stored of it is accepted unchanged, and is of the same kind.
#[test]
fn a_damaged_file_is_refused_or_right() {
    target("files", 400, real(), WORDS, |bytes| {
        check(bytes)?;
        if sniff(bytes) == Some(MediaType::Png) { with_checksums(bytes).map_or(Ok(()), |png| check(&png)) } else { Ok(()) }
    });
}

fn check(bytes: &[u8]) -> Found {
    let Ok(prepared) = prepare(bytes) else { return Ok(()) };
    let needed = prepared.mebibytes();
    let Ok(seen) = prepared.inspect() else { return Ok(()) };
    prop_assert_eq!(sniff(bytes), Some(seen.media_type));
    if seen.media_type == MediaType::Pdf {
        prop_assert_eq!(&seen.stored[..], bytes);
        return Ok(());
    }
    let stored = || prepare(&seen.stored).map_err(|fault| TestCaseError::fail(format!("what is stored is refused: {fault:?}")));
    let again = stored()?.inspect().map_err(|fault| TestCaseError::fail(format!("what is stored is refused: {fault:?}")))?;
    prop_assert_eq!(
        again.width.zip(again.height).map(|(width, height)| width.min(height)),
        seen.width.zip(seen.height).map(|(width, height)| width.min(height))
    );
    let pixels = u64::from(seen.width.unwrap_or_default()) * u64::from(seen.height.unwrap_or_default());
    prop_assert!(pixels * 3 <= u64::from(needed) << 20, "{} MiB were set aside for {} pixels", needed, pixels);
    prop_assert_eq!(again.media_type, seen.media_type);
    prop_assert!(again.stored == seen.stored, "what is stored is changed again");
    Ok(())
}
