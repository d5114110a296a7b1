//! The 68 points of a face, in the order of the iBUG 300-W annotation: outline 0 to 16, eyebrows 17 to 26, nose 27 to 35, eyes 36 to 47,
//! mouth 48 to 67; left is the left of the picture.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::pyramid::Pyramid;
use crate::{
    NetworkFailed, Picture, Point, Quad,
    network::{Network, embedded},
    picture::Projection,
};

/// How many points a face has.
const COUNT: usize = 68;
/// Both sides of what the network sees, in pixels.
const SIDE: usize = 112;
/// The mean of each channel in the pictures that the network was trained with.
pub(super) const MEAN: [f32; 3] = [122.782, 117.001, 104.298];

/// The 68 points of a face, in pixels of the picture; some may lie outside of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Point>", into = "Vec<Point>")]
pub struct Landmarks([Point; COUNT]);

/// Points that are not those of a face.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a face has 68 points, not {0}")]
pub struct NotLandmarks(usize);

impl TryFrom<Vec<Point>> for Landmarks {
    type Error = NotLandmarks;

    fn try_from(points: Vec<Point>) -> Result<Self, NotLandmarks> {
        points.try_into().map(Self).map_err(|points: Vec<Point>| NotLandmarks(points.len()))
    }
}

impl From<Landmarks> for Vec<Point> {
    fn from(landmarks: Landmarks) -> Self {
        landmarks.0.to_vec()
    }
}

impl Landmarks {
    /// All of them, in their order.
    #[must_use]
    pub fn all(&self) -> &[Point] {
        &self.0
    }

    /// The middles of the eyes, the one on the left of the picture first.
    #[must_use]
    pub fn eyes(&self) -> [Point; 2] {
        [36, 42].map(|first| {
            let sum = |axis: fn(&Point) -> f32| self.0[first..first + 6].iter().map(axis).sum::<f32>() / 6.0;
            Point { x: sum(|point| point.x), y: sum(|point| point.y) }
        })
    }

    /// Outer and inner corner of the left eye, inner and outer of the right, and the base of the nose.
    pub(super) fn five(&self) -> [Point; 5] {
        [36, 39, 42, 45, 33].map(|i| self.0[i])
    }

    /// The tip of the nose.
    pub(super) fn nose(&self) -> Point {
        self.0[30]
    }

    /// The outline beside the eyes, on both sides.
    pub(super) fn sides(&self) -> [Point; 2] {
        [self.0[1], self.0[15]]
    }

    #[cfg(test)]
    pub(super) fn from_five(five: [Point; 5]) -> Self {
        let mut all = [Point { x: 0.0, y: 0.0 }; COUNT];
        [36, 39, 42, 45, 33].into_iter().zip(five).for_each(|(i, point)| all[i] = point);
        Self(all)
    }
}

/// Places the points of the face in a square of the picture.
///
/// # Errors
/// If the network fails.
pub(super) fn place(pyramid: &Pyramid, area: &Quad) -> Result<Landmarks, NetworkFailed> {
    let parts = run(&pyramid.cut(area, SIDE))?;
    let map = Projection::onto(area);
    let mut points = [Point { x: 0.0, y: 0.0 }; COUNT];
    points.iter_mut().zip(parts.chunks_exact(2)).for_each(|(point, part)| *point = map.at(part[0], part[1]));
    Ok(Landmarks(points))
}

/// What the network says of 112 × 112 pixels: x and y in turn, in parts of the side.
pub(super) fn run(seen: &Picture) -> Result<Vec<f32>, NetworkFailed> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    let network = NETWORK.get_or_init(|| Network::load(embedded!("face-landmarks.onnx")));
    let output = network.run([1, 3, SIDE, SIDE], planes(seen, 255.0))?;
    Ok(output.into_iter().next().map(|output| output.data).unwrap_or_default())
}

/// Red, green and blue one after the other, each value less its mean and then divided.
pub(super) fn planes(seen: &Picture, divisor: f32) -> Vec<f32> {
    let plane = |channel: usize| seen.rgb().iter().skip(channel).step_by(3).map(move |value| (f32::from(*value) - MEAN[channel]) / divisor);
    (0..3).flat_map(plane).collect()
}
