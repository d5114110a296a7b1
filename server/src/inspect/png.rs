//! PNG (third edition): keeps the chunks that are needed for decoding and colour, writes a new orientation, and ends the file at
//! `IEND`. Of an animation it keeps only the still picture.

use std::collections::BTreeSet;

use image::metadata::Orientation;

use super::{
    clues::{self, Clues},
    fault::{Fault, check_size},
    icc, memory,
    rows::{Rows, Stop},
    stripped::Stripped,
};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";
/// The most pixels of a row. The rows that are decoded at once stay small, however deep the picture is.
const MAX_WIDTH: u32 = 250_000;
const IEND: &[u8] = b"\0\0\0\0IEND\xAE\x42\x60\x82";
const SOFTWARE: &[u8] = b"Software\0";
/// The most EXIF that we read, in bytes. A camera's EXIF fits in a JPEG segment.
const MAX_EXIF: usize = 65_536;

/// Removes the metadata. It does not notice whole chunks of pixel data that are missing; [`is_truncated`] does.
pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, Fault> {
    let mut rest = &bytes[SIGNATURE.len()..];
    let header = next_chunk(&mut rest)?;
    let (width, height) = match header {
        Chunk { kind: b"IHDR", body: &[w3, w2, w1, w0, h3, h2, h1, h0, _, _, _, _, _], .. } => {
            (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]))
        }
        _ => return Err(Fault::BadImage("it does not begin with its header")),
    };
    check_size(width, height)?;
    if width > MAX_WIDTH {
        return Err(Fault::BadImage("it is wider than 250000 pixels"));
    }
    let mut kept = Vec::with_capacity(bytes.len());
    let mut exif: Option<&[u8]> = None;
    let mut software = None;
    let mut has_pixels = false;
    let mut colors = BTreeSet::new();
    loop {
        let chunk = match next_chunk(&mut rest) {
            Ok(chunk) => chunk,
            // The pixel data is complete, so it does not matter that the file was cut off after it.
            Err(Fault::Truncated) if has_pixels && !rest.get(4..).is_some_and(|rest| rest.starts_with(b"IDAT")) => break,
            Err(fault) => return Err(fault),
        };
        match chunk.kind {
            b"IEND" if has_pixels => break,
            b"IEND" => return Err(Fault::Truncated),
            b"IDAT" => {
                has_pixels = true;
                kept.extend(chunk.whole);
            }
            b"PLTE" if chunk.body.len() > 768 => return Err(Fault::BadImage("its palette is too long")),
            b"PLTE" => kept.extend(chunk.whole),
            kind if describes_color(&chunk) => {
                // Decoders ignore a second one, and one after the pixels.
                let counts = colors.insert(kind) && !has_pixels;
                match kind {
                    _ if !counts => {}
                    b"iCCP" => icc::from_png(chunk.body).iter().for_each(|profile| write_chunk(&mut kept, kind, &icc::to_png(profile))),
                    _ => kept.extend(chunk.whole),
                }
            }
            b"eXIf" => exif = exif.or(Some(&chunk.body[..chunk.body.len().min(MAX_EXIF)])),
            b"tEXt" => software = software.or_else(|| clues::clean(chunk.body.strip_prefix(SOFTWARE)?)),
            kind if kind[0].is_ascii_uppercase() => return Err(Fault::BadImage("it has an unknown critical chunk")),
            _ => {}
        }
    }
    let orientation = exif.map_or(Orientation::NoTransforms, clues::orientation);
    let mut stored = [SIGNATURE, header.whole].concat();
    if let Some(fresh) = clues::fresh_exif(orientation) {
        write_chunk(&mut stored, b"eXIf", &fresh);
    }
    stored.append(&mut kept);
    stored.extend(IEND);
    let mut clues = exif.map_or_else(Clues::default, clues::read);
    clues.software = clues.software.or(software);
    // It takes less, row by row. But it takes as long, and so large pictures come one after the other.
    let memory = memory::of_pixels(width, height, memory::OTHER);
    Ok(Stripped { width, height, orientation, stored, clues, memory })
}

/// Whether the chunk is intact and one of those that say how colours and transparency are meant, with the size that it has to have.
fn describes_color(chunk: &Chunk) -> bool {
    chunk.is_intact
        && match chunk.kind {
            b"gAMA" | b"cICP" => chunk.body.len() == 4,
            b"cHRM" => chunk.body.len() == 32,
            b"sRGB" => chunk.body.len() == 1,
            b"tRNS" => chunk.body.len() <= 256,
            b"iCCP" => true,
            _ => false,
        }
}

