//! JPEG (ITU-T T.81): keeps the segments that are needed for decoding, the ICC profile and Adobe's APP14, writes a new orientation,
//! puts in the standard Huffman tables where they were left out, and ends the file where its picture ends. Phones append a second
//! picture, a gain map or a video there.

use image::metadata::Orientation;

use super::frame::{Frame, Tables};
use super::huffman::next_marker;

use super::{clues, fault::Fault, icc, stripped::Stripped};

/// The most scans of a picture. Encoders write about ten; thousands of empty ones would keep a decoder busy for minutes.
const MAX_SCANS: usize = 64;

/// The most bytes of all tables. Encoders write a few hundred for each scan; ten megabytes would keep a decoder busy, or hide something.
const MAX_TABLES: usize = 64 * 1024;

const EXIF: &[u8] = b"Exif\0\0";
const ADOBE: &[u8] = b"Adobe";
/// The length of the body of Adobe's segment, in bytes. We drop anything after it.
const ADOBE_LEN: usize = 12;

/// Removes the metadata, and checks that no pixel data is missing.
pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, Fault> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut exif: Option<&[u8]> = None;
    let mut profile = Vec::new();
    let mut tables = Tables::default();
    let mut frame: Option<Frame> = None;
    let (mut scans, mut table_bytes) = (0, 0);
    let mut at = 2;
    let frame = loop {
        let (marker_at, marker) = next_marker(bytes, at).ok_or(Fault::Truncated)?;
        at = marker_at + 2;
        match marker {
            0x01 | 0xD0..=0xD7 => continue,
            0xD8 => return Err(Fault::BadImage("a second image begins inside it")),
            0xD9 => match frame {
                Some(frame) if frame.is_viewable() => break frame,
                Some(_) => return Err(Fault::Truncated),
                None => return Err(Fault::BadImage("it holds no picture")),
            },
            _ => {}
        }
        let body = segment(bytes, at)?;
        at += 2 + body.len();
        if matches!(marker, 0xC4 | 0xDB | 0xDD) {
            table_bytes += 4 + body.len();
            if table_bytes > MAX_TABLES {
                return Err(Fault::BadImage("it has too many tables"));
            }
        }
        let keep = match marker {
            0xC0..=0xC2 if frame.is_some() => return Err(Fault::BadImage("it has a second frame header")),
            0xC0..=0xC2 => {
                frame = Some(Frame::parse(body, marker == 0xC2)?);
                Some(body)
            }
            0xC4 => {
                tables.define_huffman(body)?;
                Some(body)
            }
            0xDD => {
                tables.define_restart(body)?;
                Some(body)
            }
            0xDA => {
                let missing = if frame.as_ref().is_some_and(|frame| !frame.progressive) { tables.put_standard_in(body)? } else { Vec::new() };
                if !missing.is_empty() {
                    write_segment(&mut kept, 0xC4, &missing);
                }
                Some(body)
            }
            0xDB => Some(body),
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCF | 0xDE | 0xDF => {
                return Err(Fault::BadImage("it uses a JPEG coding that is not supported"));
            }
            0xE1 if body.starts_with(EXIF) => {
                exif = exif.or(Some(&body[EXIF.len()..]));
                None
            }
            0xE2 if body.starts_with(icc::IN_JPEG) => {
                profile.push(&body[icc::IN_JPEG.len()..]);
                None
            }
            0xEE if body.starts_with(ADOBE) => body.get(..ADOBE_LEN),
            _ => None,
        };
        if let Some(body) = keep {
            write_segment(&mut kept, marker, body);
        }
        if marker == 0xDA {
            let mut current = frame.ok_or(Fault::BadImage("a scan comes before its frame header"))?;
            scans += 1;
            if scans > MAX_SCANS {
                return Err(Fault::BadImage("it has too many scans"));
            }
            let length = current.follow(&tables, body, &bytes[at..])?;
            kept.extend_from_slice(&bytes[at..at + length]);
            at += length;
            if current.is_whole() {
                break current;
            }
            frame = Some(current);
        }
    };
    let orientation = exif.map_or(Orientation::NoTransforms, clues::orientation);
    let mut stored = Vec::with_capacity(kept.len() + 64);
    stored.extend([0xFF, 0xD8]);
    if let Some(fresh) = clues::fresh_exif(orientation) {
        write_segment(&mut stored, 0xE1, &[EXIF, &fresh].concat());
    }
    for part in icc::from_jpeg(&profile).iter().flat_map(|profile| icc::to_jpeg(profile)) {
        write_segment(&mut stored, 0xE2, &part);
    }
    stored.append(&mut kept);
    stored.extend([0xFF, 0xD9]);
    let clues = exif.map(clues::read).unwrap_or_default();
    Ok(Stripped { width: frame.width, height: frame.height, orientation, stored, clues, memory: frame.memory() })
}

