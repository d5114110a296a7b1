//! WebP (RFC 9649): keeps the picture, its transparency and its ICC profile, and writes a new orientation. What follows the picture may
//! be damaged.

use image::metadata::Orientation;

use super::{
    clues::{self, Clues},
    fault::{Fault, check_size},
    icc, memory,
    stripped::Stripped,
    vp8l,
};

/// Flags of a `VP8X` chunk.
const HAS_ICC: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const IS_ANIMATED: u8 = 0x02;

const ANIMATED: Fault = Fault::BadImage("it is an animation");
/// The bytes of a `VP8L` chunk that give its size.
const LOSSLESS_HEADER: usize = 5;
/// The most memory for a picture whose transparency stands apart from its colors, in bytes: that of 28 megapixels. The decoder makes two
/// pictures of it, one for each, and a camera writes none like it.
const MAX_TRANSPARENT: u64 = 320 * 1024 * 1024;
/// The most EXIF that we read, in bytes. A camera's EXIF fits in a JPEG segment.
const MAX_EXIF: usize = 65_536;

/// Removes the metadata, and checks that the container is complete as far as the picture goes.
pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, Fault> {
    let length = bytes.get(4..).and_then(<[u8]>::first_chunk).ok_or(Fault::Truncated)?;
    let whole = bytes.get(8..8 + u32::from_le_bytes(*length) as usize);
    let mut rest = whole.unwrap_or(&bytes[8..]).get(4..).unwrap_or_default();
    let (mut extended, mut icc, mut alpha, mut picture, mut exif) = (None, None, None, None, None);
    while rest.len() >= 8 {
        let chunk = match next_chunk(&mut rest) {
            Some(chunk) => chunk,
            // What follows the picture may be cut off, or run past its container. Browsers show the picture.
            None if picture.is_some() => last_chunk(&mut rest),
            None if whole.is_none() => return Err(Fault::Truncated),
            None => return Err(Fault::BadImage("a chunk runs past its container")),
        };
        let (kind, body) = chunk;
        match kind {
            b"VP8X" if extended.is_none() => extended = Some(Extended::parse(body)?),
            b"ICCP" => icc = icc.or_else(|| Some((kind, icc::checked(body)?))),
            b"ALPH" => alpha = alpha.or(Some(chunk)),
            b"VP8 " | b"VP8L" => picture = picture.or(Some(chunk)),
            b"ANIM" | b"ANMF" => return Err(ANIMATED),
            b"EXIF" => exif = exif.or(Some(&body[..body.len().min(MAX_EXIF)])),
            _ => {}
        }
    }
    let none = if whole.is_some() { Fault::BadImage("it holds no picture") } else { Fault::Truncated };
    let picture = picture.ok_or(none)?;
    let (width, height) = dimensions(picture)?;
    let alpha = alpha.filter(|_| picture.0 == b"VP8 " && extended.as_ref().is_some_and(|extended: &Extended| extended.flags & HAS_ALPHA != 0));
    let tables = match (picture, alpha) {
        ((b"VP8L", body), _) => vp8l::table_memory(&body[LOSSLESS_HEADER..], width, height)?,
        // Its first byte says how it is coded (RFC 9649, section 2.7.1.2).
        (_, Some((_, [how, body @ ..]))) if how & 3 == 1 => vp8l::table_memory(body, width, height)?,
        _ => 0,
    };
    let memory = memory::of_pixels(width, height, memory::OTHER) + tables;
    if alpha.is_some() && memory > MAX_TRANSPARENT {
        return Err(Fault::BadImage("decoding it takes too much memory"));
    }
    let exif = exif.map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
    let mut orientation = Orientation::NoTransforms;
    let mut chunks = Vec::with_capacity(bytes.len());
    if let Some(extended) = extended {
        if (extended.width, extended.height) != (width, height) {
            return Err(Fault::BadImage("its headers give two different sizes"));
        }
        orientation = exif.map_or(orientation, clues::orientation);
        let fresh = clues::fresh_exif(orientation);
        let has_alpha = alpha.is_some() || (extended.flags & HAS_ALPHA != 0 && picture.0 == b"VP8L");
        let flags = [(icc.is_some(), HAS_ICC), (has_alpha, HAS_ALPHA), (fresh.is_some(), HAS_EXIF)];
        let flags = flags.iter().filter(|(set, _)| *set).fold(0, |flags, (_, flag)| flags | flag);
        write_chunk(&mut chunks, (b"VP8X", &extended.with_flags(flags)));
        icc.into_iter().chain(alpha).chain([picture]).for_each(|chunk| write_chunk(&mut chunks, chunk));
        if let Some(fresh) = fresh {
            write_chunk(&mut chunks, (b"EXIF", &fresh));
        }
    } else {
        write_chunk(&mut chunks, picture);
    }
    let length = (chunks.len() as u32 + 4).to_le_bytes();
    let stored = [b"RIFF", &length[..], b"WEBP", &chunks].concat();
    let clues = exif.map_or_else(Clues::default, clues::read);
    Ok(Stripped { width, height, orientation, stored, clues, memory })
}

