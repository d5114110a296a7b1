//! What a zone says, field by field, and each fault of it.

use super::{
    check_digit::check_digit,
    fault::{Fault, Field},
    layout::{At, Format, Layout},
    name::Name,
};
use crate::{dates::Century, day::Day};

/// The sex of a holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// `M`
    Male,
    /// `F`
    Female,
    /// A filler, or `X`.
    Unspecified,
}

/// What a zone says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its size.
    pub format: Format,
    /// The kind of document: `P`, `ID`.
    pub document_code: String,
    /// The state that issued it: three letters, such as `BRA`.
    pub issuer: String,
    /// The document's number, as long as it is.
    pub number: String,
    /// The holder's nationality: three letters.
    pub nationality: String,
    /// The holder's name.
    pub name: Name,
    /// The date of birth. `None` if the issuer does not know it, or if it is a fault.
    pub birth: Option<Day>,
    /// The sex.
    pub sex: Sex,
    /// The last day on which the document is valid.
    pub expiry: Option<Day>,
    /// What the issuer adds, without fillers at the end.
    pub optional: String,
    /// The second such field of a card.
    pub more_optional: String,
    /// The lines that were understood, after all repairs.
    pub lines: Vec<String>,
    /// How many characters were repaired, because a letter stood where only a digit can, or the other way round.
    pub repaired: usize,
    /// Every fault, in the order of the fields.
    pub faults: Vec<Fault>,
}

impl Zone {
    /// Whether nothing is wrong with it.
    pub fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }

    /// Reads lines that have the length of their format and only the characters of a zone.
    pub(super) fn of(format: Format, lines: Vec<String>, repaired: usize, today: Day) -> Self {
        let layout = format.layout();
        let mut faults = Vec::new();
        let (number, optional) = number(layout, &lines, &mut faults);
        let code = layout.code.of(&lines);
        if !layout.codes.contains(&code[..1]) {
            faults.push(Fault::Characters { field: Field::DocumentCode, read: code.to_owned() });
        }
        let zone = Self {
            format,
            document_code: trimmed(code),
            issuer: state(Field::Issuer, layout.issuer.of(&lines), &mut faults),
            number,
            nationality: state(Field::Nationality, layout.nationality.of(&lines), &mut faults),
            name: name(layout.name.of(&lines), &mut faults),
            birth: date(Field::Birth, [layout.birth, layout.birth_check], &lines, Century::Past(today), &mut faults),
            sex: sex(layout.sex.of(&lines), &mut faults),
            expiry: date(Field::Expiry, [layout.expiry, layout.expiry_check], &lines, Century::Near(today), &mut faults),
            optional,
            more_optional: layout.more_optional.map(|at| trimmed(at.of(&lines))).unwrap_or_default(),
            faults: Vec::new(),
            repaired,
            lines,
        };
        let lines = &zone.lines;
        if let Some(at) = layout.optional_check {
            let read = at.of(lines);
            // An empty field may have a filler for its check digit.
            if !(read == "<" && zone.optional.is_empty()) {
                check(Field::Optional, [layout.optional.of(lines)], read, &mut faults);
            }
        }
        check(Field::Composite, layout.composite_of.iter().map(|at| at.of(lines)), layout.composite.of(lines), &mut faults);
        faults.sort_by_key(Fault::field);
        Self { faults, ..zone }
    }
}

/// The document's number, and what the issuer adds behind it. The number of a card may be longer than its field: then a filler stands for
/// the check digit, and the rest of the number and its check digit begin the next field (ICAO 9303-5 section 4.2.2 note j).
fn number(layout: &Layout, lines: &[String], faults: &mut Vec<Fault>) -> (String, String) {
    let (field, read, optional) = (layout.number.of(lines), layout.number_check.of(lines), layout.optional.of(lines));
    let rest = optional.split('<').next().unwrap_or("");
    if read == "<" && rest.len() >= 2 && !field.contains('<') && layout.optional_check.is_none() {
        let (more, digit) = rest.split_at(rest.len() - 1);
        check(Field::Number, [field, more], digit, faults);
        return (format!("{field}{more}"), trimmed(&optional[rest.len()..]));
    }
    if trimmed(field).is_empty() {
        faults.push(Fault::Characters { field: Field::Number, read: field.to_owned() });
    }
    check(Field::Number, [field], read, faults);
    (trimmed(field), trimmed(optional))
}

fn check<'f>(field: Field, fields: impl IntoIterator<Item = &'f str>, read: &str, faults: &mut Vec<Fault>) {
    let (read, expected) = (read.chars().next().unwrap_or('<'), check_digit(fields));
    if read != expected {
        faults.push(Fault::CheckDigit { field, read, expected });
    }
}

/// A date of six digits. Fillers stand for what the issuer does not know.
fn date(field: Field, [at, digit]: [At; 2], lines: &[String], century: Century, faults: &mut Vec<Fault>) -> Option<Day> {
    let read = at.of(lines);
    check(field, [read], digit.of(lines), faults);
    if read.contains('<') && read.bytes().all(|byte| byte == b'<' || byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize| read.get(from..from + 2)?.parse().ok();
    let day = part(0).zip(part(2)).zip(part(4)).and_then(|((year, month), day)| century.day(year, month, day));
    if day.is_none() {
        faults.push(Fault::NoDay { field, read: read.to_owned() });
    }
    day
}

/// A state of three letters. Germany writes one.
fn state(field: Field, read: &str, faults: &mut Vec<Fault>) -> String {
    let code = trimmed(read);
    match code.as_str() {
        "D" => "DEU".to_owned(),
        _ => {
            if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
                faults.push(Fault::Characters { field, read: read.to_owned() });
            }
            code
        }
    }
}

fn name(read: &str, faults: &mut Vec<Fault>) -> Name {
    let name = Name::read(read);
    if name.surname.is_empty() && name.given.is_empty() || read.bytes().any(|byte| byte.is_ascii_digit()) {
        faults.push(Fault::Characters { field: Field::Name, read: trimmed(read) });
    }
    name
}

fn sex(read: &str, faults: &mut Vec<Fault>) -> Sex {
    match read {
        "M" => Sex::Male,
        "F" => Sex::Female,
        "<" | "X" => Sex::Unspecified,
        _ => {
            faults.push(Fault::Characters { field: Field::Sex, read: read.to_owned() });
            Sex::Unspecified
        }
    }
}

/// A field without the fillers at its end; those inside stand for spaces.
fn trimmed(field: &str) -> String {
    field.trim_end_matches('<').replace('<', " ")
}
