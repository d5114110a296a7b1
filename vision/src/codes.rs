//! Reads QR and PDF417 on a picture. Both are looked for at two sizes; PDF417, which is read row by row, also at two angles.

mod plane;

use std::cmp::Reverse;

use plane::Plane;
use rxing::{
    BinaryBitmap, Luma8LuminanceSource, RXingResult, RXingResultMetadataType, RXingResultMetadataValue, Reader as _,
    common::{DetectorRXingResult as _, HybridBinarizer},
    pdf417::PDF417Reader,
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR},
    },
};
use serde::{Deserialize, Serialize};

use crate::{Picture, Point, Quad, Turn};

/// The longer side of what is looked at, in pixels: what the customer's page sends of a photo, and a little more.
const LARGEST: usize = 2_000;
/// PDF417 is read if its rows lie within about 6° of a side of the picture, so that two more tries at this angle, in degrees, cover 15°.
const ANGLE: f32 = 10.0;
/// So many finder patterns, the largest, and sets of three of them are tried. A code has three, and print looks like one here and there.
const MOST_PATTERNS: usize = 100;
const MOST_SETS: usize = 300;
/// More codes than any document has are not reported.
const MOST: usize = 16;

/// Which kind of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CodeKind {
    /// ISO/IEC 18004.
    Qr,
    /// ISO/IEC 15438.
    Pdf417,
}

/// A code that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// Which kind it is.
    pub kind: CodeKind,
    /// What it says. Bytes that are no text are guessed at.
    pub text: String,
    /// What it says, byte by byte: of PDF417 that is the text in UTF-8.
    pub bytes: Vec<u8>,
    /// An upright box around it, in pixels of the picture that was given.
    pub quad: Quad,
}

/// All QR codes on a picture that can be read, and at most one PDF417; 16 in all, each once.
#[must_use]
pub fn read(picture: &Picture) -> Vec<Code> {
    let looked_at = picture.at_most(LARGEST);
    let whole = Plane::of(&looked_at, picture.width() as f32 / looked_at.width() as f32);
    let half = Plane::of(&looked_at.resize(looked_at.width() / 2, looked_at.height() / 2), picture.width() as f32 * 2.0 / looked_at.width() as f32);
    let mut found = Vec::new();
    for plane in [&whole, &half] {
        add(&mut found, qr(plane));
    }
    let tries = [(&whole, 0.0), (&half, 0.0), (&whole, ANGLE), (&whole, -ANGLE)];
    for (plane, angle) in tries {
        let code = if angle == 0.0 { pdf417(plane) } else { pdf417(&plane.turned(angle)) };
        if let Some(code) = code {
            add(&mut found, vec![code]);
            break;
        }
    }
    found
}

/// Adds those that are new.
fn add(found: &mut Vec<Code>, codes: Vec<Code>) {
    for code in codes {
        if found.len() < MOST && !found.iter().any(|other| (other.kind, &other.bytes) == (code.kind, &code.bytes)) {
            found.push(code);
        }
    }
}

/// QR codes. The reader's own loop tries every three finder patterns that could belong together, which takes minutes on a picture full of
/// them; here the number of both is bounded.
fn qr(plane: &Plane) -> Vec<Code> {
    let Some(bitmap) = bitmap(plane) else { return Vec::new() };
    let matrix = bitmap.get_black_matrix();
    let mut patterns = FindFinderPatterns(matrix, true, 0);
    // Small ones are mostly noise.
    patterns.sort_by_key(|pattern| Reverse(pattern.size));
    patterns.truncate(MOST_PATTERNS);
    let mut codes: Vec<Code> = Vec::new();
    for set in GenerateFinderPatternSets(&mut patterns).iter().take(MOST_SETS) {
        let Ok(sampled) = SampleQR(matrix, set) else { continue };
        let Ok(decoded) = Decode(sampled.getBits()) else { continue };
        if decoded.isValid() {
            let quad = around(sampled.getPoints(), |point| plane.back(point));
            add(&mut codes, vec![Code { kind: CodeKind::Qr, text: decoded.text(), bytes: decoded.content().bytes().to_vec(), quad }]);
        }
    }
    codes
}

/// PDF417, at most one: looking for more takes very long on pictures full of stripes.
fn pdf417(plane: &Plane) -> Option<Code> {
    let result = PDF417Reader::new().decode(&mut bitmap(plane)?).ok()?;
    let turn = turn_of(&result);
    let (width, height) = (plane.width as f32, plane.height as f32);
    let (width, height) = if matches!(turn, Turn::Quarter | Turn::ThreeQuarters) { (height, width) } else { (width, height) };
    let text = result.getText().to_owned();
    let quad = around(result.getPoints(), |point| plane.back(turn.back(point, width, height)));
    Some(Code { kind: CodeKind::Pdf417, bytes: text.clone().into_bytes(), text, quad })
}

fn bitmap(plane: &Plane) -> Option<BinaryBitmap<HybridBinarizer<Luma8LuminanceSource>>> {
    let (width, height) = (u32::try_from(plane.width).ok()?, u32::try_from(plane.height).ok()?);
    let source = Luma8LuminanceSource::new(plane.luma.clone(), width, height).ok()?;
    Some(BinaryBitmap::new(HybridBinarizer::new(source)))
}

/// How the reader turned the picture before it found the code; it counts degrees the other way round.
fn turn_of(result: &RXingResult) -> Turn {
    match result.getRXingResultMetadata().get(&RXingResultMetadataType::ORIENTATION) {
        Some(RXingResultMetadataValue::Orientation(90)) => Turn::ThreeQuarters,
        Some(RXingResultMetadataValue::Orientation(180)) => Turn::Half,
        Some(RXingResultMetadataValue::Orientation(270)) => Turn::Quarter,
        _ => Turn::None,
    }
}

/// The upright box around what the reader found.
fn around(points: &[rxing::Point], back: impl Fn(Point) -> Point) -> Quad {
    let points = || points.iter().map(|point| back(Point { x: point.x, y: point.y }));
    let (left, right) = points().fold((f32::MAX, 0.0_f32), |(low, high), point| (low.min(point.x), high.max(point.x)));
    let (top, bottom) = points().fold((f32::MAX, 0.0_f32), |(low, high), point| (low.min(point.y), high.max(point.y)));
    let (left, top) = (left.clamp(0.0, right), top.clamp(0.0, bottom));
    [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| Point { x, y })
}

#[cfg(test)]
mod tests;