/// Whether the pixel data of a stripped PNG ends too early. Called after decoding has failed.
pub(super) fn is_truncated(stored: &[u8]) -> bool {
    let mut rest = &stored[SIGNATURE.len()..];
    let header = next_chunk(&mut rest).ok().and_then(|header| header.body.first_chunk());
    let data = std::iter::from_fn(|| next_chunk(&mut rest).ok()).filter(|chunk| chunk.kind == b"IDAT").map(|chunk| chunk.body);
    header.and_then(Rows::new).is_some_and(|rows| rows.follow(data) == Err(Stop::Truncated))
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    body: &'a [u8],
    /// The chunk with its length and its CRC.
    whole: &'a [u8],
    /// Whether its CRC is right.
    is_intact: bool,
}

/// Removes the next chunk from `rest`. Leaves `rest` unchanged if the chunk is incomplete.
fn next_chunk<'a>(rest: &mut &'a [u8]) -> Result<Chunk<'a>, Fault> {
    let (length, after) = rest.split_first_chunk().ok_or(Fault::Truncated)?;
    let length = u32::from_be_bytes(*length) as usize;
    let kind = after.first_chunk::<4>().ok_or(Fault::Truncated)?;
    if length > i32::MAX as usize || !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(Fault::BadImage("a chunk's header is malformed"));
    }
    let (whole, after) = rest.split_at_checked(length + 12).ok_or(Fault::Truncated)?;
    let (checked, crc) = whole.split_at(length + 8);
    let critical = kind[0].is_ascii_uppercase();
    let is_intact = crc == crc32fast::hash(&checked[4..]).to_be_bytes();
    if critical && !is_intact {
        return Err(Fault::BadImage("a chunk's checksum is wrong"));
    }
    *rest = after;
    Ok(Chunk { kind, body: &checked[8..], whole, is_intact })
}

fn write_chunk(to: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    let checked = [kind, body].concat();
    to.extend((body.len() as u32).to_be_bytes());
    to.extend(&checked);
    to.extend(crc32fast::hash(&checked).to_be_bytes());
}

#[cfg(test)]
pub(super) mod tests {
    use image::ImageFormat;

    use super::super::icc::tests::profile;
    use super::super::tests::{ICC, contains, noise, photo, plain};
    use super::super::{MediaType, decode, inspect};
    use super::*;

    /// The file's chunks, by kind and content.
    fn chunks(bytes: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
        let mut rest = &bytes[SIGNATURE.len()..];
        std::iter::from_fn(|| next_chunk(&mut rest).ok()).map(|chunk| (*chunk.kind, chunk.body.to_vec())).collect()
    }

    fn file(chunks: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        chunks.iter().for_each(|(kind, body)| write_chunk(&mut bytes, kind, body));
        bytes
    }

    /// The file's chunks, with its pixel data split into pieces of this many bytes, as most programs write it.
    fn in_pieces(bytes: &[u8], size: usize) -> Vec<([u8; 4], Vec<u8>)> {
        let pieces = |(kind, body): ([u8; 4], Vec<u8>)| match &kind {
            b"IDAT" => body.chunks(size).map(|piece| (kind, piece.to_vec())).collect(),
            _ => vec![(kind, body)],
        };
        chunks(bytes).into_iter().flat_map(pieces).collect()
    }

    /// The file with colour chunks and its pixel data in pieces, for the tests beside this one.
    pub(in super::super) fn in_many_chunks(bytes: &[u8]) -> Vec<u8> {
        let mut parts = in_pieces(bytes, 50);
        parts.insert(1, (*b"cHRM", vec![0; 32]));
        parts.insert(1, (*b"gAMA", 45_455_u32.to_be_bytes().to_vec()));
        file(&parts)
    }

    #[test]
    fn every_cut_is_noticed_and_a_missing_iend_is_not() {
        let bytes = file(&in_pieces(&plain(ImageFormat::Png, &noise(17, 11)), 100));
        let stored = inspect(&bytes).unwrap().stored;
        let end = bytes.len() - IEND.len();
        for cut in SIGNATURE.len()..end {
            assert_eq!(inspect(&bytes[..cut]), Err(Fault::Truncated), "cut at {cut} of {end}");
        }
        for cut in end..=bytes.len() {
            assert_eq!(inspect(&bytes[..cut]).unwrap().stored, stored);
        }
    }

    #[test]
    fn missing_pieces_are_noticed_though_the_end_is_there() {
        let mut pieces = in_pieces(&plain(ImageFormat::Png, &noise(17, 11)), 100);
        pieces.remove(pieces.len() - 2);
        assert_eq!(inspect(&file(&pieces)), Err(Fault::Truncated));
        pieces.retain(|(kind, _)| kind != b"IDAT");
        assert_eq!(inspect(&file(&pieces)), Err(Fault::Truncated));
    }

    #[test]
    fn damage_is_not_mistaken_for_a_cut() {
        let bytes = plain(ImageFormat::Png, &noise(17, 11));
        let mut flipped = bytes.clone();
        flipped[60] ^= 0x55;
        assert_eq!(inspect(&flipped), Err(Fault::BadImage("a chunk's checksum is wrong")));
        let mut parts = chunks(&bytes);
        parts[1].1[4..].fill(0xFF);
        assert_eq!(inspect(&file(&parts)), Err(Fault::BadImage("its pixel data cannot be decoded")));
    }

