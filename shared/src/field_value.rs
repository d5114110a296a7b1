//! Reads and normalises the value of one field, and shows it again. A new field type (`field_type.rs`) is read here, and gets its input in
//! `app/src/components/field.rs`.

use serde_json::Value;

use crate::{
    cpf::Cpf,
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType},
    ids::ArtifactId,
    problem::FieldCode,
};

/// A value as it is stored: normalised to the form of its field's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A text, a CPF's digits, a date, an e-mail address, a telephone number, an option's value or an artifact's id.
    Text(String),
    /// True or false.
    Flag(bool),
}

impl Answer {
    /// The text, or "" if it is a flag.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Flag(_) => "",
        }
    }

    /// The value as `userData` has it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Flag(flag) => Value::Bool(*flag),
        }
    }

    /// Reads a value that [`Answer::to_json`] wrote. `None` for other JSON types.
    pub fn from_json(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text)),
            Value::Bool(flag) => Some(Self::Flag(flag)),
            _ => None,
        }
    }
}

/// Finds the artifact of the session that a text names, by its id or its URL, if the field accepts its media type.
pub type ArtifactLookup<'a> = &'a dyn Fn(&Field, &str) -> Result<ArtifactId, FieldCode>;

/// Reads one value of a field. `Ok(None)` means that nothing was entered; the caller decides whether that is a fault.
///
/// # Errors
/// The code of what is wrong.
pub fn read(field: &Field, raw: &Value, artifact: ArtifactLookup<'_>) -> Result<Option<Answer>, FieldCode> {
    if field.r#type == FieldType::Boolean {
        return match raw {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(Answer::Flag(*flag))),
            _ => Err(FieldCode::WrongType),
        };
    }
    let text = match raw {
        Value::Null => return Ok(None),
        Value::String(text) => text.trim(),
        _ => return Err(FieldCode::WrongType),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let value = match field.r#type {
        FieldType::Text => read_text(text, field.max_length.unwrap_or(DEFAULT_MAX_LENGTH))?,
        FieldType::Cpf => Cpf::parse(text).ok_or(FieldCode::Malformed)?.digits(),
        FieldType::Date => {
            if is_day(text) {
                text.to_owned()
            } else {
                return Err(FieldCode::Malformed);
            }
        }
        FieldType::Email => {
            if is_email(text) {
                text.to_owned()
            } else {
                return Err(FieldCode::Malformed);
            }
        }
        FieldType::Phone => read_phone(text, field.calling_code.as_deref().unwrap_or("55")).ok_or(FieldCode::Malformed)?,
        FieldType::Select => {
            if field.options.iter().any(|o| o.value == text) {
                text.to_owned()
            } else {
                return Err(FieldCode::NotAnOption);
            }
        }
        FieldType::Artifact => artifact(field, text)?.to_string(),
        FieldType::Boolean => unreachable!("returned above"),
    };
    Ok(Some(Answer::Text(value)))
}

impl FieldType {
    /// The form that a value must have, as a sentence for developers.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Cpf => "A CPF has exactly 11 digits.",
            Self::Date => "A date is a day that exists, as YYYY-MM-DD.",
            Self::Email => "An e-mail address has one @ and at most 254 characters.",
            Self::Phone => "A telephone number has 8 to 15 digits, with its country code after a +.",
            Self::Text | Self::Select | Self::Boolean | Self::Artifact => "Control characters are not allowed.",
        }
    }

    /// A stored value as people type it.
    pub fn typed(self, answer: &Answer) -> String {
        match (self, answer) {
            (Self::Cpf, Answer::Text(text)) => Cpf::parse(text).map_or_else(|| text.clone(), |cpf| cpf.formatted()),
            (_, Answer::Text(text)) => text.clone(),
            (_, Answer::Flag(true)) => "true".to_owned(),
            (_, Answer::Flag(false)) => String::new(),
        }
    }
}

fn read_text(text: &str, max_length: u32) -> Result<String, FieldCode> {
    if text.chars().any(char::is_control) {
        Err(FieldCode::Malformed)
    } else if text.chars().count() > max_length as usize {
        Err(FieldCode::TooLong)
    } else {
        Ok(text.to_owned())
    }
}

