//! Why something of a posted transaction is refused: the code and the sentence that a program gets, and a name by which pages find the same in
//! their reader's language.

use crate::problem::{FieldCode, FieldFault};

/// Why something of a posted transaction is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostedWhy {
    /// It is required.
    Required,
    /// There is no such key.
    Unknown,
    /// A key is written twice.
    Twice,
    /// An object is needed.
    Object,
    /// A list is needed.
    List,
    /// A string is needed.
    Text,
    /// A number is needed.
    Number,
    /// An id.
    Id,
    /// An amount.
    Amount,
    /// A currency.
    Currency,
    /// A direction.
    Direction,
    /// A word such as a type.
    Word,
    /// A country.
    Country,
    /// An address.
    Ip,
    /// A time.
    Time,
    /// A time too far from now.
    TooFar,
    /// A time that is not in the past.
    NotPast,
    /// A language.
    Locale,
    /// A value of the metadata.
    Metadata,
    /// A key of the metadata.
    MetadataKey,
    /// Too many keys of the metadata.
    MetadataKeys,
    /// Too much metadata.
    MetadataBytes,
    /// An empty text.
    Empty,
    /// A text that is too long.
    Long,
    /// A control character.
    Unseen,
    /// The size of a batch.
    Batch,
}

impl PostedWhy {
    /// Every one.
    pub const ALL: [Self; 26] = [
        Self::Required,
        Self::Unknown,
        Self::Twice,
        Self::Object,
        Self::List,
        Self::Text,
        Self::Number,
        Self::Id,
        Self::Amount,
        Self::Currency,
        Self::Direction,
        Self::Word,
        Self::Country,
        Self::Ip,
        Self::Time,
        Self::TooFar,
        Self::NotPast,
        Self::Locale,
        Self::Metadata,
        Self::MetadataKey,
        Self::MetadataKeys,
        Self::MetadataBytes,
        Self::Empty,
        Self::Long,
        Self::Unseen,
        Self::Batch,
    ];

    /// Why a transaction has this fault. `None` if no transaction has it.
    pub fn of(fault: &FieldFault) -> Option<Self> {
        // A program's sentence says more where further keys are not named.
        Self::ALL.into_iter().find(|why| fault.code == why.code() && fault.message.starts_with(why.sentence()))
    }

    /// The code.
    pub const fn code(self) -> FieldCode {
        match self {
            Self::Required => FieldCode::Required,
            Self::Unknown => FieldCode::UnknownField,
            Self::Object | Self::List | Self::Text | Self::Number | Self::Metadata => FieldCode::WrongType,
            Self::Direction | Self::Locale => FieldCode::NotAnOption,
            Self::MetadataBytes | Self::Long => FieldCode::TooLong,
            _ => FieldCode::Malformed,
        }
    }

    /// What is allowed, for a program's author. No sentence repeats a value, because a value may be somebody's.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Required => "This is required.",
            Self::Unknown => "There is no such key.",
            Self::Twice => "This key is written twice.",
            Self::Object => "This is an object.",
            Self::List => "This is a list.",
            Self::Text => "This is a string.",
            Self::Number => "An amount is a number.",
            Self::Id => "An id has 1 to 128 of A-Za-z0-9_.:-, and is not . or ..",
            Self::Amount => "An amount is a whole number of minor units from 0 to 1000000000000000, without fraction or exponent.",
            Self::Currency => "A currency is a code that ISO 4217 lists as in use, such as BRL.",
            Self::Direction => "A direction is IN or OUT.",
            Self::Word => "This is [A-Z][A-Z0-9_]{0,31}.",
            Self::Country => "A country is a code of ISO 3166-1 alpha-2, such as BR.",
            Self::Ip => "This is an IPv4 or IPv6 address.",
            Self::Time => "A time is written as in RFC 3339, such as 2026-11-30T12:00:00Z.",
            Self::TooFar => "The time is at most 5 minutes ahead and at most 90 days back.",
            Self::NotPast => "The time is in the past.",
            Self::Locale => "A locale is pt-BR, en or es.",
            Self::Metadata => "A value is a string, a number, or true or false.",
            Self::MetadataKey => "A key is [a-z][a-zA-Z0-9_]{0,31}.",
            Self::MetadataKeys => "The metadata has at most 20 keys.",
            Self::MetadataBytes => "The metadata has at most 4 KiB as compact JSON.",
            Self::Empty => "This has at least 1 character, or is left out.",
            Self::Long => "This has too many characters: 128 of an id or a device are allowed, and 200 of another text.",
            Self::Unseen => "Control characters are not allowed.",
            Self::Batch => "A batch has 1 to 500 transactions.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_again_by_its_fault() {
        for why in PostedWhy::ALL {
            assert_eq!(PostedWhy::of(&FieldFault::new("key", why.code(), why.sentence())), Some(why));
        }
        assert_eq!(PostedWhy::of(&FieldFault::new("x", FieldCode::UnknownField, "There is no such key. This goes for 3 more.")), Some(PostedWhy::Unknown));
        assert_eq!(PostedWhy::of(&FieldFault::new("x", FieldCode::NotYourArtifact, "This is required.")), None);
    }
}
