//! Sample selfies: drawn faces before a wall, marked SPECIMEN. They look like people only to a detector of faces.

use super::{
    Looks, MARK,
    canvas::{Canvas, Letters},
    portrait,
};
use crate::Picture;

/// Width and height of one person's part, in millimetres.
const PART: [f32; 2] = [50.0, 64.0];
const MARK_HEIGHT: f32 = 3.0;

/// A drawn selfie, 700 × 896 pixels.
#[must_use]
pub fn selfie(looks: &Looks) -> Picture {
    together(&[looks])
}

/// The same with several people side by side; with nobody, the wall.
#[must_use]
pub fn together(people: &[&Looks]) -> Picture {
    let [width, height] = PART;
    let mut canvas = Canvas::new(width * people.len().max(1) as f32, height, [214, 220, 226]);
    for (i, looks) in people.iter().enumerate() {
        let left = width * i as f32;
        portrait::draw(&mut canvas, [left, 0.0, width, height], looks);
        canvas.text([left + 2.0, height - 2.0], MARK_HEIGHT, Letters::Sans, [250, 250, 250], MARK);
    }
    canvas.done()
}
