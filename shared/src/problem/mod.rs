//! Errors as callers see them: `application/problem+json` (RFC 9457) with a stable code. The code is a type, so that a page
//! asks which problem it was instead of comparing texts.

mod code;
pub mod field_fault;

use serde::{Deserialize, Serialize};

pub use code::Code;
pub use field_fault::{FieldCode, FieldFault};

/// What every problem's `type` starts with; its [`Code`] follows.
const TYPE: &str = "/problems/";

/// A problem as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// What went wrong. Sent as `type`: `/problems/{code}`.
    #[serde(rename = "type", with = "as_type")]
    pub code: Code,
    /// See [`Code::title`].
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What happened this time, as a sentence.
    pub detail: String,
    /// The fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
    /// The steps with a fault, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_steps: Vec<String>,
    /// How many seconds to wait before the next try. Sent as the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
    /// The request needs a valid API key. Sent as the header `WWW-Authenticate` (RFC 9110, section 11.6.1).
    #[serde(skip)]
    pub asks_for_key: bool,
}

/// A [`Code`] as a problem's `type`.
mod as_type {
    use serde::{
        Deserialize as _, Deserializer, Serializer,
        de::{Error as _, IntoDeserializer as _},
    };

    use super::{Code, TYPE};

    pub fn serialize<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{TYPE}{}", code.as_str()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        let text = String::deserialize(deserializer)?;
        let code = text.strip_prefix(TYPE).ok_or_else(|| D::Error::custom("not a problem's type"))?;
        Code::deserialize(code.into_deserializer())
    }
}

impl Problem {
    /// A problem without fields.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            errors: Vec::new(),
            missing_steps: Vec::new(),
            retry_after: None,
            asks_for_key: false,
        }
    }

    /// The same with the fields at fault.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldFault>) -> Self {
        self.errors = errors;
        self
    }

    /// The same with the seconds to wait before the next try.
    #[must_use]
    pub const fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same, and it asks for an API key.
    #[must_use]
    pub const fn asking_for_key(mut self) -> Self {
        self.asks_for_key = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_sent_and_read_as_its_own_text() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).expect("serialises"), code.as_str());
            let problem = Problem::new(code, "So it is.");
            let sent = serde_json::to_value(&problem).expect("serialises");
            assert_eq!(sent["type"], format!("/problems/{}", code.as_str()));
            assert_eq!(serde_json::from_value::<Problem>(sent).expect("reads"), problem);
        }
        assert!(serde_json::from_str::<Problem>(r#"{"type":"/problems/new","title":"","status":400,"detail":""}"#).is_err());
    }

    #[test]
    fn a_problem_names_only_what_it_has() {
        let text = serde_json::to_string(&Problem::new(Code::Expired, "Over.")).expect("serialises");
        assert_eq!(text, r#"{"type":"/problems/expired","title":"The session has expired","status":410,"detail":"Over."}"#);
    }
}
