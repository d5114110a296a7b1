//! Each preset on a history that triggers it, and on one that just does not; and what may be filled in.

mod rule;

use std::collections::{BTreeMap, BTreeSet};

use rule::{NOON, facts, transaction};
use serde_json::{Value, json};
use shared::{
    language::Language,
    risk::Decision,
    rule::{
        Known, LastSession, ListKind, Mode, Needs, Rule, Transaction, WallClock,
        presets::{Preset, Takes, all, named},
    },
    session::Timestamp,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What is known of a customer and a transaction besides its fields.
#[derive(Clone, Copy, Default)]
struct Around {
    /// The hour of the day.
    hour: u8,
    /// How long ago the last session was completed.
    session: Option<i64>,
    /// Whether whatever is asked of a list is in it.
    listed: bool,
}

/// What came before, each so many seconds ago; the transaction; and what is known besides.
type Case = (Vec<(i64, Value)>, Value, Around);

/// Whether the preset, as it is without settings, matches.
fn matches(preset: &str, (history, this, around): &Case) -> bool {
    let rule = named(preset).unwrap_or_else(|| panic!("{preset}")).rule(&BTreeMap::new()).expect("a rule");
    let earlier: Vec<(Transaction, bool)> = history
        .iter()
        .map(|(ago, changes)| {
            let mut one = transaction(changes.clone());
            one.occurred_at = Timestamp(NOON.0 - ago * 1_000_000);
            (one, false)
        })
        .collect();
    let mut known = facts(&[&rule], transaction(this.clone()), &earlier);
    known.clocks.values_mut().for_each(|clock| *clock = WallClock { hour: around.hour, weekday: 1 });
    if let Some(age) = around.session {
        known.sessions.insert(None, LastSession { completed_at: NOON.plus_seconds(-age), score: 0, decision: Decision::Approved });
    }
    if around.listed {
        known.listed = Needs::of([&rule], &known.transaction).lists;
    }
    rule.evaluate(&known).matched
}

/// So many transactions of this kind, one a minute.
fn several(count: i64, changes: impl Fn(i64) -> Value) -> Vec<(i64, Value)> {
    (1..=count).map(|at| (at * MINUTE, changes(at))).collect()
}

#[test]
fn each_preset_matches_what_it_is_for_and_just_not_what_it_is_not_for() {
    let out = |amount: i64| json!({ "amount": amount });
    let cash = |amount: i64| json!({ "amount": amount, "type": "CASH", "direction": "IN" });
    let income = |amount: i64| json!({ "amount": amount, "direction": "IN" });
    let payee = |at: i64| json!({ "amount": 100, "counterparty": { "id": format!("acct-{at}") } });
    let device = |at: i64| json!({ "amount": 100, "deviceId": format!("d-{at}") });
    let day = Around { hour: 12, ..Around::default() };
    let at = |hour: u8| Around { hour, ..day };
    let known_for = |age: i64| Around { session: Some(age), ..day };
    let listed = Around { listed: true, ..day };
    let cases: Vec<(&str, Case, Case)> = vec![
        ("structuring", (several(2, |_| cash(4_900_000)), cash(4_000_000), day), (several(2, |_| cash(4_900_000)), cash(3_999_999), day)),
        (
            "structuring",
            (vec![(72 * HOUR - 1, cash(4_900_000)), (1, cash(4_900_000))], cash(4_999_999), day),
            (several(1, |_| cash(4_900_000)), cash(4_999_999), day),
        ),
        ("structuring", (several(9, |_| cash(4_000_000)), cash(4_000_000), day), (vec![(1, cash(4_900_000)), (2, cash(5_000_000))], cash(4_900_000), day)),
        ("velocity-count", (several(9, |_| out(1)), out(1), day), (several(8, |_| out(1)), out(1), day)),
        ("velocity-count", (vec![(HOUR - 1, out(1)); 9], out(1), day), (vec![(HOUR, out(1)); 9], out(1), day)),
        ("velocity-sum", (several(2, |_| out(900_000)), out(200_000), day), (several(2, |_| out(900_000)), out(199_999), day)),
        ("dormant-account", (vec![], out(100_000), known_for(90 * DAY + 1)), (vec![], out(100_000), known_for(90 * DAY))),
        ("dormant-account", (vec![(90 * DAY, out(5))], out(100_000), known_for(200 * DAY)), (vec![(90 * DAY - 1, out(5))], out(100_000), known_for(200 * DAY))),
        ("new-payee", (vec![(DAY, payee(1))], out(200_000), day), (vec![(DAY, out(1))], out(200_000), day)),
        ("new-payee", (vec![], out(200_000), day), (vec![], json!({ "amount": 200_000, "counterparty": null }), day)),
        ("many-payees", (several(9, payee), payee(0), day), (several(9, payee), payee(9), day)),
        ("night-hours", (vec![], out(200_000), at(22)), (vec![], out(200_000), at(21))),
        ("night-hours", (vec![], out(200_000), at(5)), (vec![], out(200_000), at(6))),
        ("night-pix-limit", (several(1, |_| out(60_000)), out(40_001), at(20)), (several(1, |_| out(60_000)), out(40_000), at(20))),
        ("night-pix-limit", (vec![], out(100_001), at(5)), (vec![], out(100_001), at(6))),
        ("risky-countries", (vec![], out(1), listed), (vec![], out(1), day)),
        ("shared-device", (vec![], out(1), listed), (vec![], out(1), day)),
        ("many-devices", (several(3, device), device(0), day), (several(3, device), device(3), day)),
        ("round-amounts", (several(2, |_| out(200_000)), out(100_000), day), (several(2, |_| out(200_000)), out(100_001), day)),
        ("rapid-in-out", (several(1, |_| income(1_000_000)), out(900_000), day), (several(1, |_| income(999_999)), out(900_000), day)),
        ("rapid-in-out", (vec![(DAY - 1, income(1_000_000))], out(900_000), day), (vec![(DAY, income(1_000_000))], out(900_000), day)),
        ("large-cash", (vec![], cash(5_000_000), day), (vec![], cash(4_999_999), day)),
        ("new-account", (several(1, |_| out(400_000)), out(100_000), day), (several(1, |_| out(400_000)), out(99_999), day)),
        ("new-account", (vec![], out(500_000), known_for(30 * DAY - 1)), (vec![], out(500_000), known_for(30 * DAY))),
    ];
    for (at, (preset, case, other)) in cases.iter().enumerate() {
        assert!(matches(preset, case), "{preset}, case {at}: it matches");
        assert!(!matches(preset, other), "{preset}, case {at}: it just does not match");
    }
    let told: BTreeSet<&str> = cases.iter().map(|(preset, ..)| *preset).collect();
    assert_eq!(told, all().iter().map(|preset| preset.name).collect(), "each preset has its cases");
}

/// A world in which every flow, list and time zone exists, each list of the kind that the preset says.
struct Everything(&'static Preset);

impl Known for Everything {
    fn has_flow(&self, _: &str) -> bool {
        true
    }

    fn list_kind(&self, _: &str) -> Option<ListKind> {
        self.0.settings.iter().find_map(|setting| if let Takes::List(kind) = setting.takes { Some(kind) } else { None })
    }

    fn has_timezone(&self, name: &str) -> bool {
        name == "America/Sao_Paulo"
    }
}

#[test]
fn each_is_a_rule_that_an_import_reads_with_a_title_and_a_sentence_in_each_language() {
    assert_eq!(all().len(), 15);
    for preset in all() {
        let rule = preset.rule(&BTreeMap::new()).expect(preset.name);
        let json = serde_json::to_string(&rule).expect("JSON");
        let read = Rule::import(&json, &Everything(preset)).unwrap_or_else(|faults| panic!("{}: {faults}", preset.name));
        assert!(read == rule && rule.name == preset.name && rule.mode() == Mode::Test && !json.contains('$'), "{json}");
        let said: BTreeSet<String> = Language::ALL.into_iter().map(|language| rule.sentence(language)).collect();
        let titles: BTreeSet<&str> = Language::ALL.into_iter().map(|language| rule.title(language)).collect();
        assert_eq!((said.len(), titles.len()), (3, 3), "{}", preset.name);
        assert!(said.iter().all(|sentence| !sentence.contains('…')), "{}: nothing is left open", preset.name);
        for setting in preset.settings {
            let labels = Language::ALL.map(|language| setting.label(language));
            assert!(labels.iter().all(|label| !label.is_empty()), "{}: {} has words", preset.name, setting.key);
        }
    }
}

#[test]
fn a_setting_is_filled_in_everywhere_and_its_sentence_says_so() {
    let filled = |preset: &str, values: &[(&str, &str)]| {
        let values = values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        named(preset).expect(preset).rule(&values)
    };
    let rule = filled("night-pix-limit", &[("limit", "50000"), ("type", "TED"), ("mode", "ACTIVE"), ("flow", "demo")]).expect("a rule");
    let sentence = rule.sentence(Language::En);
    assert!(sentence.contains("the customer's outgoing transactions of type TED in the last 10 hours is more than 500.00 BRL"), "{sentence}");
    assert!(sentence.starts_with("If the type is TED") && sentence.contains("“demo”"), "{sentence}");
    assert_eq!(rule.mode(), Mode::Active);
    assert!(filled("round-amounts", &[("amounts", "1, 2,3")]).expect("a rule").sentence(Language::En).contains("0.01 BRL"));
    for (preset, key, value) in [
        ("velocity-count", "count", "1"),
        ("velocity-count", "count", "100001"),
        ("velocity-count", "count", "many"),
        ("velocity-count", "within", "59s"),
        ("velocity-count", "within", "91d"),
        ("velocity-count", "within", ""),
        ("velocity-count", "flow", "a\",\"x\":\""),
        ("velocity-count", "mode", "active"),
        ("velocity-count", "weight", "3"),
        ("velocity-sum", "amount", "0"),
        ("velocity-sum", "amount", "1000000000000001"),
        ("velocity-sum", "currency", "XXX"),
        ("structuring", "floor", "5000000"),
        ("night-hours", "from", "12"),
        ("night-hours", "to", "13"),
        ("night-hours", "timezone", "\"UTC\""),
        ("night-pix-limit", "type", "pix"),
        ("night-pix-limit", "within", "11h"),
        ("shared-device", "list", "Shared"),
        ("round-amounts", "amounts", "1,,2"),
        ("round-amounts", "amounts", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"),
    ] {
        let faults = filled(preset, &[(key, value)]).expect_err(value);
        assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), [key], "{preset} {key}={value}");
    }
    let both = filled("new-payee", &[("amount", "-1"), ("currency", "euro")]).expect_err("two faults");
    assert_eq!(both.iter().count(), 2, "every fault at once");
}
