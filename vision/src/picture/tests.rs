//! Pictures: sizes, cuts and turns on a few pixels that can be counted by hand.

use super::*;

/// A picture whose red says the column and whose green says the row.
fn grid(width: usize, height: usize) -> Picture {
    Picture::from_fn(width, height, |x, y| [x as u8 * 10, y as u8 * 10, 7])
}

#[test]
fn bytes_must_fit_the_size() {
    assert!(Picture::new(2, 1, vec![0; 6]).is_ok());
    for (width, height, bytes) in [(2, 1, 5), (0, 1, 0), (1, 0, 0), (usize::MAX, 2, 6)] {
        assert_eq!(Picture::new(width, height, vec![0; bytes]), Err(NotAPicture { width, height, bytes }));
    }
}

#[test]
fn halving_takes_means_and_doubling_lies_between() {
    let small = grid(4, 4).resize(2, 2);
    assert_eq!((small.pixel(0, 0), small.pixel(1, 1)), ([5, 5, 7], [25, 25, 7]));
    let large = grid(2, 2).resize(4, 4);
    assert_eq!([0, 1, 2, 3].map(|x| large.pixel(x, 0)[0]), [0, 3, 8, 10]);
    assert_eq!(grid(24, 12).at_most(8), grid(24, 12).resize(8, 4));
    assert_eq!(grid(20, 10).at_most(50), grid(20, 10));
}

#[test]
fn luma_is_white_black_and_green_before_blue() {
    let picture = Picture::from_fn(4, 1, |x, _| [[0, 0, 0], [255, 255, 255], [0, 255, 0], [0, 0, 255]][x]);
    assert_eq!(picture.luma(), [0, 255, 150, 29]);
}

#[test]
fn a_cut_of_whole_pixels_is_exact_and_follows_its_corners() {
    let picture = grid(6, 6);
    let at = |x: f32, y: f32| Point { x, y };
    let cut = picture.crop(&[at(1.0, 2.0), at(4.0, 2.0), at(4.0, 4.0), at(1.0, 4.0)], 3, 2);
    assert_eq!((cut.pixel(0, 0), cut.pixel(2, 1)), ([10, 20, 7], [30, 30, 7]));
    let turned = picture.crop(&[at(4.0, 2.0), at(4.0, 4.0), at(1.0, 4.0), at(1.0, 2.0)], 2, 3);
    assert_eq!((turned.pixel(0, 0), turned.pixel(1, 2)), ([30, 20, 7], [10, 30, 7]));
    // Beyond the edge the nearest pixels are repeated, and corners in one place give one colour.
    assert_eq!(picture.crop(&[at(-9.0, -9.0); 4], 2, 2).pixel(1, 1), [0, 0, 7]);
}

#[test]
fn four_quarters_are_a_whole_turn() {
    let picture = grid(5, 3);
    let quarter = picture.turned(Turn::Quarter);
    assert_eq!((quarter.width(), quarter.height(), quarter.pixel(2, 0)), (3, 5, [0, 0, 7]));
    assert_eq!(quarter.turned(Turn::Quarter), picture.turned(Turn::Half));
    assert_eq!(picture.turned(Turn::Half).turned(Turn::Quarter), picture.turned(Turn::ThreeQuarters));
    assert_eq!(picture.turned(Turn::ThreeQuarters).turned(Turn::Quarter), picture);
}
