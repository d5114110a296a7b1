//! What operators see: each what they may and no more, in their language, never what runs as script; lists that page without
//! losing or repeating anything; secrets that are shown once and kept in the clear nowhere.

use std::collections::BTreeSet;
use std::fs;

use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::support::chance::canary;
use crate::support::customer::honest;
use crate::support::desk::PASSWORD;
use crate::support::html::{attribute, links, tags, without_nonces};
use crate::support::search::Search;
use crate::support::{Customer, Desk, NOBODYS_ID, Program, Receiver, Reply, SOON, World, json, now_ms, on_each_engine, parse_ms, photos};

const SESSIONS: &str = "/dashboard/sessions";

/// Creates a link: the ref of its session.
async fn create(desk: &Desk, form: &[(&str, &str)]) -> String {
    let page = desk.post("/dashboard/links", form).await.see_other();
    page.strip_prefix("/dashboard/links/").unwrap_or_else(|| panic!("not the link's page: {page}")).to_owned()
}

/// The refs that a list shows, in its order, and where the next page is.
async fn list(desk: &Desk, path: &str) -> (Vec<String>, Option<String>) {
    let page = desk.page(path).await;
    let rows = links(&page, &format!("{SESSIONS}/")).into_iter().filter_map(|link| link.strip_prefix(&format!("{SESSIONS}/")).map(str::to_owned));
    let older = links(&page, SESSIONS).into_iter().find(|link| link.contains("before="));
    (rows.filter(|row| uuid::Uuid::parse_str(row).is_ok()).collect(), older)
}

/// What the only input of this id holds.
fn shown_in(page: &str, id: &str) -> Option<String> {
    let mut inputs = tags(page, "input").into_iter().filter(|input| attribute(input, "id").as_deref() == Some(id));
    inputs.next().and_then(|input| attribute(input, "value"))
}

/// Text that would be an element, or end an attribute, if anybody let it.
fn marked(what: &str) -> String {
    format!("\"'><xss-{what} onload=alert(1)>")
}

on_each_engine!(a_link_is_made_and_followed);
async fn a_link_is_made_and_followed(world: World) {
    let (agent, auditor) = (world.desk("AGENT").await, world.desk("AUDITOR").await);
    let form = [("flow", "minimal"), ("customer", "crm-1"), ("locale", "es"), ("ttl", "2h")];
    let session_ref = create(&agent, &form).await;
    let path = format!("/dashboard/links/{session_ref}");
    let page = agent.page(&path).await;
    let url = shown_in(&page, "link-url").expect("the link, to be copied");
    let id = url.strip_prefix(&format!("{}/verify/", world.place.base())).expect("the hosted link");
    assert!(!tags(&page, "svg").is_empty(), "a code for phones: {page}");
    for desk in [&world.desk("ADMIN").await, &world.desk("REVIEWER").await] {
        assert!(desk.page(&path).await.contains(&url));
    }
    assert!(!auditor.page(&path).await.contains(id), "who may not create links sees none");
    for page in [agent.page("/dashboard/links").await, auditor.page(&format!("{SESSIONS}/{session_ref}")).await] {
        assert!(!page.contains(id), "the id is on the link's own page and nowhere else");
    }
    let customer = Customer::at(&world.place, id);
    let public = customer.public().await.expect(200).json();
    assert_eq!((&public["locale"], &public["status"]), (&json!("es"), &json!("PENDING")));
    let lifetime = parse_ms(public["expiresAt"].as_str().expect("a time")) - now_ms();
    assert!((7_100_000..7_210_000).contains(&lifetime), "{lifetime} ms");
    let events = format!("{SESSIONS}/{session_ref}/events");
    let (stream, ()) = tokio::join!(agent.get(&events), customer.finish());
    assert!(stream.text().starts_with("event: status\n") && stream.text().contains("\"COMPLETED\""), "live: {}", stream.text());
    assert!(!agent.page(&path).await.contains(id), "a link that opens nothing any more is not shown");

    let long = "x".repeat(129);
    for wrong in [("flow", "nonsense"), ("flow", ""), ("customer", "a b"), ("customer", &*long), ("locale", "fr"), ("ttl", "31d"), ("ttl", "soon")] {
        let form: Vec<(&str, &str)> = form.into_iter().map(|(name, good)| (name, if name == wrong.0 { wrong.1 } else { good })).collect();
        let page = agent.post("/dashboard/links", &form).await.expect(422).text();
        assert!(!links(&page, &format!("#{}", wrong.0)).is_empty(), "{wrong:?}: the summary leads to the field");
        let typed = if wrong.0 == "customer" { wrong.1 } else { "crm-1" };
        assert_eq!(shown_in(&page, "customer").as_deref(), Some(typed), "what was typed is kept");
    }
    let all_wrong = [("flow", "nonsense"), ("customer", "a b"), ("locale", "fr"), ("ttl", "soon")];
    let page = agent.post("/dashboard/links", &all_wrong).await.expect(422).text();
    assert!(all_wrong.iter().all(|(name, _)| !links(&page, &format!("#{name}")).is_empty()), "every fault at once: {page}");
    assert_eq!(world.place.database.number("SELECT COUNT(*) FROM sessions").await, 1);
}

