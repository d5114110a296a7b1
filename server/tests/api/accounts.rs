//! Administrators give a new password, another role, and access again; nothing takes the last of them away. No e-mail is ever lost to a
//! forgotten password or a disabled account.

use crate::support::dashboard::{PASSWORD, path_of};
use crate::support::html::links;
use crate::support::{Browser, Installation, Server, TestApp, now_ms, on_each_engine};

const OPERATORS: &str = "/dashboard/operators";
const NEW: &str = "three purple kettles sing";

/// The page of the operator with this e-mail address.
async fn page_of(admin: &Browser, email: &str) -> String {
    let mut found = Vec::new();
    for link in links(&admin.page(OPERATORS).await, &format!("{OPERATORS}/")) {
        if admin.page(&link).await.contains(&format!(">{email}</h1>")) {
            found.push(link);
        }
    }
    assert_eq!(found.len(), 1, "{email}");
    found.remove(0)
}

/// Makes a reset link on the page of an operator, and expects it to be shown once.
async fn reset_link(admin: &Browser, page: &str) -> String {
    assert_eq!(admin.post(&format!("{page}/reset"), &[]).await.see_other(), OPERATORS);
    let shown = admin.page(&format!("{OPERATORS}?lang=en")).await;
    assert!(shown.contains("Link for a new password"), "{shown}");
    let at = shown.find("/dashboard/reset/").expect("a link");
    let link: String = shown[at..].chars().take_while(|c| *c != '"').collect();
    assert!(!admin.page(OPERATORS).await.contains(&link), "shown once");
    link
}

on_each_engine!(a_reset_link_gives_a_new_password_once_within_an_hour);
async fn a_reset_link_gives_a_new_password_once_within_an_hour(app: TestApp) {
    let (admin, agent) = (app.browser("ADMIN").await, app.browser("AGENT").await);
    let page = page_of(&admin, &agent.email).await;
    let first = reset_link(&admin, &page).await;
    let made = app.operator.json(&["operator", "reset", &agent.email.to_uppercase()]).await;
    assert_eq!(made["email"], *agent.email);
    let second = path_of(made["resetUrl"].as_str().expect("a link"));
    let browser = Browser::signed_out(&app.installation);
    browser.get(&first).await.expect(410);
    let minutes = (app.installation.database.number("SELECT MAX(expires_at) FROM links").await - now_ms() * 1_000) / 60_000_000;
    assert!((59..=60).contains(&minutes), "{minutes}");
    assert!(browser.get(&second).await.expect(200).text().contains(&agent.email));
    browser.post(&second, &[("password", "password1234"), ("password_again", "password1234")]).await.expect(422);
    assert!(agent.is_signed_in().await, "nothing ends before the link is used");
    browser.sign_in(&agent.email, PASSWORD).await.expect(303);

    let form = [("password", NEW), ("password_again", NEW)];
    assert_eq!(browser.post(&second, &form).await.see_other(), "/dashboard");
    assert!(browser.is_signed_in().await && !agent.is_signed_in().await);
    browser.post(&second, &form).await.expect(410);
    agent.sign_in(&agent.email, PASSWORD).await.expect(422);
    agent.sign_in(&agent.email, NEW).await.expect(303);

    let late = reset_link(&admin, &page).await;
    app.installation.database.change("UPDATE links SET expires_at = expires_at - 3600000000").await;
    browser.post(&late, &form).await.expect(410);
    let nobody = app.operator.run(&["operator", "reset", "nobody@example.com"]).await;
    assert!(nobody.code == Some(1) && nobody.stderr.contains("no such operator"), "{nobody:?}");
    assert_eq!(app.operator.run(&["operator", "reset", "no address"]).await.code, Some(2));
}

on_each_engine!(a_role_takes_effect_at_once);
async fn a_role_takes_effect_at_once(app: TestApp) {
    let (admin, person) = (app.browser("ADMIN").await, app.browser("AGENT").await);
    let page = page_of(&admin, &person.email).await;
    person.get("/dashboard/sessions").await.expect(403);
    let set = async |role: &str| admin.post(&format!("{page}/role"), &[("role", role)]).await;
    assert_eq!(set("REVIEWER").await.see_other(), format!("{page}?done=role-changed"));
    person.get("/dashboard/sessions").await.expect(200);
    person.get(OPERATORS).await.expect(403);
    set("ADMIN").await.expect(303);
    person.get(OPERATORS).await.expect(200);
    set("AUDITOR").await.expect(303);
    person.post(OPERATORS, &[("email", "x@example.com"), ("role", "AGENT")]).await.problem(403, "forbidden");
    app.customer_with(&["--customer", "52998224725"]).await;
    let dossier = admin.dossier("52998224725").await.expect("a dossier");
    set("REVIEWER").await.expect(303);
    let revealed = person.post(&format!("{dossier}/reveal"), &[]).await.see_other();
    assert!(person.page(&revealed).await.contains("52998224725"));
    set("AUDITOR").await.expect(303);
    assert!(!person.page(&revealed).await.contains("52998224725"), "what was revealed is masked again");
    set("KING").await.problem(422, "invalid-request");
    let roles = app.installation.database.texts("SELECT role FROM audit WHERE action = 'operator.role_changed' ORDER BY at").await;
    assert_eq!(roles, ["REVIEWER", "ADMIN", "AUDITOR", "REVIEWER", "AUDITOR"]);
    let own = page_of(&admin, &admin.email).await;
    admin.post(&format!("{own}/role"), &[("role", "AGENT")]).await.problem(409, "conflict");
}

