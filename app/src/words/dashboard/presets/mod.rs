//! The words of the page of a preset, in each language; and how a setting is hinted at and refused.

mod en;
mod es;
mod pt_br;
mod texts;

use serde::{Deserialize, Serialize};
use shared::{
    language::Language,
    rule::presets::{Setting, SettingFault, Takes, named},
};

pub use self::texts::PresetWords;
use super::rules::RuleWords;
use crate::words::fill;

/// The words of a language.
pub const fn preset_words(language: Language) -> &'static PresetWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

/// Why the form of a preset was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PresetRefusal {
    /// A setting has no value.
    Missing,
    /// This setting of this preset does not take the value, or names what there is not.
    Setting(String, String),
    /// An amount has to be below the limit.
    NotBelow,
    /// Another rule has the name.
    Taken,
    /// It is no name of a rule.
    BadName,
    /// Anything else that the reader of rules says.
    Other(String),
}

impl PresetRefusal {
    /// Why this setting was refused.
    pub fn of(preset: &str, setting: &Setting, fault: SettingFault) -> Self {
        match fault {
            SettingFault::Missing => Self::Missing,
            SettingFault::Refused => Self::Setting(preset.to_owned(), setting.key.to_owned()),
            SettingFault::NotBelow => Self::NotBelow,
        }
    }
}

impl PresetWords {
    /// What may be entered.
    pub fn hint(&self, takes: Takes, rules: &RuleWords) -> String {
        match takes {
            Takes::Amount => rules.amount_hint.to_owned(),
            Takes::Amounts => self.amounts_hint.to_owned(),
            Takes::Number(least, most) => between(self.number_hint, &least, &most),
            Takes::Time(least, most) => between(self.time_hint, &least, &most),
            Takes::Currency => rules.currency_hint.to_owned(),
            Takes::Type => rules.word_hint.to_owned(),
            Takes::Timezone | Takes::Flow | Takes::List(_) | Takes::Mode => String::new(),
        }
    }

    /// Why a form was refused.
    pub fn refusal_of(&self, refusal: &PresetRefusal, rules: &RuleWords) -> String {
        let takes = |preset: &str, key: &str| named(preset).and_then(|preset| preset.setting(key)).map(|setting| setting.takes);
        let plain = match refusal {
            PresetRefusal::Setting(preset, key) => match takes(preset, key) {
                Some(Takes::Number(least, most)) => return between(self.bad_number, &least, &most),
                Some(Takes::Time(least, most)) => return between(self.bad_time, &least, &most),
                Some(Takes::Amount) => self.bad_amount,
                Some(Takes::Amounts) => self.bad_amounts,
                Some(Takes::Currency) => rules.bad_currency,
                Some(Takes::Type) => rules.bad_word,
                Some(Takes::Flow) => rules.no_flow,
                Some(Takes::List(_)) => rules.no_list,
                Some(Takes::Timezone) => rules.bad_timezone,
                Some(Takes::Mode) | None => rules.bad_choice,
            },
            PresetRefusal::Missing => self.missing,
            PresetRefusal::NotBelow => self.not_below,
            PresetRefusal::Taken => rules.taken,
            PresetRefusal::BadName => rules.bad_name,
            PresetRefusal::Other(reason) => return fill(rules.other_fault, &[("reason", reason)]),
        };
        plain.to_owned()
    }
}

fn between(text: &str, least: &dyn ToString, most: &dyn ToString) -> String {
    fill(text, &[("least", &least.to_string()), ("most", &most.to_string())])
}
