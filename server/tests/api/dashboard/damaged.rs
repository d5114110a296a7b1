//! A damaged row is a line that says so, and hides nothing else: not the rest of its list, and not the rest of a session's page.

use reqwest::Method;

use super::{SESSIONS, create};
use crate::support::html::links;
use crate::support::{ApiClient, Engine, Receiver, SOON, TestApp, on_each_engine, photos};

const DAMAGED: &str = "This row is damaged:";

/// Bytes that open with no key and are no hash.
fn bytes(app: &TestApp) -> &'static str {
    if app.installation.engine == Engine::Sqlite { "CAST('x' AS BLOB)" } else { "CAST('x' AS BYTEA)" }
}

on_each_engine!(a_damaged_row_is_a_line_and_its_list_goes_on);
async fn a_damaged_row_is_a_line_and_its_list_goes_on(mut app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let (before, broken, after) = (
        create(&admin, &[("flow", "demo")]).await,
        create(&admin, &[("flow", "minimal"), ("customer", "crm-1")]).await,
        create(&admin, &[("flow", "minimal")]).await,
    );
    let of_customer = create(&admin, &[("flow", "minimal"), ("customer", "crm-1")]).await;
    let unnamed = create(&admin, &[("flow", "minimal"), ("customer", "crm-2")]).await;
    let mut uploads = Vec::new();
    for _ in 0..2 {
        let uploaded = app.customer().await.upload("selfie_url", photos::selfie()).await.expect(201).json();
        uploads.push(uploaded["artifactId"].as_str().expect("an id").to_owned());
    }
    let (key, other_key) = (ApiClient::new(&app.installation, &["sessions:read"]).await.id, ApiClient::new(&app.installation, &["sessions:read"]).await.id);
    let (agent, other) = (app.browser("AGENT").await, app.browser("AGENT").await);
    let dossier = admin.dossier("crm-1").await.expect("the dossier");
    let database = app.installation.database.clone();
    let text = async |sql: String| database.texts(&sql).await.remove(0);
    database.corrupt_session(&broken).await;
    let (key_row, operator_row, file_row) = (
        text("SELECT MIN(id) FROM api_keys".to_owned()).await,
        text("SELECT id FROM operators ORDER BY id DESC LIMIT 1 OFFSET 1".to_owned()).await,
        text("SELECT MIN(id) FROM artifacts".to_owned()).await,
    );
    let flow_row = text("SELECT id FROM flows WHERE name = 'demo'".to_owned()).await;
    let bytes = bytes(&app);
    for damage in [
        format!("UPDATE api_keys SET scopes = 'nonsense' WHERE id = '{key_row}'"),
        format!("UPDATE operators SET role = 'NOBODY' WHERE id = '{operator_row}'"),
        format!("UPDATE artifacts SET writer = {bytes} WHERE id = '{file_row}'"),
        format!("UPDATE customers SET data_key = {bytes} WHERE id = (SELECT customer FROM sessions WHERE ref = '{unnamed}')"),
        "UPDATE flows SET definition = '{' WHERE name = 'demo'".to_owned(),
    ] {
        database.change(&damage).await;
    }
    // The server keeps flows that it has read.
    app.crash_and_restart().await;

    let sessions = admin.page(&format!("{SESSIONS}?lang=en")).await;
    let links_page = admin.page("/dashboard/links?lang=en").await;
    for (page, at) in [(&sessions, SESSIONS), (&links_page, "/dashboard/links")] {
        assert!(page.contains(DAMAGED) && page.contains(&broken), "the session's line: {page}");
        assert!(page.contains(&flow_row), "a session of a damaged flow is listed with it: {page}");
        let found = links(page, &format!("{at}/"));
        for whole in [&before, &after, &of_customer, &unnamed] {
            assert!(found.contains(&format!("{at}/{whole}")), "{whole} is still there: {page}");
        }
    }
    assert!(links_page.contains("demo · This row is damaged:"), "a damaged flow cannot be chosen: {links_page}");
    admin.post("/dashboard/links", &[("flow", "")]).await.expect(422);
    for language in ["en", "pt-BR", "es"] {
        let page = admin.page(&format!("{SESSIONS}?status=PENDING&lang={language}")).await;
        assert!(page.contains(&after), "{language}");
    }
    let page = admin.page(&format!("{dossier}?lang=en")).await;
    assert!(page.contains(DAMAGED) && page.contains(&broken) && page.contains(&of_customer), "{page}");
    let page = admin.page("/dashboard/unresolved?lang=en").await;
    assert!(page.contains(DAMAGED) && page.contains(&file_row), "{page}");
    assert!(uploads.iter().any(|upload| page.contains(upload)), "the other file: {page}");
    let page = admin.page("/dashboard/api-keys?lang=en").await;
    assert!(page.contains(DAMAGED) && page.contains(&key_row) && !page.contains(&key) && page.contains(&other_key), "{page}");
    let page = admin.page("/dashboard/operators?lang=en").await;
    assert!(page.contains(DAMAGED) && page.contains(&operator_row) && !page.contains(&agent.email) && page.contains(&other.email), "{page}");
    assert!(page.contains(&admin.email), "{page}");
}

