//! What a worker sees on an image.

use serde::{Deserialize, Serialize};
use vision::{Quad, Turn, codes::Code, faces::Face, text::Reading};

/// What is written on an image. Lengths are in pixels of the picture that was looked at, which may be smaller than the image.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenText {
    /// The width of the picture.
    pub width: usize,
    /// The height of the picture.
    pub height: usize,
    /// Its lines.
    pub reading: Reading,
    /// Its codes.
    pub codes: Vec<Code>,
}

/// The faces on an image, on a picture that was turned until there was one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenFaces {
    /// The width of the turned picture.
    pub width: usize,
    /// The height of the turned picture.
    pub height: usize,
    /// How far it was turned.
    pub turn: Turn,
    /// The largest first.
    pub faces: Vec<Face>,
    /// The numbers by which the largest face is compared, as bytes, if they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Vec<u8>>,
}

/// Where something is on an image: its corners in parts of the image's width and height, orientation applied.
pub type Place = [[f64; 2]; 4];

impl SeenText {
    /// These corners as they are once the text stands upright.
    pub fn upright(&self, quad: &Quad) -> Quad {
        let back = match self.reading.turn {
            Turn::None => Turn::None,
            Turn::Quarter => Turn::ThreeQuarters,
            Turn::Half => Turn::Half,
            Turn::ThreeQuarters => Turn::Quarter,
        };
        quad.map(|corner| back.back(corner, self.width as f32, self.height as f32))
    }

    /// Where these corners are.
    pub fn place(&self, quad: &Quad) -> Place {
        parts(quad, self.width, self.height)
    }
}

impl SeenFaces {
    /// Where these corners are.
    pub fn place(&self, quad: &Quad) -> Place {
        let (width, height) = match self.turn {
            Turn::None | Turn::Half => (self.width, self.height),
            Turn::Quarter | Turn::ThreeQuarters => (self.height, self.width),
        };
        parts(&quad.map(|corner| self.turn.back(corner, self.width as f32, self.height as f32)), width, height)
    }
}

/// To four decimals, which is a pixel of a large photo.
fn parts(quad: &Quad, width: usize, height: usize) -> Place {
    let part = |length: f32, whole: usize| (f64::from(length) / whole.max(1) as f64 * 10_000.0).round() / 10_000.0;
    quad.map(|corner| [part(corner.x, width), part(corner.y, height)])
}