on_each_engine!(a_list_pages_without_losing_or_repeating);
async fn a_list_pages_without_losing_or_repeating(world: World) {
    let admin = world.desk("ADMIN").await;
    let mut made = Vec::new();
    for _ in 0..60 {
        made.push(create(&admin, &[("flow", "minimal")]).await);
    }
    made.sort_by(|a, b| b.cmp(a));
    let (first, older) = list(&admin, SESSIONS).await;
    assert_eq!(first, made[..50], "fifty, newest first");
    for _ in 0..5 {
        create(&admin, &[("flow", "minimal")]).await;
    }
    let (second, end) = list(&admin, &older.expect("there are older ones")).await;
    assert_eq!((second.as_slice(), end), (&made[50..], None), "the ten that are left, whatever came meanwhile");

    admin.post(&format!("{SESSIONS}/{}/expire", made[0]), &[]).await.expect(303);
    let customer = world.customer_with(&["--customer", "52998224725"]).await;
    customer.finish().await;
    let session_ref = world.operator.session_ref(&customer.id).await;
    let (all, older) = list(&admin, &format!("{SESSIONS}?status=PENDING")).await;
    let (rest, _) = list(&admin, &older.expect("the filter goes on")).await;
    let pending: BTreeSet<&String> = all.iter().chain(&rest).collect();
    assert_eq!((pending.len(), all.len() + rest.len()), (64, 64));
    assert!(!pending.contains(&made[0]) && !pending.contains(&session_ref));
    for (filter, expected) in [("status=COMPLETED", Some(&session_ref)), ("status=EXPIRED", Some(&made[0])), ("status=PROCESSING", None), ("review=1", None)] {
        let (rows, older) = list(&admin, &format!("{SESSIONS}?{filter}")).await;
        assert_eq!((rows.iter().collect::<Vec<_>>(), older), (Vec::from_iter(expected), None), "{filter}");
    }
    let waits = [("decision", "REVIEW"), ("reason", "look again")];
    admin.post(&format!("{SESSIONS}/{session_ref}/decision"), &waits).await.expect(303);
    assert_eq!(list(&admin, &format!("{SESSIONS}?review=1")).await.0, std::slice::from_ref(&session_ref));

    let link = format!("https://verify.example/verify/{}?lang=es", customer.id);
    for found in [customer.id.as_str(), &link, &session_ref, &session_ref[..13]] {
        assert_eq!(admin.post(SESSIONS, &[("q", found)]).await.see_other(), format!("{SESSIONS}/{session_ref}"));
    }
    // A text that PostgreSQL does not take is a flow that there is not.
    admin.post("/dashboard/links", &[("flow", "mini\0mal")]).await.expect(422);
    let by_customer = admin.post(SESSIONS, &[("q", " 52998224725 ")]).await.see_other();
    assert!(!by_customer.contains("52998224725"), "what is looked for comes into no address: {by_customer}");
    assert_eq!(list(&admin, &by_customer).await.0, [session_ref]);
    let nothing = admin.post(SESSIONS, &[("q", NOBODYS_ID)]).await.expect(200).text();
    assert!(links(&nothing, &format!("{SESSIONS}/")).is_empty(), "{nothing}");
}

