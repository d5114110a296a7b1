//! A dossier has all evidence of one customer. An artifact without a customer is listed as unresolved; an operator links it to
//! a dossier or unlinks it, each change is in the audit, and the file never changes.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use reqwest::{Body, Method, header::CONTENT_TYPE};
use tokio::time::sleep;

use crate::support::customer::valid_user_data;
use crate::support::{Browser, Customer, Reply, SOON, TestApp, json, on_each_engine, photos};

/// A session with one photo, and the photo as the server returned it to its device.
struct Evidence {
    customer: Customer,
    session_ref: String,
    artifact: String,
    file: Vec<u8>,
}

impl Evidence {
    /// Completes a session with one photo.
    async fn of(app: &TestApp, arguments: &[&str], photo: &[u8], dossier: &str) -> Self {
        let customer = app.customer_with(arguments).await;
        let uploaded = customer.upload("selfie_url", photo).await.expect(201).json();
        assert_eq!(uploaded["dossier"], dossier, "{uploaded}");
        let artifact = uploaded["artifactId"].as_str().expect("an artifact id").to_owned();
        let file = customer.send(customer.api(Method::GET, &format!("/artifacts/{artifact}"))).await.expect(200).body;
        customer.complete(valid_user_data(&artifact)).await.expect(202);
        customer.wait_for_status("COMPLETED", SOON).await;
        let session_ref = app.operator.session_ref(&customer.id).await;
        Self { customer, session_ref, artifact, file }
    }

    fn session(&self) -> String {
        format!("/dashboard/sessions/{}", self.session_ref)
    }

    fn path(&self) -> String {
        format!("{}/artifacts/{}", self.session(), self.artifact)
    }

    /// Expects the command line, the list of unresolved artifacts and the dossier to agree on where the artifact is, and the
    /// file to be unchanged.
    async fn assert_filed(&self, app: &TestApp, browser: &Browser, dossier: Option<&str>) {
        let shown = app.operator.session(&self.customer.id).await;
        let expected = if dossier.is_some() { "LINKED" } else { "UNRESOLVED" };
        assert_eq!(shown["artifacts"][0]["dossier"], expected, "{shown}");
        let unresolved = browser.page("/dashboard/unresolved").await;
        assert_eq!(unresolved.contains(&self.artifact), dossier.is_none(), "{unresolved}");
        if let Some(dossier) = dossier {
            let page = browser.page(dossier).await;
            assert!(page.contains(&self.path()), "{page}");
        }
        assert!(browser.get(&self.path()).await.expect(200).body == self.file, "the file is the same");
    }

    /// The session's customer in the database.
    async fn customer_row(&self, app: &TestApp) -> String {
        app.installation.database.texts(&format!("SELECT COALESCE(customer, 'none') FROM sessions WHERE ref = '{}'", self.session_ref)).await.remove(0)
    }

    /// The audit of operators' changes to the session: each action, its artifact and its customer, sorted.
    async fn audit_entries(&self, app: &TestApp) -> Vec<String> {
        let sql = format!(
            "SELECT action || COALESCE(' ' || artifact, '') || ' ' || COALESCE(customer, '-') AS entry FROM audit \
             WHERE subject = '{}' AND actor = 'operator' AND action <> 'artifact.viewed' ORDER BY entry",
            self.session_ref
        );
        app.installation.database.texts(&sql).await
    }
}

/// Links the artifact or session, to a new dossier if need be; unlinks it where `form` is empty.
async fn change(browser: &Browser, path: &str, form: &[(&str, &str)]) -> Reply {
    match form {
        [] => browser.post(&format!("{path}/unlink"), &[]).await,
        form => browser.post(&format!("{path}/link"), &[form, &[("create", "1")]].concat()).await,
    }
}

/// The id in a dossier's address.
fn row(dossier: &str) -> &str {
    dossier.rsplit('/').next().expect("a path")
}

