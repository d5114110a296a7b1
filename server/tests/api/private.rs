//! Nothing that a customer enters can be found in the log at level trace, the database, its write-ahead log, the artifact folder
//! or a temporary file, in plain text or any usual encoding. The same holds for the session id, which gives access.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE, USER_AGENT};
use reqwest::multipart::{Form, Part};

use crate::support::rng::canary;
use crate::support::search::Search;
use crate::support::{Customer, Engine, SOON, Server, TestApp, Value, eventually, hex, json, on_each_engine, photos};

const CPF: &str = "52998224725";

/// Everything that is stored, by name: each file of the data folder, each file that the server holds open, and PostgreSQL's
/// rows and files.
async fn stored_data(app: &TestApp, first_wal_file: Option<&str>) -> Vec<(String, Vec<u8>)> {
    let files = app.installation.contents().into_keys().filter(|path| path.is_file() && !path.ends_with("flow.json"));
    let mut paths: Vec<_> = files.collect();
    if let Some(first_wal_file) = first_wal_file {
        paths.extend(app.installation.database.files(first_wal_file).await);
    }
    // A text may start in one file of the write-ahead log and end in the next.
    let (mut wal, others): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.parent().is_some_and(|folder| folder.ends_with("pg_wal")));
    wal.sort();
    let read = |path: &PathBuf| fs::read(path).unwrap_or_default();
    let mut stored: Vec<_> = others.iter().map(|path| (path.display().to_string(), read(path))).collect();
    stored.push(("the write-ahead log".to_owned(), wal.iter().flat_map(|path| without_page_headers(&read(path))).collect()));
    stored.extend(open_files(&app.server));
    if app.installation.engine == Engine::Postgres {
        stored.push(("every row".to_owned(), app.installation.database.every_row().await.into_bytes()));
    }
    stored
}

/// A file of PostgreSQL's write-ahead log without its page headers, which would cut a text in two
/// (`XLogPageHeaderData`, and the longer one that begins a file; `access/xlog_internal.h`).
fn without_page_headers(wal: &[u8]) -> Vec<u8> {
    const PAGE: usize = 8192;
    let header = |page: usize| if page == 0 { 40 } else { 24 };
    wal.chunks(PAGE).enumerate().flat_map(|(page, bytes)| bytes.get(header(page)..).unwrap_or_default().to_vec()).collect()
}

/// Temporary files: files without a name that the server holds open.
fn open_files(server: &Server) -> Vec<(String, Vec<u8>)> {
    let Ok(folder) = fs::read_dir(format!("/proc/{}/fd", server.id())) else { return Vec::new() };
    let links = folder.filter_map(|entry| Some(entry.ok()?.path()));
    let named = links.filter_map(|link| Some((fs::read_link(&link).ok()?.display().to_string(), link)));
    named.filter(|(name, _)| name.ends_with(" (deleted)")).map(|(name, link)| (name, fs::read(link).unwrap_or_default())).collect()
}

/// Everything that a customer may enter or send, each with a unique word.
struct Secrets {
    texts: Vec<(&'static str, String)>,
    pdf: Vec<u8>,
}

impl Secrets {
    const NAMES: [&str; 12] = [
        "name",
        "nickname",
        "email",
        "reference",
        "file name",
        "broken body",
        "unknown field",
        "unknown value",
        "unknown step",
        "query",
        "user agent",
        "cookie",
    ];

    fn new() -> Self {
        let seed = canary().bytes().fold(0, |seed, byte| seed * 31 % 1_000_003 + u64::from(byte));
        let phone = format!("+55119{}{:04}", &canary().bytes().map(|byte| (byte % 10).to_string()).collect::<String>()[..4], seed % 10_000);
        let mut texts: Vec<_> = Self::NAMES.into_iter().map(|name| (name, canary())).collect();
        texts.push(("phone", phone));
        Self { texts, pdf: photos::pdf(seed) }
    }

    fn of(&self, name: &str) -> &str {
        &self.texts.iter().find(|(known, _)| *known == name).expect("a secret of this name").1
    }

