//! What an operator has just done, as a query parameter and in words.

use shared::language::Language;

use super::{account::account_words, languages::words, lists::list_words, rules::rule_words};

/// What was done, which a redirect passes as `?done=…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A decision was taken.
    Decided,
    /// A session was expired.
    Expired,
    /// Something went into a dossier.
    Linked,
    /// Something was taken out of a dossier.
    Unlinked,
    /// An endpoint, key or operator was disabled.
    Disabled,
    /// A setting was changed.
    Changed,
    /// An operator was enabled again.
    Enabled,
    /// An operator got another role.
    RoleChanged,
    /// The operator's own password was changed.
    PasswordChanged,
    /// Sign-ins on other browsers were ended.
    SignInsEnded,
    /// A list was created.
    ListCreated,
    /// What is in a list was replaced by a file.
    ListImported,
    /// A value was added to a list.
    EntryAdded,
    /// An entry of a list was ended.
    EntryEnded,
    /// A rule was saved.
    RuleSaved,
    /// A rule was saved as it was.
    RuleSame,
    /// A rule has another mode.
    ModeChanged,
}

impl Done {
    /// Every variant.
    pub const ALL: [Self; 17] = [
        Self::Decided,
        Self::Expired,
        Self::Linked,
        Self::Unlinked,
        Self::Disabled,
        Self::Changed,
        Self::Enabled,
        Self::RoleChanged,
        Self::PasswordChanged,
        Self::SignInsEnded,
        Self::ListCreated,
        Self::ListImported,
        Self::EntryAdded,
        Self::EntryEnded,
        Self::RuleSaved,
        Self::RuleSame,
        Self::ModeChanged,
    ];

    /// The value in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Expired => "expired",
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::Disabled => "disabled",
            Self::Changed => "changed",
            Self::Enabled => "enabled",
            Self::RoleChanged => "role-changed",
            Self::PasswordChanged => "password-changed",
            Self::SignInsEnded => "sign-ins-ended",
            Self::ListCreated => "list-created",
            Self::ListImported => "list-imported",
            Self::EntryAdded => "entry-added",
            Self::EntryEnded => "entry-ended",
            Self::RuleSaved => "rule-saved",
            Self::RuleSame => "rule-same",
            Self::ModeChanged => "mode-changed",
        }
    }
}

/// What was done.
pub fn done_of(done: Done, language: Language) -> &'static str {
    let (words, account, lists, rules) = (words(language), account_words(language), list_words(language), rule_words(language));
    match done {
        Done::Decided => words.done_decided,
        Done::Expired => words.done_expired,
        Done::Linked => words.done_linked,
        Done::Unlinked => words.done_unlinked,
        Done::Disabled => words.done_disabled,
        Done::Changed => words.done_changed,
        Done::Enabled => account.done_enabled,
        Done::RoleChanged => account.done_role_changed,
        Done::PasswordChanged => account.done_password_changed,
        Done::SignInsEnded => account.done_sign_ins_ended,
        Done::ListCreated => lists.done_created,
        Done::ListImported => lists.done_imported,
        Done::EntryAdded => lists.done_added,
        Done::EntryEnded => lists.done_ended,
        Done::RuleSaved => rules.done_saved,
        Done::RuleSame => rules.done_same,
        Done::ModeChanged => rules.done_mode,
    }
}
