//! Why a form of the dashboard was refused: a reason for each sentence, and the sentence with what is allowed.

use serde::{Deserialize, Serialize};
use shared::language::Language;

use super::{
    account::{AccountWords, WeakPassword, account_words},
    bad_url::BadUrl,
    languages::words,
    lists::{ListRefusal, ListWords, list_words},
    presets::{PresetRefusal, PresetWords, preset_words},
    rules::{RuleWords, rule_words},
    texts::DashboardWords,
    transactions::{TransactionWords, transaction_words},
};
use crate::words::fill;

/// Why a form was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The e-mail or the password is wrong, or the operator is disabled; the page does not say which.
    WrongCredentials,
    /// Too many tries; allowed again after this many seconds.
    TooMany(u64),
    /// The server cannot answer now.
    Unavailable,
    /// A new password is too easy to guess, or too long.
    WeakPassword(WeakPassword),
    /// It is not the current password.
    WrongPassword,
    /// Nobody else could administer the installation.
    LastAdministrator,
    /// The role may not search for a number.
    NumberHidden,
    /// The two passwords differ.
    PasswordsDiffer,
    /// It is not an e-mail address.
    BadEmail,
    /// An operator already has this e-mail.
    EmailTaken,
    /// No flow has this name.
    UnknownFlow,
    /// A reference has 1 to 128 of `A-Za-z0-9_.:-`.
    BadReference,
    /// No dossier has this reference.
    NewReference,
    /// No reference was entered, so a dossier without one would be made.
    NoReference,
    /// A timeout is a number and s, m, h or d, from 1s to 30d.
    BadTimeout,
    /// It is not one of the choices.
    BadChoice,
    /// A reason has 1 to 500 characters, and no control characters.
    BadReason,
    /// It is not an amount of the currency; this is one.
    BadAmount(String),
    /// An amount without a currency.
    NoCurrency,
    /// It is not a day.
    BadDay,
    /// The transaction does not wait for a decision.
    NotInReview,
    /// Webhooks can't go to this URL.
    BadUrl(BadUrl),
    /// An API key's name has 1 to this many characters, none of them invisible.
    BadKeyName(usize),
    /// No scope was chosen.
    NoScope,
    /// A form about a list.
    List(ListRefusal),
    /// The form of a preset.
    Preset(PresetRefusal),
    /// The session has changed since the page was opened; nothing was done.
    TooLate,
    /// The role may not do this.
    Forbidden,
    /// The form does not come from a page of the dashboard.
    Elsewhere,
    /// It was already done, or things have changed since the page was opened.
    DoneBefore,
    /// The form is larger than this many KiB.
    TooLarge(usize),
    /// The form arrived too slowly.
    TooSlow,
    /// The dashboard has no form that sends this.
    NoSuchForm,
    /// The rule has changed since the page was opened; nothing was done.
    RuleChanged,
}

/// Why a form was refused, with what is allowed.
pub fn refusal_of(refusal: &Refusal, language: Language) -> String {
    let (account, lists, presets) = (account_words(language), list_words(language), preset_words(language));
    words(language).refusal_of(refusal, account, lists, presets, rule_words(language), transaction_words(language))
}

impl DashboardWords {
    fn refusal_of(
        &self,
        refusal: &Refusal,
        account: &AccountWords,
        lists: &ListWords,
        presets: &PresetWords,
        rules: &RuleWords,
        transactions: &TransactionWords,
    ) -> String {
        let plain = match refusal {
            Refusal::TooMany(seconds) => return fill(self.too_many, &[("seconds", &seconds.to_string())]),
            Refusal::TooLarge(kib) => return fill(self.form_large, &[("kib", &kib.to_string())]),
            Refusal::BadKeyName(max) => return fill(self.records.bad_key_name, &[("max", &max.to_string())]),
            Refusal::BadAmount(example) => return fill(transactions.bad_amount, &[("example", example)]),
            Refusal::NoCurrency => transactions.no_currency,
            Refusal::BadDay => transactions.bad_day,
            Refusal::NotInReview => transactions.not_in_review,
            Refusal::BadUrl(why) => return self.bad_url_of(why),
            Refusal::WeakPassword(why) => return account.weak(*why),
            Refusal::List(why) => return lists.refusal_of(why),
            Refusal::Preset(why) => return presets.refusal_of(why, rules),
            Refusal::WrongPassword => account.wrong_password,
            Refusal::LastAdministrator => account.last_administrator,
            Refusal::NumberHidden => account.number_hidden,
            Refusal::WrongCredentials => self.wrong_credentials,
            Refusal::Unavailable => self.unavailable,
            Refusal::PasswordsDiffer => self.passwords_differ,
            Refusal::BadEmail => self.bad_email,
            Refusal::EmailTaken => self.email_taken,
            Refusal::UnknownFlow => self.unknown_flow,
            Refusal::BadReference => self.bad_reference,
            Refusal::NewReference => self.new_reference,
            Refusal::NoReference => self.no_reference,
            Refusal::BadTimeout => self.bad_timeout,
            Refusal::BadChoice => self.bad_choice,
            Refusal::BadReason => self.bad_reason,
            Refusal::NoScope => self.no_scope,
            Refusal::TooLate => self.too_late,
            Refusal::Forbidden => self.role_refused,
            Refusal::Elsewhere => self.from_elsewhere,
            Refusal::DoneBefore => self.done_before,
            Refusal::TooSlow => self.form_slow,
            Refusal::NoSuchForm => self.no_such_form,
            Refusal::RuleChanged => rules.stale_mode,
        };
        plain.to_owned()
    }
}
