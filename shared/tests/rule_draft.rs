//! A rule as somebody writes it in a form: how inputs become a rule, how each fault finds its input, and how the conditions are edited.

mod rule;

use shared::{
    language::Language,
    rule::{Draft, Edit, GroupKind, Node, Rule, What, Why},
};

use rule::World;

const EN: Language = Language::En;

fn draft(pairs: &[(&str, &str)]) -> Draft {
    Draft::read(pairs.iter().copied())
}

/// The name of each input at fault, and why.
fn faults(draft: &Draft, language: Language) -> Vec<(String, Why)> {
    let (_, faults) = Rule::draft(&draft.to_json(language), &World);
    faults.map(|faults| draft.faults(&faults)).unwrap_or_default().into_iter().map(|fault| (fault.input, fault.why)).collect()
}

#[test]
fn what_people_type_becomes_the_rule_of_the_contract() {
    let typed = draft(&[
        ("title", "Night PIX above the usual"),
        ("name", "pix-night-limit"),
        ("w.kind", "all"),
        ("w.0.what", "amount"),
        ("w.0.op", "atLeast"),
        ("w.0.value", "1.000,00"),
        ("w.0.values", "what another comparison would take"),
        ("w.0.currency", "brl "),
        ("w.5.what", "sum"),
        ("w.5.op", "atLeast"),
        ("w.5.value", "5000"),
        ("w.5.currency", "BRL"),
        ("w.5.where.direction", "OUT"),
        ("w.5.within", "24H"),
        ("w.7.kind", "not"),
        ("w.7.0.what", "counterparty.id"),
        ("w.7.0.op", "inList"),
        ("w.7.0.list", "known-payees"),
        ("w.new", "amount"),
        ("action", "STEP_UP"),
        ("flow", "step-up"),
        ("ttl", "24h"),
        ("grace", "30d"),
        ("onExpired", "BLOCK"),
        ("mode", "ACTIVE"),
        ("priority", "20"),
        ("weight", "40"),
        ("unknown", "ignored"),
    ]);
    assert_eq!(faults(&typed, Language::PtBr), []);
    let written = Rule::parse(&typed.to_json(Language::PtBr)).expect("a rule");
    assert_eq!(written, Rule::parse(rule::EXAMPLE).expect("the contract's rule"));
    assert_eq!(Rule::parse(&Draft::of(&written, EN).to_json(EN)).expect("a rule"), written);
}

