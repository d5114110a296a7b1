//! The pages of the lists that rules ask: making one, adding, ending, importing, looking up, revealing, exporting.

use std::collections::BTreeSet;

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::dashboard::list_file;
use crate::support::html::{links, text_of};
use crate::support::{ApiClient, Browser, Reply, TestApp, json, on_each_engine, raw};

const LISTS: &str = "/dashboard/lists";
const MIB: usize = 1024 * 1024;

/// Makes a list, and returns the address of its page.
async fn create(browser: &Browser, name: &str, kind: &str) -> String {
    let page = browser.post(LISTS, &[("name", name), ("kind", kind)]).await.see_other();
    page.split('?').next().expect("a path").to_owned()
}

/// What people read on a page in English.
async fn read(browser: &Browser, page: &str) -> String {
    let and = if page.contains('?') { '&' } else { '?' };
    text_of(&browser.page(&format!("{page}{and}lang=en")).await)
}

async fn import(browser: &Browser, page: &str, csv: impl Into<String>) -> Reply {
    browser.send(list_file(browser.request(Method::POST, &format!("{page}/import?lang=en")), csv)).await
}

on_each_engine!(an_administrator_makes_fills_and_ends);
async fn an_administrator_makes_fills_and_ends(app: TestApp) {
    let (admin, auditor) = (app.browser("ADMIN").await, app.browser("AUDITOR").await);
    assert!(read(&admin, LISTS).await.contains("There are no lists yet"));
    let page = create(&admin, "payees", "account").await;
    for (form, says) in [
        ([("name", "payees"), ("kind", "text")], "There is already a list with this name"),
        ([("name", "Payees"), ("kind", "text")], "Use 1 to 64 lower-case letters"),
        ([("name", "others"), ("kind", "colour")], "Choose one of the options"),
    ] {
        let refused = text_of(&admin.post(&format!("{LISTS}?lang=en"), &form).await.expect(422).text());
        assert!(refused.contains(says), "{form:?}: {refused}");
    }
    let add = async |form: &[(&str, &str)]| admin.post(&format!("{page}/entries?lang=en"), form).await;
    assert!(add(&[("value", " acct-77 "), ("note", "rent")]).await.see_other().ends_with("?done=entry-added"));
    add(&[("value", "acct-88"), ("from", "2999-01-01T10:00"), ("until", "2999-01-01T11:00:00Z")]).await.expect(303);
    for (form, says) in [
        (vec![("value", "acct-77")], "The value is on the list already"),
        (vec![("value", "")], "Enter a value"),
        (vec![("value", "a\u{0}")], "Use 1 to 128 characters"),
        (vec![("value", "a"), ("from", "2030-01-02T00:00"), ("until", "2030-01-01T00:00")], "The end must come after the beginning"),
        (vec![("value", "a"), ("note", &"n".repeat(1_001))], "The note may have at most 1000 characters"),
        (vec![("value", "a"), ("until", "tomorrow")], "Enter a time such as 2026-11-30T12:00:00Z in “until”"),
    ] {
        let refused = text_of(&add(&form).await.expect(422).text());
        assert!(refused.contains(says), "{form:?}: {refused}");
    }
    let masked = read(&auditor, &page).await;
    assert!(masked.contains("••••77") && masked.contains("Active") && masked.contains("Not yet"), "{masked}");
    assert!(!masked.contains("acct-77") && !masked.contains("rent") && !masked.contains("Add a value") && !masked.contains("Export"), "{masked}");
    let (_, revealed) = admin.reveal(&page, &[]).await;
    assert!(revealed.contains("acct-77") && revealed.contains("rent"), "{revealed}");
    assert!(!read(&admin, &page).await.contains("acct-77"), "the plain address stays masked");

    let ids = app.installation.database.texts("SELECT id FROM list_entries ORDER BY id").await;
    admin.post(&format!("{page}/entries/{}/end", ids[0]), &[]).await.expect(303);
    admin.post(&format!("{page}/entries/{}/end", ids[0]), &[]).await.expect(409);
    assert!(read(&admin, &page).await.contains("Ended"));
    let exported = admin.get(&format!("{page}/export")).await.expect(200);
    assert_eq!(exported.header("content-disposition"), "attachment; filename=\"payees.csv\"");
    assert!(exported.text().starts_with("value,note,from,until\nacct-77,rent,20"), "{}", exported.text());
    assert_eq!(auditor.get(&format!("{page}/export")).await.status, 403);
}

