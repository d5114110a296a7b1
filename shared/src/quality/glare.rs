//! Finds a light that is mirrored in a picture: a spot without any drawing in it, as bright as a picture can be, that fades into what is
//! around it. A white sheet ends sharply, has writing in it, or reaches the picture's edge; a bright window is large.

use super::luma::Luma;

/// The side of a cell, in pixels.
const CELL: usize = 8;
/// The brightness of every pixel of a burnt cell at least.
const BURNT: u8 = 249;
/// The share of the picture that a spot covers, in per mille: at least and at most.
const SPOT: (usize, usize) = (4, 330);
/// How much of what surrounds a spot has to fade, in per cent.
const FADING: usize = 45;
/// The most that brightness differs in a cell that fades, and the least mean of such a cell.
const FADES: (u8, u32) = (95, 130);

#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Burnt,
    Fading,
    Other,
}

/// Whether there is such a spot.
pub(super) fn has_glare(picture: &Luma) -> bool {
    let (across, down) = (picture.width / CELL, picture.height / CELL);
    let cells: Vec<Cell> = (0..across * down).map(|at| cell(picture, at % across, at / across)).collect();
    let burnt = cells.iter().filter(|cell| **cell == Cell::Burnt).count();
    if burnt * 1_000 > SPOT.1 * cells.len() {
        return false;
    }
    let mut seen = vec![false; cells.len()];
    (0..cells.len()).any(|at| {
        let is_new = cells[at] == Cell::Burnt && !std::mem::replace(&mut seen[at], true);
        is_new && is_spot(&cells, across, at, &mut seen)
    })
}

fn cell(picture: &Luma, x: usize, y: usize) -> Cell {
    let (mut least, mut most, mut sum) = (u8::MAX, 0, 0_u32);
    for row in y * CELL..(y + 1) * CELL {
        for pixel in &picture.row(row)[x * CELL..(x + 1) * CELL] {
            (least, most, sum) = (least.min(*pixel), most.max(*pixel), sum + u32::from(*pixel));
        }
    }
    if least >= BURNT {
        Cell::Burnt
    } else if most - least <= FADES.0 && sum / (CELL * CELL) as u32 >= FADES.1 {
        Cell::Fading
    } else {
        Cell::Other
    }
}

/// Whether the burnt cells around this one are a spot.
fn is_spot(cells: &[Cell], across: usize, first: usize, seen: &mut [bool]) -> bool {
    let (mut waiting, mut size, mut around, mut fading, mut is_inside) = (vec![first], 0, 0, 0, true);
    while let Some(at) = waiting.pop() {
        size += 1;
        let (x, above) = (at % across, at.checked_sub(across));
        let left = (x > 0).then(|| at - 1);
        let right = (x + 1 < across).then_some(at + 1);
        let below = Some(at + across).filter(|below| *below < cells.len());
        is_inside &= above.is_some() && left.is_some() && right.is_some() && below.is_some();
        for next in [above, left, right, below].into_iter().flatten() {
            match cells[next] {
                Cell::Burnt if !seen[next] => {
                    seen[next] = true;
                    waiting.push(next);
                }
                Cell::Burnt => {}
                other => {
                    around += 1;
                    fading += usize::from(other == Cell::Fading);
                }
            }
        }
    }
    is_inside && size * 1_000 >= SPOT.0 * cells.len() && fading * 100 >= FADING * around && around > 0
}
