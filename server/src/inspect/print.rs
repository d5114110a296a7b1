//! What a picture looks like in 256 bits, by which a near copy is found: the same picture saved again, smaller, or brighter. It follows PDQ
//! (Facebook, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm", 2019): 64 by 64 cells of brightness, their 16
//! by 16 lowest frequencies, and for each whether it is above their median. It cannot be turned back into the picture, but two prints tell
//! whether their pictures are alike, so it is stored sealed, and looked up by HMACs of its parts.

use std::f32::consts::PI;

use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

use super::grid::{CELLS, Grid};

/// Bits across and down.
const SIDE: usize = 16;
/// The parts by which a print is looked up. Two prints that differ in fewer bits than there are parts have one in common, and nearly all
/// near copies do.
pub const BANDS: usize = 8;
/// The most bits in which the prints of near copies differ. The cards of two people that a scanner took are alike: they differ in 12 or
/// more (`docs/checks/duplicate.md` has the figures).
pub const NEAR: u32 = 10;
/// Neighbouring cells differ at least this much where there is something to see,
const EDGE: u8 = 6;
/// and so many pairs of them must, of 8,064. A blank wall, a black photo and a smooth gradient have fewer, and no print.
const LEAST_EDGES: usize = 400;

/// What a picture looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Print([u8; 32]);

impl Print {
    /// The print of a picture; `None` if there is too little to see in it.
    pub(super) fn new(grid: &Grid, orientation: Orientation) -> Option<Self> {
        let cells = grid.means(orientation);
        (edges(&cells) >= LEAST_EDGES).then(|| Self(bits(&cells)))
    }

    /// In how many bits two prints differ.
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(other.0).map(|(one, other)| (one ^ other).count_ones()).sum()
    }

    /// Its parts of 32 bits. Each has two bits of every row and every column, so that none tells pictures apart much worse than the others.
    pub fn bands(&self) -> [u32; BANDS] {
        let bit = |at: usize| u32::from(self.0[at / 8] >> (at % 8) & 1);
        let places = |band: usize| (0..SIDE * SIDE).filter(move |at| (at % SIDE + SIDE - at / SIDE) % BANDS == band);
        std::array::from_fn(|band| places(band).fold(0, |bits, at| bits << 1 | bit(at)))
    }
}

impl From<Print> for String {
    fn from(print: Print) -> Self {
        print.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for Print {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a print has 64 hexadecimal digits";
        let pairs: Vec<_> = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
        let bytes: Vec<u8> = pairs.into_iter().collect::<Option<_>>().ok_or(WRONG)?;
        bytes.try_into().map(Self).map_err(|_| WRONG)
    }
}

/// The pairs of neighbouring cells that differ.
fn edges(cells: &[u8]) -> usize {
    let differ = |one: usize, other: usize| cells[one].abs_diff(cells[other]) >= EDGE;
    let across = (0..cells.len()).filter(|at| at % CELLS + 1 < CELLS && differ(*at, at + 1)).count();
    across + (0..cells.len() - CELLS).filter(|at| differ(*at, at + CELLS)).count()
}

/// Whether each of the lowest frequencies is above their median. The mean of a row or column has no frequency, and does not count.
fn bits(cells: &[u8]) -> [u8; 32] {
    let wave = |frequency: usize, at: usize| (PI / (2 * CELLS) as f32 * ((frequency + 1) * (2 * at + 1)) as f32).cos();
    let waves: Vec<f32> = (0..SIDE * CELLS).map(|index| wave(index / CELLS, index % CELLS)).collect();
    let along = |line: &dyn Fn(usize) -> f32, frequency: usize| (0..CELLS).map(|at| waves[frequency * CELLS + at] * line(at)).sum::<f32>();
    let across: Vec<f32> = (0..CELLS * SIDE).map(|index| along(&|x| f32::from(cells[index / SIDE * CELLS + x]), index % SIDE)).collect();
    let both: Vec<f32> = (0..SIDE * SIDE).map(|index| along(&|y| across[y * SIDE + index % SIDE], index / SIDE)).collect();
    let mut sorted = both.clone();
    sorted.sort_unstable_by(f32::total_cmp);
    let median = sorted[SIDE * SIDE / 2 - 1];
    let mut bits = [0; 32];
    for (at, _) in both.iter().enumerate().filter(|(_, strength)| **strength > median) {
        bits[at / 8] |= 1 << (at % 8);
    }
    bits
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops::FilterType};

    use super::super::MediaType;
    use super::super::tests::{inspect, photo, plain};
    use super::*;

