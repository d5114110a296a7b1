//! Reads a lossless WebP (RFC 9649, section 3) up to where its pixels begin, to learn how many groups of prefix codes it has. The decoder
//! builds tables for every group that the entropy image names, of up to a hundred kilobytes each from ten bytes of the file, so the
//! number of pixels does not bound its memory.

use super::fault::Fault;
use super::prefix::{Bits, Code};

/// The most groups of codes. libwebp writes about a dozen for a photo, and its decoder treats more than 1,000 as unusual (`vp8l_dec.c`,
/// `ReadHuffmanCodes`).
const MAX_GROUPS: u32 = 1_000;
/// The symbols of a group's five codes without those of a color cache: green and lengths, red, blue, alpha, distances.
const SYMBOLS: [u16; 5] = [256 + 24, 256, 256, 256, 40];
/// What the decoder keeps for each group of codes: five tables of 1,024 entries, and for each symbol two nodes of 16 bytes.
const TABLES: u64 = 5 * 4_096;
const NODES: u64 = 32;

/// The places that the first 120 distances mean, in columns and rows (RFC 9649, section 3.5.3).
const PLACES: [(i8, i8); 120] = [
    (0, 1),
    (1, 0),
    (1, 1),
    (-1, 1),
    (0, 2),
    (2, 0),
    (1, 2),
    (-1, 2),
    (2, 1),
    (-2, 1),
    (2, 2),
    (-2, 2),
    (0, 3),
    (3, 0),
    (1, 3),
    (-1, 3),
    (3, 1),
    (-3, 1),
    (2, 3),
    (-2, 3),
    (3, 2),
    (-3, 2),
    (0, 4),
    (4, 0),
    (1, 4),
    (-1, 4),
    (4, 1),
    (-4, 1),
    (3, 3),
    (-3, 3),
    (2, 4),
    (-2, 4),
    (4, 2),
    (-4, 2),
    (0, 5),
    (3, 4),
    (-3, 4),
    (4, 3),
    (-4, 3),
    (5, 0),
    (1, 5),
    (-1, 5),
    (5, 1),
    (-5, 1),
    (2, 5),
    (-2, 5),
    (5, 2),
    (-5, 2),
    (4, 4),
    (-4, 4),
    (3, 5),
    (-3, 5),
    (5, 3),
    (-5, 3),
    (0, 6),
    (6, 0),
    (1, 6),
    (-1, 6),
    (6, 1),
    (-6, 1),
    (2, 6),
    (-2, 6),
    (6, 2),
    (-6, 2),
    (4, 5),
    (-4, 5),
    (5, 4),
    (-5, 4),
    (3, 6),
    (-3, 6),
    (6, 3),
    (-6, 3),
    (0, 7),
    (7, 0),
    (1, 7),
    (-1, 7),
    (5, 5),
    (-5, 5),
    (7, 1),
    (-7, 1),
    (4, 6),
    (-4, 6),
    (6, 4),
    (-6, 4),
    (2, 7),
    (-2, 7),
    (7, 2),
    (-7, 2),
    (3, 7),
    (-3, 7),
    (7, 3),
    (-7, 3),
    (5, 6),
    (-5, 6),
    (6, 5),
    (-6, 5),
    (8, 0),
    (4, 7),
    (-4, 7),
    (7, 4),
    (-7, 4),
    (8, 1),
    (8, 2),
    (6, 6),
    (-6, 6),
    (8, 3),
    (5, 7),
    (-5, 7),
    (7, 5),
    (-7, 5),
    (8, 4),
    (6, 7),
    (-6, 7),
    (7, 6),
    (-7, 6),
    (8, 5),
    (7, 7),
    (-7, 7),
    (8, 6),
    (8, 7),
];

/// The memory that a decoder takes for the tables of this picture, in bytes. `body` begins after the size.
///
/// # Errors
/// If a picture of this size does not begin so, or if it has too many groups of codes.
pub(super) fn table_memory(body: &[u8], width: u32, height: u32) -> Result<u64, Fault> {
    let (groups, blocks, cache_bits) = groups(&mut Bits::new(body), width, height).ok_or(Fault::BadImage("its pixel data is damaged"))?;
    if groups > blocks.min(MAX_GROUPS) {
        return Err(Fault::BadImage("it has too many prefix codes"));
    }
    let symbols = SYMBOLS.iter().map(|count| u64::from(*count)).sum::<u64>() + (1 << cache_bits);
    Ok(u64::from(groups) * (TABLES + NODES * symbols))
}

