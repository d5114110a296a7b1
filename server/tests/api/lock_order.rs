//! An operator's row is locked before the operator's links and sign-ins, whoever changes them. Otherwise two requests would wait for each
//! other, and PostgreSQL would end one of them. SQLite has one writer at a time.

use crate::support::dashboard::path_of;
use crate::support::{Browser, Engine, Reply, TestApp};

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
