//! Lists continue on the next page without gaps or repeats, filters and searches find what they name, and a shortened
//! timeline says so.

use std::collections::BTreeSet;

use super::{SESSIONS, create};
use crate::support::html::{attribute, links, tags};
use crate::support::{Browser, TestApp, UNKNOWN_ID, on_each_engine};

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
