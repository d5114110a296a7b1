//! The first start of this build binds the values that are there to their rows, once. A later start binds nothing.

use super::{OldInstallation, text};
use crate::support::{Browser, Installation, Operator, on_each_engine};

const UNBOUND: [&str; 7] = [
    "SELECT COUNT(*) FROM endpoints WHERE url_mac IS NULL",
    "SELECT COUNT(*) FROM operators WHERE role_mac IS NULL",
    "SELECT COUNT(*) FROM operators WHERE password IS NOT NULL AND password_mac IS NULL",
    "SELECT COUNT(*) FROM artifacts WHERE media_type_mac IS NULL",
    "SELECT COUNT(*) FROM sessions WHERE return_url IS NOT NULL AND return_url_mac IS NULL",
    "SELECT COUNT(*) FROM links WHERE operator_mac IS NULL",
    "SELECT COUNT(*) FROM api_keys WHERE scopes_mac IS NULL OR key_hash_mac IS NULL",
];

on_each_engine!(rows_from_before_are_bound_once, Installation);
async fn rows_from_before_are_bound_once(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let database = old.installation.database.clone();
    let fingerprint = async || database.texts("SELECT value FROM meta WHERE key = 'key_fingerprint'").await.remove(0);
    let before = fingerprint().await;
    let operator = Operator::at(&old.installation);
    operator.json(&["migrate"]).await;
    for sql in UNBOUND {
        assert_eq!(database.number(sql).await, 0, "{sql}");
    }
    assert!(database.number("SELECT COUNT(*) FROM artifacts").await > 0 && database.number("SELECT COUNT(*) FROM operators").await > 0);
    assert_ne!(fingerprint().await, before, "the database says that it is upgraded");
    database.change("UPDATE operators SET role_mac = NULL").await;
    let _app = old.serve().await;
    let admin = &old.facts["admin"];
    let browser = Browser::signed_out(&old.installation);
    let form = browser.form("/dashboard/sign-in", &[("email", text(&admin["email"])), ("password", text(&admin["password"]))]);
    let reply = browser.client().send_raw(form.header("sec-fetch-site", "same-origin")).await.expect("an answer");
    assert_eq!(reply.status, 500, "no later start binds a value again");
}

on_each_engine!(a_return_url_that_no_import_takes_any_more_is_not_shown, Installation);
async fn a_return_url_that_no_import_takes_any_more_is_not_shown(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let (customer, database) = (old.customer("approved"), &old.installation.database);
    let shown_ref = text(&old.session("approved")["shown"]["ref"]);
    database.change(&format!("UPDATE sessions SET return_url = 'https://user@evil.example/' WHERE ref = '{shown_ref}'")).await;
    let _app = old.serve().await;
    let page = customer.page("").await.expect(200).text();
    assert!(page.contains("data-status=\"COMPLETED\"") && !page.contains("evil.example"), "{page}");
}
