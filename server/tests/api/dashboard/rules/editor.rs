//! The editor: a rule is written in it, each fault is at its input, and nothing that was typed is lost.

use super::{Desk, LARGE, NEW, large, linked, said, with};
use crate::support::html::{attribute, tags, text_of, value_of};
use crate::support::{TestApp, Value, json, on_each_engine};

on_each_engine!(a_rule_is_written_step_by_step_saved_and_decides);
async fn a_rule_is_written_step_by_step_saved_and_decides(app: TestApp) {
    let desk = Desk::of(app).await;
    let page = desk.admin.page(NEW).await;
    assert_eq!(said(&page, "sentence"), "If …, a person decides on the transaction. The rule is being tested: a match is recorded and changes nothing.");

    // Each button leads a browser back to the page, with all that was typed and the focus where something changed.
    let to = desk.admin.submit(NEW, &[("title", "Large <b>"), ("w.kind", "all"), ("w.new", "amount"), ("_action", "add:w")]).await.see_other();
    assert!(to.starts_with("/dashboard/rules/new?kept="), "{to}");
    let page = desk.admin.page(&to).await;
    assert_eq!(value_of(&page, "title"), "Large <b>");
    let focused = tags(&page, "select").into_iter().find(|tag| tag.contains(" autofocus")).expect("a focus");
    assert_eq!(attribute(focused, "name").as_deref(), Some("w.0.op"));

    // A program gets the page as the answer.
    let page = desk.admin.post(NEW, &with(large("1,000.00"), &[("_action", "update"), ("_over", "0")])).await.expect(200).text();
    assert_eq!(said(&page, "sentence"), "If the amount is at least 1,000.00 BRL, a person decides on the transaction.");
    assert_eq!(desk.versions().await, 0, "only saving writes");

    let saved = desk.admin.post(NEW, &with(large("1,000.00"), &[("_action", "save"), ("_over", "0")])).await.see_other();
    assert_eq!(saved, format!("{LARGE}?done=rule-saved"));
    let page = desk.admin.page(&saved).await;
    assert!(page.contains("The rule was saved.") && page.contains("Large payments"), "{page}");
    let rule = desk.rule("large").await;
    assert_eq!((&rule["version"], &rule["when"]), (&json!(1), &json!({ "all": [{ "field": "amount", "atLeast": 100_000, "currency": "BRL" }] })));
    assert_eq!(desk.post("a", 100_000).await["status"], "REVIEW");
    assert_eq!(desk.post("b", 99_999).await["status"], "APPROVED");
    let list = desk.admin.page("/dashboard/rules").await;
    assert!(list.contains("If the amount is at least 1,000.00 BRL, a person decides on the transaction."), "{list}");
    let who = "SELECT COUNT(*) FROM audit a JOIN rules r ON a.subject = r.id WHERE a.action = 'rule.imported' AND a.actor = 'operator'";
    assert_eq!(desk.app.installation.database.number(who).await, 1);

    // The same again makes no version; a name that there is, is taken.
    let same = desk.admin.post(&format!("{LARGE}/edit"), &with(large("1000"), &[("_action", "save"), ("_over", "1")])).await.see_other();
    assert_eq!(same, format!("{LARGE}?done=rule-same"));
    let taken = desk.admin.post(NEW, &with(large("7"), &[("_action", "save"), ("_over", "0")])).await.expect(422).text();
    assert_eq!(linked(&taken), ["name"]);
    assert!(taken.contains("There is already a rule with this name"), "{taken}");
    assert_eq!(desk.versions().await, 1);
}

