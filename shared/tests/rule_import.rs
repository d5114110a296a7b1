//! What an import of a rule reads and refuses: each rule with the path it names, and every fault at once.

mod rule;

use rule::{EXAMPLE, World, rule};
use serde_json::{Value, json};
use shared::{
    problem::FieldCode,
    rule::{MAX_BYTES, Mode, OnExpired, Rule},
};

fn paths(json: &str) -> Vec<String> {
    Rule::import(json, &World).map_or_else(|faults| faults.iter().map(|fault| fault.path.clone()).collect(), |_| Vec::new())
}

fn paths_when(when: &Value) -> Vec<String> {
    paths(&json!({ "name": "r", "when": when, "then": { "action": "ALLOW" } }).to_string())
}

/// The faults of a rule, told from `when`, which is left out.
fn faults_of(condition: Value) -> String {
    paths_when(&condition).iter().map(|path| path.strip_prefix("when").unwrap_or(path).trim_start_matches('.')).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_contracts_own_rule_is_read_and_written() {
    let read = Rule::import(EXAMPLE, &World).expect("a rule");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), serde_json::from_str::<Value>(EXAMPLE).expect("JSON"));
    assert_eq!(Rule::stored(&serde_json::to_string(&read).expect("JSON")), Ok(read));
}

#[test]
fn what_is_left_out_has_its_default_and_is_not_written() {
    let smallest = r#"{"name":"r","when":{"all":[{"field":"type","is":"PIX"}]},"then":{"action":"STEP_UP","flow":"step-up"}}"#;
    let read = Rule::import(smallest, &World).expect("a rule");
    assert_eq!((read.title(shared::language::Language::Es), read.mode(), read.priority(), read.weight(), read.timezone()), ("r", Mode::Active, 100, 0, "UTC"));
    assert_eq!(read.step_up().map(|step_up| (step_up.on_expired(), step_up.ttl.is_none(), step_up.grace.is_none())), Some((OnExpired::Block, true, true)));
    assert_eq!(serde_json::to_string(&read).expect("JSON"), smallest);
    let full: Value = json!({ "name": "r", "version": 7, "title": "r", "mode": "ACTIVE", "priority": 100, "weight": 0, "timezone": "UTC",
        "when": { "all": [{ "field": "type", "is": "PIX" }] }, "then": { "action": "STEP_UP", "flow": "step-up", "onExpired": "BLOCK" } });
    assert!(read.is_same(&rule(full.clone())), "no new version");
    for (key, value) in [("title", json!("R")), ("mode", json!("TEST")), ("priority", json!(1)), ("weight", json!(1)), ("timezone", json!("Asia/Kathmandu"))] {
        let mut other = full.clone();
        other[key] = value;
        assert!(!read.is_same(&rule(other)), "{key}");
    }
}

