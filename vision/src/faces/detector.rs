//! Where faces are: MediaPipe's BlazeFace looks at 256 × 256 pixels and gives, for each of 896 anchors, how likely a face is there, its box
//! and six points (Bazarevsky et al., BlazeFace, 2019; decoded as `blazeface.ts` of the package does it).

use std::sync::OnceLock;

use crate::{
    NetworkFailed, Picture, Point,
    network::{Network, embedded},
};

/// Both sides of what the network sees, in pixels.
pub(super) const SIDE: usize = 256;
/// Two boxes of which this part of the smaller lies in the other are one face.
const SAME: f32 = 0.4;
/// Anchors lie in the middles of squares of so many pixels, so many in each: a fine grid, then a coarse one.
const GRIDS: [(usize, usize); 2] = [(16, 2), (32, 6)];
const ANCHORS: usize = 896;
/// Likelihood; middle, width and height of the box; six points.
const NUMBERS: usize = 17;
/// Which of the six points are the eyes, the one on the left of the picture first.
const EYES: [usize; 2] = [0, 1];

/// A face that was found: an upright square and where its eyes are.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub score: f32,
    pub middle: Point,
    pub side: f32,
    /// On the left of the picture, then on the right.
    pub eyes: [Point; 2],
}

impl Found {
    /// The same face where lengths are so many times as long and points lie elsewhere.
    pub(super) fn mapped(self, scale: f32, point: impl Fn(Point) -> Point) -> Self {
        Self { middle: point(self.middle), side: self.side * scale, eyes: self.eyes.map(point), ..self }
    }

    /// Whether both are the same face: which part of the smaller square lies in the other.
    fn is(&self, other: &Self) -> bool {
        let half = (self.side + other.side) / 2.0;
        let smaller = self.side.min(other.side);
        let shared = |a: f32, b: f32| (half - (a - b).abs()).clamp(0.0, smaller);
        shared(self.middle.x, other.middle.x) * shared(self.middle.y, other.middle.y) > SAME * smaller * smaller
    }
}

/// What may be a face on 256 × 256 pixels, from this likelihood on, in those pixels; one face may be among them more than once.
///
/// # Errors
/// If the network fails.
pub(super) fn look(seen: &Picture, least: f32) -> Result<Vec<Found>, NetworkFailed> {
    let numbers = run(seen)?;
    let all = numbers.chunks_exact(NUMBERS).zip(anchors()).filter_map(|(numbers, anchor)| found(numbers, anchor));
    Ok(all.filter(|found| found.score >= least).collect())
}

/// What the network says of each anchor, or nothing if it says something else.
pub(super) fn run(seen: &Picture) -> Result<Vec<f32>, NetworkFailed> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    let network = NETWORK.get_or_init(|| Network::load(embedded!("face-detector.onnx")));
    let plane = |channel: usize| seen.rgb().iter().skip(channel).step_by(3).map(|value| f32::from(*value) / 127.5 - 1.0);
    let output = network.run([1, 3, SIDE, SIDE], (0..3).flat_map(plane).collect())?;
    Ok(output.into_iter().next().map(|output| output.data).filter(|data| data.len() == ANCHORS * NUMBERS).unwrap_or_default())
}

/// Each face once: of those that are the same, the likeliest.
pub(super) fn each_once(mut all: Vec<Found>) -> Vec<Found> {
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Found> = Vec::new();
    for one in all {
        if !kept.iter().any(|other| other.is(&one)) {
            kept.push(one);
        }
    }
    kept
}

fn anchors() -> impl Iterator<Item = Point> {
    GRIDS.into_iter().flat_map(|(step, each)| {
        let count = SIDE / step;
        let middle = move |i: usize| (i as f32 + 0.5) * step as f32;
        (0..count * count * each).map(move |i| Point { x: middle(i / each % count), y: middle(i / each / count) })
    })
}

fn found(numbers: &[f32], anchor: Point) -> Option<Found> {
    let score = 1.0 / (1.0 + (-numbers[0]).exp());
    let side = numbers[3].max(numbers[4]);
    let point = |at: usize| Point { x: anchor.x + numbers[at], y: anchor.y + numbers[at + 1] };
    let sound = numbers.iter().all(|number| number.is_finite()) && side > 0.0;
    sound.then(|| Found { score, middle: point(1), side, eyes: EYES.map(|eye| point(5 + 2 * eye)) })
}
