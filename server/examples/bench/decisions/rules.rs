//! The twenty rules that are in force while decisions are measured, five of them with aggregates of 30 days. About one payment of forty
//! matches `large`, which holds it for a person; the others match seldom, but each is evaluated for each payment.

use serde_json::{Value, json};

/// The rule that a backtest judges again on what it decided.
pub const JUDGED: &str = "spent-in-a-month";
/// Every payment of this type matches the rule `explained`, whose explanation has three conditions.
pub const EXPLAINED: &str = "TED";
/// Every payment of this type asks the customer for evidence.
pub const STEP_UP: &str = "STEP_UP";

/// The list that some of them ask, as CSV.
pub const LIST: &str = "value\nacct-1\nacct-2\nacct-3\n";

/// The rules.
pub fn rules() -> Vec<Value> {
    let brl = |condition: Value| -> Value {
        let mut condition = condition;
        condition["currency"] = json!("BRL");
        condition
    };
    let month = |what: Value, where_: Value, at_least: u64| {
        let mut aggregate = what;
        aggregate["where"] = where_;
        aggregate["within"] = json!("30d");
        aggregate["atLeast"] = json!(at_least);
        aggregate
    };
    let out = || json!({ "direction": "OUT" });
    let review = || json!({ "action": "REVIEW" });
    let whens = [
        (JUDGED, json!({ "all": [month(brl(json!({ "sum": "amount" })), out(), 1_000_000_000_000)] }), review()),
        ("often-in-a-month", json!({ "all": [month(json!({ "count": "transactions" }), json!({ "type": "same" }), 10_000_000)] }), review()),
        ("payees-in-a-month", json!({ "all": [month(json!({ "distinct": "counterparty.id" }), out(), 200)] }), review()),
        ("largest-in-a-month", json!({ "all": [month(brl(json!({ "max": "amount" })), json!({ "channel": "APP" }), 2_000_000_000)] }), review()),
        ("usual-of-a-month", json!({ "all": [month(brl(json!({ "average": "amount" })), out(), 1_000_000_000)] }), review()),
        ("large", json!({ "all": [brl(json!({ "field": "amount", "atLeast": 195_000 })), { "field": "direction", "is": "OUT" }] }), review()),
        ("night", json!({ "all": [{ "field": "hour", "below": 4 }, brl(json!({ "field": "amount", "atLeast": 10_000_000 }))] }), review()),
        ("weekend", json!({ "all": [{ "field": "weekday", "atLeast": 6 }, { "field": "metadata.segment", "is": "new" }] }), review()),
        ("abroad", json!({ "all": [{ "field": "counterparty.country", "notIn": ["BR", "AR", "UY"] }, { "field": "type", "is": "SWIFT" }] }), review()),
        ("listed", json!({ "any": [{ "field": "counterparty.id", "inList": "payees" }] }), review()),
        (
            "listed-and-large",
            json!({ "all": [{ "field": "counterparty.id", "inList": "payees" }, brl(json!({ "field": "amount", "atLeast": 50_000 }))] }),
            review(),
        ),
        ("young", json!({ "all": [{ "field": "metadata.age", "below": 18 }] }), review()),
        ("network", json!({ "any": [{ "field": "ip", "in": ["198.51.100.1", "198.51.100.2"] }] }), review()),
        ("device", json!({ "all": [{ "not": { "field": "deviceId", "present": true } }] }), review()),
        ("channel", json!({ "all": [{ "field": "channel", "in": ["PHONE", "BRANCH"] }] }), review()),
        ("last-hour", json!({ "all": [month_of("1h", brl(json!({ "sum": "amount" })), 1_000_000_000_000)] }), review()),
        ("last-day", json!({ "all": [month_of("24h", json!({ "count": "transactions" }), 10_000_000)] }), review()),
        ("rejected", json!({ "all": [{ "session": "decision", "is": "REJECTED" }] }), review()),
        (
            "explained",
            json!({ "all": [{ "field": "type", "is": EXPLAINED }, brl(json!({ "field": "amount", "atLeast": 1 })), month_of("24h", json!({ "count": "transactions" }), 1)] }),
            json!({ "action": "ALLOW" }),
        ),
        ("asked", json!({ "all": [{ "field": "type", "is": STEP_UP }] }), json!({ "action": "STEP_UP", "flow": "form" })),
    ];
    whens.into_iter().map(|(name, when, then)| json!({ "name": name, "weight": 20, "when": when, "then": then })).collect()
}

fn month_of(within: &str, what: Value, at_least: u64) -> Value {
    let mut aggregate = what;
    aggregate["within"] = json!(within);
    aggregate["atLeast"] = json!(at_least);
    aggregate
}
