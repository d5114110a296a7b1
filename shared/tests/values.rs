//! What people type and paste, and what is stored of it or which fault it is: the table in `values.json`. The server's tests send the same
//! table through the API and through the hosted form.

use serde_json::{Value, json};
use shared::{
    answers::check_step,
    catalogue::Catalogue,
    definition::Definition,
    flow::Step,
    language::Language,
    problem::{FieldCode, FieldFault},
    session::Timestamp,
};
use unicode_normalization::UnicodeNormalization as _;

const CATALOGUE: Catalogue = Catalogue::new(&[]);

/// 2026-11-30T12:00:00Z
const NOW: Timestamp = Timestamp(1_796_040_000_000_000);

fn rows() -> Vec<Value> {
    serde_json::from_str(include_str!("values.json")).expect("a list of rows")
}

/// The step of a flow with one required field, which has the settings of this row.
fn step(row: &Value) -> Step {
    let mut field = row.clone();
    let keys = field.as_object_mut().expect("a row is an object");
    keys.retain(|key, _| !["value", "stored", "code"].contains(&key.as_str()));
    keys.extend([("name".to_owned(), json!("it")), ("label".to_owned(), json!("It")), ("required".to_owned(), json!(true))]);
    let flow = json!({ "name": "a", "steps": [{ "id": "s", "type": "FORM", "title": "S", "fields": [field] }] });
    let definition = Definition::import(&flow.to_string(), &CATALOGUE).unwrap_or_else(|faults| panic!("{row}: {faults}"));
    definition.steps_at(Language::En, NOW).remove(0)
}

fn read(step: &Step, value: &str) -> Result<Value, FieldFault> {
    let sent = json!({ "it": value.nfc().collect::<String>() }).as_object().cloned().expect("an object");
    let read = check_step(step, &sent, &Default::default(), &|_, _| Err(FieldCode::NotYourArtifact));
    read.map(|answers| answers["it"].to_json()).map_err(|mut faults| faults.remove(0))
}

#[test]
fn every_value_is_stored_or_refused_as_the_table_says() {
    let mut wrong = Vec::new();
    for row in rows() {
        let got = match read(&step(&row), row["value"].as_str().expect("a text")) {
            Ok(stored) => json!({ "stored": stored }),
            Err(fault) => json!({ "code": fault.code }),
        };
        if got.get("stored") != row.get("stored") || got.get("code") != row.get("code") {
            wrong.push(format!("{row} gave {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows().len(), wrong.join("\n"));
}

#[test]
fn what_is_stored_is_stored_again_as_it_is() {
    for row in rows() {
        if let Some(stored) = row["stored"].as_str() {
            assert_eq!(read(&step(&row), stored).ok(), Some(json!(stored)), "{row}");
        }
    }
}

#[test]
fn a_fault_names_the_character_and_its_place_or_the_bounds() {
    let text = step(&json!({ "type": "TEXT" }));
    let fault = read(&text, "Ana \u{202e}gnp.exe").expect_err("an override");
    assert_eq!((fault.after.as_deref(), fault.message.as_str()), (Some("Ana"), "An invisible character after “Ana” is not allowed: U+202E."));
    let fault = read(&text, "\u{7}Ana").expect_err("a control character");
    assert_eq!((fault.after.as_deref(), fault.message.as_str()), (Some(""), "An invisible character at the beginning is not allowed: U+0007."));
    for (settings, bounds) in [
        (json!({ "type": "DATE" }), ""),
        (json!({ "type": "DATE", "is": "birth_date" }), " The first is 1900-01-01, the last is 2026-12-01."),
        (json!({ "type": "DATE", "max": "today-18y" }), " The last is 2008-12-01."),
        (json!({ "type": "DATE", "min": "today" }), " The first is 2026-11-30."),
    ] {
        let fault = read(&step(&settings), "1899-02-31").expect_err("no day");
        assert_eq!(fault.message, format!("A date is a day that exists, as YYYY-MM-DD.{bounds}"));
    }
}