on_each_engine!(an_unresolved_artifact_can_be_linked_and_unlinked);
async fn an_unresolved_artifact_can_be_linked_and_unlinked(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let first = Evidence::of(&app, &[], photos::selfie(), "UNRESOLVED").await;
    let second = Evidence::of(&app, &[], photos::other_selfie(), "UNRESOLVED").await;
    first.assert_filed(&app, &reviewer, None).await;
    assert_eq!(reviewer.dossier("crm-77").await, None, "the dossier does not exist yet");

    assert_eq!(change(&reviewer, &first.path(), &[("customer", "crm-77")]).await.see_other(), format!("{}?done=linked", first.session()));
    let dossier = reviewer.dossier("crm-77").await.expect("a new dossier");
    first.assert_filed(&app, &reviewer, Some(&dossier)).await;
    second.assert_filed(&app, &reviewer, None).await;
    assert_eq!(first.customer_row(&app).await, "none", "linking an artifact changes only the artifact");

    change(&reviewer, &second.path(), &[("customer", " crm-77 ")]).await.expect(303);
    second.assert_filed(&app, &reviewer, Some(&dossier)).await;
    first.assert_filed(&app, &reviewer, Some(&dossier)).await;
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM customers").await, 1, "one dossier for each reference");

    let back = [("back", "/dashboard/unresolved")];
    let unlinked = reviewer.post(&format!("{}/unlink", first.path()), &back).await;
    assert_eq!(unlinked.see_other(), "/dashboard/unresolved?done=unlinked", "back to the page of the form");
    first.assert_filed(&app, &reviewer, None).await;
    second.assert_filed(&app, &reviewer, Some(&dossier)).await;

    change(&reviewer, &first.path(), &[("customer", "")]).await.expect(303);
    let own = app.installation.database.texts("SELECT id FROM customers ORDER BY id DESC").await.remove(0);
    assert_ne!(own, row(&dossier), "without a reference a new dossier is created");
    first.assert_filed(&app, &reviewer, Some(&format!("/dashboard/customers/{own}"))).await;
    assert!(reviewer.page(&format!("/dashboard/customers/{own}")).await.contains("cust_"));

    let about = &first.artifact;
    let mut record = [
        format!("artifact.linked {about} {}", row(&dossier)),
        format!("artifact.linked {about} {own}"),
        format!("artifact.unlinked {about} {}", row(&dossier)),
    ];
    record.sort();
    assert_eq!(first.audit_entries(&app).await, record, "each action and its dossier");
    for refused in ["has space", "ção", &"x".repeat(129)] {
        let page = change(&reviewer, &second.path(), &[("customer", refused)]).await.expect(422);
        assert!(page.header("content-type").starts_with("text/html"), "{refused}");
    }
    second.assert_filed(&app, &reviewer, Some(&dossier)).await;
}

on_each_engine!(a_reference_that_no_dossier_has_asks_before_it_makes_one);
async fn a_reference_that_no_dossier_has_asks_before_it_makes_one(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let known = Evidence::of(&app, &["--customer", "crm-10482"], photos::other_selfie(), "LINKED").await;
    let evidence = Evidence::of(&app, &[], photos::selfie(), "UNRESOLVED").await;
    let dossiers = async || app.installation.database.number("SELECT COUNT(*) FROM customers").await;
    for path in [evidence.path(), evidence.session()] {
        for (typed, why) in [
            ("crm-10428", "No dossier has this reference. Check it, or create a new dossier."),
            ("", "Enter a reference, or create a new dossier without one."),
        ] {
            let form = [("customer", typed), ("artifact", if path == evidence.path() { &evidence.artifact } else { "" })];
            let asked = reviewer.post(&format!("{path}/link?lang=en"), &form).await.expect(422).text();
            assert!(asked.contains(why), "{asked}");
            assert_eq!(asked.matches("name=\"create\"").count(), 1, "only the form that was sent asks: {asked}");
            assert!(typed.is_empty() || asked.contains(&format!("value=\"{typed}\"")), "what was typed is kept: {asked}");
            assert_eq!((dossiers().await, evidence.audit_entries(&app).await.len()), (1, 0), "nothing was done");
        }
    }
    evidence.assert_filed(&app, &reviewer, None).await;
    // A reference that a dossier has needs no second question.
    reviewer.post(&format!("{}/link", evidence.path()), &[("customer", "crm-10482")]).await.expect(303);
    evidence.assert_filed(&app, &reviewer, Some(&reviewer.dossier("crm-10482").await.expect("a dossier"))).await;
    known.assert_filed(&app, &reviewer, Some(&reviewer.dossier("crm-10482").await.expect("a dossier"))).await;
}

