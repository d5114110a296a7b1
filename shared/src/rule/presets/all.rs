//! The fifteen presets, from what the FATF and the Banco Central do Brasil describe and what payment fraud looks like. Each starts in mode
//! TEST: it records what it would do until somebody has looked.

use super::preset::{Preset, Setting, Takes};
use crate::rule::list::ListKind;

const SUSPICIOUS: &str = "Banco Central do Brasil, Carta Circular nº 4.001, de 29 de janeiro de 2020";

const fn setting(key: &'static str, takes: Takes, default: &'static str) -> Setting {
    Setting { key, takes, default }
}

const MODE: Setting = setting("mode", Takes::Mode, "TEST");
const FLOW: Setting = setting("flow", Takes::Flow, "step-up");
const CURRENCY: Setting = setting("currency", Takes::Currency, "BRL");
const TIMEZONE: Setting = setting("timezone", Takes::Timezone, "America/Sao_Paulo");

const fn amount(default: &'static str) -> Setting {
    setting("amount", Takes::Amount, default)
}

const fn within(default: &'static str) -> Setting {
    setting("within", Takes::Time("1m", "90d"), default)
}

const fn count(least: i64, most: i64, default: &'static str) -> Setting {
    setting("count", Takes::Number(least, most), default)
}

/// Makes a preset from the file of its name.
macro_rules! preset {
    ($name:literal, $source:expr, [$($setting:expr),*]) => {
        Preset { name: $name, settings: &[$($setting),*, MODE], source: $source, template: include_str!(concat!("rules/", $name, ".json")) }
    };
}

/// Every preset, in the order in which people choose from them.
pub fn all() -> &'static [Preset] {
    static ALL: [Preset; 15] = [
        preset!(
            "structuring",
            Some(SUSPICIOUS),
            [setting("floor", Takes::Amount, "4000000"), setting("limit", Takes::Amount, "5000000"), count(2, 1_000, "3"), within("72h"), CURRENCY]
        ),
        preset!("velocity-count", None, [count(2, 100_000, "10"), within("1h"), FLOW]),
        preset!("velocity-sum", None, [amount("2000000"), within("24h"), CURRENCY, FLOW]),
        preset!("dormant-account", None, [amount("100000"), setting("quiet", Takes::Time("1d", "90d"), "90d"), CURRENCY, FLOW]),
        preset!("new-payee", None, [amount("200000"), within("90d"), CURRENCY, FLOW]),
        preset!("many-payees", None, [count(2, 1_000, "10"), within("24h"), FLOW]),
        preset!(
            "night-hours",
            None,
            [amount("200000"), setting("from", Takes::Number(13, 23), "22"), setting("to", Takes::Number(1, 12), "6"), TIMEZONE, CURRENCY, FLOW]
        ),
        preset!(
            "night-pix-limit",
            Some("Banco Central do Brasil, Resolução BCB nº 142, de 23 de setembro de 2021, art. 2º"),
            [
                setting("limit", Takes::Amount, "100000"),
                setting("within", Takes::Time("1h", "10h"), "10h"),
                setting("type", Takes::Type, "PIX"),
                TIMEZONE,
                FLOW
            ]
        ),
        preset!(
            "risky-countries",
            Some("FATF Recommendations, Recommendation 19: Higher-risk countries"),
            [setting("list", Takes::List(ListKind::Country), "risky-countries")]
        ),
        preset!("shared-device", None, [setting("list", Takes::List(ListKind::Device), "shared-devices"), FLOW]),
        preset!("many-devices", None, [count(2, 100, "4"), within("7d"), FLOW]),
        preset!(
            "round-amounts",
            Some(SUSPICIOUS),
            [setting("amounts", Takes::Amounts, "100000,200000,300000,500000,1000000,2000000,5000000"), count(2, 1_000, "3"), within("24h"), CURRENCY]
        ),
        preset!("rapid-in-out", Some(SUSPICIOUS), [setting("in", Takes::Amount, "1000000"), setting("out", Takes::Amount, "900000"), within("24h"), CURRENCY]),
        preset!(
            "large-cash",
            Some("Banco Central do Brasil, Circular nº 3.978, de 23 de janeiro de 2020, art. 49"),
            [amount("5000000"), setting("type", Takes::Type, "CASH"), CURRENCY]
        ),
        preset!("new-account", None, [amount("500000"), setting("age", Takes::Time("1d", "365d"), "30d"), CURRENCY, FLOW]),
    ];
    &ALL
}

/// The preset of this name.
pub fn named(name: &str) -> Option<&'static Preset> {
    all().iter().find(|preset| preset.name == name)
}