#[test]
fn every_kind_of_condition_is_written_as_the_contract_says() {
    let cases: [(&[(&str, &str)], &str); 16] = [
        (&[("w.what", "direction"), ("w.op", "in"), ("w.values", "IN"), ("w.values", "OUT")], r#"{"field":"direction","in":["IN","OUT"]}"#),
        (&[("w.what", "country"), ("w.op", "notIn"), ("w.values", "br, pt\r\nES")], r#"{"field":"country","notIn":["BR","PT","ES"]}"#),
        (&[("w.what", "counterparty.id"), ("w.op", "in"), ("w.values", "a, b\r\nc\r\n")], r#"{"field":"counterparty.id","in":["a, b","c"]}"#),
        (&[("w.what", "deviceId"), ("w.op", "absent"), ("w.value", "x")], r#"{"field":"deviceId","present":false}"#),
        (&[("w.what", "hour"), ("w.op", "in"), ("w.values", "22 23, 0")], r#"{"field":"hour","in":[22,23,0]}"#),
        (&[("w.what", "metadata"), ("w.key", "age"), ("w.type", "number"), ("w.op", "below"), ("w.value", "1.5")], r#"{"field":"metadata.age","below":1.5}"#),
        (&[("w.what", "metadata"), ("w.key", "vip"), ("w.type", "flag"), ("w.op", "is"), ("w.value", "true")], r#"{"field":"metadata.vip","is":true}"#),
        (&[("w.what", "metadata"), ("w.key", "s"), ("w.type", "text"), ("w.op", "is"), ("w.value", "1")], r#"{"field":"metadata.s","is":"1"}"#),
        (
            &[("w.what", "metadata"), ("w.key", "x"), ("w.type", "json"), ("w.op", "in"), ("w.values", "1\n\"1\"\ntrue")],
            r#"{"field":"metadata.x","in":[1,"1",true]}"#,
        ),
        (
            &[("w.what", "count"), ("w.op", "above"), ("w.value", "1,000"), ("w.within", "1h"), ("w.blocked", "on")],
            r#"{"count":"transactions","within":"1h","blocked":true,"above":1000}"#,
        ),
        (
            &[("w.what", "distinct"), ("w.of", "country"), ("w.op", "atLeast"), ("w.value", "3"), ("w.within", "7d"), ("w.where.type.same", "on")],
            r#"{"distinct":"country","where":{"type":"same"},"within":"7d","atLeast":3}"#,
        ),
        (
            &[("w.what", "max"), ("w.currency", "JPY"), ("w.op", "below"), ("w.value", "1,250"), ("w.within", "7d"), ("w.where.counterparty.id", "acct")],
            r#"{"max":"amount","currency":"JPY","where":{"counterparty.id":"acct"},"within":"7d","below":1250}"#,
        ),
        (&[("w.what", "age"), ("w.op", "below"), ("w.value", "30D"), ("w.flow", "step-up")], r#"{"session":"age","flow":"step-up","below":"30d"}"#),
        (&[("w.what", "score"), ("w.op", "atLeast"), ("w.value", "70")], r#"{"session":"score","atLeast":70}"#),
        (&[("w.what", "decision"), ("w.op", "in"), ("w.values", "APPROVED"), ("w.values", "REVIEW")], r#"{"session":"decision","in":["APPROVED","REVIEW"]}"#),
        (&[("w.what", "none"), ("w.op", "atLeast"), ("w.value", "false")], r#"{"session":"none","is":false}"#),
    ];
    for (pairs, when) in cases {
        let typed = draft(&[pairs, &[("name", "r"), ("action", "BLOCK")]].concat());
        assert_eq!(faults(&typed, EN), [], "{when}");
        let expected = Rule::parse(&format!(r#"{{"name":"r","when":{when},"then":{{"action":"BLOCK"}}}}"#)).expect("a rule");
        assert_eq!(Rule::parse(&typed.to_json(EN)).expect("a rule"), expected, "{when}");
    }
}

#[test]
fn each_fault_is_at_its_input_and_says_what_is_allowed() {
    let typed = draft(&[
        ("name", "Not a name"),
        ("title", "\u{200b}"),
        ("priority", "-1"),
        ("weight", "101"),
        ("timezone", "Mars"),
        ("mode", "ON"),
        ("action", "STEP_UP"),
        ("ttl", "31d"),
        ("grace", "soon"),
        ("w.0.what", "amount"),
        ("w.0.value", "1,00"),
        ("w.0.currency", "XXX"),
        ("w.1.what", "sum"),
        ("w.1.where.type", "pix!"),
        ("w.1.where.country", "Brazil"),
        ("w.2.kind", "any"),
        ("w.3.kind", "not"),
        ("w.4.what", "country"),
        ("w.4.op", "in"),
        ("w.5.what", "hour"),
        ("w.5.op", "in"),
        ("w.5.values", "1, 24"),
        ("w.6.what", "ip"),
        ("w.6.op", "inList"),
        ("w.6.list", "risky"),
        ("w.7.what", "ip"),
        ("w.7.value", "10.0.0.0/8"),
        ("w.8.what", "metadata"),
        ("w.8.key", "No Key"),
        ("w.9.what", "metadata"),
        ("w.9.key", "age"),
        ("w.9.type", "number"),
        ("w.9.op", "is"),
        ("w.9.value", "x"),
        ("w.10.what", "score"),
        ("w.10.value", "101"),
        ("w.11.what", "decision"),
        ("w.11.flow", "nowhere"),
    ]);
    let found = faults(&typed, EN);
    let expected = [
        ("title", Why::Title),
        ("name", Why::Name),
        ("w.0.currency", Why::Currency),
        ("w.0.value", Why::Money),
        ("w.1.currency", Why::Missing),
        ("w.1.value", Why::Missing),
        ("w.1.within", Why::Missing),
        ("w.1.where.type", Why::Word),
        ("w.1.where.country", Why::Country),
        ("w.2.new", Why::EmptyGroup),
        ("w.3.new", Why::EmptyGroup),
        ("w.4.values", Why::NoValues),
        ("w.5.values", Why::Hour),
        ("w.6.list", Why::ListKind),
        ("w.7.value", Why::Ip),
        ("w.8.key", Why::Key),
        ("w.9.value", Why::Number),
        ("w.10.value", Why::Score),
        ("w.11.flow", Why::Flow),
        ("w.11.value", Why::Missing),
        ("flow", Why::Missing),
        ("ttl", Why::Ttl),
        ("grace", Why::Age),
        ("mode", Why::Choice),
        ("priority", Why::Priority),
        ("weight", Why::Weight),
        ("timezone", Why::Timezone),
    ];
    assert_eq!(found, expected.map(|(input, why)| (input.to_owned(), why)));
    let many: Vec<(String, &str)> = (0..70).map(|at| (format!("w.{at}.what"), "count")).collect();
    let many = Draft::read(many.iter().map(|(name, text)| (name.as_str(), *text)));
    let found = faults(&many, EN);
    assert!(found.contains(&("w".to_owned(), Why::TooManyConditions)) && found.contains(&("w".to_owned(), Why::TooManyAggregates)), "{found:?}");
    let deep = "w.0.0.0.0.0.0.0.0.0.what".to_owned();
    let found = faults(&draft(&[(&deep, "amount")]), EN);
    assert!(found.iter().any(|(_, why)| *why == Why::TooDeep), "{found:?}");
}

#[test]
fn conditions_are_added_moved_turned_round_nested_and_removed() {
    let mut draft = Draft::default();
    let mut go = |step: &str, new: &str| {
        let focus = Edit::parse(step).expect("a step").apply(&mut draft, new);
        (shape(&draft.when), focus.unwrap_or_default())
    };
    for (step, new, shape, focus) in [
        ("add:w", "amount", "all(amount)", "w-0-op"),
        ("add:w", "metadata", "all(amount metadata)", "w-1-key"),
        ("add:w", "any", "all(amount metadata any())", "w-2-kind"),
        ("add:w.2", "type", "all(amount metadata any(type))", "w-2-0-op"),
        ("up:w.1", "", "all(metadata amount any(type))", "w-0"),
        ("up:w.0", "", "all(metadata amount any(type))", ""),
        ("down:w.1", "", "all(metadata any(type) amount)", "w-2"),
        ("down:w.2", "", "all(metadata any(type) amount)", ""),
        ("not:w.0", "", "all(not(metadata) any(type) amount)", "w-0"),
        ("add:w.0", "type", "all(not(metadata) any(type) amount)", ""),
        ("not:w.0", "", "all(metadata any(type) amount)", "w-0"),
        ("group:w.2", "", "all(metadata any(type) all(amount))", "w-2-kind"),
        ("out:w.1.0", "", "all(metadata any() type all(amount))", "w-2"),
        ("out:w.1", "", "all(metadata any() type all(amount))", ""),
        ("remove:w.1", "", "all(metadata type all(amount))", "w-new"),
        ("remove:w.9", "", "all(metadata type all(amount))", "w-new"),
        ("remove:w.2.0", "", "all(metadata type all())", "w-2-new"),
        ("update", "", "all(metadata type all())", ""),
        ("not:w", "", "not(all(metadata type all()))", "w"),
        ("remove:w", "", "all()", "w-new"),
        ("add:w.7", "type", "all()", ""),
        ("add:w", "nonsense", "all(amount)", "w-0-op"),
    ] {
        assert_eq!(go(step, new), (shape.to_owned(), focus.to_owned()), "{step} {new}");
    }
    for nonsense in ["", "save", "add", "remove:x", "remove:w.a", "remove:w.0.value", "up:w.99999999999999999999"] {
        let read = Edit::parse(nonsense);
        assert!(read.is_none() || nonsense == "add", "{nonsense}: {read:?}");
    }
}

/// The tree, as short as it goes.
fn shape(node: &Node) -> String {
    match node {
        Node::Leaf(inputs) => inputs.what().as_str().to_owned(),
        Node::Group(kind, of) => format!("{}({})", GroupKind::as_str(*kind), of.iter().map(shape).collect::<Vec<_>>().join(" ")),
    }
}

#[test]
fn a_new_condition_of_each_kind_can_be_compared() {
    for what in What::ALL {
        let mut draft = Draft::default();
        Edit::parse("add:w").expect("a step").apply(&mut draft, what.as_str());
        let names: Vec<String> = faults(&draft, EN).into_iter().map(|(name, _)| name).filter(|name| name.starts_with('w')).collect();
        let allowed = ["w.0.value", "w.0.currency", "w.0.within", "w.0.key"];
        assert!(names.iter().all(|name| allowed.contains(&name.as_str())), "{what:?}: {names:?}");
    }
}
