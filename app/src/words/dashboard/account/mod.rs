//! The words about operators' accounts, in each language: passwords, sign-ins, roles, and what happened to an operator.

mod en;
mod es;
mod pt_br;
mod texts;

use serde::{Deserialize, Serialize};
use shared::{language::Language, role::Role};

pub use self::texts::AccountWords;
use crate::words::fill;

/// The words about accounts of a language.
pub fn account_words(language: Language) -> &'static AccountWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

/// Why a new password was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WeakPassword {
    /// Fewer characters than this.
    Short(usize),
    /// More characters than this.
    Long(usize),
    /// Only spaces.
    Spaces,
    /// The same again and again.
    Repeated,
    /// Made of the e-mail address or of the company's name.
    Own,
    /// Rows of keys, or sequences.
    Sequence,
    /// Dates and years.
    Date,
    /// One that many people use.
    Common,
    /// Too few words, or names.
    Words,
}

/// What happened to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorEvent {
    /// They signed in.
    SignedIn,
    /// They signed out.
    SignedOut,
    /// They ended sign-ins on other browsers.
    SignInsEnded,
    /// A one-time link that signs them in was made.
    LinkMade,
    /// They were set up as the first administrator.
    Added,
    /// They were invited.
    Invited,
    /// They were disabled.
    Disabled,
    /// They were enabled again.
    Enabled,
    /// They changed their password.
    PasswordChanged,
    /// A reset link was made for them.
    ResetLinked,
    /// A reset link was used.
    PasswordReset,
    /// They got this role.
    RoleChanged(Role),
    /// They asked for something that their role does not allow, or too often.
    Refused,
    /// A wrong password was tried.
    SignInFailed,
    /// Too many tries to sign in.
    SignInLimited,
    /// A try to sign in while disabled.
    SignInDisabled,
}

impl AccountWords {
    /// Why a password was refused, and what would be better.
    pub(super) fn weak(&self, why: WeakPassword) -> String {
        let plain = match why {
            WeakPassword::Short(min) => return fill(self.short_password, &[("min", &min.to_string())]),
            WeakPassword::Long(max) => return fill(self.long_password, &[("max", &max.to_string())]),
            WeakPassword::Spaces => self.weak_spaces,
            WeakPassword::Repeated => self.weak_repeated,
            WeakPassword::Own => self.weak_own,
            WeakPassword::Sequence => self.weak_sequence,
            WeakPassword::Date => self.weak_date,
            WeakPassword::Common => self.weak_common,
            WeakPassword::Words => self.weak_words,
        };
        plain.to_owned()
    }

    /// What happened to an operator.
    pub const fn event_of(&self, event: OperatorEvent) -> &'static str {
        match event {
            OperatorEvent::SignedIn => self.event_signed_in,
            OperatorEvent::SignedOut => self.event_signed_out,
            OperatorEvent::SignInsEnded => self.event_sign_ins_ended,
            OperatorEvent::LinkMade => self.event_link_made,
            OperatorEvent::Added => self.event_added,
            OperatorEvent::Invited => self.event_invited,
            OperatorEvent::Disabled => self.event_disabled,
            OperatorEvent::Enabled => self.event_enabled,
            OperatorEvent::PasswordChanged => self.event_password_changed,
            OperatorEvent::ResetLinked => self.event_reset_linked,
            OperatorEvent::PasswordReset => self.event_password_reset,
            OperatorEvent::RoleChanged(_) => self.event_role_changed,
            OperatorEvent::Refused => self.event_refused,
            OperatorEvent::SignInFailed => self.event_sign_in_failed,
            OperatorEvent::SignInLimited => self.event_sign_in_limited,
            OperatorEvent::SignInDisabled => self.event_sign_in_disabled,
        }
    }
}
