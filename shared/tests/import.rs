//! What an import refuses: each rule with the path it names, and every fault at once.

mod flow;

use flow::{CATALOGUE, SMALLEST, WHOLE};
use serde_json::{Value, json};
use shared::definition::{Definition, MAX_BYTES};

/// `path: reason` of every fault.
fn faults(json: &str) -> Vec<String> {
    Definition::import(json, &CATALOGUE).map_or_else(|faults| faults.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

/// The path of every fault.
fn paths(json: &str) -> Vec<String> {
    Definition::import(json, &CATALOGUE).map_or_else(|faults| faults.iter().map(|fault| fault.path.clone()).collect(), |_| Vec::new())
}

/// A flow with these fields on one step.
fn with_fields(fields: Value) -> String {
    json!({"name": "a", "steps": [{"id": "s", "type": "FORM", "title": "S", "fields": fields}]}).to_string()
}

#[test]
fn each_rule_names_its_path() {
    for (from, to, path) in [
        (r#""name":"a""#, r#""name":"A""#, "name"),
        (r#""name":"a","#, "", "name"),
        (r#""name":"a","#, r#""name":"a","nmae":1,"#, "nmae"),
        (r#""name":"a","#, r#""name":"a","name":"b","#, "name"),
        (r#""name":"a","#, r#""name":"a","linkBy":[],"#, "linkBy"),
        (r#""name":"a","#, r#""name":"a","locale":"fr","#, "locale"),
        (r#""name":"a","#, r#""name":"a","title":null,"#, "title"),
        (r#""name":"a","#, r#""name":"a","title":{},"#, "title"),
        (r#""name":"a","#, r#""name":"a","title":{"fr":"A"},"#, "title.fr"),
        (r#""name":"a","#, r#""name":"a","title":{"en":1},"#, "title.en"),
        (r#""name":"a","#, r#""name":"a","timeout":"31d","#, "timeout"),
        (r#""name":"a","#, r#""name":"a","returnUrls":["javascript://x"],"#, "returnUrls[0]"),
        (r#""name":"a","#, r#""name":"a","allowedOrigins":["https://a","https://a b; script-src *"],"#, "allowedOrigins[1]"),
        (r#""name":"a","#, r#""name":"a","branding":{"primaryColor":"red"},"#, "branding.primaryColor"),
        (r#""name":"a","#, r#""name":"a","branding":{"contact":"javascript:alert(1)"},"#, "branding.contact"),
        (r#""name":"a","#, r#""name":"a","branding":{"privacyUrl":"http://a"},"#, "branding.privacyUrl"),
        (r#""name":"a","#, r#""name":"a","bands":{"review":80,"reject":70},"#, "bands"),
        (r#""name":"a","#, r#""name":"a","bands":{"review":25,"reject":102},"#, "bands.reject"),
        (r#""name":"a","#, r#""name":"a","bands":{"review":25},"#, "bands.reject"),
        (r#""name":"a","#, r#""name":"a","weights":{"cpf.check_digits":101},"#, "weights.cpf.check_digits"),
        (r#""name":"a","#, r#""name":"a","weights":{"cpf.check_digits":0.5},"#, "weights.cpf.check_digits"),
        (r#""name":"a","#, r#""name":"a","weights":{"cpf.chek_digits":1},"#, "weights.cpf.chek_digits"),
        (r#""name":"a","#, r#""name":"a","checks":["cpf","face"],"#, "checks[1]"),
        (r#""name":"a","#, r#""name":"a","checks":["cpf","evidence","cpf"],"#, "checks[2]"),
        (r#""id":"s""#, r#""id":"s/../x""#, "steps[0].id"),
        (r#""type":"FORM""#, r#""type":"REVIEW""#, "steps[0].type"),
        (r#""type":"FORM""#, r#""type":{"FORM":null}"#, "steps[0].type"),
        (r#""type":"TEXT""#, r#""type":"TEX""#, "steps[0].fields[0].type"),
        (r#""type":"TEXT""#, r#""type":"SELECT""#, "steps[0].fields[0].options"),
        (r#""type":"TEXT""#, r#""type":"SELECT","options":[{"value":"A"}]"#, "steps[0].fields[0].options[0].label"),
        (r#""name":"n""#, r#""name":"_n""#, "steps[0].fields[0].name"),
        (r#""name":"n""#, r#""name":"n","color":1"#, "steps[0].fields[0].color"),
        (r#""name":"n""#, r#""name":"n","maxLength":0"#, "steps[0].fields[0].maxLength"),
        (r#""name":"n""#, r#""name":"n","accept":["image/jpeg","image/gif"]"#, "steps[0].fields[0].accept[1]"),
        (r#""name":"n""#, r#""name":"n","accept":[]"#, "steps[0].fields[0].accept"),
        (r#""name":"n""#, r#""name":"n","callingCode":"+55""#, "steps[0].fields[0].callingCode"),
        (r#""name":"n""#, r#""name":"n","requiredWhen":{"m":["x"]}"#, "steps[0].fields[0].requiredWhen.m"),
        (r#""name":"n""#, r#""name":"n","is":"selfie""#, "steps[0].fields[0].is"),
        (r#""name":"n""#, r#""name":"n","is":"cpf""#, "steps[0].fields[0].is"),
        (r#""name":"n""#, r#""name":"n","is":null"#, "steps[0].fields[0].is"),
    ] {
        let json = SMALLEST.replacen(from, to, 1);
        assert_ne!(json, SMALLEST, "{from}");
        assert_eq!(paths(&json), [path], "{json}\n{:?}", faults(&json));
    }
    assert_eq!(paths(SMALLEST), [""; 0]);
}

#[test]
fn json_that_cannot_be_read_is_one_fault() {
    assert_eq!(faults("{\n  \"name\": \"a\",\n}"), ["flow: this is not JSON: trailing comma at line 3 column 1"]);
    assert_eq!(faults("[]"), ["flow: a list; allowed is an object"]);
    for json in ["", "{", "{} {}", &"[".repeat(1_000), &format!("{SMALLEST}{}", " ".repeat(MAX_BYTES))] {
        assert_eq!(paths(json), ["flow"], "{}", &json[..json.len().min(20)]);
    }
}

#[test]
fn every_fault_is_named_in_the_order_of_the_document() {
    let json = r##"{
        "color": "red",
        "weights": { "cpf.check_digits": 60, "face.none": "x" },
        "steps": [
            { "type": "FROM", "title": "S", "id": 7, "fields": [
                { "label": "N", "type": "SELECT", "name": "N", "is": "selfie", "required": "yes" },
                { "name": "m", "type": "DAET", "options": [], "requiredWhen": { "q": ["x"], "z": ["a", 1] } },
                { "name": "b", "type": "BOOLEAN", "label": "B" },
                { "name": "c", "type": "TEXT", "label": "C", "requiredWhen": { "b": ["yes"] } }
            ] },
            "a step",
            { "id": "s", "type": "REVIEW", "title": "S" },
            { "id": "s", "type": "FORM", "title": "S" }
        ],
        "checks": ["evidence", "face"],
        "branding": { "primaryColor": "#12345", "accentColor": "blue" }
    }"##;
    assert_eq!(
        faults(json),
        [
            "name: this key is missing",
            "color: unknown key; allowed are name, title, locale, timeout, branding, returnUrls, allowedOrigins, steps, checks, weights, bands, decisive, age, lists, velocity, withoutBiometrics, sandbox",
            "weights.face.none: \"x\"; allowed is a whole number from 0 to 100",
            "steps[0].type: \"FROM\"; allowed are CONSENT, FORM, DOCUMENT, SELFIE, PROOF, REVIEW",
            "steps[0].id: 7; allowed is a string",
            "steps[0].fields[0].options: a SELECT has options, and nothing else has",
            "steps[0].fields[0].name: \"N\"; allowed is [a-z][a-z0-9_]{0,63}",
            "steps[0].fields[0].is: \"selfie\" is on a field of type SELECT; allowed is ARTIFACT",
            "steps[0].fields[0].required: \"yes\"; allowed is true or false",
            "steps[0].fields[1].label: this key is missing",
            "steps[0].fields[1].type: \"DAET\"; allowed are TEXT, CPF, DATE, EMAIL, PHONE, SELECT, BOOLEAN, ARTIFACT",
            "steps[0].fields[1].requiredWhen.q: no field of this flow has this name; allowed are N, b, c",
            "steps[0].fields[1].requiredWhen.z: no field of this flow has this name; allowed are N, b, c",
            "steps[0].fields[1].requiredWhen.z[1]: 1; allowed is a string",
            "steps[0].fields[3].requiredWhen.b[0]: \"yes\" is not a value of steps[0].fields[2]; allowed are true, false",
            "steps[1]: \"a step\"; allowed is an object",
            "steps[2].type: a REVIEW is the last step and has no fields",
            "steps[3].id: \"s\" is used twice",
            "checks[1]: \"face\" is not a check; allowed are cpf, evidence, duplicate, document_text, face_match",
            "branding.primaryColor: \"#12345\"; allowed is #rrggbb",
            "branding.accentColor: \"blue\"; allowed is #rrggbb",
        ]
    );
    let shown = Definition::import(json, &CATALOGUE).expect_err("faults").to_string();
    assert_eq!(shown.lines().collect::<Vec<_>>(), faults(json), "one fault a line");
}

#[test]
fn a_weight_is_of_a_reason_that_a_check_has() {
    let json = SMALLEST.replacen(r#""name":"a","#, r#""name":"a","weights":{"cpf.chek":1,"evidence.small":0},"#, 1);
    let allowed = "cpf.check_digits, cpf.repeated_digits, evidence.missing, evidence.small, evidence.unreadable, duplicate.file, duplicate.picture, document.name_differs, face.differs";
    assert_eq!(faults(&json), [format!("weights.cpf.chek: no check has this reason; allowed are {allowed}")]);
}

#[test]
fn a_decisive_reason_is_one_that_a_check_has() {
    let json = SMALLEST.replacen(r#""name":"a","#, r#""name":"a","decisive":["evidence.small","cpf.chek","evidence.small"],"#, 1);
    let allowed = "cpf.check_digits, cpf.repeated_digits, evidence.missing, evidence.small, evidence.unreadable, duplicate.file, duplicate.picture, document.name_differs, face.differs";
    assert_eq!(
        faults(&json),
        [format!("decisive[1]: \"cpf.chek\": no check has this reason; allowed are {allowed}"), "decisive[2]: \"evidence.small\" is named twice".to_owned()]
    );
}

#[test]
fn ages_are_of_somebody_whose_date_of_birth_is_asked_for() {
    let flow = |extra: Value| {
        let mut flow: Value = serde_json::from_str(&with_fields(json!([{"name": "b", "type": "DATE", "label": "B", "is": "birth_date"}]))).expect("JSON");
        flow.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        flow.to_string()
    };
    for (age, expected) in [
        (json!({"min": 18}), vec![]),
        (json!({"max": 0}), vec![]),
        (json!({"min": 18, "max": 18}), vec![]),
        (json!({}), vec!["age: allowed are min, max or both"]),
        (json!({"min": 19, "max": 18}), vec!["age: min must not be above max"]),
        (json!({"min": 151}), vec!["age.min: 151; allowed is a whole number from 0 to 150"]),
        (json!({"least": 18}), vec!["age.least: unknown key; allowed are min, max"]),
        (json!(18), vec!["age: 18; allowed is an object"]),
    ] {
        assert_eq!(faults(&flow(json!({"age": age}))), expected, "{age}");
    }
    assert_eq!(faults(&flow(json!({"age": {"min": 18}, "checks": ["cpf"]}))), ["age: the check \"age\" is not among the flow's checks"]);
    let other = SMALLEST.replacen(r#""name":"a","#, r#""name":"a","age":{"min":18},"#, 1);
    assert_eq!(faults(&other), ["age: no field has \"is\": \"birth_date\""]);
}

#[test]
fn velocity_sets_numbers_per_time() {
    let flow = |velocity: &Value, more: &str| SMALLEST.replacen(r#""name":"a","#, &format!(r#""name":"a","velocity":{velocity},{more}"#), 1);
    for (velocity, expected) in [
        (json!({}), vec![]),
        (json!({"device": {"per": "24h", "most": 3}, "network": {"per": "30d", "most": 1000}, "customer": {"per": "1s", "most": 1}}), vec![]),
        (
            json!({"customer": {"most": "5"}, "device": {"most": 0, "per": "31d"}, "network": {"most": 1001, "per": 24}}),
            vec![
                "velocity.customer.per: this key is missing",
                "velocity.customer.most: \"5\"; allowed is a whole number from 1 to 1000",
                "velocity.device.most: 0; allowed is a whole number from 1 to 1000",
                "velocity.device.per: \"31d\" is not a duration; allowed is a number and s, m, h or d, from 1s to 30d, such as 7d",
                "velocity.network.most: 1001; allowed is a whole number from 1 to 1000",
                "velocity.network.per: 24; allowed is a string",
            ],
        ),
        (json!({"within": "24h"}), vec!["velocity.within: unknown key; allowed are device, network, customer"]),
        (json!({"device": 3}), vec!["velocity.device: 3; allowed is an object"]),
        (json!("24h"), vec!["velocity: \"24h\"; allowed is an object"]),
    ] {
        assert_eq!(faults(&flow(&velocity, "")), expected, "{velocity}");
    }
    assert_eq!(faults(&flow(&json!({}), r#""checks":["cpf"],"#)), ["velocity: the check \"velocity\" is not among the flow's checks"]);
}

#[test]
fn faces_are_compared_only_with_a_consent() {
    let flow = |step: &str, field: Value, extra: Value| {
        let mut flow = json!({"name": "a", "checks": ["face_match"], "steps": [{"id": "s", "type": step, "title": "S", "fields": [field]}]});
        flow.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        flow.to_string()
    };
    let box_with = |covers: Value, required: bool| json!({"name": "b", "type": "BOOLEAN", "label": "B", "covers": covers, "required": required});
    let (review, none) = (json!({"withoutBiometrics": "review"}), json!({}));
    let covered = json!(["biometrics"]);
    let missing = "checks[0]: \"face_match\" compares faces, so a field of a CONSENT step needs \"covers\": [\"biometrics\"]";
    for (step, field, extra, expected) in [
        ("CONSENT", box_with(covered.clone(), true), &none, vec![]),
        ("CONSENT", box_with(covered.clone(), false), &review, vec![]),
        ("CONSENT", box_with(covered.clone(), false), &none, vec!["withoutBiometrics: this key is missing, and a customer can decline; allowed is review"]),
        ("CONSENT", box_with(covered.clone(), true), &review, vec!["withoutBiometrics: no customer can decline that faces are compared"]),
        ("FORM", box_with(covered.clone(), true), &none, vec!["steps[0].fields[0].covers: allowed is on a BOOLEAN of a CONSENT step"]),
        ("CONSENT", box_with(json!([]), true), &none, vec!["steps[0].fields[0].covers: an empty list; allowed is biometrics"]),
        ("CONSENT", box_with(json!(["faces"]), true), &none, vec!["steps[0].fields[0].covers[0]: \"faces\"; allowed are biometrics"]),
        ("CONSENT", json!({"name": "b", "type": "BOOLEAN", "label": "B"}), &none, vec![missing]),
    ] {
        assert_eq!(faults(&flow(step, field.clone(), extra.clone())), expected, "{step} {field} {extra}");
    }
}

#[test]
fn a_condition_names_an_option_of_a_field() {
    let select = json!({"name": "kind", "type": "SELECT", "label": "K", "options": [{"value": "RG", "label": "RG"}, {"value": "CNH", "label": "CNH"}]});
    let flow = |when: Value| {
        with_fields(json!([{"name": "n", "type": "TEXT", "label": "N", "requiredWhen": when}, select, {"name": "m", "type": "TEXT", "label": "M"}]))
    };
    assert_eq!(faults(&flow(json!({"kind": ["RG", "CNH"]}))), [""; 0]);
    assert_eq!(
        faults(&flow(json!({"kind": ["RG", "PASSPORT"]}))),
        ["steps[0].fields[0].requiredWhen.kind[1]: \"PASSPORT\" is not a value of steps[0].fields[1]; allowed are RG, CNH"]
    );
    assert_eq!(faults(&flow(json!({"m": ["whatever"]}))), [""; 0], "a TEXT may have any value");
}

#[test]
fn a_meaning_is_of_one_field_and_of_its_type() {
    let field = |name: &str, kind: &str, is: &str| json!({"name": name, "type": kind, "label": "L", "is": is});
    assert_eq!(
        faults(&with_fields(json!([field("a", "TEXT", "full_name"), field("b", "DATE", "birth_date"), field("c", "TEXT", "full_name")]))),
        ["steps[0].fields[2].is: \"full_name\" is already the meaning of steps[0].fields[0]; allowed is one field a meaning"]
    );
    for (is, fitting) in [
        ("full_name", "TEXT"),
        ("document_number", "TEXT"),
        ("birth_date", "DATE"),
        ("document_front", "ARTIFACT"),
        ("document_back", "ARTIFACT"),
        ("selfie", "ARTIFACT"),
        ("address_proof", "ARTIFACT"),
    ] {
        for kind in ["TEXT", "CPF", "DATE", "EMAIL", "PHONE", "BOOLEAN", "ARTIFACT"] {
            let expected: &[&str] = if kind == fitting { &[] } else { &["steps[0].fields[0].is"] };
            assert_eq!(paths(&with_fields(json!([field("a", kind, is)]))), expected, "{is} {kind}");
        }
    }
}

#[test]
fn limits() {
    let steps = |steps: usize, fields: usize| {
        let of = |step: usize| (0..fields).map(|field| json!({"name": format!("f{step}_{field}"), "type": "TEXT", "label": "L"})).collect::<Vec<_>>();
        let all: Vec<_> = (0..steps).map(|step| json!({"id": format!("s{step}"), "type": "FORM", "title": "S", "fields": of(step)})).collect();
        json!({"name": "a", "steps": all}).to_string()
    };
    assert_eq!(faults(&steps(30, 3)), [""; 0]);
    assert_eq!(faults(&steps(1, 100)), [""; 0]);
    assert_eq!(faults(&steps(0, 0)), ["steps: 0 steps; allowed are 1 to 30"]);
    assert_eq!(faults(&steps(31, 4)), ["steps: 31 steps; allowed are 1 to 30", "steps: 124 fields; at most 100 are allowed"]);
}

#[test]
fn a_value_that_cannot_be_read_breaks_no_other_rule() {
    let option = json!({"value": "RG", "label": "RG"});
    let no_type = json!({"name": "a", "type": "SLECT", "label": "A", "is": "document_type", "options": [option]});
    assert_eq!(paths(&with_fields(json!([no_type]))), ["steps[0].fields[0].type"]);
    let select = json!({"name": "kind", "type": "SELECT", "label": "K", "options": [option, {"value": 7, "label": "CNH"}]});
    let dependent = json!({"name": "n", "type": "TEXT", "label": "N", "requiredWhen": {"kind": ["CNH"]}});
    assert_eq!(paths(&with_fields(json!([select, dependent]))), ["steps[0].fields[0].options[1].value"]);
}

#[test]
fn the_logo_is_refused_among_the_others() {
    let json = SMALLEST.replacen(r#""name":"a","#, r#""name":"a","branding":{"contact":"x","logo":"y","privacyUrl":"z"},"#, 1);
    let faults = Definition::import_with(&json, &CATALOGUE, |logo| Err(format!("{logo:?} is no picture"))).expect_err("faults");
    let logo = faults.iter().find(|fault| fault.path == "branding.logo");
    assert_eq!(logo.map(|fault| fault.reason.as_str()), Some("\"y\" is no picture"));
    assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), ["branding.contact", "branding.logo", "branding.privacyUrl"]);
}

#[test]
fn a_key_stays_on_its_line() {
    let json = SMALLEST.replacen(r#""name":"a","#, r#""name":"a","weights":{"a\n\u001b[31m":1},"#, 1);
    assert_eq!(paths(&json), ["weights.a\\n\\u{1b}[31m"]);
}

#[test]
fn rules_that_came_later_refuse_no_stored_version() {
    let field = json!({"name": "n", "type": "BOOLEAN", "label": "N", "hint": null, "requiredWhen": {"n": ["maybe"], "gone": ["x"]}});
    let json = json!({
        "name": "a", "title": null, "steps": [{"id": "s", "type": "FORM", "title": "S", "fields": [field]}],
        "checks": ["gone"], "weights": {"gone.reason": 5},
    });
    assert_eq!(
        paths(&json.to_string()),
        ["checks[0]", "steps[0].fields[0].hint", "steps[0].fields[0].requiredWhen.gone", "steps[0].fields[0].requiredWhen.n", "title", "weights.gone.reason"]
    );
    let flow = Definition::stored(&json.to_string()).expect("it was imported once");
    assert_eq!(flow.resolve(&CATALOGUE).weights["gone.reason"], 5);
    let twice = SMALLEST.replacen(r#""en":"Name""#, r#""en":"Old","en":"Name""#, 1);
    assert_eq!(paths(&twice), ["steps[0].fields[0].label.en"]);
    assert_eq!(Definition::stored(&twice).ok(), Definition::stored(SMALLEST).ok(), "the last one counts");
    assert!(WHOLE.into_iter().chain([SMALLEST]).all(|json| Definition::stored(json).is_ok()));
    assert_eq!(Definition::stored(r#"{"name":1}"#).expect_err("no flow").iter().count(), 2);
}

/// The JSON of a value, in which the key number `double` is written twice; counts down to it.
fn with_key_twice(value: &Value, double: &mut usize) -> String {
    match value {
        Value::Object(object) => {
            let entries: Vec<String> = object
                .iter()
                .map(|(key, value)| {
                    let again = *double == 0;
                    *double = double.wrapping_sub(1);
                    let entry = format!("{}:{}", json!(key), with_key_twice(value, double));
                    if again { format!("{entry},{entry}") } else { entry }
                })
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(|item| with_key_twice(item, double)).collect::<Vec<_>>().join(",")),
        leaf => leaf.to_string(),
    }
}

#[test]
fn every_key_of_every_flow_that_is_written_twice_is_named() {
    for whole in WHOLE {
        let value: Value = serde_json::from_str(whole).expect("a flow");
        let mut keys = 0;
        loop {
            let mut double = keys;
            let twice = with_key_twice(&value, &mut double);
            if double <= keys {
                break;
            }
            let faults = faults(&twice);
            assert!(faults.len() == 1 && faults[0].ends_with(": this key is written twice") && !faults[0].starts_with("flow:"), "{faults:?}");
            keys += 1;
        }
        assert!(keys > 10, "{keys}");
    }
}
