//! Lists continue on the next page without gaps or repeats, filters and searches find what they name, and a shortened
//! timeline says so.

use std::collections::BTreeSet;

use super::{SESSIONS, create};
use crate::support::html::{attribute, links, tags};
use crate::support::{Browser, Engine, TestApp, UNKNOWN_ID, on_each_engine};

/// The refs that a list shows, in order, and the link to the next page.
async fn list(browser: &Browser, path: &str) -> (Vec<String>, Option<String>) {
    let page = browser.page(path).await;
    let rows = links(&page, &format!("{SESSIONS}/")).into_iter().filter_map(|link| link.strip_prefix(&format!("{SESSIONS}/")).map(str::to_owned));
    let older = links(&page, SESSIONS).into_iter().find(|link| link.contains("before="));
    (rows.filter(|row| uuid::Uuid::parse_str(row).is_ok()).collect(), older)
}

on_each_engine!(the_list_of_sessions_pages_without_gaps_or_repeats);
async fn the_list_of_sessions_pages_without_gaps_or_repeats(app: TestApp) {
    let admin = app.browser("ADMIN").await;
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
    assert_eq!((second.as_slice(), end), (&made[50..], None), "the other ten, whatever was created meanwhile");

    admin.post(&format!("{SESSIONS}/{}/expire", made[0]), &[]).await.expect(303);
    let customer = app.customer_with(&["--customer", "52998224725"]).await;
    customer.finish().await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    let (all, older) = list(&admin, &format!("{SESSIONS}?status=PENDING")).await;
    let (rest, _) = list(&admin, &older.expect("the filter goes on")).await;
    let pending: BTreeSet<&String> = all.iter().chain(&rest).collect();
    assert_eq!((pending.len(), all.len() + rest.len()), (64, 64));
    assert!(!pending.contains(&made[0]) && !pending.contains(&session_ref));
    for (filter, expected) in
        [("status=COMPLETED", Some(&session_ref)), ("status=EXPIRED", Some(&made[0])), ("status=PROCESSING", None), ("review=1", Some(&session_ref))]
    {
        let (rows, older) = list(&admin, &format!("{SESSIONS}?{filter}")).await;
        assert_eq!((rows.iter().collect::<Vec<_>>(), older), (Vec::from_iter(expected), None), "{filter}");
    }
    let approved = [("decision", "APPROVED"), ("reason", "looked at it")];
    admin.post(&format!("{SESSIONS}/{session_ref}/decision"), &approved).await.expect(303);
    assert_eq!(list(&admin, &format!("{SESSIONS}?review=1")).await.0, Vec::<String>::new());

    let link = format!("https://verify.example/verify/{}?lang=es", customer.id);
    for found in [customer.id.as_str(), &link, &session_ref, &session_ref[..13], &session_ref[24..], &session_ref[24..].to_uppercase()] {
        assert_eq!(admin.post(SESSIONS, &[("q", found)]).await.see_other(), format!("{SESSIONS}/{session_ref}"));
    }
    // PostgreSQL accepts no NUL in a text, so no flow has this name.
    admin.post("/dashboard/links", &[("flow", "mini\0mal")]).await.expect(422);
    let by_customer = admin.post(SESSIONS, &[("q", " 52998224725 ")]).await.see_other();
    assert!(!by_customer.contains("52998224725"), "the address does not contain the search: {by_customer}");
    assert_eq!(list(&admin, &by_customer).await.0, [session_ref]);
    let nothing = admin.post(SESSIONS, &[("q", UNKNOWN_ID)]).await.expect(200).text();
    assert!(links(&nothing, &format!("{SESSIONS}/")).is_empty(), "{nothing}");
}

on_each_engine!(every_list_continues_on_the_next_page);
async fn every_list_continues_on_the_next_page(app: TestApp) {
    let (admin, agent) = (app.browser("ADMIN").await, app.browser("AGENT").await);
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

    // Each list reads only its own fields of this form.
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
        // Among the operators the agent can be disabled too, but not the administrator who looks.
        let expected = if path.ends_with("operators") { 61 } else { 60 };
        assert_eq!((first.len(), first.iter().chain(&second).collect::<BTreeSet<_>>().len()), (50, expected), "{path}");
        admin.post(second.last().expect("the oldest"), &[]).await.expect(303);
    }
}

