//! Why an operator does not get the requested page: a heading and a sentence for each reason.

use shared::role::Role;

use super::texts::DashboardWords;
use crate::words::fill;

/// Why an operator does not get the requested page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageProblem {
    /// This role may not see it.
    Forbidden(Role),
    /// Nothing has this address.
    Missing,
    /// Too many requests; allowed again after this many seconds.
    TooMany(u64),
    /// The server cannot answer now.
    Unavailable,
}

impl DashboardWords {
    /// What went wrong: a heading, and a sentence.
    pub fn problem_of(&self, problem: PageProblem) -> (&'static str, String) {
        let text = match problem {
            PageProblem::Forbidden(role) => return (self.forbidden_title, fill(self.forbidden_text, &[("role", self.role_of(role))])),
            PageProblem::Missing => return (self.missing_title, self.missing_text.to_owned()),
            PageProblem::TooMany(seconds) => fill(self.too_many, &[("seconds", &seconds.to_string())]),
            PageProblem::Unavailable => self.unavailable.to_owned(),
        };
        (self.problem_title, text)
    }
}
