//! A preset and its settings: what each takes, and the rule that they make.

use std::collections::BTreeMap;

use super::words;
use crate::{
    language::Language,
    problem::FieldCode,
    reading::faults::{Collector, Faults, Reading},
    rule::{
        currency::Currency,
        list::{ListKind, is_name},
        model::{Mode, Rule},
        span::Span,
        transaction::{MAX_AMOUNT, is_word},
    },
};

/// The most amounts of a setting.
const MAX_AMOUNTS: usize = 20;

/// A rule with settings to fill in.
#[derive(Debug)]
pub struct Preset {
    /// Its name, and that of the rule it makes.
    pub name: &'static str,
    /// What is filled in.
    pub settings: &'static [Setting],
    /// The public text that asks for such a rule or names what it looks for.
    pub source: Option<&'static str>,
    pub(super) template: &'static str,
}

/// What is filled in.
#[derive(Debug)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it is if nobody says otherwise, as it is typed.
    pub default: &'static str,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// An amount in minor units, from 1 to the largest of a transaction.
    Amount,
    /// Up to 20 of them, separated by commas.
    Amounts,
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// A length of time, from this one to that one, such as `24h`.
    Time(&'static str, &'static str),
    /// A currency.
    Currency,
    /// A transaction's type.
    Type,
    /// The name of a flow.
    Flow,
    /// The name of a list of this kind.
    List(ListKind),
    /// The IANA name of a time zone.
    Timezone,
    /// Whether the rule decides.
    Mode,
}

impl Preset {
    /// The rule with these settings, each as it is typed; the others have their defaults. Whether the flow, the list and the time zone exist
    /// is checked when the rule is imported.
    ///
    /// # Errors
    /// Every fault at once, each with the key of its setting.
    pub fn rule(&self, values: &BTreeMap<String, String>) -> Result<Rule, Faults> {
        let faults = Collector::new(Reading::Body, "preset");
        for key in values.keys().filter(|key| self.setting(key).is_none()) {
            let known: Vec<&str> = self.settings.iter().map(|setting| setting.key).collect();
            faults.note_as(key, FieldCode::UnknownField, format!("the preset has no such setting; it has {}", known.join(", ")));
        }
        for setting in self.settings {
            let typed = value_of(setting, values);
            if setting.takes.read(typed).is_none() {
                faults.note(setting.key, format!("{typed:?}; allowed is {}", setting.takes.allowed()));
            }
        }
        if self.is_crossed(values) {
            faults.note("floor", "no amount is at least this and below the limit");
        }
        faults.finish(())?;
        self.filled(values)
    }

    /// The rule with these settings, which are allowed.
    pub(super) fn filled(&self, values: &BTreeMap<String, String>) -> Result<Rule, Faults> {
        let fill = |json: String, setting: &Setting| {
            let value = setting.takes.read(value_of(setting, values)).unwrap_or_default();
            json.replace(&format!("\"${}\"", setting.key), &value)
        };
        Rule::stored(&self.settings.iter().fold(self.template.to_owned(), fill))
    }

    /// Whether no amount is at least the floor and below the limit.
    pub(super) fn is_crossed(&self, values: &BTreeMap<String, String>) -> bool {
        let number = |key: &str| self.setting(key).and_then(|setting| value_of(setting, values).trim().parse::<i64>().ok());
        number("floor").zip(number("limit")).is_some_and(|(floor, limit)| floor >= limit)
    }

    /// What people call it.
    pub fn title(&self, language: Language) -> String {
        self.filled(&BTreeMap::new()).map_or_else(|_| self.name.to_owned(), |rule| rule.title(language).to_owned())
    }

    /// The setting of this key.
    pub fn setting(&self, key: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.key == key)
    }
}

/// What a setting is: what was filled in, or else its default.
fn value_of<'v>(setting: &Setting, values: &'v BTreeMap<String, String>) -> &'v str {
    values.get(setting.key).map_or(setting.default, String::as_str)
}

impl Setting {
    /// What people call it.
    pub fn label(&self, language: Language) -> &'static str {
        words::label(self.key, language)
    }
}

impl Takes {
    /// A value as the rule's JSON has it, if it is allowed.
    pub(super) fn read(self, text: &str) -> Option<String> {
        let number = |text: &str, least: i64, most: i64| text.trim().parse().ok().filter(|number| (least..=most).contains(number));
        let quoted = |fits: bool| fits.then(|| format!("\"{text}\""));
        match self {
            Self::Amount => number(text, 1, MAX_AMOUNT).map(|amount: i64| amount.to_string()),
            Self::Amounts => {
                let amounts: Option<Vec<i64>> = text.split(',').map(|one| number(one, 1, MAX_AMOUNT)).collect();
                amounts.filter(|amounts| amounts.len() <= MAX_AMOUNTS).map(|amounts| format!("{amounts:?}"))
            }
            Self::Number(least, most) => number(text, least, most).map(|number| number.to_string()),
            Self::Time(least, most) => {
                let seconds = |text| Span::parse(text, &(0..=i64::MAX)).map_or(0, |span| span.seconds());
                quoted(Span::parse(text, &(seconds(least)..=seconds(most))).is_some())
            }
            Self::Currency => quoted(Currency::parse(text).is_some()),
            Self::Type => quoted(is_word(text)),
            Self::Flow | Self::List(_) => quoted(is_name(text)),
            Self::Timezone => quoted(!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte))),
            Self::Mode => quoted(text.parse::<Mode>().is_ok()),
        }
    }

    /// What is allowed, for a program's author.
    pub fn allowed(self) -> String {
        match self {
            Self::Amount => format!("an amount in minor units, from 1 to {MAX_AMOUNT}"),
            Self::Amounts => format!("1 to {MAX_AMOUNTS} amounts in minor units, separated by commas"),
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
            Self::Time(least, most) => format!("a number and s, m, h or d, from {least} to {most}"),
            Self::Currency => "a code that ISO 4217 lists as in use".to_owned(),
            Self::Type => "a type, [A-Z][A-Z0-9_]{0,31}".to_owned(),
            Self::Flow => "the name of a flow".to_owned(),
            Self::List(kind) => format!("the name of a list of kind {}", kind.as_str()),
            Self::Timezone => "the IANA name of a time zone".to_owned(),
            Self::Mode => Mode::ALL.map(Mode::as_str).join(", "),
        }
    }
}
