//! The type of a field (what it collects) and its meaning (what the value is). Checks look for a meaning, so a flow can give its fields any
//! name.

use serde::{Deserialize, Serialize};

/// What a field collects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FieldType {
    /// A line of text.
    #[default]
    Text,
    /// A Brazilian taxpayer number.
    Cpf,
    /// A day.
    Date,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// One of several options.
    Select,
    /// Yes or no.
    Boolean,
    /// An uploaded file.
    Artifact,
}

impl FieldType {
    /// Every type.
    pub const ALL: [Self; 8] = [Self::Text, Self::Cpf, Self::Date, Self::Email, Self::Phone, Self::Select, Self::Boolean, Self::Artifact];

    /// The type as a flow's JSON writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Cpf => "CPF",
            Self::Date => "DATE",
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
            Self::Select => "SELECT",
            Self::Boolean => "BOOLEAN",
            Self::Artifact => "ARTIFACT",
        }
    }
}

/// The meaning of a field's value. A flow sets it with the key `is`, except for the three that follow from the field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// The customer's full name.
    FullName,
    /// The customer's date of birth.
    BirthDate,
    /// The number of the identity document.
    DocumentNumber,
    /// Which kind of identity document it is.
    DocumentType,
    /// The front of the identity document, or its only side.
    DocumentFront,
    /// The back of the identity document.
    DocumentBack,
    /// A photo of the customer's face.
    Selfie,
    /// A bill or statement with the customer's address.
    AddressProof,
    /// Every field of type CPF.
    #[serde(skip_deserializing)]
    Cpf,
    /// Every field of type EMAIL.
    #[serde(skip_deserializing)]
    Email,
    /// Every field of type PHONE.
    #[serde(skip_deserializing)]
    Phone,
}

impl Meaning {
    /// The meanings that a flow can set.
    pub const WRITTEN: [Self; 8] =
        [Self::FullName, Self::BirthDate, Self::DocumentNumber, Self::DocumentType, Self::DocumentFront, Self::DocumentBack, Self::Selfie, Self::AddressProof];

    /// The meaning as a flow's JSON writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::BirthDate => "birth_date",
            Self::DocumentNumber => "document_number",
            Self::DocumentType => "document_type",
            Self::DocumentFront => "document_front",
            Self::DocumentBack => "document_back",
            Self::Selfie => "selfie",
            Self::AddressProof => "address_proof",
            Self::Cpf => "cpf",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// The type that a field with this meaning must have.
    pub const fn field_type(self) -> FieldType {
        match self {
            Self::FullName | Self::DocumentNumber => FieldType::Text,
            Self::BirthDate => FieldType::Date,
            Self::DocumentType => FieldType::Select,
            Self::DocumentFront | Self::DocumentBack | Self::Selfie | Self::AddressProof => FieldType::Artifact,
            Self::Cpf => FieldType::Cpf,
            Self::Email => FieldType::Email,
            Self::Phone => FieldType::Phone,
        }
    }

    /// The meaning that follows from a type, if one does.
    pub const fn of_type(kind: FieldType) -> Option<Self> {
        match kind {
            FieldType::Cpf => Some(Self::Cpf),
            FieldType::Email => Some(Self::Email),
            FieldType::Phone => Some(Self::Phone),
            FieldType::Text | FieldType::Date | FieldType::Select | FieldType::Boolean | FieldType::Artifact => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: [&str; 8] = ["full_name", "birth_date", "document_number", "document_type", "document_front", "document_back", "selfie", "address_proof"];

    #[test]
    fn a_meaning_is_serialised_by_its_name() {
        for name in WRITTEN {
            let meaning: Meaning = serde_json::from_value(name.into()).expect("a meaning");
            assert_eq!((meaning.as_str(), serde_json::to_value(meaning).expect("JSON")), (name, name.into()));
            assert_eq!(Meaning::of_type(meaning.field_type()), None, "{name} does not follow from the type");
        }
    }

    #[test]
    fn the_type_says_that_a_field_is_a_cpf_an_email_or_a_phone() {
        for kind in [FieldType::Cpf, FieldType::Email, FieldType::Phone] {
            let meaning = Meaning::of_type(kind).expect("a meaning");
            assert_eq!((meaning.field_type(), meaning.as_str().to_uppercase().as_str()), (kind, kind.as_str()));
            assert!(serde_json::from_value::<Meaning>(meaning.as_str().into()).is_err(), "{} cannot be written", meaning.as_str());
        }
    }
}
