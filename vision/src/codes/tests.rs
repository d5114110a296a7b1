//! Codes on sample documents, drawn flat and photographed.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::*;
use crate::sample::{Dice, Fault, Kind, Person, document, photograph};

/// The codes of a photographed document, and what its code says.
fn read_from(kind: Kind, seed: u64, faults: &[Fault], turn: Turn) -> (Vec<Code>, String) {
    let mut dice = Dice::new(seed);
    let person = Person::any(&mut dice);
    let flat = document(kind, &person, &mut dice);
    (read(&photograph(&flat, faults, &mut dice).turned(turn)), kind.code(&person).unwrap())
}

#[test]
fn a_qr_is_read_however_the_document_lies() {
    for (seed, turn) in [(1, Turn::None), (2, Turn::Quarter), (3, Turn::Half)] {
        let (codes, text) = read_from(Kind::Cnh, seed, &[Fault::Turned(12.0)], turn);
        assert_eq!(codes.iter().map(|code| (code.kind, &code.text)).collect::<Vec<_>>(), [(CodeKind::Qr, &text)]);
        assert_eq!(codes[0].bytes, text.as_bytes());
        let [a, _, c, _] = codes[0].quad;
        assert!((200.0..600.0).contains(&(c.x - a.x)) && (200.0..600.0).contains(&(c.y - a.y)), "{:?}", codes[0].quad);
    }
}

#[test]
fn pdf417_is_read_however_the_document_lies() {
    for (seed, turn, degrees) in [(1, Turn::None, 0.0), (2, Turn::Quarter, 3.0), (3, Turn::Half, -12.0), (4, Turn::None, 12.0)] {
        let (codes, text) = read_from(Kind::Generic, seed, &[Fault::Turned(degrees)], turn);
        assert_eq!(codes.iter().map(|code| (code.kind, &code.text)).collect::<Vec<_>>(), [(CodeKind::Pdf417, &text)], "{turn:?} {degrees}");
        let [a, _, c, _] = codes[0].quad;
        let (long, short) = ((c.x - a.x).max(c.y - a.y), (c.x - a.x).min(c.y - a.y));
        assert!((700.0..1300.0).contains(&long) && (120.0..500.0).contains(&short), "{:?}", codes[0].quad);
    }
}

#[test]
fn where_no_code_is_none_is_read() {
    for seed in 0..3 {
        let mut dice = Dice::new(seed);
        let person = Person::any(&mut dice);
        let flat = document(Kind::Passport, &person, &mut dice);
        assert_eq!(read(&photograph(&flat, &[], &mut dice)), []);
    }
    assert_eq!(read(&Picture::from_fn(1, 1, |_, _| [0; 3])), []);
    assert_eq!(read(&Picture::from_fn(40, 2_500, |x, y| [(x * y % 256) as u8; 3])), []);
}

/// What this thread has computed.
fn computed() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[test]
fn pictures_that_look_like_codes_all_over_take_seconds_and_not_minutes() {
    let finders = |x: usize, y: usize| {
        let ring = (x / 2 % 9).abs_diff(4).max((y / 2 % 9).abs_diff(4));
        if ring == 2 || ring == 4 { [255; 3] } else { [0; 3] }
    };
    // The start of a PDF417, again and again: bars of 8, 1, 1, 1, 1, 1, 1 and 3.
    let starts = |x: usize, _: usize| if [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13].contains(&(x / 2 % 17)) { [0; 3] } else { [255; 3] };
    for picture in [Picture::from_fn(2_000, 1_500, finders), Picture::from_fn(2_000, 1_500, starts)] {
        let start = computed();
        assert_eq!(read(&picture), []);
        let took = computed() - start;
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}
