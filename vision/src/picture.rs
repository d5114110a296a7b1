//! A picture as pixels, and what is done to pixels before a network or a reader of codes sees them: made smaller, cut out, turned.

use serde::{Deserialize, Serialize};

use crate::Turn;

/// An opaque picture: `rgb` holds three bytes a pixel, row by row from the top, in sRGB.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// A point in pixels from the left upper corner; the centre of the first pixel is at (0.5, 0.5).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// Four corners, clockwise, from the left upper one as the text or face on it is read.
pub type Quad = [Point; 4];

/// Why pixels are not a picture.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a picture of {width} × {height} pixels has three bytes for each and at least one pixel; these are {bytes} bytes")]
pub struct NotAPicture {
    width: usize,
    height: usize,
    bytes: usize,
}

impl Picture {
    /// A picture of these pixels.
    ///
    /// # Errors
    /// If a side is 0, or `rgb` has not three bytes for each pixel.
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Result<Self, NotAPicture> {
        let wanted = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3));
        if width == 0 || height == 0 || wanted != Some(rgb.len()) {
            return Err(NotAPicture { width, height, bytes: rgb.len() });
        }
        Ok(Self { width, height, rgb })
    }

    /// A picture whose pixels are made one by one from (x, y). Sides of 0 become 1.
    pub fn from_fn(width: usize, height: usize, mut pixel: impl FnMut(usize, usize) -> [u8; 3]) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                rgb.extend_from_slice(&pixel(x, y));
            }
        }
        Self { width, height, rgb }
    }

    /// In pixels.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// In pixels.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Three bytes a pixel, row by row.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The same bytes, to draw on.
    pub fn rgb_mut(&mut self) -> &mut [u8] {
        &mut self.rgb
    }

    /// The pixel at (x, y); beyond the edge, the nearest one.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y.min(self.height - 1) * self.width + x.min(self.width - 1)) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Brightness, one byte a pixel, row by row (ITU-R BT.601, as JPEG has it).
    #[must_use]
    pub fn luma(&self) -> Vec<u8> {
        let luma = |p: &[u8]| (u32::from(p[0]) * 19_595 + u32::from(p[1]) * 38_470 + u32::from(p[2]) * 7_471 + 32_768) >> 16;
        self.rgb.chunks_exact(3).map(|p| luma(p) as u8).collect()
    }

    /// The picture in another size. Each new pixel is the mean of those that it covers, or lies between the nearest four where the picture
    /// grows; sides of 0 become 1.
    #[must_use]
    pub fn resize(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let (columns, rows) = (taps(self.width, width), taps(self.height, height));
        let mut rgb = Vec::with_capacity(width * height * 3);
        let mut sums = vec![0_f32; self.width * 3];
        for row in &rows {
            sums.fill(0.0);
            for (y, weight) in row {
                let line = &self.rgb[y * self.width * 3..(y + 1) * self.width * 3];
                sums.iter_mut().zip(line).for_each(|(sum, byte)| *sum += weight * f32::from(*byte));
            }
            for column in &columns {
                for channel in 0..3 {
                    let value: f32 = column.iter().map(|(x, weight)| weight * sums[x * 3 + channel]).sum();
                    rgb.push((value + 0.5) as u8);
                }
            }
        }
        Self { width, height, rgb }
    }

    /// The picture with its longer side at most `side`; never larger than it is.
    #[must_use]
    pub fn at_most(&self, side: usize) -> Self {
        let longer = self.width.max(self.height);
        if longer <= side { self.clone() } else { self.resize(self.width * side / longer, self.height * side / longer) }
    }

    /// What lies between four corners, drawn straight in a picture of this size. Beyond the edge the nearest pixels are repeated; where it
    /// becomes much smaller, resize first.
    #[must_use]
    pub fn crop(&self, quad: &Quad, width: usize, height: usize) -> Self {
        let map = Projection::onto(quad);
        let (w, h) = (width.max(1) as f32, height.max(1) as f32);
        Self::from_fn(width, height, |x, y| self.between(map.at((x as f32 + 0.5) / w, (y as f32 + 0.5) / h)))
    }

    /// The colour at a point, between the four nearest pixels.
    #[must_use]
    pub fn between(&self, point: Point) -> [u8; 3] {
        let x = (point.x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (point.y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, below) = (x - left as f32, y - top as f32);
        let [a, b, c, d] = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| self.pixel(left + dx, top + dy).map(f32::from));
        std::array::from_fn(|i| {
            let (upper, lower) = (a[i] + (b[i] - a[i]) * right, c[i] + (d[i] - c[i]) * right);
            (upper + (lower - upper) * below + 0.5) as u8
        })
    }

    /// The picture turned clockwise.
    #[must_use]
    pub fn turned(&self, turn: Turn) -> Self {
        let (w, h) = (self.width, self.height);
        match turn {
            Turn::None => self.clone(),
            Turn::Quarter => Self::from_fn(h, w, |x, y| self.pixel(y, h - 1 - x)),
            Turn::Half => Self::from_fn(w, h, |x, y| self.pixel(w - 1 - x, h - 1 - y)),
            Turn::ThreeQuarters => Self::from_fn(h, w, |x, y| self.pixel(w - 1 - y, x)),
        }
    }
}