/// A chunk's name and content.
type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

/// The contents of a `VP8X` chunk.
struct Extended {
    flags: u8,
    width: u32,
    height: u32,
}

impl Extended {
    fn parse(body: &[u8]) -> Result<Self, Fault> {
        let &[flags, _, _, _, w0, w1, w2, h0, h1, h2] = body.first_chunk().ok_or(Fault::BadImage("its header is too short"))?;
        let (width, height) = (1 + u32::from_le_bytes([w0, w1, w2, 0]), 1 + u32::from_le_bytes([h0, h1, h2, 0]));
        check_size(width, height)?;
        if flags & IS_ANIMATED != 0 {
            return Err(ANIMATED);
        }
        Ok(Self { flags, width, height })
    }

    fn with_flags(&self, flags: u8) -> [u8; 10] {
        let ([w0, w1, w2, _], [h0, h1, h2, _]) = ((self.width - 1).to_le_bytes(), (self.height - 1).to_le_bytes());
        [flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]
    }
}

/// Width and height, from the header of the picture itself (RFC 6386, section 9.1; RFC 9649, section 3.4).
fn dimensions((kind, body): Chunk) -> Result<(u32, u32), Fault> {
    let (width, height) = match (kind, body) {
        (b"VP8 ", &[tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..]) if tag & 1 == 0 => {
            let side = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF);
            (side([w0, w1]), side([h0, h1]))
        }
        (b"VP8L", &[0x2F, a, b, c, d, ..]) => {
            let bits = u32::from_le_bytes([a, b, c, d]);
            (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        }
        _ => return Err(Fault::BadImage("its picture header is malformed")),
    };
    check_size(width, height)?;
    Ok((width, height))
}

/// Removes the next chunk from `rest`. `None` if it is not whole; then `rest` is unchanged. The last chunk may lack its padding.
fn next_chunk<'a>(rest: &mut &'a [u8]) -> Option<Chunk<'a>> {
    let (kind, after) = rest.split_first_chunk::<4>()?;
    let (length, after) = after.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let body = after.get(..length)?;
    *rest = after.get(length + length % 2..).unwrap_or_default();
    Some((kind, body))
}

/// Takes all of `rest`, at least 8 bytes, as a chunk that is not whole. Its content says nothing that a picture needs.
fn last_chunk<'a>(rest: &mut &'a [u8]) -> Chunk<'a> {
    let (head, body) = std::mem::take(rest).split_at(8);
    (head.first_chunk().expect("a head has 8 bytes"), body)
}