/// The body of the segment whose length field is at `at`.
fn segment(bytes: &[u8], at: usize) -> Result<&[u8], Fault> {
    let length = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Fault::Truncated)?;
    let end = at + usize::from(u16::from_be_bytes(*length));
    if end < at + 2 {
        return Err(Fault::BadImage("a segment's length is malformed"));
    }
    bytes.get(at + 2..end).ok_or(Fault::Truncated)
}

/// Writes a segment. `body` comes from a segment, so its length fits in two bytes.
pub(super) fn write_segment(to: &mut Vec<u8>, marker: u8, body: &[u8]) {
    to.extend([0xFF, marker]);
    to.extend((body.len() as u16 + 2).to_be_bytes());
    to.extend(body);
}

#[cfg(test)]
pub(super) mod tests {
    use image::ImageFormat;

    use super::super::icc::tests::profile;
    use super::super::tests::{case, contains, noise, photo, plain};
    use super::super::{MediaType, decode, inspect};
    use super::*;

    const PROGRESSIVE: &[u8] = include_bytes!("testdata/progressive.jpg");
    const RESTARTS: &[u8] = include_bytes!("testdata/restarts.jpg");

    fn whole_files() -> [Vec<u8>; 4] {
        let image = noise(61, 47);
        [plain(ImageFormat::Jpeg, &image), photo(MediaType::Jpeg, &image, 3), PROGRESSIVE.to_vec(), RESTARTS.to_vec()]
    }

    #[test]
    fn every_cut_is_noticed_and_a_missing_eoi_is_not() {
        for file in whole_files() {
            let stored = strip(&file).unwrap().stored;
            let end = file.len() - 2;
            assert_eq!(file[end..], [0xFF, 0xD9]);
            for cut in 3..end {
                assert_eq!(inspect(&file[..cut]), Err(Fault::Truncated), "cut at {cut} of {end}");
            }
            assert_eq!(inspect(&file[..end]).unwrap().stored, stored);
            assert_eq!(inspect(&file[..=end]).unwrap().stored, stored);
        }
    }

