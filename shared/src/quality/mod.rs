//! Says what is wrong with a photo before anybody looks at it: blurred, dark, with glare, cut off, too small. It only needs the brightness of
//! each pixel and runs in a browser as well as on a server. `docs/checks/quality.md` says what it finds and what it does not;
//! `docs/checks/measurements.md` has its figures.

mod blur;
mod cut_off;
mod glare;
mod luma;

pub use luma::Luma;

/// The longest side at which a picture is looked at, in pixels. A larger one is shrunk first.
pub const LOOKED_AT: u32 = 512;
/// The least length of a picture's shorter side, in pixels.
pub const SHORT_SIDE: u32 = 600;
/// A picture is dark if its brighter parts, all but the brightest twentieth of its pixels, do not reach this.
const DARK: u8 = 78;

/// Something wrong with a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Its edges are soft: out of focus, or moved.
    Blurred,
    /// There was too little light.
    Dark,
    /// A light is mirrored in it.
    Glare,
    /// A part of the document is outside the picture.
    CutOff,
}

/// What a photo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A document, which has to be in the picture as a whole.
    Document,
    /// Anything else.
    Other,
}

/// Whether a picture of so many pixels is too small to show details.
pub const fn is_too_small(width: u32, height: u32) -> bool {
    let short = if width < height { width } else { height };
    short < SHORT_SIDE
}

/// What is wrong with a picture. In a dark one nothing else is looked for: whatever it shows cannot be told.
pub fn faults(picture: &Luma, subject: Subject) -> Vec<Fault> {
    let picture = picture.shrunk(LOOKED_AT);
    if picture.per_mille(950) < DARK {
        return vec![Fault::Dark];
    }
    let found = [
        (Fault::Blurred, blur::is_blurred(&picture)),
        (Fault::Glare, glare::has_glare(&picture)),
        (Fault::CutOff, subject == Subject::Document && cut_off::is_cut_off(&picture)),
    ];
    found.into_iter().filter_map(|(fault, is_there)| is_there.then_some(fault)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, pixel: impl Fn(u32, u32) -> u8) -> Luma {
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Luma::new(width, height, all.map(|(x, y)| pixel(x, y)).collect()).expect("as many pixels")
    }

    #[test]
    fn a_picture_has_the_pixels_that_it_says() {
        assert_eq!((Luma::new(2, 2, vec![0; 3]), Luma::new(0, 0, Vec::new()), Luma::new(u32::MAX, u32::MAX, vec![1])), (None, None, None));
    }

    #[test]
    fn shrinking_takes_the_mean() {
        let tall = picture(2, 4, |x, y| (x * 100 + y * 10) as u8);
        assert_eq!(tall.shrunk(4), tall);
        assert_eq!(tall.shrunk(2).pixels, [55, 75]);
        assert_eq!(tall.shrunk(1).pixels, [65]);
        let odd = picture(1_001, 7, |_, _| 9).shrunk(LOOKED_AT);
        assert_eq!((odd.width, odd.height, odd.pixels.iter().all(|pixel| *pixel == 9)), (512, 3, true));
    }

    #[test]
    fn pictures_without_anything_in_them_are_not_judged() {
        for (width, height) in [(1, 1), (1, 600), (600, 1), (9, 9), (640, 480)] {
            for level in [100, 255] {
                assert_eq!(faults(&picture(width, height, |_, _| level), Subject::Document), [], "{width}x{height} {level}");
            }
            assert_eq!(faults(&picture(width, height, |_, _| 30), Subject::Document), [Fault::Dark]);
        }
    }

    #[test]
    fn the_short_side_counts() {
        assert!(is_too_small(599, 4_000) && is_too_small(4_000, 599) && !is_too_small(600, 600));
    }
}
