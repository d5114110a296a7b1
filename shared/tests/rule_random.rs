//! Arbitrary rules over arbitrary transactions: nothing panics, a rule is written as it was read, and a stored explanation, judged again,
//! gives what was decided.

mod rule;

use proptest::{collection::vec, prelude::*, sample::select};
use rule::{NOON, World, facts, transaction};
use serde_json::{Value, json};
use shared::{
    language::Language,
    risk::Decision,
    rule::{Draft, Facts, LastSession, ListField, ListKey, Needs, Posted, Purpose, Rule, Style, Transaction, decide, stored_matches},
    session::Timestamp,
};

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    select(values).prop_map(Value::from)
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![(0i64..4).prop_map(Value::from), (0i64..=1_000_000_000_000_000_000).prop_map(Value::from)]
}

/// A test of a field of this kind, as an operator and its value.
fn test(value: BoxedStrategy<Value>, ordered: bool) -> BoxedStrategy<(&'static str, Value)> {
    let equal = (select(&["is", "isNot"][..]), value.clone()).prop_map(|(operator, value)| (operator, value));
    let several = (select(&["in", "notIn"][..]), vec(value.clone(), 1..4)).prop_map(|(operator, values)| (operator, Value::from(values)));
    let present = any::<bool>().prop_map(|present| ("present", Value::from(present)));
    if ordered {
        let order = (select(&["atLeast", "above", "atMost", "below"][..]), value).prop_map(|(operator, value)| (operator, value));
        prop_oneof![equal, several, present, order].boxed()
    } else {
        prop_oneof![equal, several, present].boxed()
    }
}

fn field() -> BoxedStrategy<Value> {
    let plain = |name: &'static str, value: BoxedStrategy<Value>, ordered: bool| {
        test(value, ordered).prop_map(move |(operator, value)| json!({ "field": name, operator: value })).boxed()
    };
    let codes = one_of(&["APP", "WEB", "PIX"]).boxed();
    let countries = one_of(&["BR", "PT", "US"]).boxed();
    let ids = one_of(&["a", "acct-77", "é", "same"]).boxed();
    let metadata = prop_oneof![one_of(&["gold", "é"]), any::<bool>().prop_map(Value::from)].boxed();
    let lists = select(&[("country", "risky"), ("country", "words"), ("counterparty.id", "known-payees"), ("deviceId", "phones"), ("ip", "nets")][..]);
    prop_oneof![
        (test(number().boxed(), true), select(&["BRL", "USD", "JPY"][..]))
            .prop_map(|((operator, value), currency)| json!({ "field": "amount", operator: value, "currency": currency })),
        plain("currency", one_of(&["BRL", "USD"]).boxed(), false),
        plain("direction", one_of(&["IN", "OUT"]).boxed(), false),
        plain("type", codes.clone(), false),
        plain("channel", codes, false),
        plain("country", countries.clone(), false),
        plain("counterparty.country", countries, false),
        plain("counterparty.id", ids.clone(), false),
        plain("deviceId", ids, false),
        plain("ip", one_of(&["203.0.113.7", "::ffff:203.0.113.7", "::1"]).boxed(), false),
        plain("hour", (0i64..24).prop_map(Value::from).boxed(), true),
        plain("weekday", (1i64..8).prop_map(Value::from).boxed(), true),
        plain("metadata.age", any::<f64>().prop_filter("JSON", |number| number.is_finite()).prop_map(Value::from).boxed(), true),
        plain("metadata.segment", metadata, false),
        lists.prop_map(|(field, list)| json!({ "field": field, "inList": list })),
    ]
    .boxed()
}

