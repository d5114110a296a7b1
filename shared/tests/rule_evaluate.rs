//! What rules make of transactions: the meaning of each condition, of what is absent, and of the windows of aggregates.

mod rule;

use rule::{NOON, facts, posted, rule_when, transaction};
use serde_json::{Value, json};
use shared::{
    risk::Decision,
    rule::{AggregateKey, DistinctField, Facts, LastSession, ListField, ListKey, Measured, Needs, Seen, Transaction},
    session::Timestamp,
};

/// Whether this condition matches the contract's transaction with these changes.
fn matches(condition: &Value, changes: Value) -> bool {
    let rule = rule_when(condition.clone());
    rule.evaluate(&facts(&[&rule], transaction(changes), &[])).matched
}

#[test]
fn a_field_is_compared() {
    for (condition, expected) in [
        (json!({ "field": "amount", "atLeast": 125_000, "currency": "BRL" }), true),
        (json!({ "field": "amount", "above": 125_000, "currency": "BRL" }), false),
        (json!({ "field": "amount", "atMost": 125_000, "currency": "BRL" }), true),
        (json!({ "field": "amount", "below": 125_000, "currency": "BRL" }), false),
        (json!({ "field": "amount", "is": 125_000, "currency": "BRL" }), true),
        (json!({ "field": "amount", "isNot": 125_000, "currency": "BRL" }), false),
        (json!({ "field": "amount", "in": [1, 125_000], "currency": "BRL" }), true),
        (json!({ "field": "amount", "notIn": [1, 2], "currency": "BRL" }), true),
        (json!({ "field": "amount", "present": true, "currency": "BRL" }), true),
        (json!({ "field": "currency", "is": "BRL" }), true),
        (json!({ "field": "direction", "isNot": "IN" }), true),
        (json!({ "field": "type", "in": ["TED", "PIX"] }), true),
        (json!({ "field": "channel", "notIn": ["APP"] }), false),
        (json!({ "field": "country", "is": "BR" }), true),
        (json!({ "field": "counterparty.id", "is": "acct-77" }), true),
        (json!({ "field": "counterparty.country", "isNot": "PY" }), true),
        (json!({ "field": "deviceId", "is": "D-9" }), false),
        (json!({ "field": "ip", "is": "::ffff:203.0.113.7" }), true),
        (json!({ "field": "ip", "notIn": ["203.0.113.8", "::1"] }), true),
        (json!({ "field": "hour", "atLeast": 22 }), true),
        (json!({ "field": "weekday", "in": [6, 7] }), true),
        (json!({ "field": "metadata.age", "atLeast": 31 }), true),
        (json!({ "field": "metadata.age", "below": 31.5 }), true),
        (json!({ "field": "metadata.age", "is": 31.0 }), true),
        (json!({ "field": "metadata.age", "is": "31" }), false),
        (json!({ "field": "metadata.age", "isNot": "31" }), false),
        (json!({ "field": "metadata.age", "notIn": ["31", true] }), false),
        (json!({ "field": "metadata.age", "notIn": ["31", 30] }), true),
        (json!({ "field": "metadata.age", "present": true }), true),
        (json!({ "field": "metadata.vip", "is": true }), true),
        (json!({ "field": "metadata.vip", "above": 0 }), false),
        (json!({ "field": "metadata.segment", "in": ["gold", 1] }), true),
    ] {
        assert_eq!(matches(&condition, json!({})), expected, "{condition}");
        assert_eq!(matches(&json!({ "not": condition }), json!({})), !expected, "not {condition}");
    }
}

/// A comparison with something absent is false, and so is its opposite; `not` of it is true.
#[test]
fn what_is_absent_compares_with_nothing() {
    let changes = || json!({ "channel": null, "country": null, "counterparty": null, "deviceId": null, "ip": null, "metadata": { "age": "old" } });
    for (field, value) in [
        ("channel", json!("APP")),
        ("country", json!("BR")),
        ("counterparty.id", json!("x")),
        ("counterparty.country", json!("BR")),
        ("deviceId", json!("d")),
        ("ip", json!("::1")),
        ("metadata.gone", json!(1)),
        ("metadata.age", json!(1)),
    ] {
        let several = json!([value]);
        for (operator, value) in [("is", &value), ("isNot", &value), ("in", &several), ("notIn", &several)] {
            let condition = json!({ "field": field, operator: value });
            assert!(!matches(&condition, changes()), "{condition}");
            assert!(matches(&json!({ "not": condition }), changes()), "not {condition}");
        }
        if field != "metadata.age" {
            assert!(!matches(&json!({ "field": field, "present": true }), changes()) && matches(&json!({ "field": field, "present": false }), changes()));
        }
    }
    for list in [json!({ "field": "country", "inList": "risky" }), json!({ "field": "ip", "inList": "nets" })] {
        assert!(!matches(&list, changes()) && matches(&json!({ "not": list }), changes()));
    }
}

