//! The order in which lines are read: row by row from the top, in a row from the left, also where the document lies at an angle.

use crate::{Point, Quad};

/// Boxes of which one's middle lies within so much of the other's height are in one row.
const ONE_ROW: f32 = 0.5;

/// Sorts boxes as they are read.
pub(super) fn sort(boxes: &mut [Quad]) {
    let (sin, cos) = angle(boxes).sin_cos();
    // As if the document lay straight.
    let place = |quad: &Quad| {
        let middle = middle(quad);
        Point { x: middle.x * cos + middle.y * sin, y: middle.y * cos - middle.x * sin }
    };
    boxes.sort_by(|a, b| place(a).y.total_cmp(&place(b).y));
    let mut start = 0;
    while start < boxes.len() {
        let (top, height) = (place(&boxes[start]).y, height(&boxes[start]));
        let end = boxes[start..].iter().take_while(|other| place(other).y - top < height.min(self::height(other)) * ONE_ROW).count();
        let row = &mut boxes[start..start + end.max(1)];
        row.sort_by(|a, b| place(a).x.total_cmp(&place(b).x));
        start += row.len();
    }
}

/// The angle at which most lines lie, in radians: the median of the boxes that are wide enough to tell.
fn angle(boxes: &[Quad]) -> f32 {
    let wide = boxes.iter().filter(|quad| length(quad) > 3.0 * height(quad));
    let mut angles: Vec<f32> = wide.map(|[a, b, ..]| (b.y - a.y).atan2(b.x - a.x)).collect();
    angles.sort_by(f32::total_cmp);
    angles.get(angles.len() / 2).copied().unwrap_or(0.0)
}

fn middle([a, _, c, _]: &Quad) -> Point {
    Point { x: (a.x + c.x) / 2.0, y: (a.y + c.y) / 2.0 }
}

/// Along the upper side.
pub(super) fn length([a, b, ..]: &Quad) -> f32 {
    (b.x - a.x).hypot(b.y - a.y)
}

/// Along the left side.
pub(super) fn height([a, _, _, d]: &Quad) -> f32 {
    (d.x - a.x).hypot(d.y - a.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box of this place and length, 10 high, on a document at an angle.
    fn at(x: f32, y: f32, length: f32, degrees: f32) -> Quad {
        let (sin, cos) = degrees.to_radians().sin_cos();
        [(x, y), (x + length, y), (x + length, y + 10.0), (x, y + 10.0)].map(|(x, y)| Point { x: x * cos - y * sin, y: x * sin + y * cos })
    }

    #[test]
    fn rows_are_read_from_the_top_and_from_the_left_at_any_angle() {
        for degrees in [-12.0, 0.0, 12.0] {
            let sorted = [(0.0, 0.0), (400.0, 3.0), (0.0, 20.0), (200.0, 18.0), (600.0, 21.0), (100.0, 60.0)];
            let sorted = sorted.map(|(x, y)| at(x, y, 80.0, degrees));
            let mut boxes = [4, 1, 5, 0, 3, 2].map(|i: usize| sorted[i]);
            sort(&mut boxes);
            assert_eq!(boxes, sorted, "{degrees}");
        }
    }
}