fn write_chunk(to: &mut Vec<u8>, (kind, body): Chunk) {
    to.extend(kind);
    to.extend((body.len() as u32).to_le_bytes());
    to.extend(body);
    to.extend([0].iter().take(body.len() % 2));
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::super::icc::tests::profile;
    use super::super::tests::{ICC, case, contains, noise, photo, plain};
    use super::super::{MediaType, decode, inspect};
    use super::*;

    const BIG: [u8; 10] = [0, 0, 0, 0, 0x5F, 0xEA, 0, 0x5F, 0xEA, 0];

    fn file(chunks: &[Chunk]) -> Vec<u8> {
        let mut body = b"WEBP".to_vec();
        chunks.iter().for_each(|chunk| write_chunk(&mut body, *chunk));
        [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
    }

    fn chunks(bytes: &[u8]) -> Vec<Chunk<'_>> {
        let mut rest = &bytes[12..];
        std::iter::from_fn(|| next_chunk(&mut rest)).collect()
    }

    /// Where the last byte of the picture's chunk is.
    fn end_of_picture(bytes: &[u8]) -> usize {
        let (_, body) = *chunks(bytes).iter().find(|(kind, _)| *kind == b"VP8L").unwrap();
        body.as_ptr() as usize - bytes.as_ptr() as usize + body.len()
    }

    #[test]
    fn every_cut_of_the_picture_is_noticed_and_one_after_it_is_not() {
        for bytes in [plain(ImageFormat::WebP, &noise(17, 11)), photo(MediaType::Webp, &noise(17, 11), 6)] {
            let end = end_of_picture(&bytes);
            for cut in 12..end {
                assert_eq!(inspect(&bytes[..cut]), Err(Fault::Truncated), "cut at {cut} of {end}");
            }
            let pixels = decode(&inspect(&bytes).unwrap().stored, MediaType::Webp).unwrap().to_rgb8().into_raw().len();
            for cut in end..bytes.len() {
                let stored = inspect(&bytes[..cut]).unwrap_or_else(|fault| panic!("cut at {cut}, after {end}: {fault}")).stored;
                assert_eq!(decode(&stored, MediaType::Webp).unwrap().to_rgb8().into_raw().len(), pixels);
            }
        }
    }

    #[test]
    fn a_chunk_after_the_picture_may_run_past_the_end() {
        let seen = inspect(&case("last-chunk-overruns.webp")).unwrap();
        assert_eq!((seen.width, seen.height), (Some(720), Some(960)));
        assert_eq!(inspect(&seen.stored).unwrap().stored, seen.stored);

        let bytes = photo(MediaType::Webp, &noise(17, 11), 6);
        let exif = bytes.windows(4).position(|name| name == b"EXIF").unwrap();
        for length in [9_999_u32, u32::MAX] {
            let mut long = bytes.clone();
            long[exif + 4..exif + 8].copy_from_slice(&length.to_le_bytes());
            assert_eq!(inspect(&long).unwrap().stored, inspect(&bytes).unwrap().stored, "its orientation still counts");
            let picture = long.windows(4).position(|name| name == b"VP8L").unwrap();
            long[picture + 4..picture + 8].copy_from_slice(&length.to_le_bytes());
            assert_eq!(inspect(&long), Err(Fault::BadImage("a chunk runs past its container")));
        }
    }

    #[test]
    fn a_profile_that_is_none_is_dropped() {
        let bytes = photo(MediaType::Webp, &noise(17, 11), 6);
        let head = chunks(&bytes)[0];
        let picture = *chunks(&bytes).iter().find(|(kind, _)| *kind == b"VP8L").unwrap();
        let without = inspect(&file(&[head, picture])).unwrap().stored;
        for bad in [&b"secret"[..], &profile(&vec![7; 2 << 20])] {
            assert_eq!(inspect(&file(&[head, (b"ICCP", bad), picture])).unwrap().stored, without);
        }
        let long = [&ICC[..], b"secret"].concat();
        assert!(!contains(&inspect(&file(&[head, (b"ICCP", &long), picture])).unwrap().stored, b"secret"));
    }

    #[test]
    fn a_cut_file_with_corrected_lengths_is_refused() {
        let bytes = plain(ImageFormat::WebP, &noise(17, 11));
        let (kind, body) = chunks(&bytes)[0];
        for tenth in 1..10 {
            let cut = file(&[(kind, &body[..body.len() * tenth / 10])]);
            assert!(matches!(inspect(&cut), Err(Fault::BadImage(_))), "{tenth} tenths");
        }
    }

    #[test]
    fn only_what_decoding_needs_is_kept() {
        let bytes = photo(MediaType::Webp, &noise(17, 11), 6);
        let mut parts = chunks(&bytes);
        parts.extend([(b"XMP ", &b"<secret/>"[..]), (b"priv", b"secret")]);
        let seen = inspect(&file(&parts)).unwrap();
        assert!(!contains(&seen.stored, b"secret"));
        let kept = chunks(&seen.stored);
        assert_eq!(kept.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [b"VP8X", b"ICCP", b"VP8L", b"EXIF"]);
        assert_eq!(kept[0].1[0], HAS_ICC | HAS_EXIF);
        assert_eq!(kept[3].1.len(), 26);

        let simple = plain(ImageFormat::WebP, &noise(17, 11));
        assert_eq!(inspect(&simple).unwrap().stored, simple);
    }

    #[test]
    fn transparency_stays() {
        let image = image::RgbaImage::from_fn(9, 7, |x, y| image::Rgba([9, 9, 9, (x * y * 4) as u8]));
        let mut simple = std::io::Cursor::new(Vec::new());
        image.write_to(&mut simple, ImageFormat::WebP).unwrap();
        let (kind, body) = chunks(simple.get_ref())[0];
        let upload = file(&[(b"VP8X", &[HAS_ALPHA, 0, 0, 0, 8, 0, 0, 6, 0, 0]), (kind, body)]);
        let stored = inspect(&upload).unwrap().stored;
        assert_eq!(decode(&stored, MediaType::Webp).unwrap().to_rgba8(), image);
    }

    #[test]
    fn a_large_picture_with_its_transparency_apart_is_refused() {
        let weighed = |side: u16, with: &[Chunk]| {
            let [low, high] = side.to_le_bytes();
            let [s0, s1] = (side - 1).to_le_bytes();
            let picture = [0x10, 0, 0, 0x9D, 0x01, 0x2A, low, high, low, high];
            let head = [HAS_ALPHA, 0, 0, 0, s0, s1, 0, s0, s1, 0];
            strip(&file(&[&[(b"VP8X", &head[..])][..], with, &[(b"VP8 ", &picture[..])]].concat())).map(|picture| picture.memory)
        };
        assert!(weighed(7_000, &[]).is_ok() && weighed(5_000, &[(b"ALPH", &[0])]).is_ok());
        assert_eq!(weighed(7_000, &[(b"ALPH", &[0])]), Err(Fault::BadImage("decoding it takes too much memory")));
    }

    #[test]
    fn animations_and_contradictions_are_refused() {
        let bytes = plain(ImageFormat::WebP, &noise(17, 11));
        let picture = chunks(&bytes)[0];
        let refused = |head: [u8; 10]| inspect(&file(&[(b"VP8X", &head), picture])).unwrap_err();
        assert_eq!(refused([IS_ANIMATED, 0, 0, 0, 16, 0, 0, 10, 0, 0]), ANIMATED);
        assert_eq!(refused([0, 0, 0, 0, 17, 0, 0, 10, 0, 0]), Fault::BadImage("its headers give two different sizes"));
        assert_eq!(inspect(&file(&[picture, (b"ANMF", b"")])), Err(ANIMATED));
    }

    #[test]
    fn sizes_are_checked_before_there_are_pixels() {
        assert_eq!(inspect(&file(&[(b"VP8X", &BIG)])), Err(Fault::TooManyPixels { width: 60_000, height: 60_000 }));
        let picture = [0x2F, 0xFF, 0xFF, 0xFF, 0x0F];
        assert_eq!(inspect(&file(&[(b"VP8L", &picture)])), Err(Fault::TooManyPixels { width: 16_384, height: 16_384 }));
        let empty = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0, 0, 5, 0];
        assert_eq!(inspect(&file(&[(b"VP8 ", &empty)])), Err(Fault::BadImage("its width or height is zero")));
    }
}