#[test]
fn amounts_of_another_currency_never_match() {
    let tests = [
        ("is", json!(125_000)),
        ("isNot", json!(1)),
        ("in", json!([125_000])),
        ("notIn", json!([1])),
        ("atLeast", json!(0)),
        ("present", json!(true)),
        ("present", json!(false)),
    ];
    for (operator, value) in tests {
        let condition = json!({ "field": "amount", operator: value, "currency": "USD" });
        assert!(!matches(&condition, json!({})), "{condition}");
        assert!(matches(&json!({ "not": condition }), json!({})), "not {condition}");
    }
}

/// The contract's transaction, this many seconds earlier.
fn earlier(seconds: f64, changes: Value) -> (Transaction, bool) {
    let mut one = transaction(changes);
    #[expect(clippy::cast_possible_truncation, reason = "tests use small numbers")]
    let micros = (seconds * 1e6) as i64;
    one.occurred_at = Timestamp(NOON.0 - micros);
    (one, false)
}

/// What an aggregate comes to: the least threshold that it does not reach, less one.
fn seen(aggregate: Value, this: Value, history: &[(Transaction, bool)]) -> Seen {
    let mut condition = aggregate;
    condition["atLeast"] = json!(1_000_000_000);
    let rule = rule_when(condition);
    rule.evaluate(&facts(&[&rule], transaction(this), history)).because.remove(0).seen
}

#[test]
fn a_window_ends_with_this_one_and_does_not_have_its_own_beginning() {
    let history = [earlier(0.0, json!({})), earlier(59.999_999, json!({})), earlier(60.0, json!({})), earlier(-0.000_001, json!({}))];
    assert_eq!(seen(json!({ "count": "transactions", "within": "1m" }), json!({}), &history), Seen::Total(3));
    assert_eq!(seen(json!({ "count": "transactions", "within": "61s" }), json!({}), &history), Seen::Total(4));
}

#[test]
fn each_measure_looks_at_its_own_currency_and_at_what_where_says() {
    let history = [
        earlier(1.0, json!({ "amount": 100 })),
        earlier(1.0, json!({ "amount": 201, "type": "TED", "country": "PY", "counterparty": { "id": "x", "country": "PY" } })),
        earlier(1.0, json!({ "amount": 900, "currency": "USD", "direction": "IN", "deviceId": null, "channel": null, "counterparty": null })),
        (earlier(1.0, json!({ "amount": 5_000_000 })).0, true),
    ];
    let within = |mut aggregate: Value| {
        aggregate["within"] = json!("1h");
        seen(aggregate, json!({}), &history)
    };
    for (aggregate, expected) in [
        (json!({ "count": "transactions" }), Seen::Total(4)),
        (json!({ "count": "transactions", "blocked": true }), Seen::Total(5)),
        (json!({ "count": "transactions", "currency": "BRL" }), Seen::Total(3)),
        (json!({ "count": "transactions", "currency": "EUR" }), Seen::Total(0)),
        (json!({ "count": "transactions", "where": {} }), Seen::Total(4)),
        (json!({ "count": "transactions", "where": { "type": "TED" } }), Seen::Total(1)),
        (json!({ "count": "transactions", "where": { "type": "same" } }), Seen::Total(3)),
        (json!({ "count": "transactions", "where": { "direction": "IN" } }), Seen::Total(1)),
        (json!({ "count": "transactions", "where": { "direction": "same", "channel": "same" } }), Seen::Total(3)),
        (json!({ "count": "transactions", "where": { "country": "PY" } }), Seen::Total(1)),
        (json!({ "count": "transactions", "where": { "counterparty.id": "same" } }), Seen::Total(2)),
        (json!({ "count": "transactions", "where": { "counterparty.id": "x" } }), Seen::Total(1)),
        (json!({ "sum": "amount", "currency": "BRL" }), Seen::Total(125_301)),
        (json!({ "sum": "amount", "currency": "USD" }), Seen::Total(900)),
        (json!({ "sum": "amount", "currency": "EUR" }), Seen::Total(0)),
        (json!({ "max": "amount", "currency": "BRL", "where": { "type": "TED" } }), Seen::Total(201)),
        (json!({ "max": "amount", "currency": "EUR" }), Seen::Absent),
        (json!({ "average": "amount", "currency": "BRL" }), Seen::Average(125_301, 3)),
        (json!({ "average": "amount", "currency": "EUR" }), Seen::Absent),
        (json!({ "distinct": "counterparty.id" }), Seen::Total(2)),
        (json!({ "distinct": "counterparty.country" }), Seen::Total(2)),
        (json!({ "distinct": "country" }), Seen::Total(2)),
        (json!({ "distinct": "deviceId" }), Seen::Total(1)),
    ] {
        assert_eq!(within(aggregate.clone()), expected, "{aggregate}");
    }
}

