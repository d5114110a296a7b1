//! A picture in brightness.

/// The brightness of each pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Luma {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<u8>,
}

impl Luma {
    /// A picture of so many pixels across and down; `None` if there are not so many, or none at all.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
        (!pixels.is_empty() && width.checked_mul(height) == Some(pixels.len())).then_some(Self { width, height, pixels })
    }

    pub(super) fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..][..self.width]
    }

    /// The picture with a longest side of at most `most` pixels. Each pixel is the mean of those that it stands for.
    pub fn shrunk(&self, most: u32) -> Self {
        let (most, longest) = (most.max(1) as usize, self.width.max(self.height));
        if longest <= most {
            return self.clone();
        }
        let (width, height) = ((self.width * most / longest).max(1), (self.height * most / longest).max(1));
        let mut pixels = Vec::with_capacity(width * height);
        let ends = |at: usize, of: usize, from: usize| (at * from / of, ((at + 1) * from / of).max(at * from / of + 1));
        let columns: Vec<_> = (0..width).map(|x| ends(x, width, self.width)).collect();
        let mut sums = vec![0_u32; width];
        for y in 0..height {
            let (top, bottom) = ends(y, height, self.height);
            sums.fill(0);
            for row in top..bottom {
                let row = self.row(row);
                for (sum, (left, right)) in sums.iter_mut().zip(&columns) {
                    *sum += row[*left..*right].iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
                }
            }
            pixels.extend(sums.iter().zip(&columns).map(|(sum, (left, right))| (sum / ((right - left) * (bottom - top)) as u32) as u8));
        }
        Self { width, height, pixels }
    }

    /// The brightness that this many per mille of the pixels do not pass.
    pub(super) fn per_mille(&self, share: usize) -> u8 {
        let mut counts = [0_usize; 256];
        for pixel in &self.pixels {
            counts[usize::from(*pixel)] += 1;
        }
        let mut left = self.pixels.len() * share / 1_000;
        for (value, count) in (0..=255).zip(counts) {
            if left < count {
                return value;
            }
            left -= count;
        }
        255
    }
}
