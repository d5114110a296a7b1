//! Reads and normalises the value of one field, and shows it again. A new field type (`field_type.rs`) is read here, and gets its input in
//! `app/src/components/field.rs`.

use serde_json::Value;

use crate::{
    cpf::Cpf,
    day, email,
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType},
    ids::ArtifactId,
    phone,
    problem::FieldCode,
    text,
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
    match raw {
        Value::Null => Ok(None),
        Value::String(text) => read_typed(field, text, artifact),
        _ => Err(FieldCode::WrongType),
    }
}

/// The same of a field whose values are texts.
///
/// # Errors
/// The code of what is wrong.
pub fn read_typed(field: &Field, whole: &str, artifact: ArtifactLookup<'_>) -> Result<Option<Answer>, FieldCode> {
    let text = text::trimmed(whole);
    if text.is_empty() {
        return Ok(None);
    }
    let fits = |fits: bool, code: FieldCode| if fits { Ok(text.to_owned()) } else { Err(code) };
    let value = match field.r#type {
        FieldType::Text => read_text(whole, field.max_length.unwrap_or(DEFAULT_MAX_LENGTH))?,
        FieldType::Cpf => Cpf::parse(text).ok_or(FieldCode::Malformed)?.digits(),
        FieldType::Date => fits(day::is_day(text) && is_within(text, field), FieldCode::Malformed)?,
        FieldType::Email => fits(email::is_address(text), FieldCode::Malformed)?,
        FieldType::Phone => phone::read(text, field.region.as_deref()).ok_or(FieldCode::Malformed)?,
        FieldType::Select => fits(field.options.iter().any(|o| o.value == text), FieldCode::NotAnOption)?,
        FieldType::Artifact => artifact(field, text)?.to_string(),
        FieldType::Boolean => return Err(FieldCode::WrongType),
    };
    Ok(Some(Answer::Text(value)))
}

impl FieldType {
    /// The form that a value must have, as a sentence for developers.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Cpf => "A CPF has exactly 11 digits.",
            Self::Date => "A date is a day that exists, as YYYY-MM-DD.",
            Self::Email => "An e-mail address has one @, a domain with a dot and at most 254 characters, and nothing around it.",
            Self::Phone => "This is no possible telephone number of the field's region, and none with + and a country code. Extensions are not allowed.",
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
    if text::refused(text).is_some() {
        return Err(FieldCode::Malformed);
    }
    let clean = text::cleaned(text, max_length > text::ONE_LINE);
    if clean.chars().count() > max_length as usize { Err(FieldCode::TooLong) } else { Ok(clean) }
}

/// Whether a day lies within the field's bounds. Days that exist sort as their texts do.
fn is_within(day: &str, field: &Field) -> bool {
    field.min.as_deref().is_none_or(|min| day >= min) && field.max.as_deref().is_none_or(|max| day <= max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Choice;
    use serde_json::json;

    fn field(kind: FieldType) -> Field {
        Field {
            name: "f".into(),
            r#type: kind,
            options: vec![Choice { value: "RG".into(), label: "RG".into() }],
            max_length: Some(5),
            region: Some("BR".into()),
            ..Field::default()
        }
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
            (FieldType::Phone, json!("+12"), Err(Malformed)),
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
