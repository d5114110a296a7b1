//! Types of identity documents, as the JSON file beside this one describes them: their layouts, what can be read on which side, and which
//! codes a machine can read.

use std::collections::BTreeMap;

use crate::{
    reading::{
        json::Node,
        read::{Object, Place, Read, entries, one_of},
        text::Text,
    },
    rule::Country,
};

/// Every type of document, with the words that stand on documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Documents {
    /// The words that say what a value is, in capital letters without accents.
    pub labels: BTreeMap<Label, Vec<String>>,
    /// Words in lines that are never a person's name.
    pub heads: Vec<String>,
    /// The types, in the order in which people choose from them.
    pub types: Vec<DocumentType>,
}

/// A type of document, such as RG. A flow's option of its name asks for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentType {
    /// `[A-Z][A-Z0-9_]{0,31}`: the value of a SELECT field with `"is": "document_type"`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// The country that issues it. `None` if many do.
    pub country: Option<Country>,
    /// The shapes of its number: `9` stands for a digit, `A` for a letter, anything else for itself.
    pub numbers: Vec<String>,
    /// What it looks like, the oldest first.
    pub layouts: Vec<Layout>,
}

/// What documents of a type look like. A type has several when it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// `[a-z][a-z0-9_]{0,31}`
    pub name: String,
    /// The sides that have something on them.
    pub sides: Vec<Side>,
    /// What can be read on each side.
    pub fields: BTreeMap<Side, Vec<DocumentField>>,
    /// The codes for machines.
    pub codes: Vec<Code>,
    /// Words by which it is recognised, in capital letters without accents.
    pub words: Vec<String>,
}

/// A side of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The side with the portrait, or the only one.
    #[default]
    Front,
    /// The other side.
    Back,
}

/// What a document says of its holder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentField {
    /// The full name.
    #[default]
    FullName,
    /// The date of birth.
    BirthDate,
    /// The CPF.
    Cpf,
    /// The number of the document.
    DocumentNumber,
    /// The last day on which it is valid.
    Expiry,
    /// The day on which it was issued.
    Issued,
}

impl DocumentField {
    /// Its name in the JSON.
    pub fn as_str(self) -> &'static str {
        FIELDS.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

/// What the words beside a value say it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// The full name.
    FullName,
    /// The surnames.
    Surname,
    /// The given names.
    GivenNames,
    /// The date of birth.
    BirthDate,
    /// The last day on which it is valid.
    Expiry,
    /// The day on which it was issued.
    Issued,
    /// The CPF.
    Cpf,
    /// The number of the document.
    DocumentNumber,
    /// Anything else, such as the parents' names.
    #[default]
    Other,
}

/// A code that machines read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// What it is.
    pub kind: CodeKind,
    /// Where it is.
    pub side: Side,
    /// Whether every document of the layout has it.
    pub required: bool,
}

/// The kinds of code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeKind {
    /// A machine-readable zone.
    #[default]
    Mrz,
    /// A QR code.
    Qr,
    /// A PDF417 barcode.
    Pdf417,
}

/// The words of the JSON file.
const SIDES: [(&str, Side); 2] = [("FRONT", Side::Front), ("BACK", Side::Back)];
const KINDS: [(&str, CodeKind); 3] = [("MRZ", CodeKind::Mrz), ("QR", CodeKind::Qr), ("PDF417", CodeKind::Pdf417)];
const FIELDS: [(&str, DocumentField); 6] = [
    ("full_name", DocumentField::FullName),
    ("birth_date", DocumentField::BirthDate),
    ("cpf", DocumentField::Cpf),
    ("document_number", DocumentField::DocumentNumber),
    ("expiry", DocumentField::Expiry),
    ("issued", DocumentField::Issued),
];
const LABELS: [(&str, Label); 9] = [
    ("full_name", Label::FullName),
    ("surname", Label::Surname),
    ("given_names", Label::GivenNames),
    ("birth_date", Label::BirthDate),
    ("expiry", Label::Expiry),
    ("issued", Label::Issued),
    ("cpf", Label::Cpf),
    ("document_number", Label::DocumentNumber),
    ("other", Label::Other),
];

impl Read for Documents {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self {
            labels: keys.required_by("labels", |node, place| by_word(node, place, &LABELS)),
            heads: keys.required("heads"),
            types: keys.required("types"),
        };
        keys.finish();
        read
    }
}

impl Read for DocumentType {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self {
            name: keys.required("name"),
            title: keys.required("title"),
            country: keys.optional_by("country", read_country).flatten(),
            numbers: keys.required("numbers"),
            layouts: keys.required("layouts"),
        };
        keys.finish();
        read
    }
}

impl Read for Layout {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self {
            name: keys.required("name"),
            sides: keys.required("sides"),
            fields: keys.required_by("fields", |node, place| by_word(node, place, &SIDES)),
            codes: keys.required("codes"),
            words: keys.required("words"),
        };
        keys.finish();
        read
    }
}

impl Read for Code {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let kind = |node: Node, place: &Place<'_>| one_of(node, place, &KINDS).unwrap_or_default();
        let read = Self { kind: keys.required_by("kind", kind), side: keys.required("side"), required: keys.required("required") };
        keys.finish();
        read
    }
}

impl Read for Side {
    fn read(node: Node, place: &Place<'_>) -> Self {
        one_of(node, place, &SIDES).unwrap_or_default()
    }
}

impl Read for DocumentField {
    fn read(node: Node, place: &Place<'_>) -> Self {
        one_of(node, place, &FIELDS).unwrap_or_default()
    }
}

fn read_country(node: Node, place: &Place<'_>) -> Option<Country> {
    let code = String::read(node, place);
    let country = Country::parse(&code);
    if country.is_none() && !code.is_empty() {
        place.refuse(format!("{code:?}; allowed is a country's code of two letters (ISO 3166-1)"));
    }
    country
}

/// An object whose keys are some of these words.
fn by_word<K: Copy + Ord, T: Read>(node: Node, place: &Place<'_>, words: &[(&str, K)]) -> BTreeMap<K, T> {
    let mut read = BTreeMap::new();
    for (key, value, at) in entries(node, place) {
        match words.iter().find(|(word, _)| *word == key) {
            Some((_, kind)) => drop(read.insert(*kind, T::read(value, &at))),
            None => at.refuse(format!("unknown key; allowed are {}", words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", "))),
        }
    }
    read
}
