//! The form of a preset: it begins with what makes the preset, each fault is at its setting, and it ends as a test rule or in the editor.

use ::shared::rule::presets;

use super::{Desk, linked, said};
use crate::support::html::{attribute, tags, text_of, value_of};
use crate::support::{TestApp, json, on_each_engine};

const ROUND: &str = "/dashboard/rules/presets/round-amounts";
const LIMIT: &str = "/dashboard/rules/presets/structuring";

/// The inputs of the preset `structuring`, with this floor.
fn structuring<'a>(floor: &'a str, action: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("name", "split"), ("floor", floor), ("limit", "50,000.00"), ("count", "4"), ("within", "48H"), ("currency", "BRL"), ("_action", action)]
}

on_each_engine!(each_preset_has_a_form_that_the_list_leads_to_and_that_goes_on_in_the_editor);
async fn each_preset_has_a_form_that_the_list_leads_to_and_that_goes_on_in_the_editor(app: TestApp) {
    let desk = Desk::of(app).await;
    let list = desk.admin.page("/dashboard/rules").await;
    for preset in presets::all() {
        let address = format!("/dashboard/rules/presets/{}", preset.name);
        assert!(list.contains(&format!("href=\"{address}\"")), "{address}");
        let page = desk.admin.page(&address).await;
        for setting in preset.form() {
            assert!(page.contains(&format!("name=\"{}\"", setting.key)) && text_of(&page).contains(setting.label(::shared::language::Language::En)));
        }
        assert!(preset.source.is_none_or(|source| text_of(&page).contains(source)), "{page}");
        assert!(said(&page, "sentence").starts_with("If "), "{}", preset.name);
    }
    desk.admin.get("/dashboard/rules/presets/none").await.expect(404);
    let auditor = desk.app.browser("AUDITOR").await;
    assert!(!auditor.page("/dashboard/rules").await.contains("/presets/"), "only those who may save begin a rule");

    let to = desk.admin.submit(LIMIT, &structuring("30,000.00", "open")).await.see_other();
    assert!(to.starts_with("/dashboard/rules/new?kept="), "{to}");
    let page = desk.admin.page(&to).await;
    assert_eq!(value_of(&page, "name"), "split");
    assert!(said(&page, "sentence").contains("30,000.00 BRL") && said(&page, "sentence").contains("48 hours"), "{page}");
    assert_eq!(desk.versions().await, 0, "only saving writes");
}

on_each_engine!(a_preset_is_saved_as_a_test_rule_once_its_faults_are_mended);
async fn a_preset_is_saved_as_a_test_rule_once_its_faults_are_mended(app: TestApp) {
    let desk = Desk::of(app).await;
    let wrong = [("name", "Split"), ("floor", "a lot"), ("limit", ""), ("count", "1"), ("within", "91d"), ("currency", "XXX"), ("_action", "save")];
    let page = desk.admin.post(LIMIT, &wrong).await.expect(422).text();
    assert_eq!(linked(&page), ["floor", "limit", "count", "within", "currency", "name"]);
    for fault in ["Use an amount such as 1,000.00", "Enter a value", "Use a whole number from 2 to 1000", "from 1m to 90d", "code of a currency"] {
        assert!(text_of(&page).contains(fault), "{fault}: {page}");
    }
    assert_eq!(value_of(&page, "floor"), "a lot");
    let crossed = desk.admin.post(LIMIT, &structuring("50,000.00", "save")).await.expect(422).text();
    assert!(linked(&crossed) == ["floor"] && crossed.contains("Use an amount below the limit"), "{crossed}");

    // A browser is led back to the page, in whose other language amounts are typed anew.
    let led = desk.admin.submit(LIMIT, &structuring("60,000.00", "save")).await.see_other();
    assert!(led.starts_with(&format!("{LIMIT}?kept=")), "{led}");
    let page = desk.admin.page(&format!("{led}&lang=pt-BR")).await;
    assert_eq!(value_of(&page, "floor"), "60.000,00");
    assert!(page.contains("Use um valor abaixo do limite"), "{page}");

    let saved = desk.admin.post(LIMIT, &structuring("30,000.00", "save")).await.see_other();
    assert_eq!(saved, "/dashboard/rules/by-name/split?done=rule-saved");
    let rule = desk.rule("split").await;
    assert_eq!((&rule["mode"], &rule["when"]["all"][0]["atLeast"]), (&json!("TEST"), &json!(3_000_000)), "{rule}");
    let taken = desk.admin.post(LIMIT, &structuring("30,000.00", "save")).await.expect(422).text();
    assert!(linked(&taken) == ["name"] && taken.contains("There is already a rule with this name"), "{taken}");
    assert_eq!(desk.versions().await, 1);
}

on_each_engine!(a_preset_takes_amounts_line_by_line_and_only_flows_and_lists_that_there_are);
async fn a_preset_takes_amounts_line_by_line_and_only_flows_and_lists_that_there_are(app: TestApp) {
    let desk = Desk::of(app).await;
    let form = [("name", "round"), ("amounts", "1,000\r\n\r\n2,000"), ("count", "3"), ("within", "24h"), ("currency", "JPY"), ("_action", "check")];
    let page = desk.admin.post(ROUND, &form).await.expect(200).text();
    assert!(said(&page, "sentence").contains("1,000 JPY") && said(&page, "sentence").contains("2,000 JPY"), "{page}");

    let (devices, form) = ("/dashboard/rules/presets/shared-device", [("name", "devices"), ("list", "none"), ("flow", "none"), ("_action", "save")]);
    let page = desk.admin.page(devices).await;
    assert!(page.contains("There is no list with such values yet"), "{page}");
    let page = desk.admin.post(devices, &form).await.expect(422).text();
    assert_eq!(linked(&page), ["list", "flow"]);
    assert!(page.contains("Choose a list that there is") && page.contains("Choose a flow that there is"), "{page}");
    desk.app.operator.import_list_of("shared", "device", "value\nd-1\n").await;
    let chosen = [("name", "devices"), ("list", "shared"), ("flow", "minimal"), ("_action", "save")];
    desk.admin.post(devices, &chosen).await.see_other();
    assert_eq!(desk.rule("devices").await["then"]["flow"], "minimal");
    let options = tags(&desk.admin.page(devices).await, "option").into_iter().filter_map(|tag| attribute(tag, "value")).collect::<Vec<_>>();
    assert!(options.contains(&"shared".to_owned()) && options.contains(&"minimal".to_owned()), "{options:?}");
}
