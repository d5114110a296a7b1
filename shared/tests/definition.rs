//! What a flow that was imported says: in one language, by what its sessions are checked, and as JSON again.

mod flow;

use std::collections::BTreeSet;

use flow::{CATALOGUE, SMALLEST, WHOLE};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::{
    catalogue::Evidence,
    definition::Definition,
    flow::{FieldType, Meaning},
    language::Language,
    risk::{Bands, Weights},
};

fn import(json: &str) -> Definition {
    Definition::import(json, &CATALOGUE).unwrap_or_else(|faults| panic!("{faults}\n{json}"))
}

/// The names of the checks that run.
fn checks_of(json: &str) -> BTreeSet<String> {
    import(json).resolve(&CATALOGUE).checks.into_iter().map(String::from).collect()
}

#[test]
fn the_smallest_flow_has_every_default() {
    let flow = import(SMALLEST);
    assert_eq!((flow.title(Language::En), flow.timeout_seconds(), flow.locale()), ("a".into(), 604_800, Language::PtBr));
    assert_eq!((flow.branding(None).company_name, flow.branding(None).primary_color), ("a".into(), "#0b5fff".into()));
    assert_eq!((flow.return_urls(), flow.allowed_origins(), flow.logo()), (&[][..], &[][..], None));
    assert_eq!(flow.steps(Language::Es)[0].fields[0].label, "Nombre");
    assert_eq!(flow.steps(Language::PtBr)[0].fields[0].label, "Name", "a language that is missing falls back");
    let resolved = flow.resolve(&CATALOGUE);
    assert_eq!((resolved.checks.len(), resolved.weights, resolved.bands), (0, CATALOGUE.weights(), Bands::default()));
}

#[test]
fn meanings_are_on_the_fields() {
    let [minimal, demo, _] = WHOLE.map(import);
    let meant = |flow: &Definition| -> Vec<_> { flow.steps(Language::En).into_iter().flat_map(|s| s.fields).map(|f| (f.name.clone(), f.meaning())).collect() };
    assert_eq!(meant(&minimal), [("name".into(), Some(Meaning::FullName)), ("cpf".into(), Some(Meaning::Cpf)), ("selfie_url".into(), Some(Meaning::Selfie))]);
    let named = |name: &str, is| (name.to_owned(), is);
    assert_eq!(
        meant(&demo),
        [
            named("consent", None),
            named("name", Some(Meaning::FullName)),
            named("cpf", Some(Meaning::Cpf)),
            named("birth_date", Some(Meaning::BirthDate)),
            named("email", Some(Meaning::Email)),
            named("phone", Some(Meaning::Phone)),
            named("document_type", Some(Meaning::DocumentType)),
            named("document_front_url", Some(Meaning::DocumentFront)),
            named("document_back_url", Some(Meaning::DocumentBack)),
            named("selfie_url", Some(Meaning::Selfie)),
            named("address_proof_url", Some(Meaning::AddressProof)),
        ]
    );
    let public = serde_json::to_string(&demo.steps(Language::En)).expect("JSON");
    assert!(!public.contains("\"is\"") && !public.contains("full_name"), "customers are not told");
}