    /// A picture with things in it: discs of colour, of places and sizes that the seed chooses.
    fn scene(seed: u32, width: u32, height: u32) -> RgbImage {
        let mut state = seed.wrapping_mul(2_654_435_761).max(1);
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        let discs: Vec<[u32; 6]> = (0..40).map(|_| [next(1_000), next(1_000), 40 + next(120), next(256), next(256), next(256)]).collect();
        RgbImage::from_fn(width, height, |x, y| {
            let (x, y) = (x * 1_000 / width, y * 1_000 / height);
            let disc = discs.iter().rev().find(|[left, top, radius, ..]| left.abs_diff(x).pow(2) + top.abs_diff(y).pow(2) < radius.pow(2));
            disc.map_or(Rgb([200; 3]), |disc| Rgb([disc[3] as u8, disc[4] as u8, disc[5] as u8]))
        })
    }

    fn print(file: &[u8]) -> Option<Print> {
        inspect(file).unwrap().print
    }

    #[test]
    fn a_copy_is_near_and_another_picture_is_not() {
        let (one, other) = (DynamicImage::from(scene(1, 900, 700)), DynamicImage::from(scene(2, 900, 700)));
        let first = print(&plain(ImageFormat::Png, &one.to_rgb8())).unwrap();
        let copies = [
            plain(ImageFormat::Jpeg, &one.to_rgb8()),
            plain(ImageFormat::WebP, &one.resize(450, 350, FilterType::Triangle).to_rgb8()),
            plain(ImageFormat::Png, &one.brighten(12).to_rgb8()),
            plain(ImageFormat::Png, &one.blur(2.0).to_rgb8()),
            plain(ImageFormat::Jpeg, &DynamicImage::from(one.to_luma8()).to_rgb8()),
        ];
        for (number, copy) in copies.iter().enumerate() {
            let copy = print(copy).unwrap();
            assert!(copy.distance(&first) <= NEAR, "copy {number}: {}", copy.distance(&first));
            assert!(copy.bands().iter().zip(first.bands()).any(|(one, other)| *one == other), "copy {number}");
        }
        let far = print(&plain(ImageFormat::Png, &other.to_rgb8())).unwrap();
        assert!(far.distance(&first) > 80, "{}", far.distance(&first));
    }

    #[test]
    fn a_picture_is_printed_as_a_person_sees_it() {
        let upright = scene(3, 640, 480);
        let turned = DynamicImage::from(upright.clone()).rotate270().into_rgb8();
        for media in [MediaType::Jpeg, MediaType::Png, MediaType::Webp] {
            // An orientation of 6 is turned back by 90°.
            let (one, other) = (print(&photo(media, &turned, 6)).unwrap(), print(&photo(media, &upright, 1)).unwrap());
            assert!(one.distance(&other) <= NEAR, "{media:?}: {}", one.distance(&other));
        }
    }

    #[test]
    fn pictures_in_which_there_is_nothing_to_see_have_no_print() {
        let gradient = RgbImage::from_fn(640, 480, |x, y| Rgb([(x * 240 / 640) as u8, (y * 240 / 480) as u8, 90]));
        let dark = RgbImage::from_fn(640, 480, |x, y| Rgb([(x * y % 7) as u8; 3]));
        for (name, picture) in
            [("blue", RgbImage::from_pixel(640, 480, Rgb([0, 0, 255]))), ("gradient", gradient), ("dark", dark), ("small", scene(1, 63, 200))]
        {
            for format in [ImageFormat::Png, ImageFormat::Jpeg] {
                assert_eq!(print(&plain(format, &picture)), None, "{name}");
            }
        }
    }

    #[test]
    fn the_same_pixels_of_any_coding_have_the_same_print() {
        let picture = DynamicImage::from(scene(4, 300, 200));
        let kinds = [picture.to_rgb8().into(), picture.to_rgba8().into(), picture.to_rgb16().into(), picture.to_rgba16().into()];
        let prints = kinds.map(|kind: DynamicImage| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            kind.write_to(&mut bytes, ImageFormat::Png).unwrap();
            print(&bytes.into_inner())
        });
        assert!(prints[0].is_some() && prints.iter().all(|other| *other == prints[0]), "{prints:?}");
        let gray: DynamicImage = picture.to_luma_alpha8().into();
        let mut bytes = std::io::Cursor::new(Vec::new());
        gray.write_to(&mut bytes, ImageFormat::Png).unwrap();
        assert!(print(&bytes.into_inner()).unwrap().distance(&prints[0].unwrap()) <= NEAR);
    }

    #[test]
    fn a_print_is_stored_as_text_and_cut_into_parts() {
        let one = Print(std::array::from_fn(|at| at as u8 * 7));
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!((text.len(), serde_json::from_str::<Print>(&text).unwrap()), (66, one));
        for wrong in ["\"\"", "\"zz\"", "\"00\"", "7"] {
            assert!(serde_json::from_str::<Print>(wrong).is_err(), "{wrong}");
        }
        // Each bit belongs to one part.
        for at in 0..256 {
            let mut bytes = one.0;
            bytes[at / 8] ^= 1 << (at % 8);
            let other = Print(bytes);
            let differ = other.bands().iter().zip(one.bands()).filter(|(one, other)| **one != *other).count();
            assert_eq!((differ, other.distance(&one)), (1, 1));
        }
    }
}