on_each_engine!(a_shortened_timeline_says_so);
async fn a_shortened_timeline_says_so(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let session_ref = create(&admin, &[("flow", "minimal")]).await;
    let path = format!("{SESSIONS}/{session_ref}?lang=en");
    let (sentence, moments) = ("only the newest 1000", |page: &str| tags(page.split("class=\"timeline\"").nth(1).expect("a timeline"), "li").len());
    let page = admin.page(&path).await;
    assert!(moments(&page) == 1 && !page.contains(sentence), "{page}");
    let more = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
         INSERT INTO audit (id, at, actor, action, subject) SELECT '00000000-0000-7000-8000-' || (100000000000 + i), i, 'system', 'session.revealed', '{session_ref}' FROM n"
    );
    app.installation.database.change(&more).await;
    let page = admin.page(&path).await;
    assert_eq!(moments(&page), 1000);
    assert!(page.contains(sentence) && page.contains("Created"), "the newest entries and a sentence that says there are more");
}

on_each_engine!(a_list_without_a_next_page_says_what_it_leaves_out);
async fn a_list_without_a_next_page_says_what_it_leaves_out(app: TestApp) {
    let (admin, database) = (app.browser("ADMIN").await, &app.installation.database);
    admin.post("/dashboard/webhooks", &[("url", "http://127.0.0.1:9/")]).await.expect(303);
    let pages = |dossier: &str| ["/dashboard/links", dossier, "/dashboard/account", "/dashboard/webhooks"].map(str::to_owned);
    let only = |what: &str| format!("Only the {what}");
    let says = async |path: &str, what: &str| admin.page(&format!("{path}?lang=en")).await.contains(&only(what));
    let create_one = async || create(&admin, &[("flow", "minimal"), ("customer", "crm-1")]).await;
    let first = create_one().await;
    let dossier = admin.dossier("crm-1").await.expect("a dossier");
    for path in pages(&dossier) {
        assert!(!says(&path, "").await, "{path} shows everything");
    }
    let endpoint = links(&admin.page("/dashboard/webhooks").await, "/dashboard/webhooks/").remove(0);
    let mut made = vec![first];
    for _ in 0..100 {
        made.push(create_one().await);
    }
    for session in &made[..51] {
        admin.post(&format!("{SESSIONS}/{session}/expire"), &[]).await.expect(303);
    }
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 199)";
    let flows = "SELECT '00000000-0000-7000-8000-000000000' || i, 'flow-' || i, 1, definition, resolved, i FROM flows, n WHERE name = 'minimal'";
    database.change(&format!("{numbers} INSERT INTO flows (id, name, version, definition, resolved, created_at) {flows}")).await;
    let bytes = if app.installation.engine == Engine::Sqlite { "CAST(t AS BLOB)" } else { "convert_to(t, 'UTF8')" };
    let sign_ins = format!("SELECT {bytes}, operator, created_at, seen_at, operator_mac FROM (SELECT s.*, '{:0>29}' || i AS t FROM sign_ins s, n) AS more", 0);
    database.change(&format!("{numbers} INSERT INTO sign_ins (token_hash, operator, created_at, seen_at, operator_mac) {sign_ins}")).await;
    for (path, what) in pages(&dossier).iter().zip(["first 100 flows", "newest 100", "newest 50", "newest 5 "]) {
        assert!(says(path, what).await, "{path}: {what}");
    }
    assert!(says(&endpoint, "newest 50").await);
    let all = links(&admin.page(&dossier).await, SESSIONS).into_iter().find(|link| link.contains("customer=")).expect("all sessions");
    let (rows, older) = list(&admin, &all).await;
    assert!(rows.len() == 50 && older.is_some(), "every session is a page away");
}
