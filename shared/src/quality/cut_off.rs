//! Finds a document of which a part is outside the picture: its outline runs into the picture's edge at two places, and beyond both is one
//! even background. Before a restless background nothing is said.

use super::luma::Luma;

/// How many places of the picture's edge are looked at, on each side.
const SIDE: usize = 100;
/// How far from the picture's edge, in per mille of the shorter side: the same outline has to be seen at each.
const DEPTHS: [usize; 3] = [15, 45, 75];
/// How far an outline may move from one depth to the next, in places.
const SHIFT: usize = 7;
/// How many places before and after a step are compared.
const REACH: usize = 4;
/// How many pixels around a place count, to each side.
const AROUND: usize = 3;
/// The least step in brightness.
const STEP: i32 = 20;
/// How even the background is: the most that three quarters of it differ from its median.
const EVEN: i32 = 26;
/// The least length of what is cut off, and of the background, in places.
const LEAST: usize = 20;

/// Whether a part is outside.
pub(super) fn is_cut_off(picture: &Luma) -> bool {
    let short = picture.width.min(picture.height);
    if short < 64 {
        return false;
    }
    let levels = DEPTHS.map(|depth| levels(picture, (short * depth / 1_000).max(1)));
    let steps = levels.each_ref().map(|levels| steps(levels));
    let lasting: Vec<(usize, bool)> = steps[0].iter().copied().filter(|step| steps[1..].iter().all(|deeper| has(deeper, *step))).collect();
    let outer = &levels[0];
    lasting.iter().any(|(enter, is_brighter)| {
        lasting.iter().filter(|(_, other)| other != is_brighter).any(|(leave, _)| {
            let inside = (leave + outer.len() - enter) % outer.len();
            inside >= LEAST && outer.len() - inside >= LEAST && is_background(outer, *leave, outer.len() - inside, inside)
        })
    })
}

/// The brightness along the picture's edge, clockwise from its top left corner, this far inside it.
fn levels(picture: &Luma, inset: usize) -> Vec<i32> {
    let (right, bottom) = (picture.width - 1 - inset, picture.height - 1 - inset);
    // The same place at every depth has the same distance from the corner.
    let along = |at: usize, length: usize, last: usize| (at * length / SIDE).clamp(inset, last);
    let places = (0..SIDE).map(|at| (along(at, picture.width, right), inset));
    let places = places.chain((0..SIDE).map(|at| (right, along(at, picture.height, bottom))));
    let places = places.chain((0..SIDE).map(|at| (along(SIDE - at, picture.width, right), bottom)));
    let places = places.chain((0..SIDE).map(|at| (inset, along(SIDE - at, picture.height, bottom))));
    places.map(|(x, y)| level(picture, x, y)).collect()
}

/// The brightness around a place: what only a sixth of the pixels pass, so that writing on paper does not count.
fn level(picture: &Luma, x: usize, y: usize) -> i32 {
    let (left, right) = (x.saturating_sub(AROUND), (x + AROUND).min(picture.width - 1));
    let (top, bottom) = (y.saturating_sub(AROUND), (y + AROUND).min(picture.height - 1));
    let mut near: Vec<u8> = (top..=bottom).flat_map(|y| &picture.row(y)[left..=right]).copied().collect();
    let at = near.len() * 5 / 6;
    i32::from(*near.select_nth_unstable(at).1)
}

/// Where brightness changes, and whether it grows: the places where it changes most.
fn steps(levels: &[i32]) -> Vec<(usize, bool)> {
    let count = levels.len();
    let around = |at: usize, from: usize| {
        let mut near: Vec<i32> = (0..REACH).map(|by| levels[(at + from + by) % count]).collect();
        near.sort_unstable();
        near[REACH / 2]
    };
    let changes: Vec<i32> = (0..count).map(|at| around(at, 1) - around(at, count - REACH)).collect();
    let is_peak = |at: &usize| {
        let change = changes[*at].abs();
        change >= STEP && (1..=REACH).all(|by| changes[(at + by) % count].abs() <= change && changes[(at + count - by) % count].abs() < change.max(1) + 1)
    };
    (0..count).filter(is_peak).map(|at| (at, changes[at] > 0)).collect()
}

fn has(steps: &[(usize, bool)], (at, is_brighter): (usize, bool)) -> bool {
    let count = SIDE * 4;
    steps.iter().any(|(other, brighter)| *brighter == is_brighter && ((other + count - at) % count).min((at + count - other) % count) <= SHIFT)
}

/// Whether what is outside the document is even, and what is inside differs from it.
fn is_background(levels: &[i32], from: usize, length: usize, inside: usize) -> bool {
    let part = |from: usize, length: usize| {
        let mut all: Vec<i32> = (3..length - 3).map(|at| levels[(from + at) % levels.len()]).collect();
        all.sort_unstable();
        all
    };
    let (outside, within) = (part(from, length), part(from + length, inside));
    let (median, inner) = (outside[outside.len() / 2], within[within.len() / 2]);
    let (low, high) = (outside[outside.len() / 8], outside[outside.len() * 7 / 8]);
    median - low <= EVEN && high - median <= EVEN && (inner - median).abs() >= EVEN
}
