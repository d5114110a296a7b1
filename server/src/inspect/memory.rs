//! How much memory the decoding of an image takes, judged before anything is decoded. So few images are decoded at once as fit in the
//! memory that the server sets aside for it. We judge the bytes that are decoded, by the headers that we read in them ourselves: a
//! decoder may read others in the upload.

const MIB: u64 = 1024 * 1024;
/// Bytes for each pixel of a baseline JPEG of at most three colors whose scans send them together. The second decoder takes this much.
pub(super) const BASELINE: u64 = 6;
/// Bytes for each pixel of anything else at its worst, such as a progressive JPEG of four colors, whose coefficients are all in memory.
pub(super) const OTHER: u64 = 12;

/// The memory for this many pixels, in bytes.
pub(super) fn of_pixels(width: u32, height: u32, each: u64) -> u64 {
    u64::from(width) * u64::from(height) * each
}

/// This many bytes in MiB, at least 1.
pub(super) fn mebibytes(bytes: u64) -> u32 {
    u32::try_from(bytes / MIB + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::jpeg::{strip, write_segment};
    use super::super::tests::inspect;

    const PROGRESSIVE: &[u8] = include_bytes!("testdata/progressive.jpg");

    /// A gray-looking baseline picture of so many components and pixels, with these scans. Each block is `00 1010` in the standard tables.
    fn baseline(side: u16, components: u8, scans: &[&[u8]]) -> Vec<u8> {
        let mut file = b"\xFF\xD8".to_vec();
        write_segment(&mut file, 0xDB, &[&[0][..], &[1; 64]].concat());
        let sides = [side.to_be_bytes(), side.to_be_bytes()].concat();
        let parts = (1..=components).flat_map(|id| [id, 0x11, 0]);
        write_segment(&mut file, 0xC0, &[&[8][..], &sides, &[components], &parts.collect::<Vec<_>>()].concat());
        for ids in scans {
            let parts = ids.iter().flat_map(|id| [*id, 0]);
            write_segment(&mut file, 0xDA, &[&[ids.len() as u8][..], &parts.collect::<Vec<_>>(), &[0, 63, 0]].concat());
            let blocks = usize::from(side / 8).pow(2) * ids.len();
            file.extend([0x28, 0xA2, 0x8A].repeat(blocks / 4));
        }
        [&file[..], b"\xFF\xD9"].concat()
    }

    /// The first decoder refuses factors of three; the second one takes them, but would need more memory for four colors than was set aside.
    #[test]
    fn four_colors_are_no_work_for_the_second_decoder() {
        for (components, is_taken) in [(3, true), (4, false)] {
            let ids: Vec<u8> = (1..=components).collect();
            let mut file = baseline(48, components, &[&ids]);
            let first = file.windows(3).position(|part| part == [1, 0x11, 0]).expect("the first component");
            // 12 units of three blocks and one of each other component, which are fewer than without.
            file[first + 1] = 0x31;
            assert_eq!(inspect(&file).is_ok(), is_taken, "{components} colors: {:?}", inspect(&file).err());
        }
    }

    #[test]
    fn a_picture_weighs_by_the_coding_that_is_decoded() {
        let weight = |file: &[u8]| {
            assert!(inspect(file).is_ok());
            strip(file).unwrap().memory
        };
        assert_eq!(weight(&baseline(16, 3, &[&[1, 2, 3]])), 16 * 16 * 6);
        assert_eq!(weight(&baseline(16, 1, &[&[1]])), 16 * 16 * 6);
        assert_eq!(weight(&baseline(16, 3, &[&[1], &[2], &[3]])), 16 * 16 * 12, "a scan for each component");
        assert_eq!(weight(&baseline(16, 3, &[&[1, 2], &[3]])), 16 * 16 * 12);
        assert_eq!(weight(&baseline(16, 4, &[&[1, 2, 3, 4]])), 16 * 16 * 12, "four colors");
        let seen = strip(PROGRESSIVE).unwrap();
        assert!(seen.memory >= u64::from(seen.width * seen.height) * 12);
    }

    /// A marker without a length, or with one, before a segment that holds another frame header: decoders do not agree about it.
    #[test]
    fn a_frame_header_that_is_no_part_of_the_picture_does_not_weigh() {
        let fake = b"\xFF\xC0\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0";
        for marker in [0x01, 0xD0, 0xD7] {
            for length in [4_u16, 6, 40] {
                let mut file = [&[0xFF, 0xD8, 0xFF, marker][..], &length.to_be_bytes()].concat();
                write_segment(&mut file, 0xE1, &[&fake[..], &[0; 40], &fake[..]].concat());
                file.extend(&PROGRESSIVE[2..]);
                let (tricky, plain) = (strip(&file).unwrap(), strip(PROGRESSIVE).unwrap());
                assert_eq!((tricky.memory, &tricky.stored), (plain.memory, &plain.stored));
            }
        }
    }
}
