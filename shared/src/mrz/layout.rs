//! Where everything stands in a machine-readable zone, as data: ICAO 9303 part 5 (TD1, cards), part 6 (TD2) and part 4 (TD3, passports).

/// The three sizes of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A card: 3 lines of 30 characters.
    Td1,
    /// A larger card: 2 lines of 36 characters.
    Td2,
    /// A passport: 2 lines of 44 characters.
    Td3,
}

/// A place in a zone: the line, the first character, and the one after the last, all from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At(pub usize, pub usize, pub usize);

/// The places of a format.
#[derive(Debug)]
pub(super) struct Layout {
    pub lines: usize,
    pub length: usize,
    /// The first letters that a document of this size may have.
    pub codes: &'static str,
    pub code: At,
    pub issuer: At,
    pub name: At,
    pub number: At,
    pub number_check: At,
    pub nationality: At,
    pub birth: At,
    pub birth_check: At,
    pub sex: At,
    pub expiry: At,
    pub expiry_check: At,
    pub optional: At,
    pub optional_check: Option<At>,
    pub more_optional: Option<At>,
    pub composite: At,
    pub composite_of: &'static [At],
}

const TD1: Layout = Layout {
    lines: 3,
    length: 30,
    codes: "ACI",
    code: At(0, 0, 2),
    issuer: At(0, 2, 5),
    name: At(2, 0, 30),
    number: At(0, 5, 14),
    number_check: At(0, 14, 15),
    nationality: At(1, 15, 18),
    birth: At(1, 0, 6),
    birth_check: At(1, 6, 7),
    sex: At(1, 7, 8),
    expiry: At(1, 8, 14),
    expiry_check: At(1, 14, 15),
    optional: At(0, 15, 30),
    optional_check: None,
    more_optional: Some(At(1, 18, 29)),
    composite: At(1, 29, 30),
    composite_of: &[At(0, 5, 30), At(1, 0, 7), At(1, 8, 15), At(1, 18, 29)],
};

const TD2: Layout = Layout {
    lines: 2,
    length: 36,
    codes: "ACI",
    code: At(0, 0, 2),
    issuer: At(0, 2, 5),
    name: At(0, 5, 36),
    number: At(1, 0, 9),
    number_check: At(1, 9, 10),
    nationality: At(1, 10, 13),
    birth: At(1, 13, 19),
    birth_check: At(1, 19, 20),
    sex: At(1, 20, 21),
    expiry: At(1, 21, 27),
    expiry_check: At(1, 27, 28),
    optional: At(1, 28, 35),
    optional_check: None,
    more_optional: None,
    composite: At(1, 35, 36),
    composite_of: &[At(1, 0, 10), At(1, 13, 20), At(1, 21, 35)],
};

const TD3: Layout = Layout {
    lines: 2,
    length: 44,
    codes: "P",
    name: At(0, 5, 44),
    optional: At(1, 28, 42),
    optional_check: Some(At(1, 42, 43)),
    composite: At(1, 43, 44),
    composite_of: &[At(1, 0, 10), At(1, 13, 20), At(1, 21, 43)],
    ..TD2
};

impl Format {
    /// Every format, the longest lines first.
    pub const ALL: [Self; 3] = [Self::Td3, Self::Td2, Self::Td1];

    pub(super) const fn layout(self) -> &'static Layout {
        match self {
            Self::Td1 => &TD1,
            Self::Td2 => &TD2,
            Self::Td3 => &TD3,
        }
    }
}

impl Layout {
    /// The places that have only letters.
    pub(super) const fn letters(&self) -> [At; 5] {
        [self.code, self.issuer, self.name, self.nationality, self.sex]
    }

    /// The places that have only digits. The check digit of a number may be a filler too.
    pub(super) fn digits(&self) -> impl Iterator<Item = At> {
        [self.number_check, self.birth, self.birth_check, self.expiry, self.expiry_check, self.composite].into_iter().chain(self.optional_check)
    }
}

impl At {
    /// The characters at this place. The lines have the length of their format, and only ASCII.
    pub(super) fn of<'z>(&self, lines: &'z [String]) -> &'z str {
        &lines[self.0][self.1..self.2]
    }
}
