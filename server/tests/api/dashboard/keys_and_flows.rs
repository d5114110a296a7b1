//! API keys have names, and flows with the same title can be told apart.

use super::{SESSIONS, create, shown_in};
use crate::support::html::{attribute, is_linked, tags};
use crate::support::{ApiClient, Customer, TestApp, json, on_each_engine};

const KEYS: &str = "/dashboard/api-keys";

/// The row of a key in the list.
fn row(page: &str, id: &str) -> String {
    let rows = page.split("<tr>").find(|row| row.contains(id)).unwrap_or_else(|| panic!("{id} in {page}"));
    rows.split("</tr>").next().expect("its end").to_owned()
}

on_each_engine!(a_key_has_a_name_wherever_it_is_listed);
async fn a_key_has_a_name_wherever_it_is_listed(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    app.operator.set_session_api("on").await;
    admin.post(KEYS, &[("name", "  Billing & “Zé” "), ("scope", "sessions:create")]).await.expect(303);
    let page = admin.page(&format!("{KEYS}?lang=en")).await;
    let key = shown_in(&page, "secret").expect("the key, this once");
    let id = app.installation.database.texts("SELECT id FROM api_keys").await.remove(0);
    let shown = page.split("key_").nth(1).map(|rest| rest.chars().take(26).collect::<String>()).expect("its id");
    assert!(page.contains("Billing &amp; “Zé”"), "{page}");
    let named = row(&page, &format!("key_{shown}</div>"));
    assert!(named.contains("Billing &amp; “Zé”") && named.contains("Never"), "{named}");
    let program = ApiClient { id, key, http: Customer::at(&app.installation, "") };
    program.create(&json!({ "flow": "minimal" })).await.expect(201);
    let used = row(&admin.page(&format!("{KEYS}?lang=en")).await, &format!("key_{shown}</div>"));
    assert!(!used.contains("Never") && tags(&used, "time").len() == 2, "created and last used: {used}");

    let made = app.operator.json(&["api-key", "create", "--scope", "sessions:read", "--name", "Cobrança"]).await;
    assert_eq!(made["name"], "Cobrança");
    let unnamed = app.operator.add_key(&["sessions:read"]).await;
    assert_eq!(unnamed["name"], json!(null));
    for (language, nothing) in [("en", "No name"), ("pt-BR", "Sem nome"), ("es", "Sin nombre")] {
        let page = admin.page(&format!("{KEYS}?lang={language}")).await;
        assert!(row(&page, made["id"].as_str().expect("an id")).contains("Cobrança"), "{language}");
        assert!(row(&page, unnamed["id"].as_str().expect("an id")).contains(nothing), "{language}");
    }
}

on_each_engine!(the_form_offers_every_scope);
async fn the_form_offers_every_scope(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let scopes = ["sessions:create", "sessions:read", "transactions", "rules"];
    for (language, words) in [("en", "post and read transactions"), ("pt-BR", "ler e alterar regras"), ("es", "enviar y leer transacciones")] {
        let page = admin.page(&format!("{KEYS}?lang={language}")).await;
        let boxes: Vec<_> = tags(&page, "input").into_iter().filter(|input| attribute(input, "name").as_deref() == Some("scope")).collect();
        let offered: Vec<_> = boxes.iter().filter_map(|input| attribute(input, "value")).collect();
        assert_eq!(offered, scopes, "{language}");
        assert!(page.contains(words), "{language}");
    }
    let chosen = scopes.map(|scope| ("scope", scope));
    admin.post(KEYS, &chosen).await.expect(303);
    assert_eq!(app.installation.database.texts("SELECT scopes FROM api_keys").await, ["sessions:create,sessions:read,transactions,rules"]);
}

on_each_engine!(a_name_that_nobody_can_read_is_refused);
async fn a_name_that_nobody_can_read_is_refused(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let long = "x".repeat(61);
    for name in [long.as_str(), "Bill\u{200b}ing", "Bil\nling", "\u{202e}gnilliB", "a\u{7}b"] {
        let page = admin.post(KEYS, &[("name", name), ("scope", "sessions:read")]).await.expect(422).text();
        assert!(is_linked(&page, "name"), "{name:?}: {page}");
        let outcome = app.operator.run(&["api-key", "create", "--scope", "sessions:read", "--name", name]).await;
        assert_eq!(outcome.code, Some(2), "{name:?}: {outcome:?}");
    }
    let page = admin.post(KEYS, &[("name", &long)]).await.expect(422).text();
    assert!(is_linked(&page, "name") && is_linked(&page, "scope"), "every fault at once: {page}");
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM api_keys").await, 0);
    let whole = "é".repeat(60);
    admin.post(KEYS, &[("name", &whole), ("scope", "sessions:read")]).await.expect(303);
    assert_eq!(app.installation.database.texts("SELECT name FROM api_keys").await, [whole]);
}

on_each_engine!(flows_with_the_same_title_can_be_told_apart);
async fn flows_with_the_same_title_can_be_told_apart(app: TestApp) {
    let mut flow = app.operator.json(&["flow", "export", "minimal"]).await;
    for name in ["account-opening", "account-recovery", "account-recovery"] {
        flow["name"] = json!(name);
        flow["title"] = json!("Account");
        app.operator.import_flow(&flow).await;
    }
    let admin = app.browser("ADMIN").await;
    let form = admin.page("/dashboard/links?lang=en").await;
    for label in ["Account · account-opening, version 1", "Account · account-recovery, version 2"] {
        assert!(form.contains(&format!(">{label}</option>")), "{label}: {form}");
    }
    let session_ref = create(&admin, &[("flow", "account-recovery")]).await;
    for path in ["/dashboard/links".to_owned(), SESSIONS.to_owned(), format!("/dashboard/links/{session_ref}"), format!("{SESSIONS}/{session_ref}")] {
        for (language, version) in [("en", "account-recovery, version 2"), ("pt-BR", "account-recovery, versão 2"), ("es", "account-recovery, versión 2")] {
            let page = admin.page(&format!("{path}?lang={language}")).await;
            let shown = format!("<bdi>Account</bdi><div class=\"quiet\">{version}</div>");
            assert!(page.contains(&shown), "{path} {language}: {page}");
        }
    }
}
