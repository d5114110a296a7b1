//! A form that an operator sent. A handler takes it as an argument.

use std::str::FromStr;

use app::{
    dashboard::form::Refused,
    words::dashboard::{ListRefusal, Refusal},
};
use axum::extract::{FromRequest, Request};

use super::kept::Sent;
use crate::{
    http::{Context, body, problems::ApiError},
    lists,
};

/// The largest form, in bytes.
pub const MAX_FORM: usize = 64 * 1024;
/// What is said of a larger one.
pub const TOO_LARGE: &str = "A form of the dashboard is at most 64 KiB (65536 bytes).";
/// The largest form of somebody who is not signed in: an e-mail address and a password, or a new one twice. Each connection may hold one.
const MAX_OPEN: usize = 4 * 1024;
/// What is said of a larger one.
const OPEN_TOO_LARGE: &str = "A form of the sign-in pages is at most 4 KiB (4096 bytes).";
/// The largest form of a rule: its conditions, and all of it as JSON.
const MAX_RULE: usize = 512 * 1024;

/// What is said of a larger one.
const RULE_TOO_LARGE: &str = "The form of a rule is at most 512 KiB (524288 bytes).";
/// What is said of a larger file of a list.
const FILE_TOO_LARGE: &str = "The file of a list is at most 16 MiB (16777216 bytes).";

/// The largest form that this path takes, in bytes, and what is said of a larger one. Only the import of a list has a file.
pub fn limit(path: &str) -> (usize, &'static str) {
    match path {
        _ if is_import(path) => (lists::MOST_BYTES + MAX_FORM, FILE_TOO_LARGE),
        _ if is_rule(path) => (MAX_RULE, RULE_TOO_LARGE),
        _ if is_open(path) => (MAX_OPEN, OPEN_TOO_LARGE),
        _ => (MAX_FORM, TOO_LARGE),
    }
}

/// Why a form of this path that is too large is refused.
pub fn too_large(path: &str) -> Refusal {
    if is_import(path) { Refusal::List(ListRefusal::LargeFile(lists::MOST_MIB)) } else { Refusal::TooLarge(limit(path).0 / 1024) }
}

/// Whether anyone may send this form (`anyone` in the route table).
fn is_open(path: &str) -> bool {
    let first = path.strip_prefix("/dashboard/").and_then(|rest| rest.split('/').next());
    matches!(first, Some("sign-in" | "set-up" | "invitation" | "reset" | "one-time" | "language"))
}

fn is_rule(path: &str) -> bool {
    path.starts_with("/dashboard/rules/")
}

fn is_import(path: &str) -> bool {
    path.starts_with("/dashboard/lists/") && path.ends_with("/import")
}

/// A form that was sent.
pub struct Form(Vec<(String, String)>);

impl FromRequest<Context> for Form {
    type Rejection = ApiError;

    /// 413 if the form is too large, 408 if it arrives too slowly.
    async fn from_request(request: Request, _: &Context) -> Result<Self, ApiError> {
        let sent = Sent::of(request.extensions());
        let path = request.uri().path();
        let (most, too_large) = if is_open(path) { (MAX_OPEN, OPEN_TOO_LARGE) } else { (MAX_FORM, TOO_LARGE) };
        let form = Self(body::urlencoded(request, most, too_large).await?);
        sent.typed.get_or_init(|| form.typed());
        Ok(form)
    }
}

impl Form {
    /// What was typed into an input, without surrounding spaces.
    pub fn text(&self, name: &str) -> &str {
        self.whole(name).trim()
    }

    /// Exactly what was typed into an input. For passwords, whose spaces count.
    pub fn whole(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
    }

    /// Every value of an input.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// The parsed value of an input; `None` if it is empty.
    ///
    /// # Errors
    /// A refusal of the form, if the value cannot be parsed.
    pub fn parsed<T: FromStr>(&self, name: &'static str, why: Refusal) -> Result<Option<T>, Refused> {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.refused(name, why)),
        }
    }

    /// A refusal because of this input. The page shows again what was typed, except passwords.
    pub fn refused(&self, name: &'static str, why: Refusal) -> Refused {
        Refused { faults: vec![(name.into(), why)], ..self.typed() }
    }

    /// What was typed into these inputs, without a refusal.
    pub fn typed_into(&self, inputs: &[&str]) -> Refused {
        let typed = self.0.iter().filter(|(name, _)| inputs.contains(&name.as_str())).cloned().collect();
        Refused { faults: Vec::new(), typed }
    }

    /// What was typed, except passwords, without a refusal.
    pub fn typed(&self) -> Refused {
        let typed = self.0.iter().filter(|(name, _)| !name.starts_with("password")).cloned().collect();
        Refused { faults: Vec::new(), typed }
    }
}
