//! JSON bodies of `/complete` and of a step.

use ::server::http::{body, session_api};
use ::shared::answers::{Answers, check_all, check_step, fault_in};
use ::shared::api::{RawUserData, UserDataBody};
use ::shared::definition::Definition;
use ::shared::field_value::Answer;
use ::shared::flow::Step;
use ::shared::ids::ArtifactId;
use ::shared::language::Language;
use ::shared::problem::FieldCode;
use proptest::prelude::*;

use super::{JSON, target};

const WORDS: &[&[u8]] = &[
    b"\\ud83d\\ude00",
    b"e\\u0301",
    b"\\u202e",
    b"\\u200b",
    b"\\u00a0",
    b"0000-00-00",
    b"+",
    b"@",
    b" ",
    b"\"userData\":",
    b"\"name\":\"Ana\",",
    b"\"cpf\":\"123.456.789-09\",",
    b"\"__proto__\":{},",
];

/// The answers of the tests of values, and a whole body.
fn real() -> Vec<Vec<u8>> {
    let values: serde_json::Value = serde_json::from_str(include_str!("../../../../shared/tests/values.json")).expect("JSON");
    let texts: Vec<String> = values.as_object().into_iter().flat_map(|all| all.values()).flat_map(texts).collect();
    let steps = steps();
    let mut bodies = vec![br#"{"userData":{"name":"Ana","cpf":"12345678909","selfie_url":"art_1"}}"#.to_vec()];
    for text in texts {
        let fields = steps.iter().flat_map(|step| &step.fields).map(|field| (field.name.clone(), serde_json::Value::String(text.clone())));
        bodies.push(serde_json::json!({ "userData": fields.collect::<serde_json::Map<_, _>>() }).to_string().into_bytes());
    }
    bodies
}

fn texts(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(all) => all.iter().flat_map(texts).collect(),
        serde_json::Value::Object(all) => all.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn steps() -> Vec<Step> {
    let demo = Definition::stored(include_str!("../../../flows/demo.json")).expect("the bundled flow");
    let example = Definition::stored(include_str!("../../../../shared/tests/flow/example.json")).expect("the example");
    [demo, example].iter().flat_map(|flow| flow.steps(Language::default())).collect()
}

/// A body is refused, or read as an object. What is taken of it is taken again as it is stored, and stays the same.
#[test]
fn a_damaged_body_is_refused_or_read_the_same_twice() {
    let steps = steps();
    // Only this text names a photo.
    let artifact = |_: &_, text: &str| if text == "art_1" || text.len() == 36 { Ok(ArtifactId(1)) } else { Err(FieldCode::NotYourArtifact) };
    target("bodies", 2_000, real(), &[JSON, WORDS].concat(), |bytes| {
        let sent = match body::parsed::<UserDataBody>(bytes) {
            Ok(body) => session_api::normalised(body.user_data),
            Err(error) => {
                prop_assert_eq!(error.0.status, 400);
                return Ok(());
            }
        };
        let _ = check_all(&steps, &sent, &Answers::new(), &artifact);
        for step in &steps {
            let own: RawUserData = sent.iter().filter(|(name, _)| step.field(name).is_some()).map(|(name, value)| (name.clone(), value.clone())).collect();
            match check_step(step, &own, &Answers::new(), &artifact) {
                Ok(taken) => {
                    let stored: RawUserData = taken
                        .iter()
                        .filter(|(_, answer)| !matches!(answer, Answer::Text(text) if text.starts_with("art")))
                        .map(|(name, answer)| (name.clone(), answer.to_json()))
                        .collect();
                    let photos: Answers =
                        taken.iter().filter(|(name, _)| !stored.contains_key(*name)).map(|(name, answer)| (name.clone(), answer.clone())).collect();
                    let again = check_step(step, &stored, &photos, &artifact);
                    prop_assert_eq!(again.as_ref(), Ok(&taken));
                }
                Err(faults) => {
                    prop_assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.message.is_empty()));
                    for field in &step.fields {
                        fault_in(field, FieldCode::Malformed, sent.get(&field.name).and_then(|value| value.as_str()));
                    }
                }
            }
        }
        Ok(())
    });
}