on_each_engine!(a_file_replaces_what_is_in_a_list_and_its_faults_are_named_by_line);
async fn a_file_replaces_what_is_in_a_list_and_its_faults_are_named_by_line(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let page = create(&admin, "countries", "country").await;
    let program = ApiClient::new(&app.installation, &["rules"]).await;
    let rule = json!({ "name": "far", "when": { "field": "country", "inList": "countries" }, "then": { "action": "REVIEW" } });
    program.send(program.request(Method::PUT, "/rules/far").json(&rule)).await.expect(201);
    assert!(import(&admin, &page, "value,note\nKP,\nir,\"a, b\"\n").await.see_other().ends_with("?done=list-imported"));
    let all = read(&admin, LISTS).await;
    assert!(all.contains("countriesCountry2far"), "its entries and its rules: {all}");
    let shown = read(&admin, &page).await;
    assert!(shown.contains("IR") && shown.contains("a, b") && shown.contains("KP"), "a country is nobody's secret: {shown}");

    import(&admin, &page, "value\nKP\nMM\n").await.expect(303);
    let ended = "SELECT COUNT(*) FROM list_entries WHERE until_at IS NOT NULL";
    assert_eq!((app.installation.database.number(ended).await, read(&admin, LISTS).await.contains("countriesCountry2far")), (1, true));
    assert!(read(&admin, &page).await.contains("Ended"), "IR is not in the file");

    let wrong = "value,until\nKP,\nUK,\nBR,soon\nKP,\n";
    let refused = text_of(&import(&admin, &page, wrong).await.expect(422).text());
    assert!(refused.contains("Line 4: enter a time such as 2026-11-30T12:00:00Z in “until”"), "{refused}");
    let wrong = "value\nKP\nUK\nKP\n";
    let refused = text_of(&import(&admin, &page, wrong).await.expect(422).text());
    assert!(refused.contains("Line 3: use a country code of two letters") && refused.contains("Line 4: this value appears twice"), "{refused}");
    let often = format!("value,from,until\n{}", "KP,2020-01-01T00:00:00Z,2020-01-02T00:00:00Z\n".repeat(1_001));
    let refused = text_of(&import(&admin, &page, often).await.expect(422).text());
    assert!(refused.contains("Line 1002: more than 1000 entries of this value"), "{refused}");
    let many = format!("value\n{}", "UK\n".repeat(25));
    let refused = text_of(&import(&admin, &page, many).await.expect(422).text());
    assert!(refused.contains("Line 21:") && !refused.contains("Line 22:") && refused.contains("5 more faults"), "{refused}");
    for (language, says) in [("pt-BR", "Linha 2: use um código de país"), ("es", "Línea 2: use un código de país")] {
        let request = list_file(admin.request(Method::POST, &format!("{page}/import?lang={language}")), "value\nUK\n");
        let refused = text_of(&admin.send(request).await.expect(422).text());
        assert!(refused.contains(says), "{refused}");
    }
    let no_file = list_file(admin.request(Method::POST, &format!("{page}/import?lang=en")), "");
    assert!(text_of(&admin.send(no_file).await.expect(422).text()).contains("Choose a CSV file"));
    assert_eq!(app.installation.database.number(ended).await, 1, "what was refused changed nothing");

    let large = "x".repeat(16 * 1024 * 1024 + 128 * 1024);
    import(&admin, &page, large.clone()).await.problem(413, "too-large");
    let by_hand = list_file(admin.request(Method::POST, &format!("{page}/import")), large).header("accept", "text/html");
    let back = admin.send(by_hand).await.see_other();
    assert!(read(&admin, &back).await.contains("a list's file can have at most 16 MiB"), "{back}");
}

on_each_engine!(a_file_of_millions_of_lines_is_read_no_further_than_its_bounds);
async fn a_file_of_millions_of_lines_is_read_no_further_than_its_bounds(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let page = create(&admin, "words", "text").await;
    import(&admin, &page, format!("value\n{}", "x".repeat(15 * MIB))).await.expect(422);
    let before = raw::memory_kib(&app.server, "VmHWM");
    let lines = |line: &str| line.repeat(15 * MIB / line.len());
    for (rows, says) in [
        (format!("value\n{}", lines("a\n")), "Line 3: this value appears twice"),
        (format!("value\n{}", lines(",\n")), "Line 2: "),
        (format!("value\n{}", lines(",,,,,,,,")), "Line 2: "),
        (lines(","), "the first line must name"),
        (format!("value\n{}", (0..2_000_000).map(|at| format!("{at}\n")).collect::<String>()), "100,000"),
    ] {
        let refused = text_of(&import(&admin, &page, rows.clone()).await.expect(422).text());
        assert!(refused.contains(says), "{:?}: {refused}", &rows[..20]);
        let grown = raw::memory_kib(&app.server, "VmHWM").saturating_sub(before) / 1024;
        assert!(grown < 120, "{:?}: {grown} MiB", &rows[..20]);
    }
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM list_entries").await, 0);
}