on_each_engine!(a_session_page_shows_everything_but_what_is_damaged);
async fn a_session_page_shows_everything_but_what_is_damaged(mut app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let (company, quiet) = (Receiver::start().await, Receiver::start().await);
    for receiver in [&company, &quiet] {
        app.operator.add_webhook(&receiver.url).await;
    }
    let customer = app.customer().await;
    customer.finish().await;
    company.requests(1, SOON).await;
    quiet.requests(1, SOON).await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    let path = format!("{SESSIONS}/{session_ref}");
    for reason in ["the first reason", "the second reason"] {
        admin.post(&format!("{path}/decision"), &[("decision", "REJECTED"), ("reason", reason)]).await.expect(303);
    }
    let database = app.installation.database.clone();
    let text = async |sql: &str| database.texts(sql).await.remove(0);
    let audit = text("SELECT id FROM audit WHERE action = 'session.submitted'").await;
    let delivery = text("SELECT MIN(id) FROM deliveries").await;
    let bytes = bytes(&app);
    let whole = admin.page(&format!("{path}?lang=en")).await;
    let shown = ["Created", "Checks done", "the first reason", "session.completed", "Selfie"];
    assert!(shown.iter().all(|text| whole.contains(text)) && whole.contains("Submitted") && !whole.contains("damaged"), "{whole}");
    for damage in [
        format!("UPDATE audit SET action = 'nonsense' WHERE id = '{audit}'"),
        "UPDATE reviews SET decision = 'NONSENSE' WHERE number = 2".to_owned(),
        format!("UPDATE deliveries SET status = 'NONSENSE' WHERE id = '{delivery}'"),
        "UPDATE checks SET result = 'NONSENSE' WHERE name = 'cpf'".to_owned(),
        format!("UPDATE answers SET value = {bytes} WHERE field = 'name'"),
    ] {
        database.change(&damage).await;
        let page = admin.page(&format!("{path}?lang=en")).await;
        assert!(page.contains("damaged"), "{damage}: {page}");
        assert!(shown.iter().all(|text| page.contains(text)), "{damage} hides nothing else: {page}");
    }
    let page = admin.page(&format!("{path}?lang=en")).await;
    for named in [&*format!("audit {audit}"), "reviews ", "answers", "checks", &delivery] {
        assert!(page.contains(named), "{named}: {page}");
    }
    assert!(!page.contains("Submitted") && !page.contains("the second reason"), "{page}");
    database.change("UPDATE flows SET definition = '{' WHERE name = 'minimal'").await;
    app.crash_and_restart().await;
    let page = admin.page(&format!("{path}?lang=en")).await;
    assert!(page.contains("the first reason") && page.contains("Checks done"), "without its flow: {page}");
    database.corrupt_session(&session_ref).await;
    assert_eq!(admin.get(SESSIONS).await.expect(200).status, 200, "the list goes on");
}

on_each_engine!(the_page_of_a_damaged_record_names_it);
async fn the_page_of_a_damaged_record_names_it(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let session = create(&admin, &[("flow", "minimal"), ("customer", "crm-1")]).await;
    let whole = create(&admin, &[("flow", "minimal"), ("customer", "crm-2")]).await;
    let endpoint = app.operator.add_webhook("https://receiver.example/hook").await["id"].as_str().expect("an id").to_owned();
    let operator = app.browser("AGENT").await.email;
    let dossier = admin.dossier("crm-1").await.expect("the dossier");
    let database = &app.installation.database;
    let operator_row = database.texts("SELECT id FROM operators ORDER BY id DESC").await.remove(0);
    database.corrupt_session(&session).await;
    let bytes = bytes(&app);
    let customer = dossier.rsplit('/').next().expect("an id");
    for damage in [
        format!("UPDATE customers SET data_key = {bytes} WHERE id = '{customer}'"),
        format!("UPDATE endpoints SET url_mac = {bytes}"),
        format!("UPDATE operators SET role = 'NOBODY' WHERE id = '{operator_row}'"),
    ] {
        database.change(&damage).await;
    }
    for (page, id, list) in [
        (format!("{SESSIONS}/{session}"), &*session, SESSIONS),
        (format!("/dashboard/links/{session}"), &session, "/dashboard/links"),
        (dossier.clone(), customer, "/dashboard/customers"),
        (format!("/dashboard/webhooks/{endpoint}"), &endpoint, "/dashboard/webhooks"),
        (format!("/dashboard/operators/{operator_row}"), &operator_row, "/dashboard/operators"),
    ] {
        for (language, title) in [("en", "This record is damaged"), ("pt-BR", "Este registro está danificado"), ("es", "Este registro está dañado")] {
            let request = admin.request(Method::GET, &format!("{page}?lang={language}")).header("accept", "text/html");
            let shown = admin.client().send_raw(request).await.expect("an answer").expect(500).text();
            assert!(shown.contains(&format!("<h1>{title}</h1>")) && shown.contains(id), "{page}: {shown}");
            assert_eq!(shown.matches(&format!("href=\"{list}\"")).count(), 2, "in the navigation, and the way back to {list}: {shown}");
            assert!(!shown.contains(&operator), "{page}: {shown}");
        }
    }
    assert_eq!(admin.get(&format!("{SESSIONS}/{whole}")).await.status, 200, "another record is not affected");
}
