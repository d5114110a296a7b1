//! Checks user data against a flow and returns all faults at once. The browser and the server use the same rules: the browser warns, the
//! server decides.

mod faults;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    api::{Progress, RawUserData},
    conditions::{applies, drop_idle},
    field_value::{self, Answer, ArtifactLookup},
    flow::{Field, FieldType, Step},
    ids::ArtifactId,
    problem::{FieldCode, FieldFault, field_fault},
};

pub use faults::{fault, fault_in};

/// Normalised values by field name.
pub type Answers = BTreeMap<String, Answer>;

/// Whether a field needs a value, given the other answers.
pub fn is_required(field: &Field, answers: &Answers) -> bool {
    field.required && applies(field, answers)
}

/// The required fields of a step that have no value. A required BOOLEAN must be true.
fn missing(step: &Step, answers: &Answers) -> Vec<FieldFault> {
    let has_value = |field: &Field| match answers.get(&field.name) {
        Some(Answer::Flag(flag)) => *flag,
        Some(Answer::Text(_)) => true,
        None => false,
    };
    step.fields.iter().filter(|f| is_required(f, answers) && !has_value(f)).map(|f| fault(f, FieldCode::Required)).collect()
}

/// Reads the sent values of these fields and writes the valid ones into `answers`. A key that is no field, and each invalid value, is a
/// fault. While a field does not apply, its value is neither a fault nor kept, unless it is one to `keep`.
fn overlay(fields: &[&Field], sent: &RawUserData, answers: &mut Answers, artifact: ArtifactLookup<'_>, keep: &dyn Fn(&Field) -> bool) -> Vec<FieldFault> {
    let strangers = sent.keys().filter(|name| fields.iter().all(|f| f.name != **name));
    let mut faults = field_fault::unknown(strangers.map(String::as_str), "The flow has no field of this name.");
    for field in fields {
        let Some(raw) = sent.get(&field.name) else { continue };
        match field_value::read(field, raw, artifact) {
            Ok(Some(answer)) => {
                answers.insert(field.name.clone(), answer);
            }
            Ok(None) => {
                answers.remove(&field.name);
            }
            Err(code) => faults.push(fault_in(field, code, raw.as_str())),
        }
    }
    drop_idle(fields, answers, &mut faults, keep);
    // A photo answers one field only. If two fields name the same photo, the fault is on the field that was sent.
    for field in fields.iter().filter(|field| field.r#type == FieldType::Artifact && sent.contains_key(&field.name)) {
        let Some(own) = answers.get(&field.name) else { continue };
        if answers.iter().any(|(name, other)| *name != field.name && other == own) && faults.iter().all(|known| known.field != field.name) {
            faults.push(fault(field, FieldCode::NotYourArtifact));
        }
    }
    faults
}