on_each_engine!(linking_a_session_sets_its_customer);
async fn linking_a_session_sets_its_customer(app: TestApp) {
    let (company, secret) = app.company().await;
    let reviewer = app.browser("REVIEWER").await;
    let known = Evidence::of(&app, &["--customer", "crm-9"], photos::other_selfie(), "LINKED").await;
    let dossier = reviewer.dossier("crm-9").await.expect("the customer's dossier");
    known.assert_filed(&app, &reviewer, Some(&dossier)).await;
    let evidence = Evidence::of(&app, &[], photos::selfie(), "UNRESOLVED").await;
    let sent = company.requests(2, SOON).await;

    change(&reviewer, &evidence.session(), &[("customer", "crm-9")]).await.expect(303);
    assert_eq!(evidence.customer_row(&app).await, row(&dossier));
    evidence.assert_filed(&app, &reviewer, Some(&dossier)).await;
    let page = reviewer.page(&dossier).await;
    assert!(page.contains(&evidence.session()) && page.contains(&known.session()), "the dossier has both sessions");
    let reviewed = [("decision", "REVIEW"), ("reason", "whose is it")];
    reviewer.post(&format!("{}/decision", evidence.session()), &reviewed).await.expect(303);
    let event = company.requests(3, SOON).await[2].verified(&secret);
    assert_eq!((&event["type"], &event["data"]["customerId"]), (&json!("session.reviewed"), &json!("crm-9")), "later events name the customer");
    assert!(sent.iter().any(|request| request.verified(&secret)["data"]["customerId"].is_null()), "events already sent never change");

    change(&reviewer, &evidence.session(), &[]).await.expect(303);
    assert_eq!(evidence.customer_row(&app).await, "none");
    evidence.assert_filed(&app, &reviewer, None).await;
    known.assert_filed(&app, &reviewer, Some(&dossier)).await;
    let (about, whose) = (&evidence.artifact, row(&dossier));
    let record = evidence.audit_entries(&app).await;
    for expected in [
        format!("session.linked {whose}"),
        format!("session.unlinked {whose}"),
        format!("artifact.linked {about} {whose}"),
        format!("artifact.unlinked {about} {whose}"),
    ] {
        assert_eq!(record.iter().filter(|entry| **entry == expected).count(), 1, "{expected} in {record:?}");
    }
}

on_each_engine!(when_two_operators_link_at_once_one_wins);
async fn when_two_operators_link_at_once_one_wins(app: TestApp) {
    let (reviewer, admin) = (app.browser("REVIEWER").await, app.browser("ADMIN").await);
    let evidence = Evidence::of(&app, &[], photos::selfie(), "UNRESOLVED").await;
    let path = evidence.path();
    let (first, second) = tokio::join!(change(&reviewer, &path, &[("customer", "crm-1")]), change(&admin, &path, &[("customer", "crm-2")]));
    let statuses = [first.status, second.status];
    assert!(statuses == [303, 409] || statuses == [409, 303], "{statuses:?}");
    assert_eq!(evidence.audit_entries(&app).await.len(), 1, "only the change that succeeded is in the audit");
    let customer = app.installation.database.texts("SELECT customer FROM artifacts").await.remove(0);
    evidence.assert_filed(&app, &reviewer, Some(&format!("/dashboard/customers/{customer}"))).await;
}

