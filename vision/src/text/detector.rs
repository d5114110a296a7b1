//! Where text is: PP-OCRv4's detector gives a map of how likely each pixel belongs to text, and the regions of that map become boxes.

use std::sync::OnceLock;

use super::regions::{Rectangle, regions};
use crate::{
    NetworkFailed, Picture, Quad,
    network::{Network, embedded},
};

/// The longer side of what the network sees, in pixels. With 736 the lines of passports are lost.
const SIDE: usize = 960;
/// Both sides are multiples of this, because the network halves its input five times.
const STEP: usize = 32;
/// From here on a pixel belongs to text.
const LIKELY: f32 = 0.3;
/// The least mean of a box.
const LIKELY_BOX: f32 = 0.6;
/// How much boxes grow, because the network was trained with shrunk ones.
const GROWTH: f32 = 1.6;
/// Regions and boxes with a shorter side are noise, in pixels of what the network saw.
const LEAST_REGION: f32 = 3.0;
const LEAST_BOX: f32 = 5.0;
/// More regions or boxes than any document has are not looked at.
const MOST_REGIONS: usize = 1_000;
const MOST_BOXES: usize = 200;
/// Mean and deviation of each channel in the pictures that the network was trained with; it takes blue first.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// The boxes of text on a picture, in its pixels, at most 200.
///
/// # Errors
/// If the network fails.
pub(super) fn boxes(picture: &Picture) -> Result<Vec<Quad>, NetworkFailed> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    let network = NETWORK.get_or_init(|| Network::load(embedded!("text-detector.onnx")));
    let longer = picture.width().max(picture.height()).max(SIDE) as f32;
    let side = |length: usize| ((length as f32 * SIDE as f32 / longer / STEP as f32).round() as usize).max(1) * STEP;
    let seen = picture.resize(side(picture.width()), side(picture.height()));
    let (width, height) = (seen.width(), seen.height());
    let output = network.run([1, 3, height, width], planes(&seen, MEAN, DEVIATION))?;
    let map = output.into_iter().next().map(|output| output.data).unwrap_or_default();
    if map.len() != width * height {
        return Ok(Vec::new());
    }
    let (wider, higher) = (picture.width() as f32 / width as f32, picture.height() as f32 / height as f32);
    let found = regions(map.iter().map(|value| *value > LIKELY).collect(), width, MOST_REGIONS);
    let likely = |rectangle: &Rectangle| rectangle.short_side() >= LEAST_REGION && rectangle.mean(&map, width) >= LIKELY_BOX;
    let grown = found.iter().map(super::regions::Region::rectangle).filter(likely).map(|rectangle| rectangle.grown(GROWTH));
    Ok(grown.filter(|rectangle| rectangle.short_side() >= LEAST_BOX).map(|rectangle| rectangle.quad(wider, higher)).take(MOST_BOXES).collect())
}

/// The picture as a network takes it: plane after plane, blue first, each value less the mean and divided by the deviation.
pub(super) fn planes(picture: &Picture, mean: [f32; 3], deviation: [f32; 3]) -> Vec<f32> {
    let plane = |channel: usize| {
        let (mean, scale) = (mean[2 - channel], 1.0 / (255.0 * deviation[2 - channel]));
        let shift = mean * 255.0 * scale;
        picture.rgb().iter().skip(channel).step_by(3).map(move |value| f32::from(*value) * scale - shift)
    };
    [2, 1, 0].into_iter().flat_map(plane).collect()
}
