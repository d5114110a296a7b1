//! A form that was refused leads a browser back to the form's own page, which says why and keeps what was typed. So Back never meets a
//! page that was a form's answer. A program gets the page itself, with the status.

use super::SESSIONS;
use crate::support::dashboard::{PASSWORD, path_of};
use crate::support::html::{text_of, without_nonces};
use crate::support::{Browser, Installation, TestApp, on_each_engine};

/// A refused form: where it is sent, its page, what is typed, and what the page then says.
struct Case {
    action: String,
    page: String,
    form: Vec<(&'static str, &'static str)>,
    says: &'static str,
    status: u16,
}

fn case(action: &str, page: &str, form: &[(&'static str, &'static str)], says: &'static str, status: u16) -> Case {
    Case { action: action.to_owned(), page: page.to_owned(), form: form.to_vec(), says, status }
}

impl Case {
    /// What was typed into lines of text, and by which name.
    fn typed(&self) -> impl Iterator<Item = &(&'static str, &'static str)> {
        self.form.iter().filter(|(name, _)| ["q", "customer", "ttl", "reason", "url", "email", "name"].contains(name))
    }
}

/// A password that nobody has.
const GUESS: &str = "a guess of mine";

/// The address of a page that keeps a refused form, in English.
fn in_english(address: &str) -> String {
    format!("{address}&lang=en")
}

/// Sends a refused form as a browser and as a program. Returns the address of the page that says why.
async fn assert_refused(browser: &Browser, case: &Case) -> String {
    let before = without_nonces(&browser.page(&format!("{}?lang=en", case.page)).await);
    let address = browser.submit(&case.action, &case.form).await.see_other();
    let (path, kept) = address.split_once("?kept=").unwrap_or_else(|| panic!("{}: {address}", case.action));
    assert_eq!(path, case.page, "{}", case.action);
    assert!(kept.chars().all(|char| char.is_ascii_alphanumeric() || "-_".contains(char)), "nothing is readable: {address}");
    let page = browser.page(&in_english(&address)).await;
    assert!(text_of(&page).contains(case.says), "{}: {} in {}", case.action, case.says, text_of(&page));
    for (name, typed) in case.typed() {
        assert!(page.contains(typed), "{}: {name} is kept: {page}", case.action);
        assert!(!before.contains(typed), "{}: {name} is not on the page anyway", case.action);
    }
    assert!(!page.contains(GUESS), "{}: no password is kept: {page}", case.action);
    assert_eq!(without_nonces(&browser.page(&in_english(&address)).await), without_nonces(&page), "it can be loaded again");
    assert_eq!(without_nonces(&browser.page(&format!("{}?lang=en", case.page)).await), before, "the plain page is as it was");
    let program = browser.post(&format!("{}?lang=en", case.action), &case.form).await.expect(case.status);
    assert!(text_of(&program.text()).contains(case.says), "{}", program.text());
    address
}

