//! Reads the bits and Huffman codes of a JPEG's entropy-coded data (ITU-T T.81, annexes C and F). It skips most values, because it
//! only has to find out whether any data is missing.

/// Why reading entropy-coded data had to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The data ends before the picture is complete.
    Truncated,
    /// The data is not validly coded.
    Corrupt,
}

/// One Huffman table: for each code length, the codes below `limit` (left-aligned in 16 bits) have that length.
pub(super) struct Table {
    limit: [u32; 16],
    first: [u32; 16],
    offset: [usize; 16],
    values: Vec<u8>,
}

impl Table {
    /// Builds a table from the number of codes of each length, and the values. `None` if there are too many codes.
    pub(super) fn new(counts: &[u8; 16], values: &[u8]) -> Option<Self> {
        let mut table = Self { limit: [0; 16], first: [0; 16], offset: [0; 16], values: values.to_vec() };
        let (mut code, mut index) = (0, 0);
        for (bits, &count) in (1..).zip(counts) {
            table.first[bits - 1] = code;
            table.offset[bits - 1] = index;
            code += u32::from(count);
            index += usize::from(count);
            if code > 1 << bits || index > values.len() {
                return None;
            }
            table.limit[bits - 1] = code << (16 - bits);
            code <<= 1;
        }
        Some(table)
    }
}

/// Reads bits up to the next marker, and removes stuffed zeros.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// Bits that were read from `data` but not yet used: the lowest `count` bits.
    buffer: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, buffer: 0, count: 0 }
    }

    /// The value of the next code.
    pub(super) fn decode(&mut self, table: &Table) -> Result<u8, Stop> {
        self.fill(16);
        let known = self.buffer << 16 >> self.count;
        let next = (known & 0xFFFF) as u32;
        let Some(length) = table.limit.iter().position(|&limit| next < limit) else {
            return Err(if self.count < 16 { self.out_of_bits() } else { Stop::Corrupt });
        };
        let code = next >> (15 - length);
        self.skip(length as u32 + 1)?;
        let index = table.offset[length] + (code - table.first[length]) as usize;
        table.values.get(index).copied().ok_or(Stop::Corrupt)
    }

    /// Skips at most 32 bits.
    pub(super) fn skip(&mut self, bits: u32) -> Result<(), Stop> {
        self.fill(bits);
        self.count = self.count.checked_sub(bits).ok_or_else(|| self.out_of_bits())?;
        Ok(())
    }

    /// The next bits, at most 32, as a number.
    pub(super) fn take(&mut self, bits: u32) -> Result<u32, Stop> {
        self.skip(bits)?;
        Ok((self.buffer >> self.count & ((1 << bits) - 1)) as u32)
    }

    /// Skips to after the restart marker with this number, 0 to 7. It must be the next marker.
    pub(super) fn restart(&mut self, number: u8) -> Result<(), Stop> {
        self.count = 0;
        match next_marker(self.data, self.at) {
            Some((at, marker)) if marker == 0xD0 + number => {
                self.at = at + 2;
                Ok(())
            }
            None | Some((_, 0xD9)) => Err(Stop::Truncated),
            Some(_) => Err(Stop::Corrupt),
        }
    }

    /// How many bytes of the data have been read, including the byte of the last bit that was used.
    pub(super) fn bytes_read(&self) -> usize {
        (0..self.count / 8).fold(self.at, |at, _| at - if self.data[..at].ends_with(&[0xFF, 0]) { 2 } else { 1 })
    }

    fn fill(&mut self, bits: u32) {
        while self.count < bits {
            let byte = match self.data.get(self.at..) {
                Some([0xFF, 0, ..]) => {
                    self.at += 2;
                    0xFF
                }
                Some(&[byte, ..]) if byte != 0xFF => {
                    self.at += 1;
                    byte
                }
                _ => return,
            };
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    /// Why there are no more bits: truncated if the picture or the file ends here, else corrupt.
    fn out_of_bits(&self) -> Stop {
        match next_marker(self.data, self.at) {
            None | Some((_, 0xD9)) => Stop::Truncated,
            Some(_) => Stop::Corrupt,
        }
    }
}

/// Finds the next marker from `at` on: the offset of its last `FF`, and its code. Skips stuffed zeros and fill bytes.
pub(super) fn next_marker(data: &[u8], at: usize) -> Option<(usize, u8)> {
    let pairs = data.get(at..)?.windows(2);
    pairs.zip(at..).find(|(pair, _)| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF)).map(|(pair, at)| (at, pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 0, 10, 110 for 7, 8, 9.
    fn table() -> Table {
        let mut counts = [0; 16];
        counts[..3].copy_from_slice(&[1, 1, 1]);
        Table::new(&counts, &[7, 8, 9]).unwrap()
    }

    #[test]
    fn codes_are_told_apart() {
        let mut bits = Bits::new(&[0b0101_1001, 0b0111_1111]);
        let read: Vec<_> = (0..5).map(|_| bits.decode(&table())).collect();
        assert_eq!(read, [Ok(7), Ok(8), Ok(9), Ok(7), Ok(8)].map(|v: Result<u8, Stop>| v));
        assert_eq!(bits.bytes_read(), 2);
        assert_eq!(bits.decode(&table()), Err(Stop::Truncated));
        assert_eq!(Bits::new(&[0b1110_0000, 0, 0]).decode(&table()), Err(Stop::Corrupt));
    }

    #[test]
    fn stuffing_is_taken_out_and_markers_end_the_bits() {
        let mut bits = Bits::new(&[0xFF, 0, 0x12, 0xFF, 0xD0, 0x34, 0xFF, 0xFF, 0xC4]);
        assert_eq!(bits.take(4), Ok(15));
        assert_eq!(bits.bytes_read(), 2);
        assert_eq!(bits.take(12), Ok(0xF12));
        assert_eq!(bits.skip(1), Err(Stop::Corrupt));
        assert_eq!(bits.restart(0), Ok(()));
        assert_eq!(bits.take(8), Ok(0x34));
        assert_eq!(bits.restart(1), Err(Stop::Corrupt));
        assert_eq!(Bits::new(&[0xFF, 0xD1]).restart(0), Err(Stop::Corrupt));
        assert_eq!(Bits::new(&[1, 0xFF]).skip(9), Err(Stop::Truncated));
        assert_eq!(Bits::new(&[1, 0xFF, 0xD9]).skip(9), Err(Stop::Truncated));
    }

    #[test]
    fn a_table_with_too_many_codes_is_refused() {
        assert!(Table::new(&[3; 16], &[0; 48]).is_none());
        assert!(Table::new(&[1; 16], &[0; 15]).is_none());
    }
}