    #[test]
    fn a_cut_that_was_closed_with_an_eoi_is_noticed() {
        let [plain, photo, _, restarts] = whole_files();
        for file in [plain, photo, restarts] {
            let scan = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap() + 14;
            for cut in (scan..file.len() - 3).step_by(7) {
                let closed = [&file[..cut], &[0xFF, 0xD9]].concat();
                assert_eq!(inspect(&closed), Err(Fault::Truncated), "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_picture_that_ends_before_its_first_scan_is_cut() {
        for file in whole_files() {
            let scan = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
            assert_eq!(inspect(&[&file[..scan], &[0xFF, 0xD9]].concat()), Err(Fault::Truncated));
        }
    }

    #[test]
    fn only_what_decoding_needs_is_kept() {
        let file = plain(ImageFormat::Jpeg, &noise(16, 16));
        let colours = icc::to_jpeg(&profile(b"colours")).next().unwrap();
        let extra: [(u8, &[u8]); 6] = [
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<secret/>"),
            (0xE2, b"MPF\0secret"),
            (0xE2, &[&colours[..], b"secret"].concat()),
            (0xED, b"Photoshop 3.0\0secret"),
            (0xEE, b"Adobe\0\x64\0\0\0\0\x01secret"),
            (0xFE, b"secret"),
        ];
        let mut upload = file[..2].to_vec();
        extra.iter().for_each(|(marker, body)| write_segment(&mut upload, *marker, body));
        upload.extend(&file[2..]);
        let stored = inspect(&upload).unwrap().stored;
        assert!(!contains(&stored, b"secret") && !contains(&stored, b"JFIF") && !contains(&stored, b"\xFF\xE1"));
        assert!(contains(&stored, &[&[0xFF, 0xE2, 0, colours.len() as u8 + 2], &colours[..], &[0xFF]].concat()));
        assert!(contains(&stored, b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\x01\xFF"));
        assert_eq!(decode(&stored, MediaType::Jpeg), decode(&file, MediaType::Jpeg));
    }

    #[test]
    fn a_profile_that_is_none_is_dropped() {
        let file = plain(ImageFormat::Jpeg, &noise(16, 16));
        let large = profile(&vec![7; 2 * icc::MAX_PROFILE]);
        for parts in [vec![b"ICC_PROFILE\0\x01\x01secret".to_vec()], vec![b"ICC_PROFILE\0".to_vec()], icc::to_jpeg(&large).collect()] {
            let mut upload = file[..2].to_vec();
            parts.iter().for_each(|body| write_segment(&mut upload, 0xE2, body));
            upload.extend(&file[2..]);
            assert_eq!(inspect(&upload).unwrap().stored, inspect(&file).unwrap().stored);
        }
    }

    /// Every DHT segment removed, as motion JPEG leaves them out.
    pub(in super::super) fn without_tables(file: &[u8]) -> Vec<u8> {
        let mut at = 2;
        let mut left = file[..2].to_vec();
        while file[at + 1] != 0xDA {
            let end = at + 4 + segment(file, at + 2).unwrap().len();
            left.extend(if file[at + 1] == 0xC4 { &[] } else { &file[at..end] });
            at = end;
        }
        [&left, &file[at..]].concat()
    }

    #[test]
    fn pictures_that_browsers_show_are_taken_and_stored_so_that_anybody_shows_them() {
        for name in ["sampling-3x1.jpg", "gray-adobe-app14-after-sof.jpg", "mjpeg-avi1-no-dht.jpg"] {
            let upload = case(name);
            let seen = inspect(&upload).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            assert_eq!((seen.width, seen.height), (Some(720), Some(960)), "{name}");
            assert!(contains(&seen.stored, b"\xFF\xC4"), "{name}: stored with its tables");
            let image = decode(&seen.stored, MediaType::Jpeg).unwrap().to_luma8();
            let mean = image.pixels().map(|pixel| u64::from(pixel.0[0])).sum::<u64>() / (720 * 960);
            assert!((40..220).contains(&mean), "{name}: {mean}, neither black nor white");
            assert_eq!(inspect(&seen.stored).unwrap().stored, seen.stored, "{name}");
            let cut = &upload[..upload.len() * 3 / 4];
            assert_eq!(inspect(cut), Err(Fault::Truncated), "{name}");
        }
        // The encoder of the `image` crate uses the standard tables, for color and for gray.
        let image = noise(61, 47);
        let mut gray = std::io::Cursor::new(Vec::new());
        image::DynamicImage::from(image.clone()).to_luma8().write_to(&mut gray, ImageFormat::Jpeg).unwrap();
        for file in [plain(ImageFormat::Jpeg, &image), gray.into_inner()] {
            let bare = without_tables(&file);
            assert!(!contains(&bare, b"\xFF\xC4"));
            assert_eq!(decode(&inspect(&bare).unwrap().stored, MediaType::Jpeg), decode(&file, MediaType::Jpeg));
        }
    }

    #[test]
    fn bytes_between_the_last_unit_and_the_end_are_dropped() {
        let file = plain(ImageFormat::Jpeg, &noise(16, 16));
        let end = file.len() - 2;
        let padded = [&file[..end], b"hidden here", &file[end..]].concat();
        assert_eq!(strip(&padded).unwrap().stored, strip(&file).unwrap().stored);
    }

    #[test]
    fn sizes_are_checked_before_there_are_pixels() {
        let mut file = b"\xFF\xD8\xFF\xC0\0\x0B\x08\xEA\x60\xEA\x60\x01\x01\x11\0".to_vec();
        assert_eq!(inspect(&file), Err(Fault::TooManyPixels { width: 60_000, height: 60_000 }));
        file[7..9].fill(0);
        assert!(matches!(inspect(&file), Err(Fault::BadImage(_))));
    }

    #[test]
    fn endless_scans_are_refused() {
        let scan = b"\xFF\xDA\0\x08\x01\x01\0\0\0\x10\x80";
        let head = b"\xFF\xD8\xFF\xC2\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0";
        let bomb = [&head[..], &scan.repeat(MAX_SCANS + 1)].concat();
        assert_eq!(inspect(&bomb), Err(Fault::BadImage("it has too many scans")));
    }

    #[test]
    fn endless_tables_are_refused() {
        let file = plain(ImageFormat::Jpeg, &noise(16, 16));
        let table = [&[0x01, 1][..], &[0; 15], &[0]].concat();
        for (marker, body) in [(0xC4, table), (0xDB, [&[1][..], &[1; 64]].concat()), (0xDD, vec![0, 0])] {
            let with = |times: usize| {
                let mut segment = Vec::new();
                write_segment(&mut segment, marker, &body);
                inspect(&[&file[..2], &segment.repeat(times / segment.len()), &file[2..]].concat())
            };
            assert!(with(MAX_TABLES / 2).is_ok(), "{marker:X}");
            assert_eq!(with(MAX_TABLES), Err(Fault::BadImage("it has too many tables")), "{marker:X}");
        }
    }

    /// A progressive picture of 7,064 by 7,064 pixels in one component, whose AC coefficients are all zero: after the DC values `scans` refine
    /// the same band again and again, in a few bytes each.
    fn refined(scans: usize) -> Vec<u8> {
        const BLOCKS: usize = 883 * 883;
        let head = b"\xFF\xD8\xFF\xC2\0\x0B\x08\x1B\x98\x1B\x98\x01\x01\x11\0";
        let quantization = [b"\xFF\xDB\0\x43\0".to_vec(), vec![1; 64]].concat();
        // One code for a DC difference of 0; one for a run of up to 32,767 blocks without a new coefficient.
        let table = |class: u8, value: u8| [&[0xFF, 0xC4, 0, 0x14, class << 4, 1][..], &[0; 15], &[value]].concat();
        let scan = |start: u8, end: u8, bits: u8, data: Vec<u8>| [&[0xFF, 0xDA, 0, 8, 1, 1, 0, start, end, bits][..], &data].concat();
        let dc = scan(0, 0, 0, vec![0; BLOCKS.div_ceil(8)]);
        // A code of one bit and 14 bits of length: 16,384 and what the bits say.
        let run = |blocks: usize| [false].into_iter().chain((0..14).rev().map(move |bit| ((blocks - 16_384) >> bit) & 1 == 1));
        let lengths = std::iter::repeat_n(32_000, BLOCKS / 32_000 - 1).chain([BLOCKS % 32_000 / 2 + 16_000, BLOCKS % 32_000 - BLOCKS % 32_000 / 2 + 16_000]);
        let bits: Vec<bool> = lengths.flat_map(run).collect();
        let refinement = bits.chunks(8).map(|byte| (0..8).fold(0, |all, at| (all << 1) | u8::from(byte.get(at).copied().unwrap_or(true)))).collect::<Vec<u8>>();
        let first = scan(1, 63, 0x01, refinement.clone());
        [head.to_vec(), quantization, table(0, 0), table(1, 0xE0), dc, first, scan(1, 63, 0x21, refinement).repeat(scans), b"\xFF\xD9".to_vec()].concat()
    }

    #[test]
    fn scans_that_go_over_many_pixels_again_and_again_are_refused() {
        assert!(strip(&refined(6)).is_ok());
        assert_eq!(strip(&refined(40)).map(|_| ()), Err(Fault::BadImage("its scans go over its pixels too often")));
    }
}
