//! Errors as people outside see them: `application/problem+json` (RFC 9457) with a stable code.

use serde::{Deserialize, Serialize};

/// A stable problem code. Its `type` is `/problems/{code}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// 400
    InvalidJson,
    /// 401: nobody who is known.
    Unauthorized,
    /// 403: known, and not allowed.
    Forbidden,
    /// 403: switched off.
    Disabled,
    /// 404: no such thing, or none that you may see.
    NotFound,
    /// 404: the session's flow has no such step.
    UnknownStep,
    /// 405
    MethodNotAllowed,
    /// 408
    Timeout,
    /// 409: the session is in another state.
    Conflict,
    /// 410: the session's time is up.
    Expired,
    /// 413
    TooLarge,
    /// 415
    UnsupportedMedia,
    /// 422: the answers do not fit the flow.
    InvalidUserData,
    /// 422: the request itself is incomplete.
    InvalidRequest,
    /// 422: the image cannot be used.
    BadImage,
    /// 422: a part of the file is missing.
    Truncated,
    /// 429: more requests than a limit allows.
    RateLimited,
    /// 500
    Internal,
    /// 503: the database or the storage does not answer.
    Unavailable,
}

impl Code {
    /// Every code, for the pages that explain them.
    pub const ALL: [Self; 19] = [
        Self::InvalidJson,
        Self::Unauthorized,
        Self::Forbidden,
        Self::Disabled,
        Self::NotFound,
        Self::UnknownStep,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::Conflict,
        Self::Expired,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::InvalidUserData,
        Self::InvalidRequest,
        Self::BadImage,
        Self::Truncated,
        Self::RateLimited,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The code, the HTTP status, the title, and what to do about it.
    const fn row(self) -> (&'static str, u16, &'static str, &'static str) {
        match self {
            Self::InvalidJson => ("invalid-json", 400, "The body is not valid JSON", "Send one JSON object, nested at most 128 deep, as application/json."),
            Self::Unauthorized => {
                ("unauthorized", 401, "Nobody who is known", "Send an API key as Authorization: Bearer fs_…, or sign in to the dashboard again.")
            }
            Self::Forbidden => {
                ("forbidden", 403, "Not allowed", "The detail says what is missing: a scope of the key, a role, or a request from the dashboard itself.")
            }
            Self::Disabled => ("disabled", 403, "Switched off", "An administrator can switch it on: settings set session-api on."),
            Self::NotFound => ("not-found", 404, "Not found", "There is nothing here, or nothing that this link opens. Check the address and the id."),
            Self::UnknownStep => ("unknown-step", 404, "The flow has no such step", "The ids of a session's steps are in GET /kyc-sessions/{id}/public."),
            Self::MethodNotAllowed => {
                ("method-not-allowed", 405, "This address does not take that method", "The Allow header of the answer names the methods that it takes.")
            }
            Self::Timeout => {
                ("timeout", 408, "The request took too long to arrive", "Send it again; where it keeps happening, the connection is too slow for its size.")
            }
            Self::Conflict => (
                "conflict",
                409,
                "In conflict with what was first",
                "The detail says with what: a session that was submitted before, or a request of the same key. Nothing was changed.",
            ),
            Self::Expired => ("expired", 410, "The session has expired", "Ask the company that sent the link for a new one."),
            Self::TooLarge => ("too-large", 413, "Too large", "The detail names the limit. Send less."),
            Self::UnsupportedMedia => (
                "unsupported-media",
                415,
                "This kind of content is not taken here",
                "The detail names what is. A file's kind is told by its content, not by its name.",
            ),
            Self::InvalidUserData => (
                "invalid-user-data",
                422,
                "Some answers need correcting",
                "Each entry of errors names a field, what is wrong with it, and a code. Nothing was saved.",
            ),
            Self::InvalidRequest => ("invalid-request", 422, "The request is incomplete", "Each entry of errors names a part that is missing or wrong."),
            Self::BadImage => ("bad-image", 422, "The image cannot be used", "The detail says why. Send another photo of the same thing."),
            Self::Truncated => ("truncated", 422, "A part of the file is missing", "It was probably cut off on its way. Send it again."),
            Self::RateLimited => (
                "rate-limited",
                429,
                "Too many requests",
                "The detail names the limit. Try again after the seconds that Retry-After names; nothing was changed.",
            ),
            Self::Internal => ("internal", 500, "Something went wrong on our side", "Nothing that was saved is lost. Try again in a moment."),
            Self::Unavailable => (
                "unavailable",
                503,
                "The service cannot answer right now",
                "Nothing that was saved is lost. Try again after the seconds that Retry-After names.",
            ),
        }
    }

    /// The code as it stands in `type`.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// One short phrase, the same for every occurrence.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// What to do about it, for the page at `/problems/{code}`.
    pub const fn advice(self) -> &'static str {
        self.row().3
    }
}

/// What is wrong with a field. A stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// It has to be there.
    Required,
    /// More characters than the field takes.
    TooLong,
    /// Not of the form that the field's type has.
    Malformed,
    /// Not one of the field's options.
    NotAnOption,
    /// The flow has no such field.
    UnknownField,
    /// Not an artifact of this session.
    NotYourArtifact,
    /// Another JSON type than the field's values have.
    WrongType,
}

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// The field's name.
    pub field: String,
    /// What is wrong.
    pub code: FieldCode,
    /// The same as a sentence, for a developer; pages say it in the customer's words.
    pub message: String,
}

/// A problem as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `/problems/{code}`
    pub r#type: String,
    /// See [`Code::title`].
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// This occurrence, as a sentence.
    pub detail: String,
    /// The fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
    /// The steps that hold a fault, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_steps: Vec<String>,
    /// Seconds after which to come again. Sent as the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
    /// A known API key would have been let in. Sent as the header `WWW-Authenticate` (RFC 9110, section 11.6.1).
    #[serde(skip)]
    pub asks_for_key: bool,
}

impl Problem {
    /// A problem without fields.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            r#type: format!("/problems/{}", code.as_str()),
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

    /// The same with the seconds after which to come again.
    #[must_use]
    pub const fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same, asking for an API key.
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
    fn codes_are_distinct_and_say_what_to_do() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()) && code.status() >= 400 && !code.advice().is_empty(), "{code:?}");
        }
    }

    #[test]
    fn a_problem_names_only_what_it_has() {
        let text = serde_json::to_string(&Problem::new(Code::Expired, "Over.")).expect("serialises");
        assert_eq!(text, r#"{"type":"/problems/expired","title":"The session has expired","status":410,"detail":"Over."}"#);
    }
}
