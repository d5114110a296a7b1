//! The settings of a preset as people type them in a form: amounts with the decimals of their currency and the signs of the reader's language,
//! one amount a line. It runs natively and in the browser.

use std::collections::BTreeMap;

use super::preset::{Preset, Setting, Takes};
use crate::{
    language::Language,
    rule::{Currency, Rule, draft::amount},
};

/// What was typed into the form of a preset.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The rule that it makes. A setting that cannot be understood has its default.
    pub rule: Option<Rule>,
    /// The settings that were refused, in the order of the form.
    pub faults: Vec<(&'static Setting, SettingFault)>,
}

/// Why a setting was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingFault {
    /// Nothing was entered.
    Missing,
    /// It is not what the setting takes.
    Refused,
    /// It has to be below the limit.
    NotBelow,
}

impl Preset {
    /// What people fill in: every setting but the mode, which is TEST until somebody has looked.
    pub fn form(&self) -> impl Iterator<Item = &'static Setting> {
        self.settings.iter().filter(|setting| setting.takes != Takes::Mode)
    }

    /// Reads a form.
    pub fn typed(&self, input: impl Fn(&str) -> String, language: Language) -> Typed {
        let currency = Currency::parse(&input("currency").trim().to_uppercase()).unwrap_or_else(|| self.currency());
        let (mut values, mut faults) = (BTreeMap::new(), Vec::new());
        for setting in self.form() {
            let text = input(setting.key);
            match setting.takes.plain(text.trim(), currency, language) {
                _ if text.trim().is_empty() => faults.push((setting, SettingFault::Missing)),
                Some(value) => drop(values.insert(setting.key.to_owned(), value)),
                None => faults.push((setting, SettingFault::Refused)),
            }
        }
        let rule = self.filled(&values).ok();
        if let Some(floor) = self.setting("floor").filter(|_| self.is_crossed(&values)) {
            faults.push((floor, SettingFault::NotBelow));
        }
        Typed { rule, faults }
    }

    /// What the input of a setting begins with.
    pub fn begins(&self, setting: &Setting, language: Language) -> String {
        setting.takes.shown(setting.default, self.currency(), language)
    }

    /// The text of an input for a reader of another language.
    pub fn translated(&self, key: &str, text: &str, currency: &str, (from, to): (Language, Language)) -> String {
        let currency = Currency::parse(&currency.trim().to_uppercase()).unwrap_or_else(|| self.currency());
        let takes = self.setting(key).map(|setting| setting.takes).filter(|takes| from != to && takes.is_money());
        let again = |takes: Takes| Some(takes.shown(&takes.plain(text.trim(), currency, from)?, currency, to));
        takes.and_then(again).unwrap_or_else(|| text.to_owned())
    }

    fn currency(&self) -> Currency {
        let code = self.setting("currency").map_or("BRL", |setting| setting.default);
        Currency::parse(code).unwrap_or_default()
    }
}

impl Takes {
    /// Whether it is an amount, or several.
    const fn is_money(self) -> bool {
        matches!(self, Self::Amount | Self::Amounts)
    }

    /// A value as a preset reads it, from what was typed, if it is allowed.
    fn plain(self, text: &str, currency: Currency, language: Language) -> Option<String> {
        let money = |text: &str| Some(amount::parse(text, currency.exponent(), language)?.to_string());
        let plain = match self {
            Self::Amount => money(text)?,
            Self::Amounts => text.lines().filter(|line| !line.trim().is_empty()).map(money).collect::<Option<Vec<_>>>()?.join(","),
            Self::Number(..) => amount::parse(text, 0, language)?.to_string(),
            Self::Time(..) => text.to_lowercase(),
            Self::Currency | Self::Type => text.to_uppercase(),
            Self::Flow | Self::List(_) | Self::Timezone | Self::Mode => text.to_owned(),
        };
        self.read(&plain).map(|_| plain)
    }

    /// A value as a preset reads it, as people type it.
    fn shown(self, value: &str, currency: Currency, language: Language) -> String {
        let money = |value: &str| value.trim().parse().map_or_else(|_| value.to_owned(), |number| amount::shown(number, currency.exponent(), language));
        match self {
            Self::Amount => money(value),
            Self::Amounts => value.split(',').map(money).collect::<Vec<_>>().join("\n"),
            _ => value.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::presets::{all, named};

    fn typed(preset: &str, changes: &[(&str, &str)], language: Language) -> Typed {
        let preset = named(preset).expect("a preset");
        let begins = |key: &str| preset.setting(key).map(|setting| preset.begins(setting, language)).unwrap_or_default();
        preset.typed(|key| changes.iter().find(|(changed, _)| *changed == key).map_or_else(|| begins(key), |(_, text)| (*text).to_owned()), language)
    }

    fn faults(typed: &Typed) -> Vec<(&'static str, SettingFault)> {
        typed.faults.iter().map(|(setting, why)| (setting.key, *why)).collect()
    }

    #[test]
    fn a_form_begins_with_what_makes_the_preset() {
        for preset in all() {
            for language in Language::ALL {
                let typed = typed(preset.name, &[], language);
                assert!(typed.faults.is_empty(), "{}: {:?}", preset.name, typed.faults);
                assert_eq!(typed.rule, preset.rule(&BTreeMap::new()).ok(), "{}", preset.name);
            }
        }
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency_and_the_signs_of_their_reader() {
        let sentence = |changes: &[(&str, &str)], language| {
            let typed = typed("velocity-sum", changes, language);
            assert!(typed.faults.is_empty(), "{:?}", typed.faults);
            typed.rule.expect("a rule").sentence(Language::En)
        };
        assert!(sentence(&[("amount", "1.250,50")], Language::PtBr).contains("1,250.50 BRL"));
        assert!(sentence(&[("amount", "1,250"), ("currency", "jpy")], Language::En).contains("1,250 JPY"));
        assert!(sentence(&[("amount", "1.250"), ("currency", "KWD"), ("within", "12H")], Language::En).contains("1.250 KWD"));
        assert_eq!(faults(&typed("velocity-sum", &[("amount", "1.5"), ("currency", "JPY")], Language::En)), [("amount", SettingFault::Refused)]);
        let round = typed("round-amounts", &[("amounts", "1.000,00\n\n 20,00")], Language::Es);
        assert!(round.faults.is_empty() && round.rule.expect("a rule").sentence(Language::En).contains("1,000.00 BRL"));
    }

    #[test]
    fn each_fault_names_its_setting_and_the_sentence_says_the_rest() {
        let wrong = typed("structuring", &[("limit", "a lot"), ("count", " "), ("within", "91d"), ("floor", "1,000.00")], Language::En);
        assert_eq!(faults(&wrong), [("limit", SettingFault::Refused), ("count", SettingFault::Missing), ("within", SettingFault::Refused)]);
        assert!(wrong.rule.expect("a rule").sentence(Language::En).contains("1,000.00 BRL"));
        let crossed = typed("structuring", &[("limit", "40,000.00")], Language::En);
        assert_eq!(faults(&crossed), [("floor", SettingFault::NotBelow)]);
    }

    #[test]
    fn another_language_types_amounts_anew_and_keeps_what_is_none() {
        let preset = named("round-amounts").expect("a preset");
        let anew = |key, text| preset.translated(key, text, "BRL", (Language::En, Language::PtBr));
        assert_eq!(anew("amounts", "1,000.50\n2.00"), "1.000,50\n2,00");
        assert_eq!((anew("amounts", "x"), anew("within", "24h"), anew("none", "1.00")), ("x".to_owned(), "24h".to_owned(), "1.00".to_owned()));
    }
}
