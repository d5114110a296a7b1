//! Writes lossless WebPs bit by bit (RFC 9649, section 3): one pixel of the entropy image names the last of many groups of prefix codes,
//! so that a decoder builds tables for all of them. The picture is whole and black.

/// A lossy picture of 8×8 pixels, without its header.
const LOSSY: &[u8] = b"0\x01\x00\x9d\x01*\x08\x00\x08\x00\x0c\xc0\xce%\xa4\x00\x03p\x00\xfe\xecg\x00\x00";
/// The bits of the side, less one, of all these pictures.
const SIDE: u64 = 7;

/// Bits, the lowest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, value: u64, bits: usize) {
        for place in 0..bits {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().expect("a byte") |= ((value >> place & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// A code of one symbol: its pixels take no bits.
    fn single(&mut self, symbol: u64) {
        self.put(0b101, 3);
        self.put(symbol, 8);
    }

    /// A code of 2,048 symbols of 11 bits each, in 67 bits: the code for lengths has one symbol, so each length takes no bits.
    fn wide(&mut self) {
        self.put(0, 1);
        self.put(11, 4);
        self.put(0, 14 * 3);
        self.put(1, 3);
        self.put(1, 1);
        self.put(5, 3);
        self.put(2_046, 12);
    }

    /// What follows the size: a color cache of 2,048 colors, an entropy image, and this many groups.
    fn picture(&mut self, groups: u64) {
        self.put(0, 1);
        self.put(0b1_0111, 5);
        self.put(1, 1);
        self.put(0, 3 + 1);
        let last = groups - 1;
        for symbol in [last & 0xFF, last >> 8, 0, 0, 0] {
            self.single(symbol);
        }
        for _ in 0..last {
            self.wide();
            (0..4).for_each(|_| self.put(1, 4));
        }
        (0..5).for_each(|_| self.single(0));
    }
}

fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, content) in chunks {
        body.extend([&kind[..], &(content.len() as u32).to_le_bytes(), content, &[0][..content.len() % 2]].concat());
    }
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A lossless picture of 8×8 pixels with this many groups of codes.
pub fn lossless(groups: u64) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2F, 8);
    bits.put(SIDE, 14);
    bits.put(SIDE, 14);
    bits.put(0, 4);
    bits.picture(groups);
    file(&[(b"VP8L", &bits.bytes)])
}

/// A lossy picture of 8×8 pixels whose transparency has this many groups of codes.
pub fn transparent(groups: u64) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(1, 8);
    bits.picture(groups);
    file(&[(b"VP8X", &[0x10, 0, 0, 0, SIDE as u8, 0, 0, SIDE as u8, 0, 0]), (b"ALPH", &bits.bytes), (b"VP8 ", LOSSY)])
}
