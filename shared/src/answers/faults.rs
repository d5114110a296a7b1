//! What is wrong with a value, for developers. The browser has words of its own.

use crate::{
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType},
    problem::{FieldCode, FieldFault},
    text,
};

/// A fault of a value. If a text has a character that is not allowed, it says which and where.
pub fn fault_in(field: &Field, code: FieldCode, value: Option<&str>) -> FieldFault {
    let mut known = fault(field, code);
    let is_text = field.r#type == FieldType::Text && code == FieldCode::Malformed;
    if let Some(refused) = value.filter(|_| is_text).and_then(text::refused) {
        if cfg!(feature = "server") {
            let place = if refused.after.is_empty() { "at the beginning".to_owned() } else { format!("after “{}”", refused.after) };
            known.message = format!("An invisible character {place} is not allowed: U+{:04X}.", u32::from(refused.character));
        }
        known.after = Some(refused.after);
    }
    known
}

/// A fault of a field, with a sentence for developers. The browser has words of its own, and its bundle leaves the sentences out.
pub fn fault(field: &Field, code: FieldCode) -> FieldFault {
    let message = if cfg!(feature = "server") { sentence(field, code) } else { String::new() };
    FieldFault::new(&*field.name, code, message)
}

fn sentence(field: &Field, code: FieldCode) -> String {
    match (code, field.r#type) {
        (FieldCode::Required, FieldType::Boolean) => "This has to be true.".to_owned(),
        (FieldCode::Required, _) => "This is required.".to_owned(),
        (FieldCode::TooLong, _) => format!("At most {} characters are allowed.", field.max_length.unwrap_or(DEFAULT_MAX_LENGTH)),
        (FieldCode::Malformed, kind) => match (&field.min, &field.max) {
            (None, None) => kind.form().to_owned(),
            (Some(min), None) => format!("{} The first is {min}.", kind.form()),
            (None, Some(max)) => format!("{} The last is {max}.", kind.form()),
            (Some(min), Some(max)) => format!("{} The first is {min}, the last is {max}.", kind.form()),
        },
        (FieldCode::NotAnOption, _) => {
            let mut allowed: Vec<&str> = Vec::new();
            for option in &field.options {
                if !allowed.contains(&option.value.as_str()) {
                    allowed.push(&option.value);
                }
            }
            format!("Allowed are {}.", allowed.join(", "))
        }
        (FieldCode::UnknownField, _) => "The flow has no field of this name.".to_owned(),
        (FieldCode::NotYourArtifact, _) => "This is not an artifact of this session; upload the file and send the url or artifactId of the answer.".to_owned(),
        (FieldCode::WrongType, FieldType::Artifact) => format!("This has to be the artifactId or url of a file of these kinds: {}.", field.accept.join(", ")),
        (FieldCode::WrongType, FieldType::Boolean) => "This has to be true or false.".to_owned(),
        (FieldCode::WrongType, _) => "This has to be a string.".to_owned(),
    }
}