on_each_engine!(a_disabled_operator_is_enabled_again);
async fn a_disabled_operator_is_enabled_again(app: TestApp) {
    let (admin, agent) = (app.browser("ADMIN").await, app.browser("AGENT").await);
    let page = page_of(&admin, &agent.email).await;
    admin.post(&format!("{page}/enable"), &[]).await.problem(409, "conflict");
    admin.post(&format!("{page}/disable"), &[]).await.expect(303);
    agent.sign_in(&agent.email, PASSWORD).await.expect(422);
    admin.post(&format!("{page}/reset"), &[]).await.problem(409, "conflict");
    let refused = app.operator.run(&["operator", "reset", &agent.email]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("disabled"), "{refused:?}");
    let taken = admin.post(&format!("{OPERATORS}?lang=en"), &[("email", agent.email.as_str()), ("role", "AGENT")]).await.expect(422).text();
    assert!(taken.contains("enable them again"), "{taken}");
    admin.post(&format!("{page}/enable"), &[]).await.expect(303);
    agent.sign_in(&agent.email, PASSWORD).await.expect(303);
    let history = admin.page(&format!("{page}?lang=en")).await;
    let at = |text: &str| history.rfind(text).unwrap_or_else(|| panic!("{text} in {history}"));
    assert!(at("Enabled again<") < at("Invited<"), "newest first");
}

on_each_engine!(the_last_administrator_is_never_lost, Installation);
async fn the_last_administrator_is_never_lost(installation: Installation) {
    let mut server = Server::start_with(&installation, "--demo").await;
    let demo = Browser::signed_out(&installation);
    demo.post(&path_of(&server.link("one-time").await), &[]).await.expect(303);
    let ana = Browser::signed_in_as(&installation, "ana@example.com", "ADMIN").await;
    let of_ana = page_of(&demo, "ana@example.com").await;
    let of_demo = page_of(&demo, "demo@localhost").await;
    let refused = async |by: &Browser, path: String, form: &[(&str, &str)]| {
        let page = by.post(&format!("{path}?lang=en"), form).await.expect(409).text();
        assert!(page.contains("last administrator"), "{page}");
    };
    refused(&demo, format!("{of_ana}/disable"), &[]).await;
    refused(&demo, format!("{of_ana}/role"), &[("role", "AUDITOR")]).await;
    assert!(ana.is_signed_in().await);
    // The demonstration's administrator is nobody's to change by an invitation, nor by role.
    let operator = crate::support::Operator::at(&installation);
    assert_eq!(operator.run(&["operator", "add", "Demo@localhost", "--role", "AGENT"]).await.code, Some(2), "no new operator has such an address");
    ana.post(OPERATORS, &[("email", "demo@localhost"), ("role", "AGENT")]).await.expect(422);
    ana.post(&format!("{of_demo}/role"), &[("role", "AGENT")]).await.problem(409, "conflict");
    ana.post(&format!("{of_demo}/reset"), &[]).await.problem(409, "conflict");
    assert_eq!(installation.database.texts("SELECT role FROM operators").await, ["ADMIN", "ADMIN"]);
    ana.post(&format!("{of_demo}/disable"), &[]).await.expect(303);
    assert!(!demo.is_signed_in().await);
    server.kill();
    let server = Server::start_with(&installation, "--demo").await;
    demo.post(&path_of(&server.link("one-time").await), &[]).await.expect(303);
    demo.get(OPERATORS).await.expect(200);

    // An administrator who has not accepted the invitation cannot sign in, and so does not count.
    operator.invite("late@example.com", "ADMIN").await;
    refused(&demo, format!("{of_ana}/disable"), &[]).await;
    let eva = Browser::signed_in_as(&installation, "eva@example.com", "ADMIN").await;
    eva.post(&format!("{of_ana}/role"), &[("role", "AGENT")]).await.expect(303);
    ana.get(OPERATORS).await.expect(403);
}

on_each_engine!(an_invitation_that_changes_the_role_says_so);
async fn an_invitation_that_changes_the_role_says_so(app: TestApp) {
    for (role, changes) in [("AGENT", 0), ("AGENT", 0), ("REVIEWER", 1)] {
        app.operator.invite("new@example.com", role).await;
        let changed = "SELECT COUNT(*) FROM audit WHERE action = 'operator.role_changed'";
        assert_eq!(app.installation.database.number(changed).await, changes, "{role}");
    }
}

on_each_engine!(two_processes_cannot_take_each_others_administrator_away);
async fn two_processes_cannot_take_each_others_administrator_away(app: TestApp) {
    // A second process on the same database, as behind a load balancer.
    let beside = app.installation.on_another_port();
    let _other = Server::start(&beside).await;
    for round in 1..=4 {
        let first = Browser::signed_in_as(&app.installation, &format!("a{round}@example.com"), "ADMIN").await;
        let second = Browser::signed_in_as(&beside, &format!("b{round}@example.com"), "ADMIN").await;
        // Only these two are administrators.
        let others = "UPDATE operators SET disabled_at = 1 WHERE id NOT IN (SELECT id FROM operators ORDER BY id DESC LIMIT 2)";
        if round > 1 {
            app.installation.database.change(others).await;
        }
        let (of_first, of_second) = (page_of(&first, &first.email).await, page_of(&first, &second.email).await);
        let demotes = round % 2 == 0;
        let take = async |by: &Browser, page: &str| match demotes {
            true => by.post(&format!("{page}/role"), &[("role", "AGENT")]).await.status,
            false => by.post(&format!("{page}/disable"), &[]).await.status,
        };
        let statuses = tokio::join!(take(&first, &of_second), take(&second, &of_first));
        let left = app.installation.database.number("SELECT COUNT(*) FROM operators WHERE role = 'ADMIN' AND disabled_at IS NULL").await;
        assert_eq!(left, 1, "round {round}: {statuses:?}");
        assert!([statuses.0, statuses.1].contains(&303), "{statuses:?}");
    }
}