/// Whether a text is `YYYY-MM-DD`, and a day that exists in the Gregorian calendar.
fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10 && bytes.iter().enumerate().all(|(at, b)| if at == 4 || at == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if !shape {
        return false;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

/// Whether a text has one `@` with something before it and a name after it, no spaces or control characters, and at most 254 characters.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '@');
    text.chars().count() <= 254 && plain(local) && plain(domain) && !domain.starts_with('.') && !domain.ends_with('.')
}

/// Reads a number as E.164: `+` and 8 to 15 digits. Without `+`, drops one leading 0 and puts the calling code in front.
fn read_phone(text: &str, calling_code: &str) -> Option<String> {
    let international = text.starts_with('+');
    let rest = text.strip_prefix('+').unwrap_or(text);
    if !rest.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "-().".contains(c)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let number = if international { digits } else { format!("{calling_code}{}", digits.strip_prefix('0').unwrap_or(&digits)) };
    (8..=15).contains(&number.len()).then(|| format!("+{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Choice;
    use serde_json::json;

    fn field(kind: FieldType) -> Field {
        Field { name: "f".into(), r#type: kind, options: vec![Choice { value: "RG".into(), label: "RG".into() }], max_length: Some(5), ..Field::default() }
    }

    fn text(value: &str) -> Result<Option<Answer>, FieldCode> {
        Ok(Some(Answer::Text(value.into())))
    }

    #[test]
    fn every_type_has_its_one_form() {
        use FieldCode::{Malformed, NotAnOption, NotYourArtifact, TooLong, WrongType};
        let own = ArtifactId(7);
        let cases = [
            (FieldType::Text, json!(" Ana "), text("Ana")),
            (FieldType::Text, json!("áéíóú"), text("áéíóú")),
            (FieldType::Text, json!("abcdef"), Err(TooLong)),
            (FieldType::Text, json!("a\u{7}b"), Err(Malformed)),
            (FieldType::Text, json!(7), Err(WrongType)),
            (FieldType::Text, json!(["a"]), Err(WrongType)),
            (FieldType::Text, json!("  "), Ok(None)),
            (FieldType::Text, json!(null), Ok(None)),
            (FieldType::Cpf, json!("123.456.789-00"), text("12345678900")),
            (FieldType::Cpf, json!("1234"), Err(Malformed)),
            (FieldType::Date, json!("2024-02-29"), text("2024-02-29")),
            (FieldType::Date, json!("2023-02-29"), Err(Malformed)),
            (FieldType::Date, json!("1900-02-29"), Err(Malformed)),
            (FieldType::Date, json!("29/02/2024"), Err(Malformed)),
            (FieldType::Date, json!("2024-13-01"), Err(Malformed)),
            (FieldType::Email, json!("ana@acme.example"), text("ana@acme.example")),
            (FieldType::Email, json!("ana@@acme"), Err(Malformed)),
            (FieldType::Email, json!("ana"), Err(Malformed)),
            (FieldType::Email, json!(format!("{}@b.example", "a".repeat(250))), Err(Malformed)),
            (FieldType::Phone, json!("+44 20 7946-0958"), text("+442079460958")),
            (FieldType::Phone, json!("(011) 91234-5678"), text("+5511912345678")),
            (FieldType::Phone, json!("+123"), Err(Malformed)),
            (FieldType::Phone, json!("call me"), Err(Malformed)),
            (FieldType::Select, json!("RG"), text("RG")),
            (FieldType::Select, json!("rg"), Err(NotAnOption)),
            (FieldType::Boolean, json!(true), Ok(Some(Answer::Flag(true)))),
            (FieldType::Boolean, json!("true"), Err(WrongType)),
            (FieldType::Artifact, json!("mine"), text(&own.to_string())),
            (FieldType::Artifact, json!("http://169.254.169.254/"), Err(NotYourArtifact)),
        ];
        for (kind, raw, expected) in cases {
            let got = read(&field(kind), &raw, &|_, text| if text == "mine" { Ok(own) } else { Err(NotYourArtifact) });
            assert_eq!(got, expected, "{kind:?} {raw}");
        }
    }
}
