//! The codes of problems: what a caller can rely on.

use serde::{Deserialize, Serialize};

/// A stable problem code, such as `too-large`. The problem's `type` is `/problems/{code}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// 400
    InvalidJson,
    /// 401: we don't know who sent the request.
    Unauthorized,
    /// 403: we know the sender, and they may not do this.
    Forbidden,
    /// 403: this part of the API is switched off.
    Disabled,
    /// 404: it does not exist, or the sender may not see it.
    NotFound,
    /// 404: the session's flow has no such step.
    UnknownStep,
    /// 405
    MethodNotAllowed,
    /// 408
    Timeout,
    /// 409: the session is in another state.
    Conflict,
    /// 410: the session has expired.
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
    /// 422: a PDF without a page that can be read.
    BadDocument,
    /// 422: part of the file is missing.
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
    pub const ALL: [Self; 20] = [
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
        Self::BadDocument,
        Self::Truncated,
        Self::RateLimited,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The code, the HTTP status, the title, and the advice.
    const fn row(self) -> (&'static str, u16, &'static str, &'static str) {
        match self {
            Self::InvalidJson => ("invalid-json", 400, "The body is not valid JSON", "Send one JSON object, nested at most 128 deep, as application/json."),
            Self::Unauthorized => {
                ("unauthorized", 401, "You are not signed in", "Send a valid API key as Authorization: Bearer fs_…, or sign in to the dashboard again.")
            }
            Self::Forbidden => (
                "forbidden",
                403,
                "You are not allowed to do this",
                "The detail says what is missing: a scope of the API key, a role, or that the request must come from the dashboard itself.",
            ),
            Self::Disabled => ("disabled", 403, "This is switched off", "An administrator can switch it on: settings set session-api on."),
            Self::NotFound => ("not-found", 404, "Not found", "Check the address and the id. The link may be incomplete."),
            Self::UnknownStep => ("unknown-step", 404, "The flow has no such step", "GET /kyc-sessions/{id}/public lists the ids of the session's steps."),
            Self::MethodNotAllowed => {
                ("method-not-allowed", 405, "This address does not accept this method", "The Allow header of the answer lists the methods that it accepts.")
            }
            Self::Timeout => (
                "timeout",
                408,
                "The request took too long to arrive",
                "Send it again. If this keeps happening, the connection is too slow for a body of this size.",
            ),
            Self::Conflict => (
                "conflict",
                409,
                "Something else happened first",
                "The detail says what: the session was already submitted, or another request came first. Nothing was changed.",
            ),
            Self::Expired => ("expired", 410, "The session has expired", "Ask the company that sent the link for a new one."),
            Self::TooLarge => ("too-large", 413, "The body is too large", "The detail says what the limit is. Send less."),
            Self::UnsupportedMedia => (
                "unsupported-media",
                415,
                "This kind of content is not accepted here",
                "The detail says which kinds are. We look at the content of a file, not at its name.",
            ),
            Self::InvalidUserData => (
                "invalid-user-data",
                422,
                "Some answers need correcting",
                "Each entry of errors names a field, says what is wrong with it, and has a code. Nothing was saved.",
            ),
            Self::InvalidRequest => ("invalid-request", 422, "The request is incomplete", "Each entry of errors names a part that is missing or wrong."),
            Self::BadImage => ("bad-image", 422, "The image cannot be used", "The detail says why. Send another photo of the same thing."),
            Self::BadDocument => ("bad-document", 422, "The document cannot be read", "No page of the PDF opens. Save it again, or send a photo of it."),
            Self::Truncated => ("truncated", 422, "Part of the file is missing", "The upload was probably cut off. Send the file again."),
            Self::RateLimited => {
                ("rate-limited", 429, "Too many requests", "The detail says what the limit is. Retry-After says how many seconds to wait. Nothing was changed.")
            }
            Self::Internal => ("internal", 500, "Something went wrong on our side", "Nothing that you saved is lost. Try again in a moment."),
            Self::Unavailable => {
                ("unavailable", 503, "The service cannot answer right now", "Nothing that you saved is lost. Retry-After says how many seconds to wait.")
            }
        }
    }

    /// The code as it appears in `type`.
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

    /// What to do about it. Shown on the page at `/problems/{code}`.
    pub const fn advice(self) -> &'static str {
        self.row().3
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
}