#[test]
fn an_import_resolves_checks_weights_and_bands() {
    let [minimal, demo, example] = WHOLE;
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(checks_of(minimal), named(&["cpf", "evidence", "duplicate"]), "there is no document's front");
    assert_eq!(checks_of(demo), named(&["cpf", "evidence", "duplicate", "document_text"]));
    assert_eq!(checks_of(example), named(&["cpf", "evidence"]), "the flow names them");
    assert_eq!(checks_of(&SMALLEST.replacen(r#""name":"a","#, r#""name":"a","checks":["document_text"],"#, 1)), named(&["document_text"]));
    assert_eq!(checks_of(&minimal.replacen('{', r#"{"checks":[],"#, 1)), named(&[]));
    let bands = minimal.replacen('{', r#"{"bands":{"review":10,"reject":101},"#, 1);
    let own = bands.replacen(r#""duplicate.file": 0"#, r#""duplicate.file": 0, "cpf.check_digits": 5"#, 1);
    let resolved = import(&own).resolve(&CATALOGUE);
    let mut weights: Weights = CATALOGUE.weights();
    weights.extend([("cpf.check_digits".into(), 5), ("duplicate.file".into(), 0), ("duplicate.picture".into(), 0)]);
    assert_eq!((resolved.weights, resolved.bands), (weights, Bands { review: 10, reject: 101 }));
}

#[test]
fn an_import_notes_the_evidence_that_no_check_examines() {
    let unexamined = |json: &str| import(json).resolve(&CATALOGUE).unexamined.into_iter().collect::<Vec<_>>();
    let [minimal, demo, example] = WHOLE;
    assert_eq!(unexamined(minimal), [Evidence::Selfie]);
    assert_eq!(unexamined(demo), [Evidence::Selfie], "document_text examines the document");
    assert_eq!(unexamined(&demo.replacen('{', r#"{"checks":["cpf","evidence"],"#, 1)), [Evidence::Document, Evidence::Selfie], "not if it does not run");
    assert_eq!(unexamined(example), [], "its company says what a low score means");
    assert_eq!(unexamined(SMALLEST), [], "there is no evidence");
    let photo = |step: &str, more: &str| {
        let field = format!(r#"{{"name":"photo","type":"ARTIFACT","label":"Photo"{more}}}"#);
        format!(r#"{{"name":"a","steps":[{{"id":"s","type":"{step}","title":"S","fields":[{field}]}}]}}"#)
    };
    assert_eq!(unexamined(&photo("DOCUMENT", "")), [Evidence::Document]);
    assert_eq!(unexamined(&photo("SELFIE", "")), [Evidence::Selfie]);
    assert_eq!(unexamined(&photo("PROOF", "")), [], "a bill is neither");
    assert_eq!(unexamined(&photo("PROOF", r#","is":"document_back""#)), [Evidence::Document]);
    let form = r#"{"name":"a","steps":[{"id":"s","type":"DOCUMENT","title":"S","fields":[{"name":"n","type":"TEXT","label":"N","is":"document_number"}]}]}"#;
    assert_eq!(unexamined(form), [], "a number is no picture");
}

/// The JSON that a flow is written to is the JSON it came from.
fn assert_round_trip(json: &str) {
    let value: Value = serde_json::from_str(json).expect("JSON");
    let flow = import(json);
    assert_eq!(serde_json::to_value(&flow).expect("JSON"), value);
    assert_eq!(Definition::stored(json).expect("imported"), flow);
}

#[test]
fn a_flow_is_written_as_it_was_read() {
    WHOLE.into_iter().chain([SMALLEST]).for_each(assert_round_trip);
}

/// A key that may be absent.
fn maybe(key: &'static str, value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Option<(String, Value)>> {
    proptest::option::of(value.prop_map(move |value| (key.to_owned(), value))).boxed()
}

/// An object of these keys and of those that may be absent.
fn object(always: Value, others: Vec<BoxedStrategy<Option<(String, Value)>>>) -> BoxedStrategy<Value> {
    let always = always.as_object().cloned().unwrap_or_default();
    others.prop_map(move |others| Value::Object(always.clone().into_iter().chain(others.into_iter().flatten()).collect())).boxed()
}

/// What people can read: something is to be seen in it, and nothing is hidden.
fn legible() -> impl Strategy<Value = String> {
    "\\PC{0,20}[a-z]\\PC{0,3}[0-9]"
}

fn text() -> impl Strategy<Value = Value> {
    let languages = proptest::sample::subsequence(vec!["pt-BR", "en", "es"], 1..=3);
    let by_language =
        (languages, legible()).prop_map(|(languages, text)| languages.into_iter().map(|l| (l.to_owned(), json!(text))).collect::<Map<_, _>>().into());
    prop_oneof![legible().prop_map(Value::from), by_language]
}

fn field(number: usize) -> impl Strategy<Value = Value> {
    let kinds = ["TEXT", "CPF", "DATE", "EMAIL", "PHONE", "SELECT", "BOOLEAN", "ARTIFACT"];
    (proptest::sample::select(kinds.to_vec()), text()).prop_flat_map(move |(kind, label)| {
        let mut always = json!({"name": format!("f{number}"), "type": kind, "label": label});
        if kind == "SELECT" {
            always["options"] = json!([{"value": "A", "label": label}, {"value": "B", "label": "B"}]);
        }
        let mut others = vec![
            maybe("hint", text()),
            maybe("required", any::<bool>().prop_map(Value::from)),
            maybe("requiredWhen", Just(json!({"flag": ["true"]}))),
            maybe("maxLength", (1..=10_000u32).prop_map(Value::from)),
            maybe("accept", Just(json!(["application/pdf", "image/png"]))),
            maybe("callingCode", proptest::sample::select(vec!["55", "1", "351"]).prop_map(Value::from)),
        ];
        if number == 0 && kind == "TEXT" {
            others.push(maybe("is", proptest::sample::select(vec!["full_name", "document_number"]).prop_map(Value::from)));
        }
        object(always, others)
    })
}

fn whole_flow() -> impl Strategy<Value = Value> {
    let fields = (1..6usize).prop_flat_map(|count| (0..count).map(field).collect::<Vec<_>>());
    let flag = json!({"id": "first", "type": "CONSENT", "title": "F", "fields": [{"name": "flag", "type": "BOOLEAN", "label": "F"}]});
    let second = (fields, text())
        .prop_flat_map(|(fields, title)| object(json!({"id": "second", "type": "PROOF", "title": title, "fields": fields}), vec![maybe("text", text())]));
    let last = object(json!({"id": "last", "type": "REVIEW", "title": "L"}), vec![maybe("fields", Just(json!([])))]);
    let branding = object(
        json!({}),
        vec![
            maybe("companyName", legible().prop_map(Value::from)),
            maybe("logo", any::<String>().prop_map(Value::from)),
            maybe("primaryColor", "#[0-9a-fA-F]{6}".prop_map(Value::from)),
            maybe("contact", Just(json!("tel:1"))),
        ],
    );
    (second, last).prop_flat_map(move |(second, last)| {
        object(
            json!({"name": "a", "steps": [flag, second, last]}),
            vec![
                maybe("title", text()),
                maybe("locale", proptest::sample::select(vec!["pt-BR", "en", "es"]).prop_map(Value::from)),
                maybe("timeout", "[1-9][smhd]".prop_map(Value::from)),
                maybe("branding", branding.clone()),
                maybe("returnUrls", prop_oneof![Just(json!([])), Just(json!(["acme-app://done", "https://a"]))]),
                maybe("allowedOrigins", prop_oneof![Just(json!([])), Just(json!(["https://a"]))]),
                maybe("checks", proptest::sample::subsequence(vec!["evidence", "cpf"], 0..=2).prop_map(Value::from)),
                maybe("weights", prop_oneof![Just(json!({})), (0..=100u8).prop_map(|weight| json!({"cpf.check_digits": weight}))]),
                maybe("bands", (0..=50u8, 50..=101u8).prop_map(|(review, reject)| json!({"review": review, "reject": reject}))),
            ],
        )
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        proptest::sample::select(vec!["TEXT", "SELECT", "name", "en", "true", "selfie"]).prop_map(Value::from),
    ];
    let key = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec!["name", "type", "steps", "fields", "label", "is", "options", "requiredWhen", "weights", "pt-BR"]).prop_map(str::to_owned)
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
        let map = proptest::collection::vec((key.clone(), inner), 0..6).prop_map(|entries| entries.into_iter().collect::<Map<_, _>>().into());
        prop_oneof![list, map]
    })
}

/// How many values there are in it, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum::<usize>(),
        Value::Object(entries) => entries.values().map(count).sum(),
        _ => 0,
    }
}

/// Replaces the value of that number.
fn replace(value: &mut Value, number: &mut usize, with: &Value) {
    if *number == 0 {
        *value = with.clone();
    }
    *number = number.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, number, with)),
        Value::Object(entries) => entries.values_mut().for_each(|entry| replace(entry, number, with)),
        _ => {}
    }
}

/// Reads it in both ways: nothing panics, and what is accepted is written as it was read.
fn read_anything(json: &str) {
    if Definition::import(json, &CATALOGUE).is_ok() {
        assert_round_trip(json);
    }
    if let Ok(flow) = Definition::stored(json) {
        let fields = flow.steps(Language::Es).into_iter().flat_map(|step| step.fields);
        assert!(fields.filter(|field| field.r#type == FieldType::Cpf).all(|field| field.meaning().is_some()));
        let _ = (flow.resolve(&CATALOGUE), flow.branding(None), flow.title(Language::En), flow.timeout_seconds());
    }
}

proptest! {
    #[test]
    fn every_flow_is_written_as_it_was_read(flow in whole_flow()) {
        assert_round_trip(&flow.to_string());
    }

    #[test]
    fn no_json_panics(json in any_json()) {
        read_anything(&json.to_string());
    }

    #[test]
    fn no_changed_value_panics(which in 0..WHOLE.len(), at in any::<proptest::sample::Index>(), with in any_json()) {
        let mut flow: Value = serde_json::from_str(WHOLE[which]).expect("JSON");
        let mut number = at.index(count(&flow));
        replace(&mut flow, &mut number, &with);
        read_anything(&flow.to_string());
    }

    #[test]
    fn no_changed_byte_panics(which in 0..WHOLE.len(), at in any::<proptest::sample::Index>(), with in ".{0,3}", lost in 0..4usize) {
        let chars: Vec<char> = WHOLE[which].chars().collect();
        let at = at.index(chars.len());
        let after = chars.iter().skip(at + lost);
        read_anything(&chars[..at].iter().copied().chain(with.chars()).chain(after.copied()).collect::<String>());
    }
}