fn aggregate() -> BoxedStrategy<Value> {
    let measure = select(
        &[("count", "transactions"), ("sum", "amount"), ("max", "amount"), ("average", "amount"), ("distinct", "counterparty.id"), ("distinct", "country")][..],
    );
    let filter = select(
        &[r"{}", r#"{"direction":"OUT"}"#, r#"{"type":"same","channel":"same"}"#, r#"{"counterparty.id":"same"}"#, r#"{"country":"BR","direction":"same"}"#][..],
    );
    let order = select(&["atLeast", "above", "atMost", "below"][..]);
    (measure, filter, order, number(), select(&["1m", "24h", "90d"][..]), any::<Option<bool>>())
        .prop_map(|((kind, of), filter, order, threshold, within, blocked)| {
            let mut condition = json!({ kind: of, "within": within, order: threshold });
            if filter != "{}" {
                condition["where"] = serde_json::from_str(filter).expect("JSON");
            }
            if kind != "count" && kind != "distinct" {
                condition["currency"] = json!("BRL");
            }
            if let Some(blocked) = blocked {
                condition["blocked"] = json!(blocked);
            }
            condition
        })
        .boxed()
}

fn session() -> BoxedStrategy<Value> {
    let order = || select(&["atLeast", "above", "atMost", "below"][..]);
    let decision = one_of(&["APPROVED", "REVIEW", "REJECTED"]).boxed();
    let several = (select(&["in", "notIn"][..]), vec(decision.clone(), 1..3));
    prop_oneof![
        (order(), one_of(&["1s", "30d", "3650d"])).prop_map(|(order, age)| json!({ "session": "age", order: age })),
        (order(), 0..=100).prop_map(|(order, score)| json!({ "session": "score", order: score, "flow": "step-up" })),
        (select(&["is", "isNot"][..]), decision).prop_map(|(operator, decision)| json!({ "session": "decision", operator: decision })),
        several.prop_map(|(operator, decisions)| json!({ "session": "decision", operator: decisions, "flow": "step-up" })),
        any::<bool>().prop_map(|none| json!({ "session": "none", "is": none })),
    ]
    .boxed()
}

fn condition() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![6 => field(), 1 => aggregate(), 2 => session()];
    leaf.prop_recursive(5, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|all| json!({ "all": all })),
            vec(inner.clone(), 1..4).prop_map(|any| json!({ "any": any })),
            inner.prop_map(|of| json!({ "not": of })),
        ]
    })
    .boxed()
}

fn some_rule() -> BoxedStrategy<Rule> {
    let then = select(
        &[r#"{"action":"ALLOW"}"#, r#"{"action":"REVIEW"}"#, r#"{"action":"BLOCK"}"#, r#"{"action":"STEP_UP","flow":"step-up","ttl":"1h","grace":"30d"}"#][..],
    );
    let mode = select(&["ACTIVE", "TEST", "DISABLED"][..]);
    ("[a-z][a-z0-9-]{0,8}", mode, 0u32..5, 0u8..=100, condition(), then)
        .prop_filter_map("within the bounds", |(name, mode, priority, weight, when, then)| {
            let then: Value = serde_json::from_str(then).expect("JSON");
            let json = json!({ "name": name, "mode": mode, "priority": priority, "weight": weight, "timezone": "Asia/Kathmandu", "when": when, "then": then });
            match Rule::import(&json.to_string(), &World) {
                Ok(rule) => Some(rule),
                // The only bound that these may break.
                Err(faults) => {
                    assert!(faults.iter().all(|fault| fault.reason.contains("aggregates")), "{json}\n{faults}");
                    None
                }
            }
        })
        .boxed()
}

fn some_transaction() -> BoxedStrategy<Transaction> {
    let optional = |values: &'static [&'static str]| prop_oneof![Just(Value::Null), one_of(values)];
    let metadata = prop_oneof![
        Just(json!({})),
        any::<f64>().prop_filter("JSON", |number| number.is_finite()).prop_map(|age| json!({ "age": age, "segment": "gold" })),
        Just(json!({ "age": "old", "segment": true })),
    ];
    let place = (optional(&["BR", "PT", "US"]), optional(&["203.0.113.7", "2001:db8::1"]), optional(&["a", "d-9"]));
    let what = (0i64..=1_000_000_000_000_000, select(&["BRL", "USD", "KWD"][..]), select(&["IN", "OUT"][..]), select(&["PIX", "TED"][..]));
    (what, place, optional(&["APP", "WEB"]), optional(&["a", "acct-77", "é"]), metadata, 0i64..=90 * 86_400)
        .prop_map(|((amount, currency, direction, kind), (country, ip, device), channel, counterparty, metadata, ago)| {
            let mut one = transaction(json!({ "amount": amount, "currency": currency, "direction": direction, "type": kind, "channel": channel,
                "country": country, "ip": ip, "deviceId": device, "counterparty": { "id": counterparty, "country": country }, "metadata": metadata }));
            one.occurred_at = NOON.plus_seconds(-ago);
            one
        })
        .boxed()
}

