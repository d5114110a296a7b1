//! What an import refuses in the fields of a flow: settings that contradict each other, conditions that could never hold, and texts that
//! nobody could read.

use serde_json::{Value, json};
use shared::{catalogue::Catalogue, definition::Definition, language::Language, session::Timestamp};

const CATALOGUE: Catalogue = Catalogue::new(&[]);

/// 2026-11-30T12:00:00Z
const NOW: Timestamp = Timestamp(1_796_040_000_000_000);

/// A flow with these fields on one step.
fn with_fields(fields: &Value) -> String {
    json!({"name": "a", "steps": [{"id": "s", "type": "FORM", "title": "S", "fields": fields}]}).to_string()
}

/// `path: reason` of every fault.
fn faults(json: &str) -> Vec<String> {
    Definition::import(json, &CATALOGUE).map_or_else(|faults| faults.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

/// The faults of a flow with one field of this type and these settings, without the path of the field.
fn faults_of(kind: &str, settings: &Value) -> Vec<String> {
    let mut field = json!({"name": "n", "type": kind, "label": "N"});
    field.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    faults(&with_fields(&json!([field]))).into_iter().map(|fault| fault.replace("steps[0].fields[0].", "")).collect()
}

#[test]
fn the_bounds_of_a_date_are_days_in_order() {
    let allowed = "allowed are a day that exists (YYYY-MM-DD), today, and today-18y or the like with + or - and d, m or y";
    for (settings, expected) in [
        (json!({"min": "1900-01-01", "max": "today"}), vec![]),
        (json!({"min": "today-120y", "max": "today-18y"}), vec![]),
        (json!({"min": "today", "max": "today+90d"}), vec![]),
        (json!({"min": "2030-01-01", "max": "today"}), vec![]),
        (json!({"min": "2024-02-30"}), vec![format!("min: \"2024-02-30\"; {allowed}")]),
        (json!({"max": "tomorrow"}), vec![format!("max: \"tomorrow\"; {allowed}")]),
        (json!({"max": "today-18w", "min": 1990}), vec![format!("max: \"today-18w\"; {allowed}"), "min: 1990; allowed is a string".to_owned()]),
        (json!({"min": "2024-01-02", "max": "2024-01-01"}), vec!["min: min must not be after max".to_owned()]),
        (json!({"min": "today-18y", "max": "today-19y"}), vec!["min: min must not be after max".to_owned()]),
    ] {
        assert_eq!(faults_of("DATE", &settings), expected, "{settings}");
    }
    assert_eq!(faults_of("TEXT", &json!({"min": "today"})), ["min: only a field of type DATE has this key"]);
    assert_eq!(faults_of("DATE", &json!({"region": "BR"})), ["region: only a field of type PHONE has this key"]);
}

#[test]
fn a_region_and_a_calling_code_belong_together() {
    let regions = "allowed is a country's code of two capital letters, such as BR";
    for (settings, expected) in [
        (json!({"region": "BR"}), vec![]),
        (json!({"region": "CA", "callingCode": "1"}), vec![]),
        (json!({"callingCode": "351"}), vec![]),
        (json!({"region": "br"}), vec![format!("region: \"br\"; {regions}")]),
        (json!({"region": "ZZ", "callingCode": "55"}), vec![format!("region: \"ZZ\"; {regions}")]),
        (
            json!({"region": "BR", "callingCode": "351"}),
            vec!["callingCode: \"351\" is not the calling code of region; allowed is 55, or to leave the key out".to_owned()],
        ),
        (json!({"callingCode": "999"}), vec!["callingCode: \"999\"; allowed is the calling code of a country, such as 55".to_owned()]),
        (json!({"callingCode": "+55"}), vec!["callingCode: \"+55\"; allowed is the calling code of a country, such as 55".to_owned()]),
    ] {
        assert_eq!(faults_of("PHONE", &settings), expected, "{settings}");
    }
}

#[test]
fn the_public_field_has_its_region_and_its_bounds() {
    let fields = json!([
        {"name": "a", "type": "PHONE", "label": "A", "callingCode": "1"},
        {"name": "b", "type": "PHONE", "label": "B", "region": "CA"},
        {"name": "c", "type": "PHONE", "label": "C"},
        {"name": "d", "type": "DATE", "label": "D", "is": "birth_date", "max": "today-18y"},
    ]);
    let flow = Definition::import(&with_fields(&fields), &CATALOGUE).expect("a flow");
    let public = serde_json::to_value(&flow.steps_at(Language::En, NOW)[0].fields).expect("JSON");
    let of = |at: usize, one: &str, other: &str| (public[at][one].as_str(), public[at][other].as_str());
    assert_eq!(of(0, "region", "callingCode"), (Some("US"), Some("1")));
    assert_eq!(of(1, "region", "callingCode"), (Some("CA"), Some("1")));
    assert_eq!(of(2, "region", "callingCode"), (Some("BR"), Some("55")));
    assert_eq!(of(3, "min", "max"), (Some("1900-01-01"), Some("2008-12-01")));
    let stored = with_fields(&json!([{"name": "a", "type": "PHONE", "label": "A", "callingCode": "999"}]));
    let old = Definition::stored(&stored).expect("it was imported once");
    assert_eq!(old.steps_at(Language::En, NOW)[0].fields[0].region, None, "then a number needs its +");
}

#[test]
fn options_and_lists_name_each_value_once() {
    let options = json!([{"value": "RG", "label": "RG"}, {"value": "CNH", "label": "CNH"}, {"value": "RG", "label": "Identity"}]);
    assert_eq!(faults_of("SELECT", &json!({"options": options})), ["options[2].value: \"RG\" is the value of another option already"]);
    let odd = json!([{"value": "", "label": "A"}, {"value": " B", "label": "B"}, {"value": "C\u{200b}", "label": "C"}]);
    let at_ends = "allowed is a value without spaces or invisible characters at its ends";
    assert_eq!(
        faults_of("SELECT", &json!({"options": odd})),
        [
            "options[0].value: \"\"; nothing of it can be seen".to_owned(),
            format!("options[1].value: \" B\"; {at_ends}"),
            format!("options[2].value: \"C\\u{{200b}}\"; {at_ends}")
        ]
    );
    assert_eq!(faults_of("ARTIFACT", &json!({"accept": ["image/png", "image/png"]})), ["accept[1]: \"image/png\" is named twice"]);
}

#[test]
fn a_condition_can_hold() {
    let flow = |when: &[(&str, Value)]| {
        let field = |(name, when): &(&str, Value)| json!({"name": name, "type": "TEXT", "label": "L", "requiredWhen": when});
        let mut fields: Vec<Value> = when.iter().map(field).collect();
        fields.push(json!({"name": "z", "type": "TEXT", "label": "Z"}));
        faults(&with_fields(&json!(fields))).into_iter().map(|fault| fault.replace("steps[0].fields", "")).collect::<Vec<_>>()
    };
    let empty = "an empty object; allowed are fields with their values, or to leave the key out";
    assert_eq!(flow(&[("a", json!({}))]), [format!("[0].requiredWhen: {empty}")]);
    let never = "an empty list, so it would never be required; allowed is at least one value";
    assert_eq!(flow(&[("a", json!({"z": []}))]), [format!("[0].requiredWhen.z: {never}")]);
    assert_eq!(flow(&[("a", json!([]))]), ["[0].requiredWhen: a list; allowed is an object"]);
    assert_eq!(flow(&[("a", json!({"z": ["x", "x"]}))]), ["[0].requiredWhen.z[1]: \"x\" is named twice"]);
    assert_eq!(flow(&[("a", json!({"a": ["x"]}))]), ["[0].requiredWhen.a: a field cannot be required because of its own value; allowed is another field"]);
    let circle = "a circle: that field is required because of this one";
    assert_eq!(
        flow(&[("a", json!({"b": ["x"]})), ("b", json!({"a": ["x"]}))]),
        [format!("[0].requiredWhen.b: {circle}"), format!("[1].requiredWhen.a: {circle}")]
    );
    assert_eq!(flow(&[("a", json!({"b": ["x"]})), ("b", json!({"c": ["x"]})), ("c", json!({"a": ["x"], "z": ["x"]}))]).len(), 3);
    assert_eq!(flow(&[("a", json!({"b": ["x"]})), ("b", json!({"z": ["x"]}))]), [""; 0]);
    assert_eq!(
        flow(&[("z", json!({"gone": ["x"]}))]),
        ["[0].requiredWhen.gone: no field of this flow has this name; allowed are none", "[1].name: \"z\" is used twice"]
    );
}

#[test]
fn what_is_allowed_is_listed_once() {
    let select = json!({"name": "kind", "type": "SELECT", "label": "K", "options": [{"value": "RG", "label": "RG"}, {"value": "RG", "label": "RG"}]});
    let found = faults(&with_fields(&json!([select, {"name": "n", "type": "TEXT", "label": "N", "requiredWhen": {"kind": ["CNH"]}}])));
    assert!(found[1].ends_with("\"CNH\" is not a value of steps[0].fields[0]; allowed are RG"), "{found:?}");
}

#[test]
fn a_text_can_be_read() {
    let allowed = "allowed are characters that can be seen, spaces, tabs and line breaks";
    let flow = |title: &str| json!({"name": "a", "title": title, "steps": [{"id": "s", "type": "FORM", "title": "S"}]}).to_string();
    assert_eq!(faults(&flow("Ana\u{0}")), [format!("title: an invisible character after \"Ana\": U+0000; {allowed}")]);
    assert_eq!(faults(&flow("\u{200b}")), ["title: \"\\u{200b}\"; nothing of it can be seen"]);
    assert_eq!(faults(&flow("فتح حساب\nAna\t")), [""; 0]);
    let hidden = json!({"en": "Ana \u{202e}gnp"});
    let step = json!({
        "id": "s", "type": "FORM", "title": hidden, "text": hidden,
        "fields": [{"name": "n", "type": "SELECT", "label": hidden, "hint": hidden, "options": [{"value": "v", "label": hidden}]}],
    });
    let whole = json!({"name": "a", "title": hidden, "branding": {"companyName": "A\u{7}"}, "steps": [step]}).to_string();
    let found = faults(&whole);
    let paths: Vec<&str> = found.iter().filter_map(|fault| fault.split(": ").next()).collect();
    let field = "steps[0].fields[0]";
    let mut expected = vec!["branding.companyName".to_owned(), "steps[0].text.en".into(), "steps[0].title.en".into(), "title.en".into()];
    expected.extend(["hint.en", "label.en", "options[0].label.en"].map(|key| format!("{field}.{key}")));
    let (mut paths, mut expected) = (paths, expected.iter().map(String::as_str).collect::<Vec<_>>());
    paths.sort_unstable();
    expected.sort_unstable();
    assert_eq!(paths, expected);
    assert!(Definition::stored(&whole).is_ok(), "a version that was imported before opens");
}

#[test]
fn a_fault_says_in_plain_words_what_is_allowed() {
    for (settings, said) in [
        (json!({"type": "TEX"}), "type: \"TEX\"; allowed are TEXT, CPF, DATE, EMAIL, PHONE, SELECT, BOOLEAN, ARTIFACT"),
        (json!({"type": 5}), "type: 5; allowed are TEXT, CPF, DATE, EMAIL, PHONE, SELECT, BOOLEAN, ARTIFACT"),
        (json!({"required": "yes"}), "required: \"yes\"; allowed is true or false"),
        (
            json!({"is": "name"}),
            "is: \"name\"; allowed are full_name, birth_date, document_number, document_type, document_front, document_back, selfie, address_proof",
        ),
    ] {
        assert_eq!(faults_of("TEXT", &settings), [said]);
    }
    let locale = json!({"name": "a", "locale": "fr", "steps": [{"id": "s", "type": "FORM", "title": "S"}]});
    assert_eq!(faults(&locale.to_string()), ["locale: \"fr\"; allowed are pt-BR, en, es"]);
}
