//! An operator's row is locked before the operator's links and sign-ins, whoever changes them. Otherwise two requests would wait for each
//! other, and PostgreSQL would end one of them. SQLite has one writer at a time.

use std::time::Duration;

use ::server::operators;
use tokio::time::timeout;

use crate::support::dashboard::path_of;
use crate::support::{Browser, Engine, Parts, Reply, TestApp};

const OPERATORS: &str = "/dashboard/operators";

/// Uses a link while an administrator does something to its operator, who has only this link. The administrator's transaction gets the
/// operator's row first; returns both answers.
async fn at_once(app: &TestApp, admin: &Browser, link: &str, path: String, form: Vec<(&'static str, &'static str)>) -> (Reply, Reply) {
    let database = &app.installation.database;
    let row = "SELECT id FROM operators WHERE id IN (SELECT operator FROM links) FOR UPDATE";
    let started = database.with_lock(row, async {
        let admin = admin.clone();
        let done = tokio::spawn(async move { admin.post(&path, &form).await });
        database.until_waiting(1).await;
        let (somebody, link) = (Browser::signed_out(&app.installation), link.to_owned());
        let used = tokio::spawn(async move { somebody.choose_password(&link).await });
        database.until_waiting(2).await;
        (done, used)
    });
    let (done, used) = started.await;
    (done.await.expect("no panic"), used.await.expect("no panic"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_used_while_it_is_replaced_or_its_operator_disabled() {
    let app = TestApp::on(Engine::Postgres).await;
    let admin = app.browser("ADMIN").await;
    let invitation = path_of(&app.operator.invite("new@example.com", "AGENT").await);
    let form = vec![("email", "new@example.com"), ("role", "AGENT")];
    let (invited, accepted) = at_once(&app, &admin, &invitation, OPERATORS.to_owned(), form).await;
    assert_eq!(invited.see_other(), OPERATORS);
    accepted.expect(410);
    app.installation.database.change("DELETE FROM links").await;

    for act in ["reset", "disable"] {
        let agent = app.browser("AGENT").await;
        let made = app.operator.json(&["operator", "reset", &agent.email]).await;
        let link = path_of(made["resetUrl"].as_str().expect("a link"));
        let id = app.installation.database.texts("SELECT operator FROM links").await.remove(0);
        let (done, used) = at_once(&app, &admin, &link, format!("{OPERATORS}/{id}/{act}"), Vec::new()).await;
        assert!(done.see_other().starts_with(OPERATORS), "{act}");
        used.expect(410);
        app.installation.database.run("DELETE FROM links").await;
    }
}

/// Each of two operators, signed in on a browser, uses the other's reset link there: each transaction ends the sign-ins of one and the
/// browser's own, which is the other's. Somebody else holds one of the two first. If the requests began with the link's operator, or with the
/// browser's, then one of them would get the free operator, the other one the held operator, and each would wait for the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_use_each_others_reset_links_at_once() {
    for held in ["MIN", "MAX"] {
        let app = TestApp::on(Engine::Postgres).await;
        let browsers = [app.browser("AGENT").await, app.browser("AGENT").await];
        let mut links = Vec::new();
        for browser in browsers.iter().rev() {
            let made = app.operator.json(&["operator", "reset", &browser.email]).await;
            links.push(path_of(made["resetUrl"].as_str().expect("a link")));
        }
        let database = &app.installation.database;
        let lock = format!("SELECT 1 FROM operators WHERE id = (SELECT {held}(operator) FROM links) FOR UPDATE");
        let started = database.with_lock(&lock, async {
            let mut started = Vec::new();
            for ((browser, link), waiting) in browsers.into_iter().zip(links).zip(1..) {
                started.push(tokio::spawn(async move { browser.choose_password(&link).await }));
                database.until_waiting(waiting).await;
            }
            started
        });
        for reply in started.await {
            assert_eq!(reply.await.expect("no panic").see_other(), "/dashboard", "{held}");
        }
    }
}

/// A request deletes several rows of an operator while it holds that operator. A sweep holds no operator, so it must wait for none of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_leaves_what_a_request_holds() {
    let app = TestApp::on(Engine::Postgres).await;
    let database = &app.installation.database;
    for _ in 0..2 {
        let agent = app.browser("AGENT").await;
        app.operator.json(&["operator", "reset", &agent.email]).await;
    }
    database.change("UPDATE sign_ins SET created_at = 1, seen_at = 1").await;
    database.change("UPDATE links SET expires_at = 1").await;
    let parts = Parts::at(app.installation.clone()).await;
    let left = async || (database.number("SELECT COUNT(*) FROM sign_ins").await, database.number("SELECT COUNT(*) FROM links").await);
    let of_one = "SELECT 1 FROM sign_ins s JOIN links l ON l.operator = s.operator WHERE s.operator = (SELECT MIN(operator) FROM links) FOR UPDATE";
    let swept = database.with_lock(of_one, timeout(Duration::from_secs(5), operators::sweep(&parts.kit))).await;
    swept.expect("it waits for nobody").expect("sweeps");
    assert_eq!(left().await, (1, 1), "the other operator's rows are gone");
    operators::sweep(&parts.kit).await.expect("sweeps");
    assert_eq!(left().await, (0, 0));
}
