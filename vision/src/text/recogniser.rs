//! What a box says: PP-OCRv4's recogniser on the cut-out line, 48 pixels high.

use std::sync::OnceLock;

use super::{
    alphabet::{Alphabet, Decoded},
    detector::planes,
    rows,
};
use crate::{
    NetworkFailed, Picture, Quad,
    network::{Network, embedded},
};

/// The height of the lines that the network reads, in pixels.
const HEIGHT: usize = 48;
/// The widest line, in pixels: a line of a passport's machine-readable zone is 30 times as wide as it is high. Wider ones are squeezed.
const WIDEST: usize = 48 * 40;
/// The narrowest. One step of the network is 8 pixels.
const NARROWEST: usize = 48;
const STEP: usize = 8;
/// Lines are cut out at their own size, up to so many times the height that is read, and then made smaller.
const MOST_CUT: f32 = 4.0;
/// From so many characters on a line may be one of a machine-readable zone: the shortest has 30, and repeated fillers are lost.
const LEAST_MRZ: usize = 20;
/// What part of the line must look like a machine-readable zone.
const MRZ_PART: f32 = 0.85;

/// A line as it was read.
#[derive(Debug, Default)]
pub(super) struct Recognised {
    pub decoded: Decoded,
    /// The same, chosen among the characters of machine-readable zones, if it looks like a line of one.
    pub mrz: Option<String>,
}

/// Reads what lies in a box, along its upper side.
///
/// # Errors
/// If the network fails.
pub(super) fn read(picture: &Picture, quad: &Quad) -> Result<Recognised, NetworkFailed> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    let network = NETWORK.get_or_init(|| Network::load(embedded!("text-recogniser.onnx")));
    let line = cut(picture, quad);
    let output = network.run([1, 3, HEIGHT, line.width()], planes(&line, [0.5; 3], [0.5; 3]))?;
    let Some(output) = output.into_iter().next() else { return Ok(Recognised::default()) };
    let Some(classes) = output.shape.last().copied().filter(|classes| *classes > 0) else { return Ok(Recognised::default()) };
    let decoded = Alphabet::text().decode(&output.data, classes);
    let mrz = looks_like_mrz(&decoded.text).then(|| Alphabet::mrz().decode(&output.data, classes).text);
    Ok(Recognised { decoded, mrz })
}

/// How wide the line of a box becomes, in pixels: the time it takes to read it grows with that.
pub(super) fn width(quad: &Quad) -> usize {
    let steps = rows::length(quad) / rows::height(quad).max(1.0) * HEIGHT as f32 / STEP as f32;
    (steps.ceil() as usize).saturating_mul(STEP).clamp(NARROWEST, WIDEST)
}

/// The line, drawn straight in the height that the network reads.
fn cut(picture: &Picture, quad: &Quad) -> Picture {
    let scale = (rows::height(quad) / HEIGHT as f32).clamp(1.0, MOST_CUT);
    let cut = picture.crop(quad, (width(quad) as f32 * scale) as usize, (HEIGHT as f32 * scale) as usize);
    cut.resize(width(quad), HEIGHT)
}

/// Many capitals, digits and fillers, at least one filler, and hardly anything else.
fn looks_like_mrz(text: &str) -> bool {
    let all = text.chars().filter(|c| *c != ' ').count();
    let fitting = text.chars().filter(|c| matches!(c, 'A'..='Z' | '0'..='9' | '<')).count();
    fitting >= LEAST_MRZ && text.contains('<') && fitting as f32 >= MRZ_PART * all as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_machine_readable_zones_are_told_from_others() {
        assert!(looks_like_mrz("P<BRASILVA<<MARIA<DA<CONCEICAO<<<"));
        assert!(looks_like_mrz("I<BRA123456789<1 1234567890"));
        assert!(!looks_like_mrz("REPUBLICA FEDERATIVA DO BRASIL"));
        assert!(!looks_like_mrz("A<B"));
    }
}
