//! Tells a blurred picture by its edges: blurring it again changes a sharp edge much, and one that is soft already little (after Crété and
//! others, "The blur effect", 2007). Only edges count, so that noise does not look sharp and an even background not soft.

use super::luma::Luma;

/// How many pixels the second blur spans.
const SPAN: usize = 9;
/// The slope of an edge after the second blur, in brightness times [`SPAN`] a pixel.
const EDGE: i32 = 14;
/// How many tiles a picture is cut into, across and down.
const TILES: usize = 8;
/// The least share of the pixels of a tile that have an edge, so that the tile is judged: one in so many.
const RARE: usize = 60;
/// The share of an edge that stays when it is blurred again, in per mille, from which on a tile is soft.
const SOFT: i64 = 345;

/// Whether even the sharpest parts of a picture are soft. A face before a soft background is not blurred.
pub(super) fn is_blurred(picture: &Luma) -> bool {
    let mut tiles = softness(picture);
    tiles.sort_unstable();
    // The fifth part of the tiles that are sharpest, by the last of them.
    tiles.get(tiles.len() / 5).is_some_and(|softness| *softness >= SOFT)
}

/// What has been seen of the edges of a tile in one direction.
#[derive(Clone, Copy, Default)]
struct Edges {
    pixels: usize,
    before: i64,
    lost: i64,
}

/// The softness of each tile that has edges, in per mille: that of its softer direction, since a moved camera blurs one only.
fn softness(picture: &Luma) -> Vec<i64> {
    let mut tiles = [[Edges::default(); 2]; TILES * TILES];
    let (width, height) = (picture.width, picture.height);
    let mut line = Vec::new();
    for y in 0..height {
        line.clear();
        line.extend(picture.row(y).iter().map(|pixel| i32::from(*pixel)));
        follow(&line, |x, seen| add(&mut tiles[y * TILES / height * TILES + x * TILES / width][0], seen));
    }
    for x in 0..width {
        line.clear();
        line.extend((0..height).map(|y| i32::from(picture.pixels[y * width + x])));
        follow(&line, |y, seen| add(&mut tiles[y * TILES / height * TILES + x * TILES / width][1], seen));
    }
    let least = width * height / (TILES * TILES) / RARE;
    let soft = |edges: &Edges| (edges.pixels > least && edges.before > 0).then(|| (edges.before - edges.lost) * 1_000 / edges.before);
    tiles.iter().filter_map(|tile| tile.iter().filter_map(soft).max()).collect()
}

fn add(edges: &mut Edges, (before, after): (i32, i32)) {
    edges.pixels += 1;
    edges.before += i64::from(before) * SPAN as i64;
    edges.lost += i64::from((before * SPAN as i32 - after).max(0));
}

/// Calls back for each pixel of a line at an edge, with the slope before the second blur and after it, the latter times [`SPAN`].
fn follow(line: &[i32], mut seen: impl FnMut(usize, (i32, i32))) {
    let half = SPAN / 2;
    for at in half + 1..line.len().saturating_sub(half) {
        // The sum of the pixels around this one less that around the one before.
        let after = (line[at + half] - line[at - half - 1]).abs();
        if after >= EDGE {
            seen(at, ((line[at] - line[at - 1]).abs(), after));
        }
    }
}