#[test]
fn null_is_the_same_as_no_key() {
    let with =
        EXAMPLE.replace(r#""weight":40"#, r#""weight":40,"timezone":null,"version":null"#).replace(r#""within":"24h""#, r#""within":"24h","blocked":null"#);
    assert_eq!(Rule::import(&with, &World), Rule::import(EXAMPLE, &World));
    assert_eq!(paths(&EXAMPLE.replace(r#""name":"pix-night-limit""#, r#""name":null"#)), ["name"]);
}

#[test]
fn each_rule_names_its_path() {
    for (from, to, path) in [
        (r#""name":"pix-night-limit""#, r#""name":"Pix""#, "name"),
        (r#""name":"pix-night-limit""#, r#""name":"-pix""#, "name"),
        (r#""name":"pix-night-limit","#, "", "name"),
        (r#""name":"pix-night-limit","#, r#""name":"a","name":"b","#, "name"),
        (r#""priority":20"#, r#""priority":-1"#, "priority"),
        (r#""priority":20"#, r#""priority":1.5"#, "priority"),
        (r#""priority":20"#, r#""prio":20"#, "prio"),
        (r#""weight":40"#, r#""weight":101"#, "weight"),
        (r#""mode":"ACTIVE""#, r#""mode":"ON""#, "mode"),
        (r#""mode":"ACTIVE""#, r#""timezone":"Brazil""#, "timezone"),
        (r#""mode":"ACTIVE""#, r#""version":0"#, "version"),
        (r#""title":"Night PIX above the usual""#, r#""title":{"fr":"Nuit"}"#, "title.fr"),
        (r#""title":"Night PIX above the usual""#, r#""title":" ""#, "title"),
        (r#""flow":"step-up""#, r#""flow":"other""#, "then.flow"),
        (r#""flow":"step-up","#, "", "then.flow"),
        (r#""ttl":"24h""#, r#""ttl":"31d""#, "then.ttl"),
        (r#""ttl":"24h""#, r#""ttl":24"#, "then.ttl"),
        (r#""grace":"30d""#, r#""grace":"3651d""#, "then.grace"),
        (r#""onExpired":"BLOCK""#, r#""onExpired":"ALLOW""#, "then.onExpired"),
        (r#""onExpired":"BLOCK""#, r#""onExpire":"BLOCK""#, "then.onExpire"),
        (r#""action":"STEP_UP""#, r#""action":"STOP""#, "then.action"),
        (r#""action":"STEP_UP","flow":"step-up","ttl":"24h","grace":"30d""#, r#""action":"BLOCK""#, "then.onExpired"),
        (r#""inList":"known-payees""#, r#""inList":"payees""#, "when.all[2].not.inList"),
        (r#""inList":"known-payees""#, r#""inList":"risky""#, "when.all[2].not.inList"),
        (r#""within":"24h""#, r#""within":"91d""#, "when.all[1].within"),
        (r#""within":"24h""#, r#""within":"59s""#, "when.all[1].within"),
        (r#""direction":"OUT""#, r#""direction":"UP""#, "when.all[1].where.direction"),
        (r#""direction":"OUT""#, r#""ip":"1.2.3.4""#, "when.all[1].where.ip"),
    ] {
        assert!(EXAMPLE.contains(from), "{from}");
        assert_eq!(paths(&EXAMPLE.replacen(from, to, 1)), [path], "{to}");
    }
    assert_eq!(paths("[]"), ["rule"]);
    assert_eq!(paths("{"), ["rule"]);
    assert_eq!(paths("{}"), ["name", "when", "then"]);
}

#[test]
fn a_condition_compares_what_can_be_compared() {
    let sum = |key: &str, value: Value| {
        let mut condition = json!({ "sum": "amount", "currency": "BRL", "within": "24h", "atLeast": 1 });
        condition[key] = value;
        condition
    };
    for (condition, fault) in [
        (json!({ "field": "amount", "is": 1 }), "currency"),
        (json!({ "field": "amount", "is": 1, "currency": "HRK" }), "currency"),
        (json!({ "field": "amount", "is": "1", "currency": "BRL" }), "is"),
        (json!({ "field": "amount", "above": -1, "currency": "BRL" }), "above"),
        (json!({ "field": "amount", "above": 1_000_000_000_000_000_001i64, "currency": "BRL" }), "above"),
        (json!({ "field": "amount", "inList": "words", "currency": "BRL" }), "inList"),
        (json!({ "field": "type", "is": "PIX", "currency": "BRL" }), "currency"),
        (json!({ "field": "type", "above": "PIX" }), "above"),
        (json!({ "field": "type", "is": "pix" }), "is"),
        (json!({ "field": "type", "is": "PIX", "isNot": "TED" }), ""),
        (json!({ "field": "type" }), ""),
        (json!({ "field": "type", "equals": "PIX" }), " equals"),
        (json!({ "field": "type", "in": [] }), "in"),
        (json!({ "field": "type", "in": "PIX" }), "in"),
        (json!({ "field": "type", "in": ["PIX", "ted"] }), "in[1]"),
        (json!({ "field": "type", "inList": "words" }), "inList"),
        (json!({ "field": "currency", "is": "XXX" }), "is"),
        (json!({ "field": "direction", "is": "UP" }), "is"),
        (json!({ "field": "country", "is": "UK" }), "is"),
        (json!({ "field": "country", "inList": "people" }), "inList"),
        (json!({ "field": "country", "inList": "gone" }), "inList"),
        (json!({ "field": "ip", "is": "10.0.0.0/8" }), "is"),
        (json!({ "field": "ip", "inList": "words" }), "inList"),
        (json!({ "field": "hour", "atLeast": 24 }), "atLeast"),
        (json!({ "field": "weekday", "is": 0 }), "is"),
        (json!({ "field": "metadata.Age", "is": 1 }), "field"),
        (json!({ "field": "metadata.age", "is": [1] }), "is"),
        (json!({ "field": "metadata.age", "above": "x" }), "above"),
        (json!({ "field": "metadata.age", "inList": "words" }), "inList"),
        (json!({ "field": "metadata.age", "present": 1 }), "present"),
        (json!({ "field": "amonut", "is": 1, "currency": "BRL" }), "field"),
        (json!({ "count": "amount", "within": "24h", "atLeast": 1 }), "count"),
        (json!({ "count": "transactions", "within": "24h", "is": 1 }), "is"),
        (json!({ "count": "transactions", "atLeast": 1 }), "within"),
        (json!({ "distinct": "type", "within": "24h", "atLeast": 1 }), "distinct"),
        (json!({ "distinct": "country", "currency": "BRL", "within": "24h", "atLeast": 1 }), "currency"),
        (json!({ "max": "amount", "within": "24h", "atLeast": 1 }), "currency"),
        (sum("atLeast", json!("1")), "atLeast"),
        (sum("atLeast", json!(1.5)), "atLeast"),
        (sum("below", json!(1)), ""),
        (sum("blocked", json!("yes")), "blocked"),
        (sum("where", json!({ "type": "pix" })), "where.type"),
        (sum("where", json!([])), "where"),
        (sum("count", json!("transactions")), ""),
        (json!({ "session": "age", "atLeast": 30 }), "atLeast"),
        (json!({ "session": "age", "is": "30d" }), "is"),
        (json!({ "session": "age", "below": "3651d" }), "below"),
        (json!({ "session": "score", "atLeast": 101 }), "atLeast"),
        (json!({ "session": "decision", "is": "OK" }), "is"),
        (json!({ "session": "decision", "in": ["APPROVED", 1] }), "in[1]"),
        (json!({ "session": "none", "is": 1 }), "is"),
        (json!({ "session": "none", "present": true }), "present"),
        (json!({ "session": "none", "is": true, "flow": "gone" }), "flow"),
        (json!({ "session": "status", "is": true }), "session"),
        (json!({ "all": [] }), "all"),
        (json!({ "any": {} }), "any"),
        (json!({ "all": [{ "field": "type", "is": "PIX" }], "any": [] }), ""),
        (json!({ "not": [] }), "not"),
        (json!({ "not": null }), ""),
        (json!({ "all": [1] }), "all[0]"),
        (json!({}), ""),
        (json!([]), ""),
    ] {
        let found = faults_of(condition.clone());
        assert!(!paths_when(&condition).is_empty(), "{condition}");
        assert_eq!(found, fault, "{condition}");
    }
}

#[test]
fn every_fault_is_named_at_once_in_the_order_of_the_document() {
    let json = r#"{"name":"R","mode":1,"when":{"any":[{"field":"amount","atLeast":"x"},{"sum":"amount","within":"1s","above":1},{"session":"age","below":"1y"}]},"then":{"action":"STEP_UP","flow":"x","ttl":"0s"},"extra":1}"#;
    let expected = [
        "name",
        "mode",
        "when.any[0].currency",
        "when.any[0].atLeast",
        "when.any[1].currency",
        "when.any[1].within",
        "when.any[2].below",
        "then.flow",
        "then.ttl",
        "extra",
    ];
    assert_eq!(paths(json), expected);
    let faults = Rule::import(json, &World).expect_err("faults").of_fields();
    assert_eq!(faults.last().map(|fault| fault.code), Some(FieldCode::UnknownField));
    assert_eq!(faults[2].code, FieldCode::Required);
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!({ "field": "type", "is": "PIX" }), |inner, _| json!({ "not": inner }))
}

#[test]
fn a_rule_has_its_bounds() {
    assert_eq!(paths_when(&nested(8)), [""; 0]);
    assert_eq!(paths_when(&nested(9)), [format!("when{}", ".not".repeat(8))]);
    let many = |count: usize, condition: Value| json!({ "any": vec![condition; count] });
    let field = json!({ "field": "type", "is": "PIX" });
    assert_eq!((paths_when(&many(64, field.clone())), paths_when(&many(65, field))), (vec![], vec!["when".to_owned()]));
    let count = json!({ "count": "transactions", "within": "24h", "atLeast": 5 });
    assert_eq!((paths_when(&many(8, count.clone())), paths_when(&many(9, count))), (vec![], vec!["when".to_owned()]));
    let padded = |bytes: usize| format!("{EXAMPLE}{}", " ".repeat(bytes - EXAMPLE.len()));
    assert_eq!((paths(&padded(MAX_BYTES)), paths(&padded(MAX_BYTES + 1))), (vec![], vec!["rule".to_owned()]));
}

/// A version that was imported is read for ever, also when its flow and its lists are gone.
#[test]
fn a_stored_version_asks_for_nothing_outside() {
    let gone = EXAMPLE.replace("step-up", "gone").replace("known-payees", "gone");
    assert_eq!(paths(&gone), ["when.all[2].not.inList", "then.flow"]);
    assert!(Rule::stored(&gone).is_ok());
}