on_each_engine!(each_fault_is_beside_its_input_in_the_language_of_the_page);
async fn each_fault_is_beside_its_input_in_the_language_of_the_page(app: TestApp) {
    let desk = Desk::of(app).await;
    let form = [
        ("name", "Large"),
        ("w.0.what", "amount"),
        ("w.0.value", "a lot"),
        ("w.1.what", "sum"),
        ("w.1.currency", "XXX"),
        ("w.1.where.type", "pix payments"),
        ("w.2.kind", "any"),
        ("w.3.what", "ip"),
        ("w.3.op", "inList"),
        ("action", "STEP_UP"),
        ("ttl", "31d"),
        ("priority", "first"),
        ("timezone", "Mars"),
        ("_action", "check"),
    ];
    let inputs = [
        "name",
        "w-0-currency",
        "w-0-value",
        "w-1-currency",
        "w-1-value",
        "w-1-within",
        "w-1-where-type",
        "w-2-new",
        "w-3-list",
        "flow",
        "ttl",
        "priority",
        "timezone",
    ];
    for (language, name, english) in [("en", "lower-case", true), ("pt-BR", "Use", false), ("es", "Use", false)] {
        desk.admin.post("/dashboard/language", &[("language", language), ("back", "/dashboard/rules")]).await.expect(303);
        let page = desk.admin.post(NEW, &form).await.expect(422).text();
        assert_eq!(linked(&page), inputs, "{language}");
        for id in inputs {
            let fault = page.split(&format!("id=\"{id}-fault\"")).nth(1).unwrap_or_else(|| panic!("no fault of {id} in {language}"));
            let text = text_of(fault.split_once('>').expect("a tag ends").1.split("</").next().expect("a text"));
            assert!(text.len() > 8, "{id}: {text}");
            assert!(english || !text.contains(" the ") && !text.contains("allowed"), "{language} {id}: {text}");
            assert!(page.contains(&format!(" id=\"{id}\"")), "{id} is there");
        }
        assert!(text_of(&page).contains(name));
    }
    assert_eq!(desk.versions().await, 0);
}