    #[test]
    fn only_what_decoding_needs_is_kept() {
        let bytes = plain(ImageFormat::Png, &noise(9, 9));
        let mut parts = chunks(&bytes);
        for kind in [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"prIv", b"acTL", b"fcTL", b"fdAT"] {
            parts.insert(1, (*kind, b"Software\0secret".to_vec()));
        }
        parts.insert(1, (*b"gAMA", 45_455_u32.to_be_bytes().to_vec()));
        parts.insert(parts.len() - 1, (*b"tEXt", b"Comment\0secret".to_vec()));
        let seen = inspect(&file(&parts)).unwrap();
        assert_eq!(seen.clues.software.as_deref(), Some("secret"));
        assert!(!contains(&seen.stored, b"secret"));
        let kinds: Vec<_> = chunks(&seen.stored).iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [*b"IHDR", *b"gAMA", *b"IDAT", *b"IEND"]);
        assert_eq!(decode(&seen.stored, MediaType::Png), decode(&bytes, MediaType::Png));
    }

    /// A picture of 1 by 1 with this pixel data, after these chunks.
    fn pixel(before: &[([u8; 4], Vec<u8>)], data: &[u8]) -> Vec<u8> {
        let header = (*b"IHDR", vec![0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
        file(&[&[header], before, &[(*b"IDAT", data.to_vec()), (*b"IEND", Vec::new())]].concat())
    }

    #[test]
    fn a_wrong_filter_is_the_end_of_the_work() {
        let bomb = icc::to_png(&[&[9], &vec![0; 64 << 20][..]].concat());
        let bad = pixel(&[], &bomb[5..]);
        assert_eq!(inspect(&bad), Err(Fault::BadImage("its pixel data cannot be decoded")));
    }

    #[test]
    fn a_profile_is_packed_anew_and_a_bomb_is_dropped() {
        let pixels = &icc::to_png(&[0, 7])[5..];
        let plain = inspect(&pixel(&[], pixels)).unwrap().stored;
        let with = |body: Vec<u8>| inspect(&pixel(&[(*b"iCCP", body)], pixels)).unwrap().stored;
        for bad in [icc::to_png(&vec![0; 64 << 20]), icc::to_png(&profile(&vec![7; 2 << 20])), icc::to_png(b"secret"), b"secret".to_vec()] {
            assert_eq!(with(bad), plain);
        }
        let named = [b"secret name", &icc::to_png(&ICC)[3..], b"secret"].concat();
        let kept = with(named);
        assert!(!contains(&kept, b"secret"));
        assert_eq!(chunks(&kept)[1], (*b"iCCP", icc::to_png(&ICC)));
        assert_eq!(inspect(&kept).unwrap().stored, kept);
    }

    #[test]
    fn chunks_about_color_are_no_place_to_hide_data_in() {
        let pixels = &icc::to_png(&[0, 7])[5..];
        for kind in [b"gAMA", b"cHRM", b"sRGB", b"cICP", b"tRNS"] {
            let seen = inspect(&pixel(&[(*kind, b"secret".repeat(100))], pixels)).unwrap();
            assert!(!contains(&seen.stored, b"secret"), "{kind:?}");
        }
        let twice = [(*b"gAMA", 45_455_u32.to_be_bytes().to_vec()), (*b"gAMA", b"hide".to_vec())];
        assert!(!contains(&inspect(&pixel(&twice, pixels)).unwrap().stored, b"hide"));
    }

    #[test]
    fn orientation_written_after_the_pixels_still_counts() {
        let mut parts = chunks(&photo(MediaType::Png, &noise(9, 5), 8));
        let at = parts.iter().position(|(kind, _)| kind == b"eXIf").unwrap();
        let exif = parts.remove(at);
        parts.insert(parts.len() - 1, exif);
        let seen = inspect(&file(&parts)).unwrap();
        assert_eq!((seen.width, decode(&seen.stored, MediaType::Png).unwrap().width()), (Some(5), 5));
    }

    #[test]
    fn sizes_are_checked_before_there_are_pixels() {
        let mut header = [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0];
        let huge = file(&[(*b"IHDR", header.to_vec())]);
        assert_eq!(inspect(&huge), Err(Fault::TooManyPixels { width: 60_000, height: 60_000 }));
        header[..8].copy_from_slice(&[0, 3, 0xD0, 0x91, 0, 0, 0, 1]);
        assert_eq!(inspect(&file(&[(*b"IHDR", header.to_vec())])), Err(Fault::BadImage("it is wider than 250000 pixels")));
        header[..4].fill(0);
        assert_eq!(inspect(&file(&[(*b"IHDR", header.to_vec())])), Err(Fault::BadImage("its width or height is zero")));
    }
}
