//! A logo is decoded and encoded once, when its flow is imported. Everybody may load it, so serving it must cost next to nothing.

use base64::Engine as _;
use reqwest::{Client, Response, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{TestApp, Value, json, on_each_engine, photos, raw};

const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Imports a flow with this logo, and returns the logo's address.
async fn logo_of(app: &TestApp, logo: &str) -> String {
    let step = json!({ "id": "about", "type": "FORM", "title": "About", "fields": [{ "name": "nickname", "type": "TEXT", "label": "Nickname" }] });
    let flow = json!({ "name": "branded", "branding": { "companyName": "Acme", "logo": logo }, "steps": [step] });
    app.operator.import_flow(&flow).await;
    let link = app.operator.link_of("branded", &[]).await;
    let customer = crate::support::Customer::with_link(&app.installation, &link);
    let public: Value = customer.public().await.expect(200).json();
    format!("{}{}", app.installation.base(), public["branding"]["logoUrl"].as_str().expect("a logo"))
}

async fn get(url: &str, tag: Option<&str>) -> Response {
    let request = Client::new().get(url);
    let request = if let Some(tag) = tag { request.header(header::IF_NONE_MATCH, tag) } else { request };
    request.send().await.expect("an answer")
}

on_each_engine!(a_logo_is_kept_at_import_and_served_with_an_etag);
async fn a_logo_is_kept_at_import_and_served_with_an_etag(app: TestApp) {
    let url = logo_of(&app, &format!("data:image/png;base64,{PIXEL}")).await;
    let kept = "SELECT COUNT(*) FROM logos WHERE flow IN (SELECT id FROM flows WHERE name = 'branded')";
    assert_eq!(app.installation.database.number(kept).await, 1, "before anybody loads it");
    let first = get(&url, None).await;
    assert_eq!((first.status().as_u16(), &first.headers()["content-type"]), (200, &header::HeaderValue::from_static("image/png")));
    let tag = first.headers()["etag"].to_str().expect("a tag").to_owned();
    assert!(first.headers()["cache-control"].to_str().expect("text").contains("immutable"));
    assert!(first.bytes().await.expect("a body").starts_with(b"\x89PNG"));
    for given in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let again = get(&url, Some(&given)).await;
        assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().expect("a tag")), (304, tag.as_str()), "{given}");
        assert!(again.bytes().await.expect("a body").is_empty());
    }
    assert_eq!(get(&url, Some("\"other\"")).await.status(), 200);

    // What is served is what was kept: nothing is decoded for it.
    app.installation
        .database
        .change("UPDATE logos SET png = (SELECT png FROM logos WHERE flow NOT IN (SELECT id FROM flows WHERE name = 'branded') LIMIT 1)")
        .await;
    let other = get(&url, None).await.bytes().await.expect("a body");
    assert_eq!(&other[16..24], [0, 0, 0, 64, 0, 0, 0, 64], "the logo of the flow `demo`, 64 by 64");
}

on_each_engine!(a_logo_from_before_is_kept_at_its_first_use);
async fn a_logo_from_before_is_kept_at_its_first_use(app: TestApp) {
    let url = logo_of(&app, &format!("data:image/png;base64,{PIXEL}")).await;
    let bytes = get(&url, None).await.bytes().await.expect("a body");
    app.installation.database.change("DELETE FROM logos").await;
    let at_once = futures::future::join_all((0..20).map(|_| async { get(&url, None).await.bytes().await.expect("a body") }));
    assert!(at_once.await.iter().all(|again| *again == bytes));
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM logos").await, 1);

    // One that does not decode any more is tried once.
    app.installation.database.change("DELETE FROM logos").await;
    app.installation.database.change(&format!("UPDATE flows SET definition = REPLACE(definition, '{PIXEL}', 'AAAA') WHERE name = 'branded'")).await;
    let mut app = app;
    app.crash_and_restart().await;
    assert_eq!([get(&url, None).await.status(), get(&url, None).await.status()], [404, 404]);
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM logos WHERE LENGTH(png) = 0").await, 1);
}

on_each_engine!(a_logo_that_many_take_slowly_is_in_memory_once);
async fn a_logo_that_many_take_slowly_is_in_memory_once(app: TestApp) {
    // As a PNG it has several times as many bytes.
    let jpeg = base64::engine::general_purpose::STANDARD.encode(photos::noise(380, 380));
    let url = logo_of(&app, &format!("data:image/jpeg;base64,{jpeg}")).await;
    let size = get(&url, None).await.bytes().await.expect("a body").len();
    let request = raw::get(url.strip_prefix(app.installation.base().as_str()).expect("our address"));
    let before = raw::memory_kib(&app.server, "VmRSS");
    let mut readers = Vec::new();
    for _ in 0..200 {
        let mut reader = raw::connect_slow_reader(app.installation.port).await;
        reader.write_all(&request).await.expect("sends");
        reader.read_exact(&mut [0; 12]).await.expect("the answer begins");
        readers.push(reader);
    }
    let grown = raw::memory_kib(&app.server, "VmRSS").saturating_sub(before);
    println!("{:?}: {grown} KiB more for 200 slow readers of {size} bytes", app.installation.engine);
    assert!(size > 300 * 1024 && grown < 40 * 1024, "{grown} KiB more for 200 slow readers of {size} bytes");
    drop(readers);
}