on_each_engine!(every_list_goes_on_where_its_page_ends);
async fn every_list_goes_on_where_its_page_ends(world: World) {
    let (admin, agent) = (world.desk("ADMIN").await, world.desk("AGENT").await);
    let mut made = Vec::new();
    for _ in 0..60 {
        made.push(format!("/dashboard/links/{}", create(&agent, &[("flow", "minimal")]).await));
    }
    made.sort_by(|a, b| b.cmp(a));
    let first = agent.page("/dashboard/links").await;
    let older = links(&first, "/dashboard/links?before=").pop().expect("there are older ones");
    let second = agent.page(&older).await;
    let rows = |page: &str| links(page, "/dashboard/links/");
    assert_eq!((rows(&first).as_slice(), rows(&second).as_slice()), (&made[..50], &made[50..]));
    assert!(links(&second, "/dashboard/links?before=").is_empty());

    // Each of these lists takes what it needs of the form.
    for path in ["/dashboard/api-keys", "/dashboard/operators", "/dashboard/webhooks"] {
        for number in 0..60 {
            let (email, url) = (format!("agent-{number}@example.net"), format!("http://127.0.0.1:9/{number}"));
            let form = [("scope", "sessions:read"), ("role", "AGENT"), ("email", email.as_str()), ("url", url.as_str())];
            admin.post(path, &form).await.expect(303);
        }
        let disabling = |page: &str| {
            let actions = tags(page, "form").into_iter().filter_map(|form| attribute(form, "action"));
            actions.filter(|action| action.ends_with("/disable")).collect::<Vec<_>>()
        };
        let first = admin.page(path).await;
        let older = links(&first, &format!("{path}?before=")).pop().expect("there are older ones");
        let (first, second) = (disabling(&first), disabling(&admin.page(&older).await));
        // Of the operators the agent may be disabled too, and whoever looks may not.
        let expected = if path.ends_with("operators") { 61 } else { 60 };
        assert_eq!((first.len(), first.iter().chain(&second).collect::<BTreeSet<_>>().len()), (50, expected), "{path}");
        admin.post(second.last().expect("the oldest"), &[]).await.expect(303);
    }
}

on_each_engine!(a_timeline_that_is_cut_says_so);
async fn a_timeline_that_is_cut_says_so(world: World) {
    let admin = world.desk("ADMIN").await;
    let session_ref = create(&admin, &[("flow", "minimal")]).await;
    let path = format!("{SESSIONS}/{session_ref}?lang=en");
    let (sentence, moments) = ("at most 1000 each are shown", |page: &str| tags(page.split("class=\"timeline\"").nth(1).expect("a timeline"), "li").len());
    let page = admin.page(&path).await;
    assert!(moments(&page) == 1 && !page.contains(sentence), "{page}");
    let more = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
         INSERT INTO audit (id, at, actor, action, subject) SELECT 'u' || i, i, 'system', 'session.revealed', '{session_ref}' FROM n"
    );
    world.place.database.change(&more).await;
    let page = admin.page(&path).await;
    assert_eq!(moments(&page), 1000);
    assert!(page.contains(sentence) && page.contains("Created"), "the newest, and that there were more");
}

on_each_engine!(an_agent_sees_how_far_a_session_is_and_no_more);
async fn an_agent_sees_how_far_a_session_is_and_no_more(world: World) {
    let agent = world.desk("AGENT").await;
    let (customer, _) = (world.customer_with(&["--customer", "crm-secret-1"]).await, world.customer_with(&["--customer", "crm-secret-2"]).await);
    customer.finish().await;
    let link = format!("/dashboard/links/{}", world.operator.session_ref(&customer.id).await);
    assert_eq!(agent.get("/dashboard").await.see_other(), "/dashboard/links");
    let look = async || [without_nonces(&agent.page("/dashboard/links").await), without_nonces(&agent.page(&link).await)];
    let before = look().await;
    for page in &before {
        assert!(!page.contains("crm-secret"), "{page}");
        for closed in ["sessions", "customers", "unresolved", "webhooks", "api-keys", "operators"] {
            assert!(links(page, &format!("/dashboard/{closed}")).is_empty(), "no way to what an agent may not see: {closed}");
        }
    }
    let other = "(SELECT MAX(id) FROM customers)";
    let changed =
        format!("UPDATE sessions SET risk_score = 97, decision = 'REJECTED', reasons = 'cpf.check_digits', customer = {other} WHERE status = 'COMPLETED'");
    world.place.database.change(&changed).await;
    assert_eq!(look().await, before, "neither score nor decision nor customer makes a difference");
}