on_each_engine!(a_refused_form_leads_back_to_its_page);
async fn a_refused_form_leads_back_to_its_page(app: TestApp) {
    let (admin, other, agent) = (app.browser("ADMIN").await, app.browser("ADMIN").await, app.browser("AGENT").await);
    let customer = app.customer().await;
    customer.finish().await;
    let done = format!("{SESSIONS}/{}", app.operator.session_ref(&customer.id).await);
    let cases = [
        case("/dashboard/links", "/dashboard/links", &[("flow", "minimal"), ("customer", "a b"), ("ttl", "soonish")], "There are 2 things to correct", 422),
        case(SESSIONS, SESSIONS, &[("q", "crm-nowhere")], "crm-nowhere", 200),
        case("/dashboard/customers", "/dashboard/customers", &[("q", "crm-nowhere")], "No dossier", 200),
        case(&format!("{done}/decision"), &done, &[("decision", "MAYBE"), ("reason", "seen in person")], "one of the options", 422),
        case(&format!("{done}/decision"), &done, &[("decision", "APPROVED"), ("reason", "seen in person"), ("after", "9")], "has changed", 409),
        case(&format!("{done}/link"), &done, &[("customer", "crm-nowhere")], "create a new dossier", 422),
        case(&format!("{done}/expire"), &done, &[], "has changed", 409),
        case("/dashboard/webhooks", "/dashboard/webhooks", &[("url", "ftp://receiver.example/hook")], "ftp", 422),
        case("/dashboard/api-keys", "/dashboard/api-keys", &[("name", "the-crm")], "at least one scope", 422),
        case("/dashboard/operators", "/dashboard/operators", &[("email", "nobody-at-all"), ("role", "AGENT")], "Enter an e-mail address", 422),
        case(
            "/dashboard/account/password",
            "/dashboard/account",
            &[("password_current", GUESS), ("password", PASSWORD), ("password_again", GUESS)],
            "same password twice",
            422,
        ),
    ];
    for case in &cases {
        let address = in_english(&assert_refused(&admin, case).await);
        let page = other.page(&address).await;
        for (name, typed) in case.typed() {
            assert!(!page.contains(typed), "{}: {name} is another operator's", case.action);
        }
    }
    // The token belongs to one page.
    let kept = admin.submit("/dashboard/customers", &[("q", "crm-nowhere")]).await.see_other();
    assert!(!admin.page(&kept.replace("customers", "sessions")).await.contains("crm-nowhere"));
    // A role that may not search for a number.
    let number = app.browser("AUDITOR").await.submit(SESSIONS, &[("q", "52998224725")]).await.see_other();
    assert!(number.starts_with(&format!("{SESSIONS}?kept=")), "{number}");
    // More than an address takes: the page itself.
    let long = "x".repeat(9_000);
    assert!(agent.submit("/dashboard/links", &[("flow", "minimal"), ("customer", &long)]).await.expect(422).text().contains(&long));
}

on_each_engine!(a_refused_entrance_leads_back_to_its_page, Installation);
async fn a_refused_entrance_leads_back_to_its_page(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on"))).await;
    let nobody = Browser::signed_out(&app.installation);
    let wrong = [("email", "nobody@acme.example"), ("password", GUESS)];
    let address = nobody.submit("/dashboard/sign-in?next=%2Fdashboard%2Flinks", &wrong).await.see_other();
    assert!(address.starts_with("/dashboard/sign-in?kept=") && address.ends_with("&next=%2Fdashboard%2Flinks"), "{address}");
    let page = nobody.page(&in_english(&address)).await;
    for shown in ["nobody@acme.example", r#"role="alert""#, r#"value="/dashboard/links""#] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains(GUESS), "{page}");
    // A second try from that page does not keep what the first one left.
    let again = nobody.submit(&address, &wrong).await.see_other();
    assert_eq!(again.matches("kept=").count(), 1, "{again}");
    for _ in 0..10 {
        nobody.submit("/dashboard/sign-in", &wrong).await.expect(303);
    }
    let limited = nobody.submit("/dashboard/sign-in", &wrong).await;
    assert!(!limited.headers.contains_key("retry-after"), "a redirect is followed at once");
    let page = nobody.page(&in_english(&limited.see_other())).await;
    assert!(page.contains("Too many") && page.contains("nobody@acme.example"), "{page}");

    let invitation = path_of(&app.operator.invite("new@acme.example", "AGENT").await);
    let differ = [("password", PASSWORD), ("password_again", "another one entirely")];
    let address = nobody.submit(&invitation, &differ).await.see_other();
    assert!(address.starts_with(&format!("{invitation}?kept=")), "{address}");
    assert!(nobody.page(&in_english(&address)).await.contains("same password twice"));
    assert_eq!(nobody.submit(&address, &[("password", PASSWORD), ("password_again", PASSWORD)]).await.see_other(), "/dashboard");
    // The link was used.
    let gone = nobody.submit(&invitation, &differ).await.see_other();
    assert_eq!(gone, invitation);
    nobody.get(&gone).await.expect(410);
}
