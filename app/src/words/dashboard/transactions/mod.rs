//! The words about transactions, in each language: statuses, reasons, and what the pages say.

mod en;
mod es;
mod pt_br;
mod texts;

use shared::{language::Language, rule::TransactionStatus};

pub use self::texts::TransactionWords;

/// The words about transactions of a language.
pub const fn transaction_words(language: Language) -> &'static TransactionWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

/// Why a transaction has a status, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyStatus {
    /// The rules said so.
    Rule,
    /// The session was approved.
    SessionApproved,
    /// The session was rejected.
    SessionRejected,
    /// A person decides on the session.
    SessionReview,
    /// The session expired.
    SessionExpired,
    /// The operator with this e-mail address decided.
    Operator(String),
    /// The customer was asked often enough for one day.
    StepUpLimit,
    /// The session was made without the return URL.
    ReturnUrl,
    /// It was imported.
    Import,
}

impl TransactionWords {
    /// The name of a status.
    pub const fn status_of(&self, status: TransactionStatus) -> &'static str {
        match status {
            TransactionStatus::Approved => self.approved,
            TransactionStatus::Review => self.review,
            TransactionStatus::AwaitingUser => self.awaiting_user,
            TransactionStatus::Blocked => self.blocked,
        }
    }

    /// Why it has a status.
    pub const fn reason_of(&self, why: &WhyStatus) -> &'static str {
        match why {
            WhyStatus::Rule => self.reason_rule,
            WhyStatus::SessionApproved => self.reason_approved,
            WhyStatus::SessionRejected => self.reason_rejected,
            WhyStatus::SessionReview => self.reason_review,
            WhyStatus::SessionExpired => self.reason_expired,
            WhyStatus::Operator(_) => self.reason_operator,
            WhyStatus::StepUpLimit => self.reason_limit,
            WhyStatus::ReturnUrl => self.reason_return_url,
            WhyStatus::Import => self.reason_import,
        }
    }

    /// Who gave it.
    pub fn who(&self, why: &WhyStatus) -> String {
        match why {
            WhyStatus::Operator(email) => email.clone(),
            WhyStatus::Rule | WhyStatus::StepUpLimit => self.by_rule.to_owned(),
            WhyStatus::Import => self.by_import.to_owned(),
            WhyStatus::SessionApproved | WhyStatus::SessionRejected | WhyStatus::SessionReview | WhyStatus::SessionExpired | WhyStatus::ReturnUrl => {
                self.by_session.to_owned()
            }
        }
    }
}
