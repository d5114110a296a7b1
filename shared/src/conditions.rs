//! `requiredWhen`: whether a field applies, given the other answers. A field that does not apply asks for nothing, and what is sent for it
//! counts for nothing, so that a customer who changes the kind of document is not held to the back of the old one.

use std::collections::BTreeMap;

use crate::{field_value::Answer, flow::Field, problem::FieldFault};

/// Normalised values by field name, as in [`crate::answers::Answers`].
type Answers = BTreeMap<String, Answer>;

/// Whether a field's `requiredWhen` is fulfilled by the other answers. Without one, a field always applies.
pub fn applies(field: &Field, answers: &Answers) -> bool {
    field.required_when.iter().all(|(other, wanted)| {
        answers.get(other).is_some_and(|answer| match answer {
            Answer::Text(text) => wanted.contains(text),
            Answer::Flag(flag) => wanted.iter().any(|w| w == if *flag { "true" } else { "false" }),
        })
    })
}

/// The fields that do not apply, where `misses` says that the answer to another field is none of the wanted ones. A field may depend on
/// one that does not apply itself, so it goes on until nothing changes. The island uses it, on the texts in its form.
pub fn idle<'a>(fields: impl Iterator<Item = &'a Field> + Clone, misses: impl Fn(&str, &[String]) -> bool) -> Vec<&'a str> {
    let mut idle: Vec<&str> = Vec::new();
    loop {
        let before = idle.len();
        for field in fields.clone() {
            let is_unmet = field.required_when.iter().any(|(other, wanted)| idle.contains(&other.as_str()) || misses(other, wanted));
            if is_unmet && !idle.contains(&field.name.as_str()) {
                idle.push(&field.name);
            }
        }
        if idle.len() == before {
            return idle;
        }
    }
}

/// Removes the values and the faults of fields that do not apply, except for values to `keep`. A removed value may be what another
/// field depends on, so it goes on until nothing changes.
pub(crate) fn drop_idle(fields: &[&Field], answers: &mut Answers, faults: &mut Vec<FieldFault>, keep: &dyn Fn(&Field) -> bool) {
    loop {
        let before = answers.len();
        for field in fields {
            if !applies(field, answers) {
                faults.retain(|fault| fault.field != field.name);
                if !keep(field) {
                    answers.remove(&field.name);
                }
            }
        }
        if answers.len() == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        answers::{check_all, check_step, idle},
        api::RawUserData,
        flow::{FieldType, Step},
        ids::ArtifactId,
        problem::FieldCode,
    };

    fn field(name: &str, kind: FieldType, required: bool, when: Option<(&str, &str)>) -> Field {
        let required_when = when.map(|(name, value)| (name.to_owned(), vec![value.to_owned()])).into_iter().collect();
        Field { name: name.into(), r#type: kind, required, required_when, ..Field::default() }
    }

    fn steps() -> [Step; 2] {
        let (text, cpf) = (FieldType::Text, FieldType::Cpf);
        let who = vec![field("name", text, true, None), field("cpf", cpf, true, None), field("ok", FieldType::Boolean, false, None)];
        let back = field("back", FieldType::Artifact, true, Some(("kind", "RG")));
        let note = field("note", text, true, Some(("back", &ArtifactId(3).to_string())));
        let doc = vec![field("kind", text, false, None), back, note, field("signed", cpf, false, Some(("ok", "false")))];
        [Step { id: "who".into(), fields: who, ..Step::default() }, Step { id: "doc".into(), fields: doc, ..Step::default() }]
    }

    fn raw(value: Value) -> RawUserData {
        value.as_object().cloned().unwrap_or_default()
    }

    fn codes(faults: &[FieldFault]) -> Vec<(&str, FieldCode)> {
        faults.iter().map(|f| (f.field.as_str(), f.code)).collect()
    }

    #[test]
    fn a_field_that_hangs_on_an_idle_one_is_idle_too() {
        let text = FieldType::Text;
        let fields = [field("c", text, true, Some(("b", "2"))), field("b", text, true, Some(("a", "1"))), field("a", text, true, None)];
        let of = |answers: [&str; 2]| {
            super::idle(fields.iter(), |other, wanted| wanted.iter().all(|wanted| wanted != if other == "a" { answers[0] } else { answers[1] }))
        };
        assert_eq!(of(["1", "2"]), [""; 0]);
        assert_eq!(of(["1", "3"]), ["c"]);
        assert_eq!(of(["0", "2"]), ["b", "c"]);
        let circle = [field("a", text, true, Some(("b", "1"))), field("b", text, true, Some(("a", "1")))];
        assert_eq!(super::idle(circle.iter(), |other, _| other == "a"), ["b", "a"]);
        assert_eq!(super::idle(circle.iter(), |_, _| false), [""; 0]);
    }

    #[test]
    fn what_does_not_apply_is_neither_a_fault_nor_kept() {
        let steps = steps();
        let own = |_: &Field, text: &str| text.parse().map_err(|_| FieldCode::NotYourArtifact);
        let back = ArtifactId(3).to_string();
        let told = Answers::from([("ok".into(), Answer::Flag(false))]);
        let all = raw(json!({ "kind": "RG", "back": back, "note": "as new", "signed": "52998224725" }));
        let kept = check_step(&steps[1], &all, &told, &own).expect("all apply");
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["back", "kind", "note", "signed"]);

        // The note hangs on the back, and the back on the kind.
        let saved = Answers::from([("back".into(), Answer::Text(back.clone())), ("ok".into(), Answer::Flag(true))]);
        let idle_values = raw(json!({ "kind": "CNH", "back": "http://elsewhere/", "note": 7, "signed": "12" }));
        let kept = check_step(&steps[1], &idle_values, &saved, &own).expect("nothing else applies");
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["kind"]);

        assert_eq!(idle(&steps[1], &idle_values, &saved), ["back", "note", "signed"]);

        // On completing, the condition may be in another step.
        let who = raw(json!({ "name": "Ana", "cpf": "52998224725", "ok": true, "kind": "CNH", "note": "old", "signed": "12" }));
        let all = check_all(&steps, &who, &saved, &own).expect("complete");
        assert_eq!(all.keys().collect::<Vec<_>>(), ["cpf", "kind", "name", "ok"]);
        let faults = check_all(&steps, &raw(json!({ "ok": false, "signed": "12", "zzz": "" })), &saved, &own).expect_err("it applies").faults;
        assert!(codes(&faults).contains(&("signed", FieldCode::Malformed)) && codes(&faults).contains(&("zzz", FieldCode::UnknownField)), "{faults:?}");
    }
}