    fn files(&self) -> [(&'static str, Vec<u8>); 4] {
        [("the JPEG", photos::selfie().to_vec()), ("the PNG", photos::png()), ("the WebP", photos::webp()), ("the PDF", self.pdf.clone())]
    }

    /// A search for all of it and for the secrets that the server gave this customer.
    fn search(&self, customer: &Customer, webhook_secret: &str) -> Search {
        let id = customer.id.strip_prefix("sess_").expect("a session id").to_owned();
        let cookies = customer.cookies();
        let token = cookies.iter().find(|(name, _)| name.starts_with("fs_")).expect("the resume cookie").1.clone();
        let mut texts: Vec<(&str, Vec<u8>)> = self.texts.iter().map(|(what, text)| (*what, text.trim_start_matches('+').into())).collect();
        let key = STANDARD.decode(webhook_secret.trim_start_matches("whsec_")).expect("a Standard Webhooks secret");
        // The time in which the cookie was set follows its random bytes.
        let token_bytes = URL_SAFE_NO_PAD.decode(&token).expect("a token in base64")[..32].to_vec();
        texts.extend([
            ("the CPF", CPF.into()),
            ("the CPF with its punctuation", b"529.982.247-25".to_vec()),
            ("the session id", id.into_bytes()),
            ("the resume cookie", token.into_bytes()),
            ("the resume cookie's bytes", token_bytes),
            ("the webhook secret", webhook_secret.trim_start_matches("whsec_").into()),
            ("the webhook secret's bytes", key),
        ]);
        Search::new(texts, self.files())
    }
}

/// Every kind of field, text or file.
fn steps() -> Value {
    let text = |name: &str, kind: &str| json!({ "name": name, "type": kind, "label": name });
    let file = |name: &str| json!({ "name": name, "type": "ARTIFACT", "label": name });
    json!([
        { "id": "identity", "type": "FORM", "title": "Who",
          "fields": [text("name", "TEXT"), text("nickname", "TEXT"), text("cpf", "CPF"), text("email", "EMAIL"), text("phone", "PHONE")] },
        { "id": "document", "type": "DOCUMENT", "title": "Document", "fields": [file("front_url"), file("back_url")] },
        { "id": "selfie", "type": "SELFIE", "title": "Selfie", "fields": [file("selfie_url")] },
        { "id": "address", "type": "PROOF", "title": "Address", "fields": [file("address_url")] },
    ])
}

async fn upload(customer: &Customer, field: &str, file_name: &str, bytes: &[u8]) {
    let part = Part::bytes(bytes.to_vec()).file_name(file_name.to_owned());
    let form = Form::new().text("field", field.to_owned()).part("file", part);
    let uploaded = customer.send(customer.api(Method::POST, "/upload").multipart(form)).await;
    assert!(uploaded.is_success(), "{field}: {}", uploaded.text());
}

/// Runs a session that contains every secret. Returns the customer and the secret of the company's endpoint.
async fn run_full_session(app: &TestApp, secrets: &Secrets) -> (Customer, String) {
    let (company, webhook_secret) = app.company().await;
    app.operator.import_flow(&json!({ "name": "everything", "steps": steps() })).await;
    let link = app.operator.link_of("everything", &["--customer", secrets.of("reference")]).await;
    let customer = Customer::with_link(&app.installation, &link);
    let email = format!("{}@example.com", secrets.of("email"));
    let values =
        json!({ "name": secrets.of("name"), "nickname": secrets.of("nickname"), "cpf": "529.982.247-25", "email": email, "phone": secrets.of("phone") });
    let fields: Vec<(&str, &str)> = values.as_object().expect("an object").iter().map(|(name, value)| (&**name, value.as_str().expect("text"))).collect();
    customer.save("identity", json!({ "name": secrets.of("name"), "cpf": "1", "email": secrets.of("email") })).await.expect(422);
    customer.save("identity", values.clone()).await.expect(204);
    customer.post_form("identity", &fields).await.expect(303);
    customer.post_form("identity", &[("name", secrets.of("name")), ("cpf", "52998224725x")]).await.expect(422);
    customer.page("/identity").await.expect(200);
    customer.answers().await.expect(200);
    for (field, (_, bytes)) in ["front_url", "back_url", "selfie_url", "address_url"].into_iter().zip(secrets.files()) {
        upload(&customer, field, &format!("{}.jpg", secrets.of("file name")), &bytes).await;
    }
    send_unexpected_input(&customer, secrets).await;
    customer.complete(json!({ "name": 5, "cpf": CPF })).await.expect(422);
    customer.complete(values).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    company.only_event(&webhook_secret, SOON).await;
    app.operator.session(&customer.id).await;
    let expiring = app.customer_with(&["--ttl", "1s", "--customer", secrets.of("reference")]).await;
    expiring.wait_for_status("EXPIRED", SOON).await;
    company.requests(2, SOON).await;
    (customer, webhook_secret)
}

/// Sends secrets where the server does not expect them.
async fn send_unexpected_input(customer: &Customer, secrets: &Secrets) {
    let broken = format!("{{\"userData\": {{\"name\": \"{}\"", secrets.of("broken body"));
    customer.send(customer.api(Method::POST, "/complete").header(CONTENT_TYPE, "application/json").body(broken)).await.expect(400);
    let mut unknown = json!({});
    unknown[secrets.of("unknown field")] = secrets.of("unknown value").into();
    customer.complete(unknown).await.expect(422);
    customer.save(secrets.of("unknown step"), json!({ "name": "Ana" })).await.expect(404);
    let public = customer.api(Method::GET, &format!("/public?query={}", secrets.of("query")));
    customer.send(public.header(USER_AGENT, secrets.of("user agent")).header(COOKIE, format!("other={}", secrets.of("cookie")))).await.expect(200);
    customer.page(&format!("/{}?query={}", secrets.of("unknown step"), secrets.of("query"))).await.expect(303);
}

on_each_engine!(stored_data_never_shows_what_was_entered);
async fn stored_data_never_shows_what_was_entered(mut app: TestApp) {
    let first_wal_file = if app.installation.engine == Engine::Postgres { Some(app.installation.database.wal_file().await) } else { None };
    let secrets = Secrets::new();
    let (customer, webhook_secret) = run_full_session(&app, &secrets).await;
    let sender = app.customer().await;
    let upload = sender.begin_upload(&photos::png()[..200_000]);
    let arrived = |files: &[(String, Vec<u8>)]| files.iter().any(|(_, bytes)| bytes.len() >= 100_000);
    eventually("a temporary file with half an upload", SOON, async || arrived(&open_files(&app.server)).then_some(())).await;
    let search = secrets.search(&customer, &webhook_secret);
    search.assert_absent_from(&stored_data(&app, first_wal_file.as_deref()).await);
    upload.abort();
    assert_eq!(app.server.sigterm().await.0.code(), Some(0));
    search.assert_absent_from(&stored_data(&app, None).await);
}

on_each_engine!(the_log_names_refs_and_no_people);
async fn the_log_names_refs_and_no_people(mut app: TestApp) {
    let secrets = Secrets::new();
    let (customer, webhook_secret) = run_full_session(&app, &secrets).await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    assert_eq!(app.server.sigterm().await.0.code(), Some(0));
    let log = app.installation.log.text();
    assert!(log.contains(&session_ref), "at level trace the log names the session by its ref");
    let search = secrets.search(&customer, &webhook_secret);
    let found = search.found_in(log.as_bytes());
    assert!(found.is_empty(), "{found:?} in the log: {:?}", log.lines().find(|line| !search.found_in(line.as_bytes()).is_empty()));
}

/// The secret in every usual encoding, at any offset in a longer text.
fn encodings(secret: &[u8]) -> Vec<String> {
    let mut found = vec![hex(secret), hex(secret).to_uppercase(), format!("f{}", hex(secret))];
    for before in ["", "1", "22"] {
        let longer = [before.as_bytes(), secret, b"and more"].concat();
        found.extend([STANDARD.encode(&longer), STANDARD_NO_PAD.encode(&longer), URL_SAFE_NO_PAD.encode(&longer)]);
    }
    let again: Vec<_> = found.iter().map(|text| hex(text.as_bytes())).collect();
    found.extend(again);
    found
}

on_each_engine!(the_search_finds_what_is_planted);
async fn the_search_finds_what_is_planted(app: TestApp) {
    let first_wal_file = if app.installation.engine == Engine::Postgres { Some(app.installation.database.wal_file().await) } else { None };
    let photo = photos::selfie();
    let canaries: Vec<String> = (0..encodings(b"").len()).map(|_| canary()).collect();
    let window = &photo[30_000..30_032];
    let plain = canary();
    let texts = canaries.iter().chain([&plain]).map(|canary| (canary.as_str(), canary.clone().into_bytes()));
    let search = Search::new(texts, [("the JPEG", photo.to_vec())]);
    search.assert_absent_from(&stored_data(&app, first_wal_file.as_deref()).await);

    app.installation.database.plant(&format!("some words before {plain} and after")).await;
    for (number, canary) in canaries.iter().enumerate() {
        app.installation.database.plant(&encodings(canary.as_bytes())[number]).await;
    }
    let stored = stored_data(&app, first_wal_file.as_deref()).await;
    let found: Vec<(&str, usize)> = stored.iter().map(|(name, bytes)| (name.as_str(), search.found_in(bytes).len())).filter(|(_, found)| *found > 0).collect();
    let expected = if app.installation.engine == Engine::Postgres {
        ["every row", "/base/", "the write-ahead log"].as_slice()
    } else {
        ["flow-sessions.db-wal"].as_slice()
    };
    for part in expected {
        assert!(found.iter().any(|(name, found)| name.contains(part) && *found == canaries.len() + 1), "{part} contains everything planted: {found:?}");
    }

    let folder = app.installation.data().join("artifacts");
    fs::create_dir_all(&folder).expect("the folder of artifacts");
    for (number, spelling) in encodings(window).into_iter().map(String::into_bytes).chain([window.to_vec()]).enumerate() {
        fs::write(folder.join("planted"), spelling).expect("plants a file");
        let planted = fs::read(folder.join("planted")).expect("reads it");
        assert_eq!(search.found_in(&planted).into_iter().collect::<Vec<_>>(), ["the JPEG"], "spelling {number}");
    }
    assert!(stored_data(&app, None).await.iter().any(|(name, bytes)| name.ends_with("planted") && !search.found_in(bytes).is_empty()));
}
