//! Faces on a picture: where they are, how they are turned, and numbers by which two of them are compared. One network finds faces, one
//! places 68 points on each, one turns an upright cut of it into 128 numbers; pictures of one person lie close together by those.
//!
//! What comes out says nothing about whether a person was in front of the camera, and a small distance is not proof of who it is.

mod align;
mod detector;
mod embedding;
mod landmarks;
mod pose;
mod pyramid;
mod search;

use serde::{Deserialize, Serialize};

pub use embedding::{Template, template};
pub use landmarks::{Landmarks, NotLandmarks};

use crate::{NetworkFailed, Picture, Quad};
use pyramid::Pyramid;

/// More faces than this are not looked at: the largest are kept.
pub const MOST_FACES: usize = 20;

/// A face on a picture. Lengths are in its pixels, angles in degrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Face {
    /// The square around eyebrows, cheeks and chin, turned as the face is. It may reach beyond the picture.
    pub area: Quad,
    /// How sure the detector is, from 0.75 to 1. Not a measure of how good the picture is.
    pub score: f32,
    /// Eyes, nose, mouth and the outline.
    pub landmarks: Landmarks,
    /// How far the head is turned to a side, by the nose between the cheeks: 0 looks at the camera, more than 0 to the right of the picture.
    /// An estimate, good to some degrees up to about 45.
    pub yaw: f32,
    /// How far the head leans, by the line of the eyes: more than 0 is clockwise.
    pub roll: f32,
    /// The side of `area`.
    pub size: f32,
}

impl Face {
    /// Whether the eyes, nose, mouth and outline are on a picture of this size, with a margin of a hundredth of the face.
    #[must_use]
    pub fn is_whole(&self, width: usize, height: usize) -> bool {
        let (width, height, margin) = (width as f32, height as f32, self.size / 100.0);
        let inside = |value: f32, end: f32| value >= margin && value <= end - margin;
        self.landmarks.all().iter().all(|point| inside(point.x, width) && inside(point.y, height))
    }

    /// From the middle of one eye to that of the other. ISO/IEC 19794-5 wants 90 pixels of a passport's portrait; 128 numbers can be had from 20.
    #[must_use]
    pub fn eye_distance(&self) -> f32 {
        let [left, right] = self.landmarks.eyes();
        (right.x - left.x).hypot(right.y - left.y)
    }
}

/// The faces on a picture that stands upright, the largest first, at most 20. Heads may lean by up to about 40°. The whole picture is looked
/// at first, and parts of it only if that shows no face: then faces of a twentieth of its longer side are found, else of a tenth.
///
/// # Errors
/// If a network fails.
pub fn find(picture: &Picture) -> Result<Vec<Face>, NetworkFailed> {
    let pyramid = Pyramid::new(picture);
    let mut found = search::faces(&pyramid)?;
    found.sort_by(|a, b| b.side.total_cmp(&a.side));
    found.truncate(MOST_FACES);
    found.iter().map(|one| face(&pyramid, one)).collect()
}

fn face(pyramid: &Pyramid, found: &detector::Found) -> Result<Face, NetworkFailed> {
    let area = align::area(found);
    let landmarks = landmarks::place(pyramid, &area)?;
    let (yaw, roll) = pose::of(&landmarks);
    Ok(Face { area, score: found.score, landmarks, yaw, roll, size: found.side })
}

#[cfg(test)]
mod tests;
