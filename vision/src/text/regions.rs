//! Connected pixels, and the smallest rectangle around them: how the detector's map of where text is becomes boxes.

use crate::{Point, Quad};

/// A rectangle at any angle: its middle, the direction of its upper side (a unit vector, less than 45° from the horizontal), and half the
/// lengths along and across it, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rectangle {
    pub middle: Point,
    pub along: Point,
    pub half_length: f32,
    pub half_height: f32,
}

/// One region: for each of its rows from `top`, its first column and the one after its last.
#[derive(Debug)]
pub(super) struct Region {
    top: usize,
    rows: Vec<(usize, usize)>,
}

/// The regions of touching pixels (also at corners) that are set, from the top, at most `most` of them. `set` has one entry a pixel, `width`
/// a row.
pub(super) fn regions(mut set: Vec<bool>, width: usize, most: usize) -> Vec<Region> {
    let height = set.len() / width;
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for start in 0..set.len() {
        if !set[start] {
            continue;
        }
        if found.len() == most {
            break;
        }
        // Scanned from the top, so nothing of the region lies above its first pixel.
        let mut region = Region { top: start / width, rows: Vec::new() };
        set[start] = false;
        open.push((start % width, start / width));
        while let Some((x, y)) = open.pop() {
            region.add(x, y);
            for near_y in y.saturating_sub(1)..(y + 2).min(height) {
                for near_x in x.saturating_sub(1)..(x + 2).min(width) {
                    if std::mem::take(&mut set[near_y * width + near_x]) {
                        open.push((near_x, near_y));
                    }
                }
            }
        }
        found.push(region);
    }
    found
}

impl Region {
    fn add(&mut self, x: usize, y: usize) {
        let row = y - self.top;
        if self.rows.len() <= row {
            self.rows.resize(row + 1, (usize::MAX, 0));
        }
        let (first, end) = &mut self.rows[row];
        (*first, *end) = ((*first).min(x), (*end).max(x + 1));
    }

    /// The smallest rectangle around the region. One of its sides lies on a side of the convex hull (Freeman and Shapira, 1975).
    pub(super) fn rectangle(&self) -> Rectangle {
        let hull = self.hull();
        let corners = hull.iter().zip(hull.iter().cycle().skip(1));
        let around = corners.filter_map(|(a, b)| {
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let length = dx.hypot(dy);
            // Of the four directions of its sides, the one to the right.
            let (x, y) = if dx.abs() < dy.abs() { (dy, -dx) } else { (dx, dy) };
            let right = length.copysign(x);
            (length > 0.0).then(|| Rectangle::around(&hull, Point { x: x / right, y: y / right }))
        });
        around.min_by(|a, b| a.area().total_cmp(&b.area())).unwrap_or_else(|| Rectangle::around(&hull, Point { x: 1.0, y: 0.0 }))
    }

    /// The convex hull, corner by corner (Andrew's monotone chain, over the corners of each row's ends).
    fn hull(&self) -> Vec<Point> {
        let rows = self.rows.iter().zip(self.top..).filter(|((first, end), _)| first < end);
        let ends = rows.flat_map(|((first, end), y)| [(*first, y), (*first, y + 1), (*end, y), (*end, y + 1)]);
        let mut points: Vec<(usize, usize)> = ends.collect();
        points.sort_unstable();
        points.dedup();
        let points: Vec<Point> = points.into_iter().map(|(x, y)| Point { x: x as f32, y: y as f32 }).collect();
        let mut hull = chain(points.iter().copied());
        hull.pop();
        let back = chain(points.iter().rev().copied());
        hull.extend(&back[..back.len().saturating_sub(1)]);
        hull
    }
}

/// The points of one side of the hull, without those that turn the other way.
fn chain(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut chain: Vec<Point> = Vec::new();
    for point in points {
        while let [.., a, b] = chain[..] {
            if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0.0 {
                break;
            }
            chain.pop();
        }
        chain.push(point);
    }
    chain
}

