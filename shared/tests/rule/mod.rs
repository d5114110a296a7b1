//! What the tests of rules share: the contract's own rule and transaction, and a world in which they make sense.

#![allow(dead_code, reason = "each test uses a part of it")]

use serde_json::{Value, json};
use shared::{
    rule::{Facts, Known, ListKind, Measured, Needs, Posted, Purpose, Rule, Transaction, WallClock, measure},
    session::Timestamp,
};

/// 2026-11-30T12:00:00Z, a Monday.
pub const NOON: Timestamp = Timestamp(1_796_040_000_000_000);

/// The rule of the contract.
pub const EXAMPLE: &str = r#"{"name":"pix-night-limit","title":"Night PIX above the usual","mode":"ACTIVE","priority":20,"weight":40,"when":{"all":[{"field":"amount","atLeast":100000,"currency":"BRL"},{"sum":"amount","currency":"BRL","where":{"direction":"OUT"},"within":"24h","atLeast":500000},{"not":{"field":"counterparty.id","inList":"known-payees"}}]},"then":{"action":"STEP_UP","flow":"step-up","ttl":"24h","grace":"30d","onExpired":"BLOCK"}}"#;

/// Two flows, a list of each kind, and three time zones.
pub struct World;

impl Known for World {
    fn has_flow(&self, name: &str) -> bool {
        ["step-up", "onboarding"].contains(&name)
    }

    fn list_kind(&self, name: &str) -> Option<ListKind> {
        match name {
            "known-payees" => Some(ListKind::Account),
            "words" => Some(ListKind::Text),
            "risky" => Some(ListKind::Country),
            "phones" => Some(ListKind::Device),
            "nets" => Some(ListKind::Ip),
            "people" => Some(ListKind::Cpf),
            _ => None,
        }
    }

    fn has_timezone(&self, name: &str) -> bool {
        ["UTC", "America/Sao_Paulo", "Asia/Kathmandu"].contains(&name)
    }
}

/// A rule with this condition.
pub fn rule_when(when: Value) -> Rule {
    rule(json!({ "name": "r", "when": when, "then": { "action": "BLOCK" } }))
}

/// A rule that is read without a fault.
#[track_caller]
pub fn rule(json: Value) -> Rule {
    Rule::import(&json.to_string(), &World).unwrap_or_else(|faults| panic!("{json}\n{faults}"))
}

/// The transaction of the contract.
pub fn posted() -> Value {
    json!({ "transactionId": "pix-0001", "customerId": "c-1001", "amount": 125_000, "currency": "BRL", "direction": "OUT", "type": "PIX",
        "channel": "APP", "country": "BR", "deviceId": "d-9", "ip": "203.0.113.7",
        "counterparty": { "id": "acct-77", "name": "Loja Azul", "country": "BR" },
        "occurredAt": "2026-11-30T12:00:00Z", "locale": "pt-BR", "returnUrl": "https://shop.example/done",
        "metadata": { "segment": "gold", "age": 31, "vip": true } })
}

/// The contract's transaction with these keys set, or with null taken away.
#[track_caller]
pub fn transaction(changes: Value) -> Transaction {
    let mut body = posted();
    for (key, value) in changes.as_object().expect("an object") {
        body[key] = value.clone();
    }
    let read = Posted::parse(&body.to_string()).expect("JSON").read(NOON, Purpose::Decision);
    read.unwrap_or_else(|faults| panic!("{body}\n{faults:?}"))
}

/// What is known of a transaction: everything that the rules need, measured over what came before.
pub fn facts(rules: &[&Rule], this: Transaction, earlier: &[(Transaction, bool)]) -> Facts {
    let needs = Needs::of(rules.iter().copied(), &this);
    let mut facts = Facts::new(this, NOON);
    for (key, up_to) in needs.aggregates {
        let history = earlier.iter().map(|(one, blocked)| (one, *blocked));
        let measured: Measured = measure(&key, up_to.unwrap_or(u64::MAX), &facts.transaction, history);
        facts.measured.insert(key, measured);
    }
    facts.clocks = needs.timezones.into_iter().map(|zone| (zone, WallClock { hour: 22, weekday: 6 })).collect();
    facts
}
