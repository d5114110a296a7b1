//! One text for all bodies that are equal as JSON: keys sorted, nothing between them, each number in one form. Two bodies of one
//! `transactionId` are the same if these texts are.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{reading::json::Node, rule::value::whole};

/// The text of a value. A key whose value is null counts as absent.
pub fn canonical(node: &Node) -> String {
    let mut text = String::new();
    write(node, &mut text);
    text
}

fn write(node: &Node, text: &mut String) {
    match node {
        Node::Leaf(Value::Number(number)) => write_number(number.as_f64().unwrap_or_default(), text),
        Node::Leaf(value) => push(text, value),
        Node::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                write(item, text);
            }
            text.push(']');
        }
        Node::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().filter(|(_, value)| !matches!(value, Node::Leaf(Value::Null))).collect();
            sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
            text.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                push(text, &Value::from(key.as_str()));
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
    }
}

/// Numbers are doubles: 1, 1.0 and 1e0 are the same.
fn write_number(number: f64, text: &mut String) {
    match whole(number) {
        Some(whole) => push(text, &whole.into()),
        None => push(text, &number.into()),
    }
}

fn push(text: &mut String, value: &Value) {
    write!(text, "{value}").expect("a String takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(json: &str) -> String {
        canonical(&serde_json::from_str(json).expect("JSON"))
    }

    #[test]
    fn order_spacing_and_the_form_of_numbers_do_not_matter() {
        let one = r#"{"b":[1,2.5],"a":{"y":"\u0041","x":true}}"#;
        assert_eq!(of(one), r#"{"a":{"x":true,"y":"A"},"b":[1,2.5]}"#);
        for same in [r#" { "a" : {"x":true,"y":"A"}, "b":[1.0,25e-1] } "#, r#"{"b":[1e0,2.50],"c":null,"a":{"x":true,"y":"A"}}"#] {
            assert_eq!(of(same), of(one), "{same}");
        }
        for other in [r#"{"b":[2.5,1],"a":{"x":true,"y":"A"}}"#, r#"{"b":["1",2.5],"a":{"x":true,"y":"A"}}"#, r#"{"b":[1,2.5],"a":{"x":true,"y":"a"}}"#] {
            assert_ne!(of(other), of(one), "{other}");
        }
        assert_eq!((of("-0.0"), of("1e300"), of("0.1"), of("\"\u{e9}\\n\"")), ("0".into(), "1e+300".into(), "0.1".into(), "\"\u{e9}\\n\"".into()));
    }

    proptest! {
        #[test]
        fn it_is_its_own_canonical_form(number: f64, texts: Vec<String>) {
            let json = serde_json::json!({ "n": number, "t": texts }).to_string();
            prop_assert_eq!(of(&of(&json)), of(&json));
        }
    }
}
