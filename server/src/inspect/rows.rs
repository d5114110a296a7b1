//! Follows the rows of a PNG's pixel data without decoding pixels. A decoder only says that the data is wrong; this says whether it ends
//! too early. It stops at the first row that is wrong, and inflates no more than the picture's size: ten megabytes of pixel data can
//! inflate to ten gigabytes.

use flate2::{Decompress, FlushDecompress, Status};

/// The highest number of a filter (PNG, third edition, clause 9.2).
const LAST_FILTER: u8 = 4;
/// The passes of an interlaced picture: first column and row, and the distance to the next ones (clause 8.2).
const ADAM7: [(u32, u32, u32, u32); 7] = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

/// Why the rows were not followed to the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The data ends early.
    Truncated,
    /// A row has no filter that there is, or the data is not validly compressed.
    Corrupt,
}

/// The rows of a picture that its data has still to bring.
pub(super) struct Rows {
    /// For each pass: the bytes of a row with its filter, and how many rows are left.
    passes: Vec<(u64, u64)>,
    /// The bytes that are left of the current row.
    left: u64,
}

impl Rows {
    /// The rows of a picture of this header. `None` if there is no such kind of picture.
    pub(super) fn new(header: &[u8; 13]) -> Option<Self> {
        let &[w3, w2, w1, w0, h3, h2, h1, h0, depth, color, _, _, interlaced] = header;
        let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
        let channels = match color {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return None,
        };
        let row = |width: u32| 1 + (u64::from(width) * channels * u64::from(depth)).div_ceil(8);
        let size = |(x, y, across, down)| ((width.saturating_sub(x)).div_ceil(across), height.saturating_sub(y).div_ceil(down));
        let sizes = if interlaced == 0 { vec![(width, height)] } else { ADAM7.map(size).to_vec() };
        // The last pass is the first to be taken.
        let passes = sizes.into_iter().rev().filter(|(width, height)| *width > 0 && *height > 0);
        Some(Self { passes: passes.map(|(width, height)| (row(width), height.into())).collect(), left: 0 })
    }

    /// Follows the pixel data, given as the contents of the `IDAT` chunks. What comes after the last row is not looked at.
    pub(super) fn follow<'a>(mut self, data: impl Iterator<Item = &'a [u8]>) -> Result<(), Stop> {
        let mut inflater = Decompress::new(true);
        let mut out = vec![0; 65_536];
        for mut input in data {
            loop {
                let before = (inflater.total_in(), inflater.total_out());
                let status = inflater.decompress(input, &mut out, FlushDecompress::None).map_err(|_| Stop::Corrupt)?;
                let (read, written) = (inflater.total_in() - before.0, inflater.total_out() - before.1);
                input = &input[read as usize..];
                if self.take(&out[..written as usize])? {
                    return Ok(());
                }
                match status {
                    Status::StreamEnd => return Err(Stop::Truncated),
                    // Nothing more comes out of this chunk.
                    _ if written == 0 && (input.is_empty() || read == 0) => break,
                    _ => {}
                }
            }
        }
        Err(Stop::Truncated)
    }

    /// Takes the next bytes. True once every row is there.
    fn take(&mut self, mut bytes: &[u8]) -> Result<bool, Stop> {
        loop {
            if self.left == 0 {
                while self.passes.last().is_some_and(|(_, rows)| *rows == 0) {
                    self.passes.pop();
                }
                let Some((row, rows)) = self.passes.last_mut() else { return Ok(true) };
                let Some(&filter) = bytes.first() else { return Ok(false) };
                if filter > LAST_FILTER {
                    return Err(Stop::Corrupt);
                }
                *rows -= 1;
                self.left = *row;
            }
            let taken = self.left.min(bytes.len() as u64);
            bytes = &bytes[taken as usize..];
            self.left -= taken;
            if self.left > 0 {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;

    fn header(width: u8, height: u8, depth: u8, color: u8, interlaced: u8) -> [u8; 13] {
        [0, 0, 0, width, 0, 0, 0, height, depth, color, 0, 0, interlaced]
    }

    fn packed(raw: &[u8]) -> Vec<u8> {
        let mut to = ZlibEncoder::new(Vec::new(), Compression::best());
        to.write_all(raw).unwrap();
        to.finish().unwrap()
    }

    #[test]
    fn the_last_row_ends_it_and_not_a_byte_before() {
        for (header, size) in [
            (header(3, 2, 8, 2, 0), 2 * (1 + 9)),
            (header(9, 2, 1, 0, 0), 2 * (1 + 2)),
            (header(2, 2, 16, 6, 0), 2 * (1 + 16)),
            // Passes 1, 4, 6 and 7 of a picture of 3 by 2.
            (header(3, 2, 8, 0, 1), 2 + 2 + 2 + 4),
            (header(1, 1, 4, 3, 1), 2),
        ] {
            let raw = vec![0; size];
            let follow = |raw: &[u8]| Rows::new(&header).unwrap().follow(packed(raw).chunks(5));
            assert_eq!(follow(&raw), Ok(()), "{header:?}");
            assert_eq!(follow(&[&raw[..], &[9; 100]].concat()), Ok(()), "{header:?}");
            assert_eq!(follow(&raw[1..]), Err(Stop::Truncated), "{header:?}");
            let data = packed(&raw);
            assert_eq!(Rows::new(&header).unwrap().follow([&data[..3]].into_iter()), Err(Stop::Truncated), "{header:?}");
        }
        assert!(Rows::new(&header(1, 1, 8, 5, 0)).is_none());
    }

    #[test]
    fn the_first_wrong_row_ends_it() {
        let mut rows = Rows::new(&header(3, 200, 8, 0, 0)).unwrap();
        assert_eq!(rows.take(&[0, 1, 2, 3, 4, 9, 9, 9]), Ok(false));
        assert_eq!(rows.take(&[5]), Err(Stop::Corrupt));
        // Chunks whose reading would show that they were read.
        let data = packed(&[5; 100]);
        let never = std::iter::from_fn(|| -> Option<&[u8]> { panic!("read on after the first row") });
        assert_eq!(Rows::new(&header(3, 200, 8, 0, 0)).unwrap().follow([&data[..]].into_iter().chain(never)), Err(Stop::Corrupt));
        let never = std::iter::from_fn(|| -> Option<&[u8]> { panic!("read on after the last row") });
        let data = packed(&[0; 4]);
        assert_eq!(Rows::new(&header(3, 1, 8, 0, 0)).unwrap().follow([&data[..]].into_iter().chain(never)), Ok(()));
    }
}