on_each_engine!(a_change_from_an_outdated_page_is_refused);
async fn a_change_from_an_outdated_page_is_refused(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let evidence = Evidence::of(&app, &[], photos::selfie(), "UNRESOLVED").await;
    for path in [evidence.path(), evidence.session()] {
        change(&reviewer, &path, &[("customer", "")]).await.expect(303);
        let dossier = app.installation.database.texts("SELECT id FROM customers ORDER BY id DESC").await.remove(0);
        for stale in ["", "crm-2"] {
            change(&reviewer, &path, &[("customer", stale)]).await.expect(409);
        }
        assert_eq!(app.installation.database.texts("SELECT id FROM customers ORDER BY id DESC").await[0], dossier, "a form sent twice makes one dossier");
        let unlink = format!("{path}/unlink");
        reviewer.post(&unlink, &[("from", "01234567-89ab-7def-8123-456789abcdef")]).await.expect(409);
        evidence.assert_filed(&app, &reviewer, Some(&format!("/dashboard/customers/{dossier}"))).await;
        reviewer.post(&unlink, &[("from", &dossier)]).await.expect(303);
        evidence.assert_filed(&app, &reviewer, None).await;
    }
}

on_each_engine!(an_upload_goes_to_the_dossier_its_session_has_when_it_ends);
async fn an_upload_goes_to_the_dossier_its_session_has_when_it_ends(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let early = ["--customer", "early-1"];
    for (arguments, form, dossier) in [(&[][..], &[("customer", "late-1")][..], "LINKED"), (&early, &[], "UNRESOLVED")] {
        let customer = app.customer_with(arguments).await;
        let session = format!("/dashboard/sessions/{}", app.operator.session_ref(&customer.id).await);
        let head = "--cut\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nselfie_url\r\n--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";
        let body = [head.as_bytes(), photos::selfie(), b"\r\n--cut--\r\n"].concat();
        let (begun, rest) = (Bytes::copy_from_slice(&body[..body.len() / 2]), Bytes::copy_from_slice(&body[body.len() / 2..]));
        let (go_on, gone_on) = tokio::sync::oneshot::channel::<()>();
        let rest = async move {
            gone_on.await.expect("the test sends the rest");
            Ok(rest)
        };
        let pieces = stream::once(async { Ok::<_, std::io::Error>(begun) }).chain(stream::once(rest));
        let upload = customer.api(Method::POST, "/upload").header(CONTENT_TYPE, "multipart/form-data; boundary=cut").body(Body::wrap_stream(pieces));
        let meanwhile = async {
            sleep(Duration::from_millis(500)).await;
            change(&reviewer, &session, form).await.expect(303);
            go_on.send(()).expect("the upload waits");
        };
        let (uploaded, ()) = tokio::join!(customer.send(upload), meanwhile);
        let uploaded = uploaded.expect(201).json();
        assert_eq!(uploaded["dossier"], dossier, "{uploaded}");
        let artifact = uploaded["artifactId"].as_str().expect("an artifact id");
        let shown = app.operator.session(&customer.id).await;
        assert_eq!(shown["artifacts"][0]["dossier"], dossier, "{shown}");
        // Its key was wrapped for its dossier, so the customer and operators can open it.
        customer.send(customer.api(Method::GET, &format!("/artifacts/{artifact}"))).await.expect(200);
        reviewer.get(&format!("{session}/artifacts/{artifact}")).await.expect(200);
        assert!(customer.selfie().await.ends_with(artifact), "the same bytes again are the same file");
    }
}

on_each_engine!(a_session_shows_only_its_own_artifacts);
async fn a_session_shows_only_its_own_artifacts(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let mine = Evidence::of(&app, &[], photos::selfie(), "UNRESOLVED").await;
    let theirs = Evidence::of(&app, &[], photos::other_selfie(), "UNRESOLVED").await;
    let crossed = format!("{}/artifacts/{}", mine.session(), theirs.artifact);
    for path in [crossed.as_str(), &format!("{}/artifacts/art_nonsense", mine.session()), "/dashboard/sessions/nonsense/artifacts/nonsense"] {
        let shown = reviewer.get(path).await.expect(404);
        assert!(shown.body != theirs.file, "{path}");
        change(&reviewer, path, &[("customer", "crm-1")]).await.expect(404);
        change(&reviewer, path, &[]).await.expect(404);
    }
    for evidence in [&mine, &theirs] {
        evidence.assert_filed(&app, &reviewer, None).await;
        assert_eq!(evidence.audit_entries(&app).await, Vec::<String>::new());
    }
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM customers").await, 0);
    reviewer.get("/dashboard/customers/01234567-89ab-7def-8123-456789abcdef").await.expect(404);
}