#[test]
fn same_as_what_this_one_has_not_counts_nothing() {
    let history = [earlier(1.0, json!({ "channel": null })), earlier(1.0, json!({}))];
    let of = |aggregate: Value| seen(aggregate, json!({ "channel": null, "counterparty": null }), &history);
    assert_eq!(of(json!({ "count": "transactions", "within": "1h", "where": { "channel": "same" } })), Seen::Total(0));
    assert_eq!(of(json!({ "sum": "amount", "currency": "BRL", "within": "1h", "where": { "counterparty.id": "same" } })), Seen::Total(0));
    assert_eq!(of(json!({ "max": "amount", "currency": "BRL", "within": "1h", "where": { "counterparty.id": "same" } })), Seen::Absent);
    assert_eq!(of(json!({ "count": "transactions", "within": "1h" })), Seen::Total(3));
}

/// 1 and 2 average one and a half: above 1, and not at least 2.
#[test]
fn averages_are_compared_exactly_and_sums_have_128_bits() {
    let history = [earlier(1.0, json!({ "amount": 1 }))];
    let average = |operator: &str, threshold: i64| {
        let rule = rule_when(json!({ "average": "amount", "currency": "BRL", "within": "1h", operator: threshold }));
        rule.evaluate(&facts(&[&rule], transaction(json!({ "amount": 2 })), &history)).matched
    };
    assert!(average("above", 1) && average("below", 2) && !average("atLeast", 2) && !average("atMost", 1));
    let rule = rule_when(json!({ "sum": "amount", "currency": "BRL", "within": "1h", "above": 1_000_000_000_000_000_000i64 }));
    let mut facts = facts(&[&rule], transaction(json!({})), &[]);
    for (sum, expected) in [(i128::MAX, true), (1_000_000_000_000_000_001, true), (1_000_000_000_000_000_000, false), (i128::MIN, false)] {
        facts.measured.values_mut().for_each(|measured| *measured = Measured::Sum(sum));
        let evaluation = rule.evaluate(&facts);
        assert_eq!(evaluation.matched, expected, "{sum}");
        assert_eq!(rule.from_stored(&evaluation.to_stored()), Some(evaluation), "all its digits are stored");
    }
    facts.measured.values_mut().for_each(|measured| *measured = Measured::Average { sum: i128::MAX, count: u64::MAX });
    assert!(rule.evaluate(&facts).matched, "whatever the store says, nothing overflows");
}

#[test]
fn rules_need_each_thing_once_and_count_far_enough_for_all() {
    let distinct = |threshold: u32| json!({ "distinct": "counterparty.id", "within": "24h", "atLeast": threshold });
    let one = rule_when(
        json!({ "any": [distinct(5), { "field": "country", "inList": "risky" }, { "session": "none", "is": true }, { "field": "hour", "above": 1 }] }),
    );
    let other = rule_when(json!({ "all": [distinct(9), { "field": "deviceId", "inList": "phones" }, { "session": "score", "above": 1, "flow": "step-up" }] }));
    let needs = Needs::of([&one, &other], &transaction(json!({ "deviceId": null })));
    let aggregates: Vec<(&AggregateKey, &Option<u64>)> = needs.aggregates.iter().collect();
    assert_eq!((aggregates.len(), aggregates[0].1), (1, &Some(10)));
    assert_eq!(Needs::of([&other, &one], &transaction(json!({ "deviceId": null }))), needs, "in any order");
    assert_eq!(aggregates[0].0.measure, shared::rule::Measure::Distinct(DistinctField::CounterpartyId));
    assert_eq!(needs.lists.into_iter().collect::<Vec<_>>(), [ListKey { list: "risky".into(), field: ListField::Country }], "there is no device to look up");
    assert_eq!(needs.sessions.into_iter().collect::<Vec<_>>(), [None, Some("step-up".to_owned())]);
    assert_eq!(needs.timezones.into_iter().collect::<Vec<_>>(), ["UTC"]);
    let grace = shared::rule::Rule::import(rule::EXAMPLE, &rule::World).expect("a rule");
    assert!(Needs::of([&grace], &transaction(posted())).sessions.contains(&Some("step-up".to_owned())), "for its grace");
}