on_each_engine!(stored_script_stays_text);
async fn stored_script_stays_text(world: World) {
    let desk = Desk::named(&world.place, "<xss-mail>@example.com", "ADMIN").await;
    let kind = json!({ "name": "kind", "type": "SELECT", "label": marked("kind"), "options": [{ "value": "a", "label": marked("option") }] });
    let fields = json!([{ "name": "name", "type": "TEXT", "label": marked("label"), "hint": marked("hint") }, kind]);
    let selfie = json!([{ "name": "selfie_url", "type": "ARTIFACT", "label": marked("photo") }]);
    let flow = json!({ "name": "marked", "title": marked("title"), "branding": { "companyName": marked("company") }, "steps": [
        { "id": "identity", "type": "FORM", "title": marked("step"), "text": marked("text"), "fields": fields },
        { "id": "selfie", "type": "SELFIE", "title": marked("step"), "fields": selfie },
    ] });
    let file = world.place.home().join("flow.json");
    fs::write(&file, flow.to_string()).expect("writes the flow");
    world.operator.json(&["flow", "import", file.to_str().expect("UTF-8")]).await;
    let session_ref = create(&desk, &[("flow", "marked"), ("customer", "crm-1")]).await;
    let url = shown_in(&desk.page(&format!("/dashboard/links/{session_ref}")).await, "link-url").expect("the link");
    let customer = Customer::at(&world.place, url.rsplit('/').next().expect("an id"));
    let part = Part::bytes(photos::selfie().to_vec()).file_name(marked("file"));
    let upload = customer.api(Method::POST, "/upload").multipart(Form::new().text("field", "selfie_url").part("file", part));
    customer.send(upload).await.expect(201);
    customer.complete(json!({ "name": marked("name"), "kind": "a" })).await.expect(202);
    customer.reaches("COMPLETED", SOON).await;
    let page = format!("{SESSIONS}/{session_ref}");
    let (reason, typed) = (marked("reason"), marked("typed"));
    desk.post(&format!("{page}/decision"), &[("decision", "REVIEW"), ("reason", reason.as_str())]).await.expect(303);
    let hook = format!("http://127.0.0.1:9/{typed}");
    desk.post("/dashboard/webhooks", &[("url", hook.as_str())]).await.expect(303);
    let dossier = desk.dossier("crm-1").await.expect("a dossier");

    let mut seen: Vec<Reply> = Vec::new();
    for path in ["links", "sessions", "unresolved", "customers", "webhooks", "api-keys", "operators", "sign-in?next=/dashboard/<xss-next>", "<xss-path>"] {
        seen.push(desk.get(&format!("/dashboard/{path}")).await);
    }
    seen.extend([desk.get(&page).await, desk.get(&dossier).await, desk.get(&format!("/dashboard/links/{session_ref}?done=<xss-done>")).await]);
    for (path, input) in [("links", "customer"), ("webhooks", "url"), ("operators", "email"), ("sign-in", "email"), ("sessions", "q"), ("customers", "q")] {
        seen.push(desk.post(&format!("/dashboard/{path}"), &[(input, typed.as_str())]).await);
    }
    seen.push(desk.post(&format!("{page}/decision"), &[("decision", "MAYBE"), ("reason", typed.as_str())]).await);
    seen.push(desk.post(&format!("{page}/reveal"), &[]).await);
    let all: String = seen.iter().map(|reply| without_nonces(&reply.text())).collect();
    assert!(!all.contains("<xss-"), "{:?}", all.find("<xss-").map(|at| &all[at.saturating_sub(200)..]));
    for shown in ["mail", "kind", "option", "label", "photo", "title", "step", "name", "reason", "typed"] {
        assert!(all.contains(&format!("&lt;xss-{shown}")), "{shown} is shown as text");
    }
}

