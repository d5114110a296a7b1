//! Looks for faces with windows over a picture: one window over all of it, and if that shows none, smaller ones, so that the small portrait
//! of a document is found too. Each that may be a face is looked at again, upright and in the size that the network knows best.

use super::{
    align,
    detector::{self, Found, SIDE},
    pyramid::Pyramid,
};
use crate::{NetworkFailed, Picture, Point, picture::Projection};

/// How large the picture's longer side is made, in pixels, one size after the other until a face is found.
const LONGER_SIDES: [usize; 2] = [204, 460];
/// How far windows reach beyond the picture on each side. Without a margin, faces that fill the picture are found twice or badly: with it,
/// each of 44 close portraits was found once.
const MARGIN: usize = 26;
/// Windows overlap at least by this much, so that each face that they are for is whole in one.
const OVERLAP: usize = 96;
/// From here on something is looked at again.
const POSSIBLE: f32 = 0.4;
/// The most that are looked at again.
const MOST_POSSIBLE: usize = 40;
/// How large a face is made for the second look, in pixels of the window.
const SECOND_SIZE: f32 = 70.0;
/// From here on it is a face. On photographs the second look gave 107 faces 0.77 to 0.98, and 27 of 31 pictures without people less
/// than 0.75.
const LIKELY: f32 = 0.75;
/// How far the second look may find a face from where the first did, and how much smaller or larger, in parts of its size.
const ASIDE: f32 = 0.35;
const SMALLER: f32 = 0.6;
const LARGER: f32 = 1.6;

/// The faces of a picture, in its pixels, each once.
///
/// # Errors
/// If the network fails.
pub(super) fn faces(pyramid: &Pyramid) -> Result<Vec<Found>, NetworkFailed> {
    for longer in LONGER_SIDES {
        let mut found = Vec::new();
        for possible in possible(pyramid.whole(), longer)?.iter().take(MOST_POSSIBLE) {
            found.extend(again(pyramid, possible)?);
        }
        if !found.is_empty() {
            return Ok(detector::each_once(found));
        }
    }
    Ok(Vec::new())
}

/// What may be a face, the likeliest first.
fn possible(picture: &Picture, longer: usize) -> Result<Vec<Found>, NetworkFailed> {
    let most = picture.width().max(picture.height());
    let side = |length: usize| (length * longer).div_ceil(most).max(1);
    let seen = picture.resize(side(picture.width()), side(picture.height()));
    let scale = most as f32 / longer as f32;
    let mut all = Vec::new();
    for top in offsets(seen.height()) {
        for left in offsets(seen.width()) {
            let window = Picture::from_fn(SIDE, SIDE, |x, y| within(&seen, left + x as i32, top + y as i32));
            let back = |point: Point| Point { x: (point.x + left as f32) * scale, y: (point.y + top as f32) * scale };
            all.extend(detector::look(&window, POSSIBLE)?.into_iter().map(|found| found.mapped(scale, back)));
        }
    }
    Ok(detector::each_once(all))
}

/// The same face, more exactly, or none if it is none.
fn again(pyramid: &Pyramid, possible: &Found) -> Result<Option<Found>, NetworkFailed> {
    let window = align::window(possible, SIDE as f32 / SECOND_SIZE);
    let map = Projection::onto(&window);
    let back = |point: Point| map.at(point.x / SIDE as f32, point.y / SIDE as f32);
    let is_it = |found: &Found| {
        let aside = (found.middle.x - SIDE as f32 / 2.0).hypot(found.middle.y - SIDE as f32 / 2.0) / SECOND_SIZE;
        aside <= ASIDE && (SMALLER..=LARGER).contains(&(found.side / SECOND_SIZE))
    };
    let found = detector::look(&pyramid.cut(&window, SIDE), LIKELY)?.into_iter().filter(is_it);
    Ok(found.max_by(|a, b| a.score.total_cmp(&b.score)).map(|found| found.mapped(possible.side / SECOND_SIZE, back)))
}

/// Where windows begin along a side of this length: evenly, the first and the last as far beyond the edges as each other.
fn offsets(length: usize) -> impl Iterator<Item = i32> {
    let span = length + 2 * MARGIN;
    let beyond = span.saturating_sub(SIDE);
    let count = beyond.div_ceil(SIDE - OVERLAP) + 1;
    // Where one window is enough, it lies around the middle.
    let first = if count == 1 { (length as i32 - SIDE as i32) / 2 } else { -(MARGIN as i32) };
    (0..count).map(move |i| first + (beyond * i / (count - 1).max(1)) as i32)
}

/// The pixel at a place; black outside.
fn within(picture: &Picture, x: i32, y: i32) -> [u8; 3] {
    match (usize::try_from(x), usize::try_from(y)) {
        (Ok(x), Ok(y)) if x < picture.width() && y < picture.height() => picture.pixel(x, y),
        _ => [0; 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_a_side_with_its_margins() {
        assert_eq!(offsets(204).collect::<Vec<_>>(), [-26]);
        assert_eq!(offsets(100).collect::<Vec<_>>(), [-78]);
        for length in 205..700 {
            let all: Vec<_> = offsets(length).collect();
            assert_eq!((all[0], all[all.len() - 1]), (-26, length as i32 + 26 - 256), "{length}");
            assert!(all.windows(2).all(|pair| pair[1] - pair[0] <= 160), "{length}: {all:?}");
        }
    }
}