on_each_engine!(a_version_that_somebody_saved_meanwhile_is_shown_and_nothing_typed_is_lost);
async fn a_version_that_somebody_saved_meanwhile_is_shown_and_nothing_typed_is_lost(app: TestApp) {
    let desk = Desk::of(app).await;
    let edit = format!("{LARGE}/edit");
    desk.admin.post(NEW, &with(large("1,000.00"), &[("_action", "save"), ("_over", "0")])).await.expect(303);
    let other = desk.app.browser("ADMIN").await;
    let theirs = with(large("2,000.00"), &[("priority", "7"), ("_action", "save"), ("_over", "1")]);
    other.post("/dashboard/language", &[("language", "en"), ("back", "/dashboard/rules")]).await.expect(303);
    other.post(&edit, &theirs).await.expect(303);

    let mine = with(large("3,000.00"), &[("_action", "save"), ("_over", "1")]);
    let page = desk.admin.post(&edit, &mine).await.expect(409).text();
    let text = text_of(&page);
    for shown in ["Somebody changed this rule meanwhile", other.email.as_str(), "the amount is at least 1,000.00 BRL", "the amount is at least 2,000.00 BRL"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert_eq!((value_of(&page, "w.0.value"), value_of(&page, "_over")), ("3,000.00".to_owned(), "2".to_owned()));
    assert_eq!(desk.rule("large").await["version"], 2);
    // A browser is led to the same page, and saves over their version only after it has seen it.
    let led = desk.admin.submit(&edit, &mine).await.see_other();
    let page = desk.admin.page(&led).await;
    assert_eq!((value_of(&page, "w.0.value"), value_of(&page, "_over")), ("3,000.00".to_owned(), "2".to_owned()));
    desk.admin.post(&edit, &with(large("3,000.00"), &[("_action", "save"), ("_over", "2")])).await.expect(303);
    assert_eq!(desk.rule("large").await["when"]["all"][0]["atLeast"], 300_000);

    let difference = text_of(&desk.admin.page(&format!("{LARGE}?from=1&to=3")).await);
    assert!(difference.contains("Changed: the amount is at least 1,000.00 BRL → the amount is at least 3,000.00 BRL"), "{difference}");
    let nothing = text_of(&desk.admin.page(&format!("{LARGE}?from=3&to=3")).await);
    assert!(nothing.contains("Nothing is different."), "{nothing}");
    assert!(!desk.admin.page(&format!("{LARGE}?from=3&to=9")).await.contains("class=\"difference\""), "there is no version 9");
}

on_each_engine!(json_is_read_into_the_form_or_refused_with_every_fault);
async fn json_is_read_into_the_form_or_refused_with_every_fault(app: TestApp) {
    let desk = Desk::of(app).await;
    let rule = json!({ "name": "from-json", "title": { "en": "English", "pt-BR": "Português" }, "weight": 5,
        "when": { "any": [{ "field": "country", "in": ["BR", "PT"] }, { "not": { "session": "none", "is": true } }] },
        "then": { "action": "STEP_UP", "flow": "minimal", "ttl": "1h" } });
    let page = desk.admin.post(NEW, &[("_from", &*rule.to_string())]).await.expect(200).text();
    assert_eq!((value_of(&page, "name"), value_of(&page, "title.en"), value_of(&page, "ttl")), ("from-json".into(), "English".into(), "1h".into()));
    assert!(said(&page, "sentence").starts_with("If the country is BR or PT, or the customer has completed a session,"), "{}", said(&page, "sentence"));
    let saved = desk.admin.post(NEW, &[("_json", &*rule.to_string()), ("_action", "json")]).await.expect(200).text();
    assert_eq!(value_of(&saved, "weight"), "5");

    let wrong = r#"{"name":"x","when":{"field":"amount","atleast":1},"then":{"action":"BLOCK","flow":"f"},"more":1}"#;
    let page = desk.admin.post(NEW, &[("_json", wrong), ("_action", "json"), ("title", "Mine")]).await.expect(422).text();
    let text = text_of(&page);
    for path in ["when.currency", "when.atleast", "then.flow", "more"] {
        assert!(text.contains(&format!("{path}: ")), "{path}: {text}");
    }
    assert!(text.contains(wrong), "what was pasted stays");
    assert_eq!(value_of(&page, "title"), "Mine", "and so does what was typed");
    let page = text_of(&desk.admin.post(NEW, &[("_json", "{"), ("_action", "json")]).await.expect(422).text());
    assert!(page.contains("This is not JSON"), "{page}");
}

on_each_engine!(a_rule_of_the_largest_size_goes_through_the_form);
async fn a_rule_of_the_largest_size_goes_through_the_form(app: TestApp) {
    let desk = Desk::of(app).await;
    let many: Vec<Value> = (0..64).map(|at| json!({ "field": "counterparty.id", "in": [format!("{at}-{}", "x".repeat(100)), "a", "b", "c", "d"] })).collect();
    let rule = json!({ "name": "most", "when": { "all": many }, "then": { "action": "BLOCK" } }).to_string();
    let page = desk.admin.submit(NEW, &[("_json", &*rule), ("_action", "json")]).await.expect(200).text();
    assert!(page.contains("name=\"w.63.values\""), "it has no room in an address, so it is the answer itself");
    let mut form: Vec<(String, String)> = vec![("name".into(), "most".into()), ("action".into(), "BLOCK".into()), ("_action".into(), "save".into())];
    for at in 0..64 {
        for (input, text) in [("what", "counterparty.id".to_owned()), ("op", "in".to_owned()), ("values", format!("{at}\r\nb\r\nc")), ("value", String::new())]
        {
            form.push((format!("w.{at}.{input}"), text));
        }
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    desk.admin.post(NEW, &form).await.expect(303);
    assert_eq!(desk.rule("most").await["when"]["all"].as_array().map(Vec::len), Some(64));
    let large = "x".repeat(600 * 1024);
    desk.admin.post(NEW, &[("_json", &*large), ("_action", "json")]).await.problem(413, "too-large");
}
