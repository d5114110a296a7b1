//! Why an operator does not get the requested page: a heading and a sentence for each reason.

use shared::role::Role;

use super::texts::DashboardWords;
use crate::words::fill;

/// Why an operator does not get the requested page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageProblem {
    /// This role may not see it.
    Forbidden(Role),
    /// The form does not come from a page of the dashboard.
    Elsewhere,
    /// Nothing has this address.
    Missing,
    /// It was already done, or things have changed since the page was opened.
    TooLate,
    /// The form is larger than this many KiB.
    TooLarge(usize),
    /// The form arrived too slowly.
    TooSlow,
    /// Too many requests; allowed again after this many seconds.
    TooMany(u64),
    /// The server cannot answer now.
    Unavailable,
    /// The dashboard has no form that sends this.
    Unknown,
}

impl DashboardWords {
    /// What went wrong: a heading, and a sentence.
    pub fn problem_of(&self, problem: PageProblem) -> (&'static str, String) {
        let text = match problem {
            PageProblem::Forbidden(role) => return (self.forbidden_title, fill(self.forbidden_text, &[("role", self.role_of(role))])),
            PageProblem::Missing => return (self.missing_title, self.missing_text.to_owned()),
            PageProblem::TooLarge(kib) => fill(self.large_text, &[("kib", &kib.to_string())]),
            PageProblem::TooMany(seconds) => fill(self.too_many, &[("seconds", &seconds.to_string())]),
            PageProblem::Elsewhere => self.elsewhere_text.to_owned(),
            PageProblem::TooLate => self.late_text.to_owned(),
            PageProblem::TooSlow => self.slow_text.to_owned(),
            PageProblem::Unavailable => self.unavailable.to_owned(),
            PageProblem::Unknown => self.unknown_text.to_owned(),
        };
        (self.problem_title, text)
    }
}