impl std::fmt::Debug for Picture {
    /// Its size, never its content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

/// For each pixel of a side that becomes `to` pixels long, the pixels that it is made of and how much of each; the weights add up to 1.
fn taps(from: usize, to: usize) -> Vec<Vec<(usize, f32)>> {
    let scale = from as f32 / to as f32;
    let reach = scale.max(1.0);
    let one = |i: usize| {
        let centre = (i as f32 + 0.5) * scale;
        let (first, last) = ((centre - reach).floor().max(0.0) as usize, ((centre + reach).ceil() as usize).min(from));
        // A box where it shrinks, a tent where it grows.
        let weight = |x: usize| {
            let distance = x as f32 + 0.5 - centre;
            if scale > 1.0 { (scale / 2.0 + 0.5 - distance.abs()).clamp(0.0, 1.0) } else { (1.0 - distance.abs()).max(0.0) }
        };
        let mut all: Vec<_> = (first..last).map(|x| (x, weight(x))).filter(|(_, weight)| *weight > 0.0).collect();
        let sum: f32 = all.iter().map(|(_, weight)| weight).sum();
        all.iter_mut().for_each(|(_, weight)| *weight /= sum);
        all
    };
    (0..to).map(one).collect()
}

/// Maps the unit square onto four corners in perspective (Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, section 2.2.3).
pub(crate) struct Projection {
    x: [f32; 3],
    y: [f32; 3],
    w: [f32; 2],
}

impl Projection {
    pub(crate) fn onto(&[a, b, c, d]: &Quad) -> Self {
        let (sx, sy) = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y);
        let (dx1, dx2, dy1, dy2) = (b.x - c.x, d.x - c.x, b.y - c.y, d.y - c.y);
        let area = dx1 * dy2 - dx2 * dy1;
        let (g, h) = if area.abs() < f32::EPSILON { (0.0, 0.0) } else { ((sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area) };
        Self { x: [b.x - a.x + g * b.x, d.x - a.x + h * d.x, a.x], y: [b.y - a.y + g * b.y, d.y - a.y + h * d.y, a.y], w: [g, h] }
    }

    /// Where (u, v) of the unit square lies.
    pub(crate) fn at(&self, u: f32, v: f32) -> Point {
        let w = self.w[0] * u + self.w[1] * v + 1.0;
        Point { x: (self.x[0] * u + self.x[1] * v + self.x[2]) / w, y: (self.y[0] * u + self.y[1] * v + self.y[2]) / w }
    }
}

#[cfg(test)]
mod tests;
