//! A picture in halves, quarters and so on of its size, so that a small upright cut of a large face takes each pixel into account and is quick.

use crate::{Picture, Point, Quad};

/// No level has a shorter side than this, in pixels.
const LEAST: usize = 64;

pub(super) struct Pyramid(Vec<Picture>);

impl Pyramid {
    pub(super) fn new(picture: &Picture) -> Self {
        let mut levels = vec![picture.clone()];
        while let Some(last) = levels.last()
            && last.width().min(last.height()) / 2 >= LEAST
        {
            let next = halved(last);
            levels.push(next);
        }
        Self(levels)
    }

    /// The picture in its own size.
    pub(super) fn whole(&self) -> &Picture {
        &self.0[0]
    }

    /// What lies between four corners, in pixels of the picture, as a square of so many pixels.
    pub(super) fn cut(&self, quad: &Quad, side: usize) -> Picture {
        let [a, b, ..] = quad;
        let scale = (b.x - a.x).hypot(b.y - a.y) / side as f32;
        let level = (scale.max(1.0).log2() as usize).min(self.0.len() - 1);
        let part = 1.0 / (1_u32 << level) as f32;
        self.0[level].crop(&quad.map(|point| Point { x: point.x * part, y: point.y * part }), side, side)
    }
}

/// Each pixel is the mean of four; the last row and column of odd ones are left out.
fn halved(picture: &Picture) -> Picture {
    let (width, line) = (picture.width() / 2, picture.width() * 3);
    let mut rgb = Vec::with_capacity(width * (picture.height() / 2) * 3);
    for rows in picture.rgb().chunks_exact(2 * line) {
        let (upper, lower) = rows.split_at(line);
        for (a, b) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            rgb.extend((0..3).map(|i| ((u16::from(a[i]) + u16::from(a[i + 3]) + u16::from(b[i]) + u16::from(b[i + 3]) + 2) / 4) as u8));
        }
    }
    Picture::new(width, picture.height() / 2, rgb).expect("half as many rows, each of half as many pixels")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_means_of_four_also_of_odd_sides() {
        let picture = Picture::from_fn(5, 3, |x, y| [x as u8 * 10, y as u8 * 20, 9]);
        let half = halved(&picture);
        assert_eq!((half.width(), half.height()), (2, 1));
        assert_eq!((half.pixel(0, 0), half.pixel(1, 0)), ([5, 10, 9], [25, 10, 9]));
    }

    #[test]
    fn a_cut_is_the_same_place_at_every_level() {
        // Wide waves: at each size a pixel says where it was.
        let picture = Picture::from_fn(1_200, 900, |x, y| [(x / 5) as u8, (y / 5) as u8, 0]);
        let pyramid = Pyramid::new(&picture);
        for length in [100.0, 350.0, 600.0] {
            let [left, top] = [300.0, 200.0];
            let at = |x: f32, y: f32| Point { x: left + x * length, y: top + y * length };
            let middle = pyramid.cut(&[at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)], 75).pixel(37, 37);
            for (found, wanted) in [(middle[0], (left + length / 2.0) / 5.0), (middle[1], (top + length / 2.0) / 5.0)] {
                assert!((f32::from(found) - wanted).abs() < 2.0, "{length}: {found}, not {wanted}");
            }
        }
    }
}
