//! What a drawn person looks like. Shapes, colours, glasses and beards differ enough that a network that compares faces tells most of them
//! apart; the same looks give the same face on a document and in a selfie.

use super::{Dice, Person, canvas::Colour};

const SKIN: [Colour; 5] = [[241, 205, 177], [222, 176, 140], [190, 140, 104], [141, 96, 66], [98, 64, 45]];
const HAIR: [Colour; 6] = [[30, 24, 22], [70, 44, 28], [130, 88, 46], [196, 160, 104], [156, 154, 150], [120, 52, 30]];
const SHIRT: [Colour; 4] = [[52, 66, 98], [120, 40, 44], [60, 92, 64], [40, 40, 46]];
const IRIS: [Colour; 4] = [[66, 44, 30], [40, 28, 22], [70, 100, 130], [80, 96, 60]];

/// How hair falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hair {
    Short,
    Parted,
    Long,
    None,
}

/// What grows below the nose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beard {
    None,
    Moustache,
    Stubble,
    Full,
}

/// A drawn person's looks. Places are parts of the portrait's width and height, sizes parts of its width.
#[derive(Clone, Debug)]
pub struct Looks {
    pub(super) skin: Colour,
    pub(super) hair: Colour,
    pub(super) shirt: Colour,
    pub(super) iris: Colour,
    /// Half the width and length of the head; how wide the jaw is beside it.
    pub(super) head: [f32; 2],
    pub(super) jaw: f32,
    /// How far the eyes lie from the middle, in parts of `head`, and how low; half their width and height.
    pub(super) eyes: [f32; 2],
    pub(super) eye: [f32; 2],
    /// How thick eyebrows are, how far above the eyes, how slanted.
    pub(super) brow: [f32; 3],
    /// How wide the nose is, how low its tip is, and how wide its bridge.
    pub(super) nose: [f32; 3],
    /// Half the width and height of the mouth, and how low it is; how red lips are.
    pub(super) mouth: [f32; 3],
    pub(super) red: f32,
    pub(super) falls: Hair,
    pub(super) beard: Beard,
    /// How thick the rims of glasses are, if there are some.
    pub(super) glasses: Option<f32>,
    /// Whether there are wrinkles.
    pub(super) old: bool,
}

impl Looks {
    /// The looks of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let colour = |dice: &mut Dice, all: &[Colour]| all[dice.below(all.len() as u32) as usize];
        Self {
            skin: colour(&mut dice, &SKIN),
            hair: colour(&mut dice, &HAIR),
            shirt: colour(&mut dice, &SHIRT),
            iris: colour(&mut dice, &IRIS),
            head: [dice.between(0.19, 0.25), dice.between(0.29, 0.345)],
            jaw: dice.between(0.6, 1.0),
            eyes: [dice.between(0.37, 0.50), dice.between(0.405, 0.445)],
            eye: [dice.between(0.04, 0.058), dice.between(0.017, 0.03)],
            brow: [dice.between(0.006, 0.02), dice.between(0.038, 0.06), dice.between(-0.09, 0.09)],
            nose: [dice.between(0.025, 0.06), dice.between(0.52, 0.57), dice.between(0.008, 0.02)],
            mouth: [dice.between(0.06, 0.11), dice.between(0.012, 0.032), dice.between(0.615, 0.655)],
            red: dice.between(0.5, 1.0),
            falls: [Hair::Short, Hair::Parted, Hair::Long, Hair::None][dice.below(4) as usize],
            beard: [Beard::None, Beard::None, Beard::None, Beard::Moustache, Beard::Stubble, Beard::Full][dice.below(6) as usize],
            glasses: [None, None, None, Some(0.007), Some(0.004)][dice.below(5) as usize],
            old: dice.below(3) == 0,
        }
    }

    /// The looks of a sample person, on each of their documents.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let looks = Self::new(person.cpf.bytes().fold(0, |seed: u64, digit| seed.wrapping_mul(31).wrapping_add(u64::from(digit))));
        if person.sex == 'F' { Self { beard: Beard::None, ..looks } } else { looks }
    }
}
