//! The brightness of a picture in 64 by 64 cells, gathered row by row while it is decoded. A large picture is not read whole: a thousand
//! pixels across and down are enough.

use image::{DynamicImage, GenericImageView as _, GrayImage, Luma, Pixel as _, Rgba, metadata::Orientation};

/// The cells across and down.
pub(super) const CELLS: usize = 64;
/// The most pixels of a side that are read.
const MOST_READ: u32 = 1_024;

/// The picture's brightness, being gathered.
pub(super) struct Grid {
    size: (u32, u32),
    step: (u32, u32),
    sums: Vec<(u32, u32)>,
}

impl Grid {
    /// Of a picture of this size; `None` if it has fewer pixels than cells.
    pub(super) fn new(width: u32, height: u32) -> Option<Self> {
        let step = |side: u32| (side / MOST_READ).max(1);
        let is_enough = width.min(height) >= CELLS as u32;
        is_enough.then(|| Self { size: (width, height), step: (step(width), step(height)), sums: vec![(0, 0); CELLS * CELLS] })
    }

    /// Of a decoded picture.
    pub(super) fn of(image: &DynamicImage) -> Option<Self> {
        let mut grid = Self::new(image.width(), image.height())?;
        for y in 0..image.height() {
            grid.add(y, |x| image.get_pixel(x, y));
        }
        Some(grid)
    }

    /// Reads a row of the picture, or passes over it.
    pub(super) fn add(&mut self, y: u32, pixel: impl Fn(u32) -> Rgba<u8>) {
        let cell = |at: u32, side: u32| (u64::from(at) * CELLS as u64 / u64::from(side)) as usize;
        if y >= self.size.1 || !y.is_multiple_of(self.step.1) {
            return;
        }
        let row = cell(y, self.size.1) * CELLS;
        for x in (0..self.size.0).step_by(self.step.0 as usize) {
            let Luma([level]) = pixel(x).to_luma();
            let (sum, count) = &mut self.sums[row + cell(x, self.size.0)];
            (*sum, *count) = (*sum + u32::from(level), *count + 1);
        }
    }

    /// The mean of each cell, row by row, of the picture as a person sees it.
    pub(super) fn means(&self, orientation: Orientation) -> Vec<u8> {
        let means = self.sums.iter().map(|(sum, count)| u8::try_from(sum / (*count).max(1)).unwrap_or(u8::MAX)).collect();
        let cells = GrayImage::from_raw(CELLS as u32, CELLS as u32, means).expect("as many as there are cells");
        let mut cells = DynamicImage::from(cells);
        cells.apply_orientation(orientation);
        cells.into_luma8().into_raw()
    }
}
