//! How a posted transaction is read: each fault with its path and code, and which bodies are the same.

mod rule;

use rule::{NOON, posted, transaction};
use serde_json::{Value, json};
use shared::{
    problem::FieldCode::{self, Malformed, NotAnOption, Required, TooLong, UnknownField, WrongType},
    rule::{Posted, Purpose},
    session::Timestamp,
};

fn parsed(json: &str) -> Posted {
    Posted::parse(json).expect("JSON")
}

fn faults_of(json: &str, purpose: Purpose) -> Vec<(String, FieldCode)> {
    let read = parsed(json).read(NOON, purpose);
    read.map_or_else(|faults| faults.into_iter().map(|fault| (fault.field, fault.code)).collect(), |_| Vec::new())
}

/// The faults of the contract's transaction with this value at this path.
fn faults(path: &str, value: Value) -> Vec<(String, FieldCode)> {
    let mut body = posted();
    let pointer = format!("/{}", path.replace('.', "/"));
    match body.pointer_mut(&pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, key) = pointer.rsplit_once('/').expect("a path");
            body.pointer_mut(parent).expect("a parent")[key] = value;
        }
    }
    faults_of(&body.to_string(), Purpose::Decision)
}

#[test]
fn the_contracts_own_transaction_is_read() {
    let read = transaction(json!({}));
    assert_eq!((read.amount, read.currency.as_str(), read.direction.as_str(), &*read.r#type), (125_000, "BRL", "OUT", "PIX"));
    assert_eq!((read.occurred_at, read.counterparty.id.as_deref()), (NOON, Some("acct-77")));
    assert_eq!(read.metadata.names().count(), 3);
}

#[test]
fn each_bad_value_names_its_path() {
    let long = |count: usize| Value::from("é".repeat(count));
    let mut many = serde_json::Map::new();
    for at in 0..21 {
        many.insert(format!("k{at}"), json!(1));
    }
    let big: Value = (0..20).map(|at| (format!("k{at}"), "é".repeat(110))).collect();
    for (path, value, code) in [
        ("transactionId", json!(""), Malformed),
        ("transactionId", json!("."), Malformed),
        ("transactionId", json!(".."), Malformed),
        ("transactionId", json!("a/b"), Malformed),
        ("transactionId", json!("a".repeat(129)), Malformed),
        ("transactionId", json!(7), WrongType),
        ("transactionId", json!(null), Required),
        ("customerId", json!("ä"), Malformed),
        ("amount", json!(-1), Malformed),
        ("amount", json!(1.5), Malformed),
        ("amount", json!(1_000_000_000_000_001i64), Malformed),
        ("amount", json!("1"), WrongType),
        ("amount", json!(null), Required),
        ("currency", json!("HRK"), Malformed),
        ("currency", json!("XXX"), Malformed),
        ("currency", json!("XTS"), Malformed),
        ("currency", json!("brl"), Malformed),
        ("direction", json!("out"), NotAnOption),
        ("type", json!("pix"), Malformed),
        ("type", json!("A".repeat(33)), Malformed),
        ("channel", json!("1APP"), Malformed),
        ("country", json!("UK"), Malformed),
        ("country", json!("br"), Malformed),
        ("counterparty", json!("acct-77"), WrongType),
        ("counterparty.country", json!("EU"), Malformed),
        ("counterparty.id", json!(""), Malformed),
        ("counterparty.id", long(129), TooLong),
        ("counterparty.name", long(201), TooLong),
        ("counterparty.name", json!("a\u{0}b"), Malformed),
        ("counterparty.nmae", json!("x"), UnknownField),
        ("deviceId", long(129), TooLong),
        ("ip", json!("203.0.113.0/24"), Malformed),
        ("ip", json!("localhost"), Malformed),
        ("occurredAt", json!("2026-11-30"), Malformed),
        ("occurredAt", json!("2026-11-30T12:05:00.000001Z"), Malformed),
        ("occurredAt", json!("2026-09-01T11:59:59.999999Z"), Malformed),
        ("occurredAt", json!(1_796_040_000), WrongType),
        ("locale", json!("fr"), NotAnOption),
        ("returnUrl", json!(1), WrongType),
        ("metadata", json!([]), WrongType),
        ("metadata", Value::Object(many), Malformed),
        ("metadata", big, TooLong),
        ("metadata.Age", json!(1), Malformed),
        ("metadata.age", json!([1]), WrongType),
        ("metadata.age", json!({}), WrongType),
        ("metadata.segment", long(201), TooLong),
        ("amuont", json!(1), UnknownField),
    ] {
        assert_eq!(faults(path, value.clone()), [(path.to_owned(), code)], "{path} {value}");
    }
}

#[test]
fn the_bounds_themselves_are_taken() {
    let long = |count: usize| Value::from("é".repeat(count));
    let many: serde_json::Map<String, Value> = (0..20).map(|at| (format!("k{at}"), json!("a".repeat(190)))).collect();
    for (path, value) in [
        ("transactionId", json!("a".repeat(128))),
        ("transactionId", json!("...")),
        ("amount", json!(0)),
        ("amount", json!(1_000_000_000_000_000i64)),
        ("type", json!("A".repeat(32))),
        ("counterparty.id", long(128)),
        ("counterparty.name", long(200)),
        ("ip", json!("2001:db8::1")),
        ("occurredAt", json!("2026-11-30T12:05:00Z")),
        ("occurredAt", json!("2026-09-01T12:00:00Z")),
        ("returnUrl", json!("javascript:alert(1)")),
        ("metadata.age", json!(1e300)),
        ("metadata.segment", long(200)),
        ("metadata", Value::Object(many)),
        ("channel", json!(null)),
        ("counterparty", json!(null)),
        ("metadata.segment", json!(null)),
        ("occurredAt", json!(null)),
    ] {
        assert_eq!(faults(path, value.clone()), [], "{path} {value}");
    }
}

#[test]
fn an_amount_has_no_fraction_and_no_exponent() {
    for number in ["125000.0", "1e3", "1.25e5", "1E0", "99999999999999999999"] {
        let body = posted().to_string().replace("125000", number);
        assert_eq!(faults_of(&body, Purpose::Decision), [("amount".to_owned(), Malformed)], "{number}");
    }
}

#[test]
fn every_fault_is_named_at_once() {
    let body = r#"{"amount":1.5,"currency":"XXX","direction":"UP","counterparty":{"country":"XX","x":1},"metadata":{"A":1},"transactionId":"a","transactionId":"b","zzz":1}"#;
    let expected = [
        ("transactionId", Malformed),
        ("customerId", Required),
        ("amount", Malformed),
        ("currency", Malformed),
        ("direction", NotAnOption),
        ("type", Required),
        ("counterparty.country", Malformed),
        ("counterparty.x", UnknownField),
        ("metadata.A", Malformed),
        ("zzz", UnknownField),
    ];
    assert_eq!(faults_of(body, Purpose::Decision), expected.map(|(path, code)| (path.to_owned(), code)));
    assert_eq!(faults_of("[]", Purpose::Decision), [("transaction".to_owned(), WrongType)]);
}

#[test]
fn an_import_says_when_it_happened() {
    for (occurred_at, expected) in [
        (json!("1999-01-01T00:00:00Z"), None),
        (json!("2026-11-30T12:00:00Z"), None),
        (json!("2026-11-30T12:00:00.000001Z"), Some(Malformed)),
        (json!(null), Some(Required)),
    ] {
        let mut body = posted();
        body["occurredAt"] = occurred_at;
        assert_eq!(faults_of(&body.to_string(), Purpose::Import), expected.map(|code| ("occurredAt".to_owned(), code)).into_iter().collect::<Vec<_>>());
    }
    assert_eq!(transaction(json!({ "occurredAt": null })).occurred_at, NOON, "it is now, if nothing else is said");
    assert_eq!(transaction(json!({ "occurredAt": "2026-11-30T12:00:00.1234567Z" })).occurred_at, Timestamp(NOON.0 + 123_456));
}

#[test]
fn the_same_body_is_the_same_in_any_order_and_spacing() {
    let body = posted();
    let mut turned: Vec<(&String, &Value)> = body.as_object().expect("an object").iter().collect();
    turned.reverse();
    let turned: Vec<String> = turned.into_iter().map(|(key, value)| format!(" {} :\n {value:#} ", json!(key))).collect();
    let turned = format!("{{{}}}", turned.join(","));
    assert_eq!(parsed(&turned).canonical(), parsed(&body.to_string()).canonical());
    assert_eq!(parsed(&turned).transaction_id(), Some("pix-0001"));
    for (path, value) in [("amount", json!(125_001)), ("occurredAt", json!(null)), ("metadata", json!({})), ("type", json!("PIX2"))] {
        let mut other = posted();
        other[path] = value;
        assert_ne!(parsed(&other.to_string()).canonical(), parsed(&body.to_string()).canonical(), "{path}");
    }
    assert_eq!(parsed(r#"{"transactionId":"."}"#).transaction_id(), None);
    // Whether the time fits now does not matter to it.
    assert_eq!(parsed(r#"{"transactionId":"a","occurredAt":"soon"}"#).transaction_id(), Some("a"));
}

#[test]
fn a_batch_has_1_to_500_transactions_and_nothing_else() {
    let batch = |count: usize, more: &str| {
        let items = vec!["{}"; count].join(",");
        let read = parsed(&format!("{{\"transactions\":[{items}]{more}}}")).batch();
        read.map(|all| all.len()).map_err(|faults| faults.into_iter().map(|fault| (fault.field, fault.code)).collect::<Vec<_>>())
    };
    assert_eq!((batch(1, ""), batch(500, "")), (Ok(1), Ok(500)));
    for count in [0, 501] {
        assert_eq!(batch(count, ""), Err(vec![("transactions".to_owned(), Malformed)]));
    }
    assert_eq!(batch(1, ",\"x\":1"), Err(vec![("x".to_owned(), UnknownField)]));
    assert_eq!(batch(1, ",\"transactions\":[{}]"), Err(vec![("transactions".to_owned(), Malformed)]));
    for body in ["{}", "{\"transactions\":null}"] {
        assert!(parsed(body).batch().is_err_and(|faults| faults[0].code == Required));
    }
    assert!(parsed("{\"transactions\":{}}").batch().is_err_and(|faults| faults[0].code == WrongType));
}
