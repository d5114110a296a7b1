//! Which way up a picture is. Lines that stand upright in their boxes are read along them; if the longest ones can be read better the other
//! way round, the picture is turned. That costs the reading of a few lines twice, and one more detection where it is turned.

use super::{detector, recogniser, rows};
use crate::{NetworkFailed, Picture, Quad, Turn};

/// So many of the longest lines are read to find the turn.
const TRIED: usize = 4;
/// Lines that are read so well are not tried the other way round.
const READ_WELL: f32 = 0.85;

/// The picture turned upright, by how much, and its boxes.
///
/// # Errors
/// If a network fails.
pub(super) fn upright(picture: &Picture) -> Result<(Picture, Turn, Vec<Quad>), NetworkFailed> {
    let boxes = detector::boxes(picture)?;
    let standing: f32 = boxes.iter().map(|quad| rows::height(quad) - rows::length(quad)).sum();
    let (first, second) = if standing > 0.0 { (Turn::Quarter, Turn::ThreeQuarters) } else { (Turn::None, Turn::Half) };
    let mut longest = boxes.clone();
    longest.sort_by(|a, b| long_side(b).total_cmp(&long_side(a)));
    longest.truncate(TRIED);
    let read_so = score(picture, &longest, first)?;
    let turn = if read_so >= READ_WELL || score(picture, &longest, second)? <= read_so { first } else { second };
    if turn == Turn::None {
        return Ok((picture.clone(), turn, boxes));
    }
    let upright = picture.turned(turn);
    let boxes = detector::boxes(&upright)?;
    Ok((upright, turn, boxes))
}

/// How well lines are read if the picture is turned: 0 to 1.
fn score(picture: &Picture, boxes: &[Quad], turn: Turn) -> Result<f32, NetworkFailed> {
    let mut sum = 0.0;
    for quad in boxes {
        let mut quad = *quad;
        // The corner that is at the left upper one after the turn comes first.
        quad.rotate_right(match turn {
            Turn::None => 0,
            Turn::Quarter => 1,
            Turn::Half => 2,
            Turn::ThreeQuarters => 3,
        });
        sum += recogniser::read(picture, &quad)?.decoded.score;
    }
    Ok(sum / boxes.len().max(1) as f32)
}

fn long_side(quad: &Quad) -> f32 {
    rows::length(quad).max(rows::height(quad))
}