/// A transaction of now with a history, where each list, session and clock may be there or not.
fn some_facts(rules: &[&Rule], (this, history, listed, last): (Transaction, Vec<(Transaction, bool)>, bool, Option<LastSession>)) -> Facts {
    let mut facts = facts(rules, this, &history);
    if listed {
        facts.listed = Needs::of(rules.iter().copied(), &facts.transaction).lists;
    }
    facts.sessions.extend(last.into_iter().flat_map(|last| [(None, last), (Some("step-up".to_owned()), last)]));
    facts
}

fn world() -> impl Strategy<Value = (Transaction, Vec<(Transaction, bool)>, bool, Option<LastSession>)> {
    let decision = select(&[Decision::Approved, Decision::Review, Decision::Rejected][..]);
    let last =
        (0i64..=60 * 86_400, 0u8..=100, decision).prop_map(|(ago, score, decision)| LastSession { completed_at: NOON.plus_seconds(-ago), score, decision });
    (some_transaction(), vec((some_transaction(), any::<bool>()), 0..8), any::<bool>(), proptest::option::of(last))
}

proptest! {
    #[test]
    fn a_rule_is_written_as_it_was_read(rule in some_rule()) {
        let json = serde_json::to_string(&rule).expect("JSON");
        prop_assert_eq!(Rule::import(&json, &World), Ok(rule.clone()));
        prop_assert_eq!(Rule::stored(&json), Ok(rule.clone()));
        prop_assert!(rule.is_same(&rule));
    }

    #[test]
    fn a_stored_explanation_judged_again_gives_the_stored_verdict(rule in some_rule(), world in world()) {
        let facts = some_facts(&[&rule], world);
        let evaluation = rule.evaluate(&facts);
        let stored = evaluation.to_stored().to_string();
        let again = rule.from_stored(&serde_json::from_str(&stored).expect("JSON"));
        prop_assert_eq!(again, Some(evaluation));
    }

    #[test]
    fn a_decision_is_recalled_from_what_is_stored(rules in vec(some_rule(), 1..8), world in world()) {
        let facts = some_facts(&rules.iter().collect::<Vec<_>>(), world);
        let verdict = decide(rules.iter().zip(1..), &facts);
        let stored = stored_matches(&verdict.to_stored()).expect("a decision");
        let recalled: Vec<_> = stored.iter().map(|one| one.recall(&rules[one.1 as usize - 1]).expect("a match")).collect();
        let matched: Vec<_> = verdict.matched.iter().chain(&verdict.tests).cloned().collect();
        prop_assert_eq!(recalled, matched);
        prop_assert!(verdict.risk_score <= 100);
    }

    /// `not` turns every outcome round, and the conditions on which it rests stay the same.
    #[test]
    fn not_is_the_opposite(rule in some_rule(), world in world()) {
        let facts = some_facts(&[&rule], world);
        let mut opposite = rule.clone();
        opposite.when = shared::rule::Condition::Not(Box::new(rule.when.clone()));
        let (one, other) = (rule.evaluate(&facts), opposite.evaluate(&facts));
        prop_assert_eq!(one.matched, !other.matched);
        prop_assert!(one.because.iter().any(|line| line.decisive), "something decided");
        let decisive = |lines: &[shared::rule::Line]| lines.iter().map(|line| line.decisive).collect::<Vec<_>>();
        prop_assert_eq!(decisive(&one.because), decisive(&other.because));
    }

    /// Whatever the other conditions say, the outcome stays: those that are decisive are enough.
    #[test]
    fn the_outcome_rests_on_the_decisive_conditions(rule in some_rule(), world in world(), others in vec(any::<bool>(), 16)) {
        let evaluation = rule.evaluate(&some_facts(&[&rule], world));
        let mut answers = evaluation.because.iter().zip(others.iter().cycle()).map(|(line, other)| if line.decisive { line.held } else { *other });
        prop_assert_eq!(rule.when.holds(&mut answers), evaluation.matched);
    }

    /// A rule asks for all that it needs: more facts change nothing.
    #[test]
    fn facts_that_nobody_asked_for_change_nothing(rules in vec(some_rule(), 2..5), world in world()) {
        let all = some_facts(&rules.iter().collect::<Vec<_>>(), world.clone());
        let mut own = some_facts(&[&rules[0]], world);
        let expected = rules[0].evaluate(&own);
        prop_assert_eq!(rules[0].evaluate(&all), expected);
        own.listed.insert(ListKey { list: "elsewhere".into(), field: ListField::Ip });
        prop_assert_eq!(rules[0].evaluate(&own), rules[0].evaluate(&all));
    }

    #[test]
    fn everything_can_be_said(rule in some_rule(), world in world()) {
        let evaluation = rule.evaluate(&some_facts(&[&rule], world));
        for language in Language::ALL {
            let sentence = rule.sentence(language);
            prop_assert!(!sentence.contains(['{', '}']) && !sentence.contains("  ") && sentence.ends_with('.'), "{}", sentence);
            for line in evaluation.texts(&rule, Style::Page(language)) {
                prop_assert!(!line.text.is_empty() && !line.text.contains(['{', '}']), "{}", line.text);
            }
        }
        prop_assert_eq!(evaluation.texts(&rule, Style::Api).len(), evaluation.because.len());
    }

    #[test]
    fn without_facts_a_rule_still_has_an_outcome(rule in some_rule(), this in some_transaction()) {
        let evaluation = rule.evaluate(&Facts::new(this, Timestamp(i64::MIN)));
        prop_assert_eq!(evaluation.because.len(), rule.when.count());
    }

    #[test]
    fn no_document_is_too_odd(text in ".{0,200}", keys in vec("(all|any|not|field|sum|is|where|then|when|name|session|amount|metadata)", 1..8)) {
        let nested = keys.iter().rev().fold(text.clone(), |inner, key| if key == "all" { format!("[{inner}]") } else { format!("{{\"{key}\":{inner}}}") });
        for json in [text, nested.clone(), nested.replace(' ', "1")] {
            let _ = Rule::import(&json, &World);
            let _ = Rule::stored(&json);
            if let Ok(posted) = Posted::parse(&json) {
                let _ = (posted.transaction_id().is_some(), posted.canonical(), posted.read(NOON, Purpose::Decision), posted.read(NOON, Purpose::Import));
                let _ = posted.batch();
            }
        }
    }

    /// The form does not say that blocked ones do not count, which they do not.
    #[test]
    fn a_rule_is_the_same_after_it_was_in_the_form(rule in some_rule(), one in select(&Language::ALL[..]), other in select(&Language::ALL[..])) {
        let plain = serde_json::to_string(&rule).expect("JSON").replace(r#","blocked":false"#, "");
        let again = Rule::parse(&Draft::of(&rule, one).translated(one, other).to_json(other));
        prop_assert!(again.as_ref().is_ok_and(|again| again.is_same(&Rule::parse(&plain).expect("a rule"))), "{plain}\n{again:?}");
    }
}

/// Five of twenty rules match, each with four conditions, and two more in TEST: the usual case takes a fraction of the 1 KiB that there is.
#[test]
fn a_decision_with_its_explanation_is_small() {
    let rules: Vec<Rule> = (0..20)
        .map(|at| {
            let kind = if at < 7 { "PIX" } else { "TED" };
            let mode = if at < 2 { "TEST" } else { "ACTIVE" };
            let json = json!({ "name": format!("velocity-of-payments-{at:02}"), "mode": mode, "weight": 20, "then": { "action": "REVIEW" }, "when": { "all": [
                { "field": "type", "is": kind },
                { "sum": "amount", "currency": "BRL", "where": { "direction": "OUT" }, "within": "30d", "atLeast": at },
                { "distinct": "counterparty.id", "within": "24h", "atLeast": 0 },
                { "not": { "field": "counterparty.id", "inList": "known-payees" } } ] } });
            Rule::import(&json.to_string(), &World).expect("a rule")
        })
        .collect();
    let facts = facts(&rules.iter().collect::<Vec<_>>(), transaction(json!({ "amount": 99_999_999 })), &[]);
    let verdict = decide(rules.iter().map(|rule| (rule, 12)), &facts);
    assert_eq!((verdict.matched.len(), verdict.tests.len()), (5, 2));
    let stored = verdict.to_stored();
    assert!(stored.len() < 512, "{} bytes: {stored}", stored.len());
}
