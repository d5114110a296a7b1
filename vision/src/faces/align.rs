//! Upright squares around faces: by the detector, to look again and to place points, and by those points, to compare. The networks were trained
//! with faces cut out in just these ways; nothing matters more for how well they work.

use super::{detector::Found, landmarks::Landmarks};
use crate::{Point, Quad};

/// How much larger than the detector's box the square for placing points is, and how much lower, in parts of the box. Found by trying: with
/// 1.0 and 0.0, twice as many comparisons were wrong.
const GROWTH: f32 = 1.2;
const LOWER: f32 = 0.05;
/// Where dlib's square for comparing has the outer and inner corner of the left eye, those of the right eye, and the base of the nose, in
/// parts of its side without the margin (`mean_face_shape` in dlib/image_transforms/interpolation.h).
const FIVE: [Point; 5] = [
    Point { x: 0.120_575_06, y: 0.213_727_45 },
    Point { x: 0.334_085_06, y: 0.229_064_02 },
    Point { x: 0.646_060_5, y: 0.228_967_44 },
    Point { x: 0.859_567_46, y: 0.213_498_15 },
    Point { x: 0.490_112_3, y: 0.627_797_5 },
];
/// The margin around it, in parts of the side (`padding` in dlib/image_transforms/interpolation.h, as its examples use it).
const MARGIN: f32 = 0.25;

/// The square for placing points: that of the detector, turned so that the eyes lie level.
pub(super) fn area(found: &Found) -> Quad {
    let across = across(found, GROWTH);
    let down = 2.0 * LOWER / GROWTH;
    let middle = Point { x: found.middle.x - across.y * down, y: found.middle.y + across.x * down };
    square(middle, across)
}

/// A square so many times as large as the face, with the face upright in its middle.
pub(super) fn window(found: &Found, times: f32) -> Quad {
    square(found.middle, across(found, times))
}

/// From the middle of a square so many times as large as the face to the middle of its right side, along the line of the eyes.
fn across(found: &Found, times: f32) -> Point {
    let [left, right] = found.eyes;
    let (dx, dy) = (right.x - left.x, right.y - left.y);
    let part = found.side * times / 2.0 / dx.hypot(dy).max(f32::EPSILON);
    Point { x: dx * part, y: dy * part }
}

/// The square for comparing: the similarity that brings dlib's five points closest to those of the face.
pub(super) fn chip(landmarks: &Landmarks) -> Quad {
    let (middle, across) = fit(&FIVE, &landmarks.five());
    // From the middle of the five to the middle of the square.
    let mean = mean(&FIVE);
    let (x, y) = (0.5 - mean.x, 0.5 - mean.y);
    let centre = Point { x: middle.x + across.x * x - across.y * y, y: middle.y + across.y * x + across.x * y };
    let half = 0.5 + MARGIN;
    square(centre, Point { x: across.x * half, y: across.y * half })
}

/// The square around a middle whose right side lies `across` from it.
fn square(Point { x, y }: Point, across: Point) -> Quad {
    let corner = |right: f32, down: f32| Point { x: x + across.x * right - across.y * down, y: y + across.y * right + across.x * down };
    [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]
}

/// The similarity that brings points closest to others in the least squares (Umeyama, 1991, in the plane): where the mean of them goes, and
/// what one step to the right becomes.
fn fit<const N: usize>(from: &[Point; N], to: &[Point; N]) -> (Point, Point) {
    let (a, b) = (mean(from), mean(to));
    let (mut along, mut turned, mut size) = (0.0, 0.0, 0.0);
    for (from, to) in from.iter().zip(to) {
        let (x, y, u, v) = (from.x - a.x, from.y - a.y, to.x - b.x, to.y - b.y);
        along += x * u + y * v;
        turned += x * v - y * u;
        size += x * x + y * y;
    }
    (b, Point { x: along / size, y: turned / size })
}

fn mean<const N: usize>(points: &[Point; N]) -> Point {
    let sum = |axis: fn(&Point) -> f32| points.iter().map(axis).sum::<f32>() / N as f32;
    Point { x: sum(|point| point.x), y: sum(|point| point.y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Point, b: Point) -> bool {
        (a.x - b.x).hypot(a.y - b.y) < 1e-3
    }

    #[test]
    fn a_similarity_is_found_again() {
        let (sin, cos) = 0.3_f32.sin_cos();
        let moved = FIVE.map(|Point { x, y }| Point { x: 40.0 * (cos * x - sin * y) + 7.0, y: 40.0 * (sin * x + cos * y) - 9.0 });
        let (middle, across) = fit(&FIVE, &moved);
        assert!(near(across, Point { x: 40.0 * cos, y: 40.0 * sin }), "{across:?}");
        assert!(near(middle, mean(&moved)));
    }

    #[test]
    fn the_square_for_comparing_has_a_margin_of_a_quarter() {
        // The five points in a square of 100 from (0, 0): with the margin it goes from −25 to 125.
        let landmarks = Landmarks::from_five(FIVE.map(|Point { x, y }| Point { x: 100.0 * x, y: 100.0 * y }));
        let [a, _, c, _] = chip(&landmarks);
        assert!(near(a, Point { x: -25.0, y: -25.0 }) && near(c, Point { x: 125.0, y: 125.0 }), "{a:?} {c:?}");
    }

    #[test]
    fn the_square_for_points_turns_with_the_eyes() {
        let at = |x: f32, y: f32| Point { x, y };
        let found = Found { score: 1.0, middle: at(50.0, 50.0), side: 100.0, eyes: [at(50.0, 30.0), at(50.0, 70.0)] };
        // The right eye is below: the face lies on its side, its top to the right.
        let [a, b, ..] = area(&found);
        assert!(near(a, at(105.0, -10.0)) && near(b, at(105.0, 110.0)), "{a:?} {b:?}");
    }
}
