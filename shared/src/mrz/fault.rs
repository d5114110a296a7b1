//! What can be wrong with a zone, each with its field.

use std::fmt;

/// A field of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The kind of document, such as `P` or `I`.
    DocumentCode,
    /// The state that issued it.
    Issuer,
    /// The document's number.
    Number,
    /// The holder's nationality.
    Nationality,
    /// The holder's date of birth.
    Birth,
    /// The holder's sex.
    Sex,
    /// The last day on which the document is valid.
    Expiry,
    /// What the issuer adds, such as a personal number.
    Optional,
    /// The holder's name.
    Name,
    /// Number, dates and what the issuer adds, together.
    Composite,
}

impl Field {
    /// The field's name, as details of a check have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentCode => "document_code",
            Self::Issuer => "issuer",
            Self::Number => "document_number",
            Self::Nationality => "nationality",
            Self::Birth => "birth_date",
            Self::Sex => "sex",
            Self::Expiry => "expiry",
            Self::Optional => "optional",
            Self::Name => "name",
            Self::Composite => "composite",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Its check digit is another.
    #[error("{field}: the check digit is {read:?}, and not {expected:?}")]
    CheckDigit {
        /// The field.
        field: Field,
        /// The check digit that stands there.
        read: char,
        /// The one that the field has.
        expected: char,
    },
    /// There is no such day.
    #[error("{field}: {read} is no day")]
    NoDay {
        /// The field.
        field: Field,
        /// What stands there.
        read: String,
    },
    /// It has characters that cannot stand there, or nothing.
    #[error("{field}: {read:?} cannot stand there")]
    Characters {
        /// The field.
        field: Field,
        /// What stands there.
        read: String,
    },
}

impl Fault {
    /// The field that it is about.
    pub const fn field(&self) -> Field {
        match self {
            Self::CheckDigit { field, .. } | Self::NoDay { field, .. } | Self::Characters { field, .. } => *field,
        }
    }
}
