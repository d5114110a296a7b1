//! Which rule decides, what the score is, and how that is sent and stored.

mod rule;

use rule::{NOON, facts, rule, transaction};
use serde_json::{Value, json};
use shared::{
    risk::Decision,
    rule::{Facts, LastSession, Rule, TransactionStatus, Verdict, decide, stored_matches},
};

/// A rule that matches.
fn matching(name: &str, priority: u32, weight: u8, action: &str, mode: &str) -> Rule {
    let flow = if action == "STEP_UP" { json!({ "action": action, "flow": "step-up", "grace": "30d" }) } else { json!({ "action": action }) };
    rule(json!({ "name": name, "priority": priority, "weight": weight, "mode": mode, "when": { "field": "type", "is": "PIX" }, "then": flow }))
}

fn judged<'r>(rules: &'r [Rule], facts: &Facts) -> Verdict<'r> {
    decide(rules.iter().map(|rule| (rule, 3)), facts)
}

fn plain() -> Facts {
    Facts::new(transaction(json!({})), NOON)
}

fn names(verdict: &Verdict<'_>) -> Vec<String> {
    verdict.matched.iter().map(|hit| hit.rule.name.clone()).collect()
}

#[test]
fn the_first_by_priority_and_name_decides_and_all_count() {
    let rules = [
        matching("d", 20, 30, "ALLOW", "ACTIVE"),
        matching("b", 10, 60, "REVIEW", "ACTIVE"),
        matching("a", 20, 0, "BLOCK", "ACTIVE"),
        matching("c", 1, 100, "BLOCK", "TEST"),
        matching("e", 1, 100, "BLOCK", "DISABLED"),
        rule(json!({ "name": "f", "priority": 1, "weight": 100, "when": { "field": "type", "is": "TED" }, "then": { "action": "BLOCK" } })),
    ];
    let verdict = judged(&rules, &plain());
    assert_eq!((verdict.status, verdict.risk_score), (TransactionStatus::Review, 72));
    assert_eq!((names(&verdict), verdict.decided_by().map(|hit| &*hit.rule.name)), (vec!["b".into(), "a".into(), "d".into()], Some("b")));
    assert_eq!(verdict.tests.iter().map(|hit| &*hit.rule.name).collect::<Vec<_>>(), ["c"]);
    for (action, status) in [
        ("ALLOW", TransactionStatus::Approved),
        ("REVIEW", TransactionStatus::Review),
        ("STEP_UP", TransactionStatus::AwaitingUser),
        ("BLOCK", TransactionStatus::Blocked),
    ] {
        assert_eq!(judged(&[matching("a", 1, 0, action, "ACTIVE")], &plain()).status, status);
    }
    let tests = [matching("c", 1, 100, "BLOCK", "TEST")];
    let nothing = judged(&tests, &plain());
    assert_eq!((nothing.status, nothing.risk_score, nothing.decided_by()), (TransactionStatus::Approved, 0, None));
}

#[test]
fn grace_passes_a_rule_over_and_its_weight_counts() {
    let rules = [matching("a", 1, 40, "STEP_UP", "ACTIVE"), matching("b", 2, 0, "REVIEW", "ACTIVE")];
    let month = 30 * 86_400;
    for (ago, extra, decision, status) in [
        (month, 0, Decision::Approved, TransactionStatus::Review),
        (month, 1, Decision::Approved, TransactionStatus::AwaitingUser),
        (0, 0, Decision::Approved, TransactionStatus::Review),
        (1, 0, Decision::Review, TransactionStatus::AwaitingUser),
        (1, 0, Decision::Rejected, TransactionStatus::AwaitingUser),
    ] {
        let mut facts = plain();
        let mut completed_at = NOON.plus_seconds(-ago);
        completed_at.0 -= extra;
        facts.sessions.insert(Some("step-up".to_owned()), LastSession { completed_at, score: 0, decision });
        let verdict = judged(&rules, &facts);
        assert_eq!((verdict.status, verdict.risk_score), (status, 40), "{ago} {extra} {decision:?}");
        assert_eq!(verdict.matched[0].passed_over, status == TransactionStatus::Review);
    }
    let mut elsewhere = plain();
    elsewhere.sessions.insert(None, LastSession { completed_at: NOON, score: 0, decision: Decision::Approved });
    assert_eq!(judged(&rules, &elsewhere).status, TransactionStatus::AwaitingUser, "another flow does not spare this one");
}

#[test]
fn a_match_is_sent_as_the_contract_says() {
    let rules = [Rule::import(rule::EXAMPLE, &rule::World).expect("a rule")];
    let mut earlier = transaction(json!({ "amount": 515_000 }));
    earlier.occurred_at = NOON.plus_seconds(-60);
    let verdict = decide([(&rules[0], 3)], &facts(&[&rules[0]], transaction(json!({})), &[(earlier, false)]));
    assert_eq!(
        serde_json::to_value(verdict.matched[0].answer()).expect("JSON"),
        json!({ "rule": "pix-night-limit", "version": 3, "action": "STEP_UP", "weight": 40, "because": [
            { "path": "all[0]", "text": "amount 125000 BRL ≥ 100000 BRL" },
            { "path": "all[1]", "text": "sum of amount, OUT, 24h: 640000 BRL ≥ 500000 BRL" },
            { "path": "all[2].not", "text": "counterparty not on the list “known-payees”" } ] })
    );
    assert_eq!(verdict.to_stored(), r#"[["pix-night-limit",3,0,[125000,640000,false]]]"#);
    let passed: Value =
        serde_json::to_value(shared::rule::MatchedRule { passed_over: Some(shared::rule::PassedOver::Grace), ..verdict.matched[0].answer() }).expect("JSON");
    assert_eq!(passed["passedOver"], "grace");
}

#[test]
fn a_stored_decision_is_recalled_as_it_was() {
    let rules = [matching("a", 1, 40, "STEP_UP", "ACTIVE"), matching("b", 2, 0, "REVIEW", "ACTIVE"), matching("c", 3, 0, "BLOCK", "TEST")];
    let mut facts = plain();
    facts.sessions.insert(Some("step-up".to_owned()), LastSession { completed_at: NOON, score: 0, decision: Decision::Approved });
    let verdict = judged(&rules, &facts);
    let stored = stored_matches(&verdict.to_stored()).expect("a decision");
    let recalled: Vec<_> = stored.iter().map(|one| one.recall(rules.iter().find(|rule| rule.name == one.0).expect("a rule"))).collect();
    assert_eq!(recalled, [&verdict.matched[0], &verdict.matched[1], &verdict.tests[0]].map(|hit| Some(hit.clone())));
    assert_eq!(stored.iter().map(shared::rule::StoredMatch::is_test).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(stored[0].recall(&rules[1]), None, "another rule");
    for other in ["", "{}", "[1]", r#"[["a",3]]"#, r#"[["a",-3,0,[]]]"#] {
        assert_eq!(stored_matches(other), None, "{other}");
    }
}