impl Rectangle {
    /// The rectangle of that direction around these points.
    fn around(points: &[Point], along: Point) -> Self {
        let span = |direction: Point| {
            let at = points.iter().map(|point| point.x * direction.x + point.y * direction.y);
            at.fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)))
        };
        let across = Point { x: -along.y, y: along.x };
        let ((left, right), (top, bottom)) = (span(along), span(across));
        let (u, v) = ((left + right) / 2.0, (top + bottom) / 2.0);
        let middle = Point { x: along.x * u + across.x * v, y: along.y * u + across.y * v };
        Self { middle, along, half_length: (right - left) / 2.0, half_height: (bottom - top) / 2.0 }
    }

    fn area(&self) -> f32 {
        self.half_length * self.half_height * 4.0
    }

    /// The shorter side.
    pub(super) fn short_side(&self) -> f32 {
        self.half_length.min(self.half_height) * 2.0
    }

    /// Larger by `ratio` × area / circumference on each side, which undoes how the detector's maps are shrunk (Liao et al., Real-time Scene
    /// Text Detection with Differentiable Binarization, 2020, section 3.5).
    pub(super) fn grown(self, ratio: f32) -> Self {
        let by = ratio * self.area() / (4.0 * (self.half_length + self.half_height)).max(f32::EPSILON);
        Self { half_length: self.half_length + by, half_height: self.half_height + by, ..self }
    }

    /// The mean of a map's values inside. The map has `width` values a row.
    pub(super) fn mean(&self, map: &[f32], width: usize) -> f32 {
        let height = map.len() / width;
        let reach_x = (self.along.x * self.half_length).abs() + (self.along.y * self.half_height).abs();
        let reach_y = (self.along.y * self.half_length).abs() + (self.along.x * self.half_height).abs();
        let range = |middle: f32, reach: f32, end: usize| (middle - reach).max(0.0) as usize..((middle + reach).ceil() as usize).min(end);
        let (mut sum, mut count) = (0.0_f64, 0_u32);
        for y in range(self.middle.y, reach_y, height) {
            for x in range(self.middle.x, reach_x, width) {
                let (dx, dy) = (x as f32 + 0.5 - self.middle.x, y as f32 + 0.5 - self.middle.y);
                let (along, across) = (dx * self.along.x + dy * self.along.y, dy * self.along.x - dx * self.along.y);
                if along.abs() <= self.half_length && across.abs() <= self.half_height {
                    sum += f64::from(map[y * width + x]);
                    count += 1;
                }
            }
        }
        if count == 0 { 0.0 } else { (sum / f64::from(count)) as f32 }
    }

    /// Its corners, clockwise from the left upper one, in a picture that is so many times wider and higher.
    pub(super) fn quad(&self, wider: f32, higher: f32) -> Quad {
        let corner = |length: f32, height: f32| Point {
            x: (self.middle.x + self.along.x * length - self.along.y * height) * wider,
            y: (self.middle.y + self.along.y * length + self.along.x * height) * higher,
        };
        let (l, h) = (self.half_length, self.half_height);
        [corner(-l, -h), corner(l, -h), corner(l, h), corner(-l, h)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(lines: &[&str]) -> Vec<bool> {
        lines.iter().flat_map(|line| line.bytes().map(|byte| byte == b'#')).collect()
    }

    #[test]
    fn touching_pixels_are_one_region() {
        let map = drawn(&["##..#", "..#..", ".....", "##..#"]);
        let found = regions(map.clone(), 5, 10);
        let sizes: Vec<_> = found.iter().map(|region| (region.top, region.rows.len())).collect();
        assert_eq!(sizes, [(0, 2), (0, 1), (3, 1), (3, 1)]);
        assert_eq!(regions(map, 5, 2).len(), 2);
    }

    #[test]
    fn an_upright_region_has_its_own_pixels_as_rectangle() {
        let found = regions(drawn(&["......", ".####.", ".####.", "......"]), 6, 10);
        let [a, b, c, d] = found[0].rectangle().quad(2.0, 1.0);
        assert_eq!([a, b, c, d].map(|p| (p.x, p.y)), [(2.0, 1.0), (10.0, 1.0), (10.0, 3.0), (2.0, 3.0)]);
    }

    #[test]
    fn a_slanted_bar_is_found_at_its_angle() {
        for degrees in [-30.0_f32, -12.0, 0.0, 12.0, 30.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let inside = |x: f32, y: f32| (x * cos + y * sin).abs() < 60.0 && (y * cos - x * sin).abs() < 8.0;
            let map: Vec<bool> = (0..200 * 200).map(|i| inside((i % 200) as f32 - 99.5, (i / 200) as f32 - 99.5)).collect();
            let rectangle = regions(map.clone(), 200, 10)[0].rectangle();
            let [a, b, _, d] = rectangle.quad(1.0, 1.0);
            assert!(((b.y - a.y).atan2(b.x - a.x).to_degrees() - degrees).abs() < 2.0, "{degrees}: {a:?} {b:?}");
            assert!(((b.x - a.x).hypot(b.y - a.y) - 120.0).abs() < 4.0 && ((d.x - a.x).hypot(d.y - a.y) - 16.0).abs() < 3.0);
            let values: Vec<f32> = map.iter().map(|set| f32::from(*set)).collect();
            assert!(rectangle.mean(&values, 200) > 0.9);
        }
    }

    #[test]
    fn growing_a_square_adds_a_quarter_of_its_side_times_the_ratio() {
        let square = Rectangle { middle: Point { x: 0.0, y: 0.0 }, along: Point { x: 1.0, y: 0.0 }, half_length: 4.0, half_height: 4.0 };
        assert_eq!(square.grown(1.5).half_length, 4.0 + 1.5 * 64.0 / 32.0);
    }
}
