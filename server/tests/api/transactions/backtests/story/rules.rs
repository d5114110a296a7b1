//! The rules of the generated past: each kind of condition is in one of them.

use super::{FLOW, Story};
use crate::support::{Value, json};

/// How many rules there are.
pub const HOW_MANY: usize = 7;

impl Story {
    /// One of the rules, with a threshold of its own in each version.
    pub(super) fn rule(&mut self, number: usize) -> Value {
        let n = 1 + self.rng.below(4);
        let step_up = json!({ "action": "STEP_UP", "flow": FLOW, "ttl": "2h", "grace": "6h", "onExpired": self.of(&["BLOCK", "REVIEW", "RELEASE"]) });
        let session = self.of(&["age", "score", "decision", "none"]);
        let of_session = match session {
            "age" => json!({ "session": "age", "flow": FLOW, "below": format!("{n}h") }),
            "score" => json!({ "session": "score", "atLeast": 15 * n }),
            "decision" => json!({ "session": "decision", "flow": FLOW, "in": ["REJECTED", "REVIEW"] }),
            _ => json!({ "session": "none", "is": true }),
        };
        let (name, when, then) = match number {
            0 => (
                "sum-out",
                json!({ "all": [
                    { "sum": "amount", "currency": "BRL", "where": { "direction": "OUT" }, "within": "24h", "atLeast": 3_000 * n },
                    { "field": "amount", "above": 100, "currency": "BRL" } ] }),
                json!({ "action": "REVIEW" }),
            ),
            1 => (
                "many-payees",
                json!({ "any": [
                    { "distinct": "counterparty.id", "within": "7d", "above": n },
                    { "distinct": "deviceId", "where": { "type": "same", "channel": "same" }, "within": "30m", "atLeast": 2 } ] }),
                step_up,
            ),
            2 => (
                "listed",
                json!({ "any": [
                    { "field": "counterparty.id", "inList": "payees" }, { "field": "ip", "inList": "nets" }, { "field": "country", "inList": "places" },
                    { "all": [{ "field": "deviceId", "inList": "devices" }, { "not": { "field": "counterparty.country", "inList": "places" } }] } ] }),
                json!({ "action": "REVIEW" }),
            ),
            3 => (
                "known",
                json!({ "any": [of_session, { "all": [{ "session": "age", "atLeast": "1d" }, { "field": "hour", "below": 5 * n }] }] }),
                json!({ "action": "ALLOW" }),
            ),
            4 => {
                ("often", json!({ "count": "transactions", "where": { "type": "same", "counterparty.id": "same" }, "within": "6h", "atLeast": n + 1 }), step_up)
            }
            5 => (
                "largest",
                json!({ "all": [
                    { "max": "amount", "currency": "BRL", "blocked": true, "where": { "country": "BR" }, "within": "90d", "above": 200 * n },
                    { "average": "amount", "currency": "BRL", "where": { "counterparty.id": "acct-3" }, "within": "30d", "above": 120 * n } ] }),
                json!({ "action": "BLOCK" }),
            ),
            _ => (
                "plain",
                json!({ "all": [
                    { "field": "metadata.score", "above": 10 * n }, { "field": "metadata.vip", "isNot": true }, { "field": "weekday", "atMost": 5 },
                    { "count": "transactions", "currency": "USD", "within": "1m", "below": 3 } ] }),
                json!({ "action": "BLOCK" }),
            ),
        };
        json!({ "name": name, "priority": 1 + number, "timezone": "America/Sao_Paulo", "weight": n, "when": when, "then": then })
    }
}
