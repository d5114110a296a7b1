//! Reads the bits and prefix codes of a lossless WebP (RFC 9649, sections 3.7.2 and 3.7.3), as the decoder reads them.

/// The longest code, in bits.
const MAX_LENGTH: usize = 15;
/// The order in which the lengths of the code for lengths come.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The bits of a chunk, the lowest of each byte first. Reading past the end gives `None`.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    fn bit(&mut self) -> Option<u32> {
        let byte = self.data.get(self.at / 8)?;
        let bit = byte >> (self.at % 8) & 1;
        self.at += 1;
        Some(bit.into())
    }

    /// The next bits, at most 32, as a number.
    pub(super) fn take(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0, |number, place| Some(number | self.bit()? << place))
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.bit()? == 1)
    }
}

/// One prefix code. A single symbol takes no bits.
pub(super) struct Code {
    /// How many codes there are of each length.
    counts: [u32; MAX_LENGTH + 1],
    /// The symbols, in the order of their codes.
    symbols: Vec<u16>,
}

impl Code {
    /// Reads the description of a code for this many symbols.
    pub(super) fn read(bits: &mut Bits, symbols: u16) -> Option<Self> {
        if bits.flag()? {
            return Self::read_simple(bits, symbols);
        }
        let given = 4 + bits.take(4)? as usize;
        let mut lengths = [0; ORDER.len()];
        for place in &ORDER[..given] {
            lengths[*place] = bits.take(3)? as u8;
        }
        Self::new(&read_lengths(bits, &Self::new(&lengths)?, symbols)?)
    }

    fn read_simple(bits: &mut Bits, symbols: u16) -> Option<Self> {
        let has_two = bits.flag()?;
        let first = if bits.flag()? { 8 } else { 1 };
        let mut code = Self { counts: [0; MAX_LENGTH + 1], symbols: vec![bits.take(first)? as u16] };
        if has_two {
            code.symbols.push(bits.take(8)? as u16);
            code.counts[1] = 2;
        }
        code.symbols.iter().all(|symbol| *symbol < symbols).then_some(code)
    }

    /// The code with these lengths. `None` if they make no complete one.
    fn new(lengths: &[u8]) -> Option<Self> {
        let of = |length: usize| lengths.iter().enumerate().filter(move |(_, own)| usize::from(**own) == length).map(|(symbol, _)| symbol as u16);
        let mut code = Self { counts: [0; MAX_LENGTH + 1], symbols: (1..=MAX_LENGTH).flat_map(of).collect() };
        if code.symbols.len() == 1 {
            return Some(code);
        }
        for length in lengths.iter().filter(|length| **length > 0) {
            code.counts[usize::from(*length)] += 1;
        }
        let share: u32 = code.counts.iter().enumerate().map(|(length, count)| count << (MAX_LENGTH - length)).sum();
        (share == 1 << MAX_LENGTH).then_some(code)
    }

    /// The next symbol.
    pub(super) fn symbol(&self, bits: &mut Bits) -> Option<u16> {
        if let [only] = self.symbols[..] {
            return Some(only);
        }
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code |= bits.bit()?;
            if code < first + count {
                return self.symbols.get((index + code - first) as usize).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

fn read_lengths(bits: &mut Bits, code: &Code, symbols: u16) -> Option<Vec<u8>> {
    let symbols = usize::from(symbols);
    let mut left = symbols;
    if bits.flag()? {
        let size = 2 + 2 * bits.take(3)?;
        left = 2 + bits.take(size)? as usize;
    }
    let (mut lengths, mut last) = (Vec::with_capacity(symbols), 8);
    while lengths.len() < symbols && left > 0 {
        left -= 1;
        let (length, times) = match code.symbol(bits)? {
            16 => (last, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length as u8, 1),
        };
        lengths.extend((0..times).map(|_| length));
        last = if length > 0 { length } else { last };
    }
    (lengths.len() <= symbols).then_some(lengths)
}
