//! The dashboard speaks three languages, its error messages included.

use std::collections::BTreeSet;

use crate::support::html::{attribute, tags};
use crate::support::{TestApp, on_each_engine};

on_each_engine!(the_dashboard_speaks_three_languages);
async fn the_dashboard_speaks_three_languages(app: TestApp) {
    let browser = app.browser("ADMIN").await;
    let mut headings = BTreeSet::new();
    for language in ["pt-BR", "en", "es"] {
        let form = [("language", language), ("back", "/dashboard/sessions?plain=1")];
        let page = browser.page(&browser.post("/dashboard/language", &form).await.see_other()).await;
        assert_eq!(attribute(tags(&page, "html")[0], "lang").as_deref(), Some(language));
        headings.insert(page.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).expect("a heading").to_owned());
    }
    assert_eq!(headings.len(), 3, "{headings:?}");
    assert_eq!(browser.post("/dashboard/language", &[("language", "en"), ("back", "//evil.example")]).await.see_other(), "/dashboard");
}

/// The text of the only element with this class.
fn text_of<'a>(page: &'a str, class: &str) -> &'a str {
    let rest = page.split(&format!(r#"class="{class}""#)).nth(1).unwrap_or_else(|| panic!("no {class} in {page}"));
    rest.split_once('>').and_then(|(_, rest)| rest.split_once("</span>")).expect("an element with text").0
}

on_each_engine!(a_refused_url_is_explained_in_the_language_of_the_page);
async fn a_refused_url_is_explained_in_the_language_of_the_page(app: TestApp) {
    let browser = app.browser("ADMIN").await;
    let long = [format!("https://example.com/{}", "a".repeat(2_048)), format!("https://{}example/", "a.".repeat(130)), format!("https://{}/", "a".repeat(64))];
    let urls = [
        ("nonsense", "https://"),
        ("ftp://example.com/", "ftp:"),
        ("https://ana:secret@example.com/", "URL"),
        ("https://example.com:0/", "0"),
        ("https://10.0.0.1/", "FLOW_WEBHOOK_ALLOW_NETS"),
        ("http://10.0.0.1/", "FLOW_WEBHOOK_ALLOW_NETS"),
        (long[0].as_str(), "2048"),
        (long[1].as_str(), "253"),
        (long[2].as_str(), "63"),
    ];
    let english = ["the", "is", "are", "of", "has", "with", "and", "not"];
    for (url, detail) in urls {
        let mut sentences = BTreeSet::new();
        for language in ["pt-BR", "en", "es"] {
            browser.post("/dashboard/language", &[("language", language), ("back", "/dashboard/webhooks")]).await.expect(303);
            let page = browser.post("/dashboard/webhooks", &[("url", url)]).await.expect(422).text();
            let why = text_of(&page, "fault").to_owned();
            assert!(why.contains(detail), "{url}: {why}");
            let is_english = why.to_lowercase().split_whitespace().any(|word| english.contains(&word));
            assert!(language == "en" || !is_english, "{language}: {why}");
            sentences.insert(why);
        }
        assert_eq!(sentences.len(), 3, "{sentences:?}");
    }
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM endpoints").await, 0);
}