/// How many groups the picture has, how many blocks its entropy image has, and the bits of its color cache.
fn groups(bits: &mut Bits, mut width: u32, height: u32) -> Option<(u32, u32, u32)> {
    let mut seen = [false; 4];
    while bits.flag()? {
        let kind = bits.take(2)?;
        // A picture has each transform once at most (RFC 9649, section 4). Reading one may take as long as a whole picture.
        if std::mem::replace(seen.get_mut(kind as usize)?, true) {
            return None;
        }
        match kind {
            // The predictors, and the transforms of colors: one pixel for each block.
            0 | 1 => drop(blocks(bits, width, height)?),
            3 => {
                let colors = bits.take(8)? + 1;
                pixels(bits, colors, 1)?;
                let packed = [(2, 3), (4, 2), (16, 1)].iter().find(|(most, _)| colors <= *most).map_or(0, |(_, packed)| *packed);
                width = width.div_ceil(1 << packed);
            }
            _ => {}
        }
    }
    let cache_bits = cache_bits(bits)?;
    if !bits.flag()? {
        return Some((1, 1, cache_bits));
    }
    let entropy = blocks(bits, width, height)?;
    let groups = entropy.iter().map(|pixel| (pixel >> 8 & 0xFFFF) + 1).max()?;
    Some((groups, u32::try_from(entropy.len()).ok()?, cache_bits))
}

/// Reads an image of one pixel for each square block of a picture.
fn blocks(bits: &mut Bits, width: u32, height: u32) -> Option<Vec<u32>> {
    let side = 1 << (bits.take(3)? + 2);
    pixels(bits, width.div_ceil(side), height.div_ceil(side))
}

/// The bits of the color cache. 0 if there is none.
fn cache_bits(bits: &mut Bits) -> Option<u32> {
    if !bits.flag()? {
        return Some(0);
    }
    bits.take(4).filter(|bits| (1..=11).contains(bits))
}

/// Reads an image with one group of codes: its pixels as alpha, red, green and blue, from the highest byte on.
fn pixels(bits: &mut Bits, width: u32, height: u32) -> Option<Vec<u32>> {
    let cache_bits = cache_bits(bits)?;
    let of_cache = if cache_bits > 0 { 1 << cache_bits } else { 0 };
    let mut cache = vec![0_u32; of_cache.into()];
    let keep = |cache: &mut Vec<u32>, pixel: u32| {
        if cache_bits > 0 {
            cache[(0x1E35_A7BD_u32.wrapping_mul(pixel) >> (32 - cache_bits)) as usize] = pixel;
        }
    };
    let mut codes = Vec::with_capacity(SYMBOLS.len());
    for (place, symbols) in SYMBOLS.iter().enumerate() {
        codes.push(Code::read(bits, symbols + if place == 0 { of_cache } else { 0 })?);
    }
    let total = (width * height) as usize;
    let mut pixels = Vec::with_capacity(total);
    while pixels.len() < total {
        match codes[0].symbol(bits)? {
            green @ ..256 => {
                let [red, blue, alpha] = [codes[1].symbol(bits)?, codes[2].symbol(bits)?, codes[3].symbol(bits)?].map(u32::from);
                pixels.push(alpha << 24 | red << 16 | u32::from(green) << 8 | blue);
                keep(&mut cache, pixels[pixels.len() - 1]);
            }
            length @ 256..280 => {
                let length = number(bits, length - 256)?;
                let distance = codes[4].symbol(bits)?;
                let distance = distance_of(number(bits, distance)?, width);
                let from = pixels.len().checked_sub(distance)?;
                if length > total - pixels.len() {
                    return None;
                }
                for at in from..from + length {
                    let pixel: u32 = pixels[at];
                    pixels.push(pixel);
                    // The decoder leaves out a run of one pixel.
                    if distance > 1 {
                        keep(&mut cache, pixel);
                    }
                }
            }
            cached => pixels.push(*cache.get(usize::from(cached) - 280)?),
        }
    }
    Some(pixels)
}

/// A length, or a distance as it is written.
fn number(bits: &mut Bits, symbol: u16) -> Option<usize> {
    if symbol < 4 {
        return Some(usize::from(symbol) + 1);
    }
    let extra = (symbol - 2) >> 1;
    let from = (2 + usize::from(symbol & 1)) << extra;
    Some(from + bits.take(extra.into())? as usize + 1)
}

/// How many pixels before the next one a distance points.
fn distance_of(written: usize, width: u32) -> usize {
    let Some((across, down)) = PLACES.get(written - 1) else { return written - PLACES.len() };
    usize::try_from(i64::from(*across) + i64::from(*down) * i64::from(width)).unwrap_or(1).max(1)
}

#[cfg(test)]
#[path = "../../tests/api/support/webp_bombs.rs"]
mod bombs;

#[cfg(test)]
mod tests;