on_each_engine!(secrets_are_shown_once_and_kept_in_the_clear_nowhere);
async fn secrets_are_shown_once_and_kept_in_the_clear_nowhere(mut world: World) {
    let email = format!("{}@example.com", canary().to_lowercase());
    let (admin, company) = (Desk::named(&world.place, &email, "ADMIN").await, Receiver::start().await);
    let invited = format!("{}@example.com", canary().to_lowercase());
    let mut secrets = vec![("the e-mail", email), ("the invited", invited.clone()), ("the password", PASSWORD.to_owned()), ("the token", admin.cookie().1)];
    let forms: [(&str, Vec<(&str, &str)>); 3] = [
        ("webhooks", vec![("url", company.url.as_str())]),
        ("api-keys", vec![("scope", "sessions:create"), ("scope", "sessions:read")]),
        ("operators", vec![("email", invited.as_str()), ("role", "AGENT")]),
    ];
    for (path, form) in &forms {
        let path = format!("/dashboard/{path}");
        assert_eq!(admin.post(&path, form).await.see_other(), path);
        let secret = shown_in(&admin.page(&path).await, "secret").expect("what is shown once");
        assert!(!admin.page(&path).await.contains(&secret), "{path}: once");
        secrets.push(("what was shown once", secret));
    }
    let [hook, key, invitation] = [4, 5, 6].map(|at| secrets[at].1.clone());
    admin.post("/dashboard/settings/session-api", &[("value", "on")]).await.expect(303);
    let program = Program { id: String::new(), key, http: Customer::at(&world.place, "") };
    let created = program.create(&json!({ "flow": "minimal" })).await.expect(201).json();
    let customer = world.stranger(created["sessionId"].as_str().expect("an id"));
    customer.complete(honest(&customer.selfie().await)).await.expect(202);
    let event = company.only_event(&hook, SOON).await;
    assert_eq!(event["data"]["sessionId"], *customer.id);
    let session_ref = world.operator.session_ref(&customer.id).await;
    let reason = canary();
    admin.post(&format!("{SESSIONS}/{session_ref}/decision"), &[("decision", "REJECTED"), ("reason", reason.as_str())]).await.expect(303);
    admin.post(&format!("{SESSIONS}/{session_ref}/reveal"), &[]).await.expect(200);
    let endpoint = links(&admin.page("/dashboard/webhooks").await, "/dashboard/webhooks/").remove(0);
    admin.post(&format!("{endpoint}/disable"), &[]).await.expect(303);
    assert_eq!(world.place.database.number("SELECT COUNT(*) FROM endpoints WHERE disabled_at IS NULL").await, 0);

    secrets.extend([("the reason", reason), ("the session id", customer.id.trim_start_matches("sess_").to_owned())]);
    secrets[4].1 = hook.trim_start_matches("whsec_").to_owned();
    secrets[5].1 = program.key.trim_start_matches("fs_").to_owned();
    secrets[6].1 = invitation.rsplit('/').next().expect("a token").to_owned();
    assert_eq!(world.server.sigterm().await.0.code(), Some(0));
    let kept = world.place.kept().await;
    assert!(world.place.log.text().contains(&session_ref), "at trace the log speaks of the session by its ref");
    Search::new(secrets.iter().map(|(what, text)| (*what, text.clone().into_bytes())), []).is_nowhere_in(&kept);
}

on_each_engine!(the_dashboard_speaks_three_languages);
async fn the_dashboard_speaks_three_languages(world: World) {
    let desk = world.desk("ADMIN").await;
    let mut headings = BTreeSet::new();
    for language in ["pt-BR", "en", "es"] {
        let form = [("language", language), ("back", "/dashboard/sessions?plain=1")];
        let page = desk.page(&desk.post("/dashboard/language", &form).await.see_other()).await;
        assert_eq!(attribute(tags(&page, "html")[0], "lang").as_deref(), Some(language));
        headings.insert(page.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).expect("a heading").to_owned());
    }
    assert_eq!(headings.len(), 3, "{headings:?}");
    assert_eq!(desk.post("/dashboard/language", &[("language", "en"), ("back", "//evil.example")]).await.see_other(), "/dashboard");
}

/// What stands in the only element of this class.
fn text_of<'a>(page: &'a str, class: &str) -> &'a str {
    let rest = page.split(&format!(r#"class="{class}""#)).nth(1).unwrap_or_else(|| panic!("no {class} in {page}"));
    rest.split_once('>').and_then(|(_, rest)| rest.split_once("</span>")).expect("an element with text").0
}

on_each_engine!(a_refused_url_is_explained_in_the_language_of_the_page);
async fn a_refused_url_is_explained_in_the_language_of_the_page(world: World) {
    let desk = world.desk("ADMIN").await;
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
    for (url, told) in urls {
        let mut sentences = BTreeSet::new();
        for language in ["pt-BR", "en", "es"] {
            desk.post("/dashboard/language", &[("language", language), ("back", "/dashboard/webhooks")]).await.expect(303);
            let page = desk.post("/dashboard/webhooks", &[("url", url)]).await.expect(422).text();
            let why = text_of(&page, "fault").to_owned();
            assert!(why.contains(told), "{url}: {why}");
            let is_english = why.to_lowercase().split_whitespace().any(|word| english.contains(&word));
            assert!(language == "en" || !is_english, "{language}: {why}");
            sentences.insert(why);
        }
        assert_eq!(sentences.len(), 3, "{sentences:?}");
    }
    assert_eq!(world.place.database.number("SELECT COUNT(*) FROM endpoints").await, 0);
}