#[test]
fn a_rule_sees_no_further_than_it_asked_to_count() {
    let history: Vec<_> = (0..20).map(|at| earlier(1.0, json!({ "counterparty": { "id": format!("a{at}") } }))).collect();
    let rules: Vec<_> =
        [3, 9].into_iter().map(|threshold| rule_when(json!({ "distinct": "counterparty.id", "within": "24h", "atLeast": threshold }))).collect();
    let facts = facts(&rules.iter().collect::<Vec<_>>(), transaction(json!({})), &history);
    assert_eq!(facts.measured.values().collect::<Vec<_>>(), [&Measured::Count(10)]);
    let seen: Vec<Seen> = rules.iter().map(|rule| rule.evaluate(&facts).because.remove(0).seen).collect();
    assert_eq!(seen, [Seen::Total(4), Seen::Total(10)]);
}

fn with_session(last: Option<LastSession>) -> Facts {
    let mut facts = Facts::new(transaction(json!({})), NOON);
    facts.sessions.extend(last.into_iter().flat_map(|last| [(None, last), (Some("step-up".to_owned()), last)]));
    facts
}

#[test]
fn the_last_session_is_asked_for_its_age_score_and_decision() {
    let last = LastSession { completed_at: NOON.plus_seconds(-30 * 86_400), score: 40, decision: Decision::Review };
    for (condition, expected) in [
        (json!({ "session": "age", "atLeast": "30d" }), true),
        (json!({ "session": "age", "above": "30d" }), false),
        (json!({ "session": "age", "atMost": "30d", "flow": "step-up" }), true),
        (json!({ "session": "age", "below": "31d", "flow": "onboarding" }), false),
        (json!({ "session": "score", "atLeast": 40 }), true),
        (json!({ "session": "score", "below": 40 }), false),
        (json!({ "session": "decision", "is": "REVIEW" }), true),
        (json!({ "session": "decision", "isNot": "REVIEW" }), false),
        (json!({ "session": "decision", "in": ["APPROVED", "REVIEW"] }), true),
        (json!({ "session": "decision", "notIn": ["APPROVED"], "flow": "onboarding" }), false),
        (json!({ "session": "none", "is": true }), false),
        (json!({ "session": "none", "is": false }), true),
        (json!({ "session": "none", "is": true, "flow": "onboarding" }), true),
    ] {
        let rule = rule_when(condition.clone());
        assert_eq!(rule.evaluate(&with_session(Some(last))).matched, expected, "{condition}");
        let is_none = condition["session"] == "none" && condition["is"] == true;
        assert_eq!(rule.evaluate(&with_session(None)).matched, is_none, "{condition} without a session");
    }
}

#[test]
fn groups_hold_and_say_on_what_they_rest() {
    let (yes, no) = (json!({ "field": "type", "is": "PIX" }), json!({ "field": "type", "is": "TED" }));
    for (condition, matched, decisive) in [
        (json!({ "all": [yes, no, no] }), false, "all[1] all[2]"),
        (json!({ "all": [yes, yes] }), true, "all[0] all[1]"),
        (json!({ "any": [no, yes, no] }), true, "any[1]"),
        (json!({ "any": [no, no] }), false, "any[0] any[1]"),
        (json!({ "not": no }), true, "not"),
        (json!({ "not": { "all": [yes, no] } }), true, "not.all[1]"),
        (json!({ "any": [{ "all": [yes, no] }, { "not": { "not": yes } }] }), true, "any[1].not.not"),
        (yes.clone(), true, ""),
    ] {
        let rule = rule_when(condition.clone());
        let evaluation = rule.evaluate(&facts(&[&rule], transaction(json!({})), &[]));
        let paths: Vec<&str> = evaluation.because.iter().filter(|line| line.decisive).map(|line| line.path.as_str()).collect();
        assert_eq!((evaluation.matched, paths.join(" ")), (matched, decisive.to_owned()), "{condition}");
    }
}