on_each_engine!(slow_readers_of_an_export_keep_no_whole_list_in_memory);
async fn slow_readers_of_an_export_keep_no_whole_list_in_memory(app: TestApp) {
    const ENTRIES: usize = 20_000;
    let admin = app.browser("ADMIN").await;
    let page = create(&admin, "payees", "text").await;
    let note = "n".repeat(700);
    let csv: String = std::iter::once("value,note\n".to_owned()).chain((0..ENTRIES).map(|at| format!("acct-{at},{note}\n"))).collect();
    import(&admin, &page, csv).await.expect(303);
    let (name, token) = admin.cookie();
    let request = format!("GET {page}/export HTTP/1.1\r\nHost: a\r\nCookie: {name}={token}\r\n\r\n");
    let before = raw::memory_kib(&app.server, "VmHWM");
    let mut readers = Vec::new();
    for _ in 0..20 {
        let mut reader = raw::connect_slow_reader(app.installation.port).await;
        reader.write_all(request.as_bytes()).await.expect("asks");
        let mut begun = [0; 12];
        reader.read_exact(&mut begun).await.expect("an answer");
        assert_eq!(&begun, b"HTTP/1.1 200");
        readers.push(reader);
    }
    let grown = raw::memory_kib(&app.server, "VmHWM").saturating_sub(before) / 1024;
    assert!(grown < 60, "20 readers of 14 MiB: {grown} MiB");
    drop(readers);
    let exported = admin.get(&format!("{page}/export")).await.expect(200).text();
    let values: BTreeSet<&str> = exported.lines().skip(1).map(|line| line.split(',').next().expect("a value")).collect();
    assert_eq!((exported.lines().count(), values.len()), (1 + ENTRIES, ENTRIES));
}

on_each_engine!(a_value_is_looked_up_and_is_in_no_address);
async fn a_value_is_looked_up_and_is_in_no_address(app: TestApp) {
    let (admin, auditor) = (app.browser("ADMIN").await, app.browser("AUDITOR").await);
    let page = create(&admin, "people", "cpf").await;
    import(&admin, &page, "value\n529.982.247-25\n").await.expect(303);
    let found = admin.submit(&format!("{page}/search"), &[("q", "52998224725")]).await.see_other();
    assert!(found.starts_with(&format!("{page}?kept=")) && !found.contains("529"), "{found}");
    let shown = read(&admin, &found).await;
    assert!(shown.contains("••••25") && shown.contains("All entries"), "{shown}");
    let nothing = text_of(&admin.post(&format!("{page}/search?lang=en"), &[("q", "39053344705")]).await.expect(200).text());
    assert!(nothing.contains("The list has no entry of this value"), "{nothing}");
    let hidden = text_of(&auditor.post(&format!("{page}/search?lang=en"), &[("q", "52998224725")]).await.expect(403).text());
    assert!(!hidden.contains("All entries"), "who may not reveal a number may not try numbers: {hidden}");
}

on_each_engine!(a_number_is_a_number_however_it_is_spelled);
async fn a_number_is_a_number_however_it_is_spelled(app: TestApp) {
    let (admin, auditor) = (app.browser("ADMIN").await, app.browser("AUDITOR").await);
    for (kind, value, spellings) in [
        ("cpf", "529.982.247-25", &["52998224725", "529982\u{3164}24725", "5299\u{115f}8224\u{ffa0}725", "52998\u{b7}224725", "39053344\u{1160}705"][..]),
        ("phone", "+5511912345678", &["+55 119\u{30fc}1234\u{30fc}5678", "(11) 91234-5678 ext", "11 9123\u{3164}45678"]),
        ("document", "MG-12.345.678", &["MG-12.345.678", "MG-12.345.678\u{3164}", "MG-12.345.679"]),
        ("account", "52998224725", &["52998224725\u{3164}", "\u{115f}529-982-247-25"]),
    ] {
        let page = create(&admin, &format!("of-{kind}"), kind).await;
        import(&admin, &page, format!("value\n{value}\n")).await.expect(303);
        for spelling in spellings {
            let refused = auditor.post(&format!("{page}/search?lang=en"), &[("q", spelling)]).await.expect(403).text();
            assert!(!refused.contains("All entries"), "{kind} {spelling:?}");
        }
    }
    let page = create(&admin, "accounts", "account").await;
    import(&admin, &page, "value\nacct-77\n").await.expect(303);
    let found = text_of(&auditor.post(&format!("{page}/search?lang=en"), &[("q", " acct-77\u{3164}")]).await.expect(200).text());
    assert!(found.contains("••••77"), "a company's own word: {found}");
}

on_each_engine!(entries_continue_on_the_next_page);
async fn entries_continue_on_the_next_page(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let page = create(&admin, "words", "text").await;
    let csv: String = std::iter::once("value\n".to_owned()).chain((0..60).map(|at| format!("word-{at:02}\n"))).collect();
    import(&admin, &page, csv).await.expect(303);
    let first = admin.page(&page).await;
    let older = links(&first, &page).into_iter().find(|link| link.contains("before=")).expect("there are older ones");
    let rest = admin.page(&older).await;
    let on = |page: &str| (0..60).filter(|at| page.contains(&format!("word-{at:02}<"))).count();
    assert_eq!((on(&first), on(&rest)), (50, 10));
    assert!(!links(&rest, &page).into_iter().any(|link| link.contains("before=")), "that was the last page");
    assert!(links(&rest, &page).contains(&page), "and back to the newest");
    admin.get(&format!("{LISTS}/01234567-89ab-7def-8123-456789abcdef")).await.expect(404);
}
