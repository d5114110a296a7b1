//! What is wrong with one field of a request.

use serde::{Deserialize, Serialize};

use super::code::Code;

/// What is wrong with a field. A stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// The field needs a value.
    Required,
    /// The value has more characters than the field takes.
    TooLong,
    /// The value does not have the form of the field's type.
    Malformed,
    /// The value is not one of the field's options.
    NotAnOption,
    /// The flow has no such field.
    UnknownField,
    /// The value is not an artifact of this session, or another field has the same artifact.
    NotYourArtifact,
    /// The value has another JSON type than the field's values, or the artifact has a media type that the field does not accept.
    WrongType,
}

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// The field's name.
    pub field: String,
    /// What is wrong.
    pub code: FieldCode,
    /// The same as a sentence for a developer. Pages use the customer's words instead.
    pub message: String,
    /// Why the server refused the file that a form sent for this field. The session API never sets it: there, the whole
    /// answer to the upload is the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Code>,
    /// A text has a character that is not allowed: what stands before it. Empty if that is the first character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl FieldFault {
    /// A fault of this field.
    pub fn new(field: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into(), refused: None, after: None }
    }

    /// The server refused the file that a form sent for this field.
    pub fn refused_file(field: impl Into<String>, code: Code) -> Self {
        Self { refused: Some(code), ..Self::new(field, FieldCode::Malformed, code.title()) }
    }
}

/// The most unknown fields that a problem names, so that the answer is not larger than the request.
const MAX_UNKNOWN: usize = 20;
/// The most characters of an unknown field's name that a problem repeats.
const MAX_NAME: usize = 64;

/// The faults of these unknown fields. It names the first twenty, and the last of them says how many more there are.
pub fn unknown<'a>(mut names: impl Iterator<Item = &'a str>, message: &str) -> Vec<FieldFault> {
    let fault = |name: &str| FieldFault::new(name.chars().take(MAX_NAME).collect::<String>(), FieldCode::UnknownField, message);
    let mut faults: Vec<FieldFault> = names.by_ref().take(MAX_UNKNOWN).map(fault).collect();
    let more = names.count();
    if let Some(last) = faults.last_mut().filter(|_| more > 0) {
        last.message = format!("{message} This goes for {more} more fields, which are not named.");
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fault_of_a_refused_file_names_a_problem() {
        let plain = FieldFault::new("name", FieldCode::Required, "This is required.");
        let text = serde_json::to_string(&plain).expect("serialises");
        assert_eq!(text, r#"{"field":"name","code":"required","message":"This is required."}"#);
        let refused = FieldFault::refused_file("front", Code::BadImage);
        let sent = serde_json::to_value(&refused).expect("serialises");
        assert_eq!(sent["refused"], "bad-image");
        assert_eq!(serde_json::from_value::<FieldFault>(sent).expect("reads"), refused);
    }
}
