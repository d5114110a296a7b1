//! Damages inputs: single bytes, lengths, pieces that are lost, moved, repeated or taken from another input, and words of the format.
//! proptest makes the changes, so that a finding can be made smaller: fewer changes, nearer to the start.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// The most changes of one input.
const MOST: usize = 8;
/// The longest piece that a change moves, in bytes.
const PIECE: usize = 200;
/// Where the lengths and the names of a format are.
const HEAD: usize = 300;

/// One change of an input.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Flip(Index, u8),
    /// Writes a number that lies at a border, in one of its ways.
    Number(Index, Vec<u8>),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    /// A piece from one place to another.
    Move(Index, Index, usize),
    /// A piece of another input.
    Graft(Index, Index, Index, usize),
    Cut(Index),
}

/// Numbers at which lengths and counters go wrong, in 1 to 8 bytes and either order.
fn border() -> impl Strategy<Value = Vec<u8>> {
    let numbers: Vec<u64> =
        [0_u64, 1, 2, 7, 8, 16, 32, 64].into_iter().flat_map(|bits| [(1_u128 << bits) - 1, 1_u128 << bits >> 1]).map(|n| n as u64).collect();
    (prop::sample::select(numbers), prop::sample::select(vec![1_usize, 2, 3, 4, 8]), any::<bool>()).prop_map(|(number, size, is_big)| {
        let bytes = number.to_le_bytes()[..size].to_vec();
        if is_big { bytes.into_iter().rev().collect() } else { bytes }
    })
}

fn change(words: &[&'static [u8]]) -> impl Strategy<Value = Change> + use<> {
    let at = any::<Index>;
    let words: Vec<Vec<u8>> = if words.is_empty() { vec![vec![0]] } else { words.iter().map(|word| word.to_vec()).collect() };
    prop_oneof![
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (at(), 0_u8..8).prop_map(|(at, bit)| Change::Flip(at, 1 << bit)),
        2 => (at(), border()).prop_map(|(at, bytes)| Change::Number(at, bytes)),
        1 => (at(), vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        4 => (at(), prop::sample::select(words)).prop_map(|(at, word)| Change::Insert(at, word)),
        2 => (at(), 1..PIECE).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (at(), 1..PIECE, 1_usize..20).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => (at(), at(), 1..PIECE).prop_map(|(from, to, length)| Change::Move(from, to, length)),
        2 => (at(), at(), at(), 1..PIECE).prop_map(|(other, from, to, length)| Change::Graft(other, from, to, length)),
        1 => at().prop_map(Change::Cut),
    ]
}

/// Changes an input. A place is within its first `reach` bytes.
fn apply(change: &Change, input: &mut Vec<u8>, all: &[Vec<u8>], reach: usize) {
    let place = |at: &Index, input: &[u8]| at.index(input.len().min(reach) + 1);
    let piece = |from: usize, length: usize, of: &[u8]| of[from..of.len().min(from + length)].to_vec();
    match change {
        Change::Set(at, byte) => {
            let at = place(at, input);
            if let Some(there) = input.get_mut(at) {
                *there = *byte;
            }
        }
        Change::Flip(at, bit) => {
            let at = place(at, input);
            if let Some(there) = input.get_mut(at) {
                *there ^= bit;
            }
        }
        Change::Number(at, bytes) => {
            let at = place(at, input);
            let end = input.len().min(at + bytes.len());
            input.splice(at..end, bytes.iter().copied());
        }
        Change::Insert(at, bytes) => {
            let at = place(at, input);
            input.splice(at..at, bytes.iter().copied());
        }
        Change::Remove(at, length) => {
            let at = place(at, input);
            let end = input.len().min(at + length);
            input.drain(at..end);
        }
        Change::Repeat(at, length, times) => {
            let at = place(at, input);
            let piece = piece(at, *length, input).repeat(*times);
            input.splice(at..at, piece);
        }
        Change::Move(from, to, length) => {
            let from = place(from, input);
            let piece = piece(from, *length, input);
            input.drain(from..from + piece.len());
            let to = place(to, input);
            input.splice(to..to, piece);
        }
        Change::Graft(other, from, to, length) => {
            let other = &all[other.index(all.len())];
            let piece = piece(place(from, other), *length, other);
            let to = place(to, input);
            input.splice(to..to, piece);
        }
        Change::Cut(at) => {
            let at = place(at, input);
            input.truncate(at);
        }
    }
}

/// These inputs, each with up to [`MOST`] changes, half of the time only near the start.
pub fn damaged(inputs: Vec<Vec<u8>>, words: &[&'static [u8]]) -> impl Strategy<Value = Vec<u8>> + use<> {
    (any::<Index>(), any::<bool>(), vec(change(words), 1..=MOST)).prop_map(move |(which, near_start, changes)| {
        let mut input = inputs[which.index(inputs.len())].clone();
        for change in &changes {
            apply(change, &mut input, &inputs, if near_start { HEAD } else { usize::MAX });
        }
        input
    })
}