/// Checks the values of one step, and returns them. The sent values replace all saved values of the step, except that an ARTIFACT keeps its
/// saved value unless it is sent; `""` clears it. The saved values of other steps matter for `requiredWhen`. A photo of a field that does not
/// apply stays until the session is completed, because the customer may change the choice back.
///
/// # Errors
/// Every fault at once.
pub fn check_step(step: &Step, sent: &RawUserData, saved: &Answers, artifact: ArtifactLookup<'_>) -> Result<Answers, Vec<FieldFault>> {
    let mut all = saved.clone();
    all.retain(|name, _| step.field(name).is_none_or(|f| f.r#type == FieldType::Artifact));
    let was_uploaded = |field: &Field| field.r#type == FieldType::Artifact && !sent.contains_key(&field.name);
    let mut faults = overlay(&step.fields.iter().collect::<Vec<_>>(), sent, &mut all, artifact, &was_uploaded);
    // A field with an invalid value is not also reported as missing.
    faults.extend(missing(step, &all).into_iter().filter(|f| !faults.iter().any(|known| known.field == f.field)).collect::<Vec<_>>());
    if !faults.is_empty() {
        return Err(in_field_order(faults, step.fields.iter()));
    }
    all.retain(|name, _| step.field(name).is_some());
    Ok(all)
}

/// The fields of a step that do not apply, given the values in its form and those of other steps.
pub fn idle<'a>(step: &'a Step, sent: &RawUserData, others: &Answers) -> Vec<&'a str> {
    let mut all = others.clone();
    all.retain(|name, _| step.field(name).is_none_or(|f| f.r#type == FieldType::Artifact));
    overlay(&step.fields.iter().collect::<Vec<_>>(), sent, &mut all, &|_, _| Ok(ArtifactId(0)), &|_| false);
    step.fields.iter().filter(|field| !applies(field, &all)).map(|field| field.name.as_str()).collect()
}

/// Why a session cannot be submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// Every fault, in the flow's order.
    pub faults: Vec<FieldFault>,
    /// The steps with a fault, in order.
    pub missing_steps: Vec<String>,
}

/// Checks all values of a session, where sent values replace saved ones, and returns them.
///
/// # Errors
/// Every fault at once, and the steps with a fault.
pub fn check_all(steps: &[Step], sent: &RawUserData, saved: &Answers, artifact: ArtifactLookup<'_>) -> Result<Answers, Incomplete> {
    let fields: Vec<&Field> = steps.iter().flat_map(|step| step.fields.iter()).collect();
    let mut all = saved.clone();
    let mut faults = overlay(&fields, sent, &mut all, artifact, &|_| false);
    for step in steps {
        let more: Vec<_> = missing(step, &all).into_iter().filter(|f| !faults.iter().any(|known| known.field == f.field)).collect();
        faults.extend(more);
    }
    if faults.is_empty() {
        return Ok(all);
    }
    let has_fault = |step: &&Step| faults.iter().any(|fault| step.field(&fault.field).is_some());
    let missing_steps = steps.iter().filter(has_fault).map(|step| step.id.clone()).collect();
    Err(Incomplete { faults: in_field_order(faults, fields.into_iter()), missing_steps })
}

/// How far the customer has come. A step is done if it was saved and no required value is missing.
pub fn progress(steps: &[Step], was_saved: &dyn Fn(&str) -> bool, answers: &Answers) -> Progress {
    let is_done = |step: &Step| was_saved(&step.id) && missing(step, answers).is_empty();
    let done: Vec<String> = steps.iter().filter(|s| is_done(s)).map(|s| s.id.clone()).collect();
    let current = steps.iter().find(|s| !done.contains(&s.id)).or(steps.last()).map(|s| s.id.clone());
    Progress { done, current }
}

/// Converts the values of a form to `userData`. A checkbox that was sent is true; one that was not sent is false.
pub fn from_form(step: &Step, value: impl Fn(&str) -> Option<String>) -> RawUserData {
    let mut sent = RawUserData::new();
    for field in &step.fields {
        match (field.r#type, value(&field.name)) {
            (FieldType::Boolean, given) => {
                sent.insert(field.name.clone(), Value::Bool(given.is_some()));
            }
            (FieldType::Artifact, None) | (_, None) => {}
            (FieldType::Artifact, Some(given)) if given.is_empty() => {}
            (_, Some(given)) => {
                sent.insert(field.name.clone(), Value::String(given));
            }
        }
    }
    sent
}

fn in_field_order<'a>(mut faults: Vec<FieldFault>, fields: impl Iterator<Item = &'a Field>) -> Vec<FieldFault> {
    let mut ordered: Vec<FieldFault> =
        fields.filter_map(|field| faults.iter().position(|fault| fault.field == field.name).map(|at| faults.remove(at))).collect();
    ordered.extend(faults);
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn field(name: &str, kind: FieldType, required: bool) -> Field {
        Field { name: name.into(), r#type: kind, required, ..Field::default() }
    }

    fn steps() -> Vec<Step> {
        let mut back = field("back", FieldType::Artifact, true);
        back.required_when = [("kind".to_owned(), vec!["RG".to_owned()])].into_iter().collect();
        vec![
            Step {
                id: "who".into(),
                fields: vec![field("name", FieldType::Text, true), field("cpf", FieldType::Cpf, true), field("ok", FieldType::Boolean, false)],
                ..Step::default()
            },
            Step { id: "doc".into(), fields: vec![field("kind", FieldType::Text, false), back], ..Step::default() },
        ]
    }

    fn raw(value: Value) -> RawUserData {
        value.as_object().cloned().unwrap_or_default()
    }

    const NONE: ArtifactLookup<'static> = &|_, _| Err(FieldCode::NotYourArtifact);

    fn codes(faults: &[FieldFault]) -> Vec<(&str, FieldCode)> {
        faults.iter().map(|f| (f.field.as_str(), f.code)).collect()
    }

    #[test]
    fn every_fault_at_once_in_the_order_of_the_flow() {
        let sent = raw(json!({ "zzz": "1", "kind": "RG", "cpf": "12", "back": "http://elsewhere/" }));
        let got = check_all(&steps(), &sent, &Answers::new(), NONE).expect_err("four faults");
        assert_eq!(
            codes(&got.faults),
            [("name", FieldCode::Required), ("cpf", FieldCode::Malformed), ("back", FieldCode::NotYourArtifact), ("zzz", FieldCode::UnknownField)]
        );
        assert_eq!(got.missing_steps, ["who", "doc"]);
    }

    #[test]
    fn many_unknown_fields_are_counted() {
        let sent: RawUserData = (0..5_000).map(|number| (format!("f{number:04}"), json!("x"))).collect();
        let got = check_all(&steps(), &sent, &Answers::new(), NONE).expect_err("unknown fields");
        let unknown: Vec<&FieldFault> = got.faults.iter().filter(|fault| fault.code == FieldCode::UnknownField).collect();
        assert_eq!((unknown.len(), &*unknown[0].field, &*unknown[19].field), (20, "f0000", "f0019"));
        assert!(unknown[19].message.contains("4980 more"), "{}", unknown[19].message);
        assert!(got.faults.iter().any(|fault| fault.field == "cpf"), "the flow's own fields are still named");
        let few: RawUserData = (0..20).map(|number| (format!("f{number:04}"), json!("x"))).collect();
        let got = check_all(&steps(), &few, &Answers::new(), NONE).expect_err("unknown fields");
        assert!(got.faults.iter().all(|fault| !fault.message.contains("more")));
    }

    #[test]
    fn sent_values_replace_saved_ones() {
        let saved = Answers::from([("name".into(), Answer::Text("Ana".into())), ("cpf".into(), Answer::Text("52998224725".into()))]);
        let all = check_all(&steps(), &raw(json!({ "name": "Bia" })), &saved, NONE).expect("complete");
        assert_eq!(all["name"].text(), "Bia");
        assert!(check_all(&steps(), &raw(json!({ "name": "" })), &saved, NONE).is_err(), "cleared");
    }

    #[test]
    fn an_unfulfilled_condition_requires_nothing() {
        let steps = steps();
        assert!(check_step(&steps[1], &raw(json!({ "kind": "CNH" })), &Answers::new(), NONE).is_ok());
        let faults = check_step(&steps[1], &raw(json!({ "kind": "RG" })), &Answers::new(), NONE).expect_err("back is missing");
        assert_eq!(codes(&faults), [("back", FieldCode::Required)]);
    }

    #[test]
    fn saving_a_step_replaces_its_values_but_keeps_its_artifacts() {
        let steps = steps();
        let own = ArtifactId(3);
        let saved = Answers::from([("kind".into(), Answer::Text("RG".into())), ("back".into(), Answer::Text(own.to_string()))]);
        let kept = check_step(&steps[1], &raw(json!({})), &saved, NONE).expect("nothing is required");
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["back"]);
        let cleared = check_step(&steps[1], &raw(json!({ "back": "" })), &saved, NONE).expect("nothing is required");
        assert!(cleared.is_empty());
    }

    #[test]
    fn a_photo_answers_one_field() {
        let step = Step { fields: vec![field("front", FieldType::Artifact, true), field("back", FieldType::Artifact, true)], ..Step::default() };
        let own = |_: &Field, text: &str| text.parse().map_err(|_| FieldCode::NotYourArtifact);
        let (one, two) = (ArtifactId(1).to_string(), ArtifactId(2).to_string());
        let saved = Answers::from([("front".into(), Answer::Text(one.clone())), ("back".into(), Answer::Text(two.clone()))]);
        assert!(check_step(&step, &raw(json!({ "front": two, "back": one })), &saved, &own).is_ok(), "they may change places");
        let faults = check_step(&step, &raw(json!({ "front": two })), &saved, &own).expect_err("both would be the same");
        assert_eq!(codes(&faults), [("front", FieldCode::NotYourArtifact)]);
    }

    #[test]
    fn a_step_is_done_if_it_was_saved_and_nothing_is_missing() {
        let steps = steps();
        let answers = Answers::from([("name".into(), Answer::Text("Ana".into()))]);
        let now = progress(&steps, &|_| true, &answers);
        assert_eq!((now.done, now.current), (vec!["doc".to_owned()], Some("who".to_owned())));
        let none = progress(&steps, &|_| false, &answers);
        assert_eq!((none.done, none.current), (vec![], Some("who".to_owned())));
    }

    proptest! {
        /// What is accepted is accepted again as it is, and changes nothing.
        #[test]
        fn normalising_twice_is_normalising_once(name in "\\PC{0,40}", cpf in "[0-9. -]{0,20}", ok: bool) {
            let step = &steps()[0];
            if let Ok(once) = check_step(step, &raw(json!({ "name": name, "cpf": cpf, "ok": ok })), &Answers::new(), NONE) {
                let again: RawUserData = once.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
                prop_assert_eq!(check_step(step, &again, &Answers::new(), NONE), Ok(once));
            }
        }
    }
}
