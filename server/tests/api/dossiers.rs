//! Each customer's evidence in one place: what belongs to nobody yet is listed as such, an operator puts it into a dossier and
//! takes it out again, each time on record, and the file stays the same to the byte.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use reqwest::{Body, Method, header::CONTENT_TYPE};
use tokio::time::sleep;

use crate::support::customer::honest;
use crate::support::{Customer, Desk, Reply, SOON, World, json, on_each_engine, photos};

/// A session with one photo, and the photo as its device was served it.
struct Evidence {
    customer: Customer,
    session_ref: String,
    artifact: String,
    file: Vec<u8>,
}

impl Evidence {
    /// Of a session that is complete.
    async fn of(world: &World, arguments: &[&str], photo: &[u8], dossier: &str) -> Self {
        let customer = world.customer_with(arguments).await;
        let uploaded = customer.upload("selfie_url", photo).await.expect(201).json();
        assert_eq!(uploaded["dossier"], dossier, "{uploaded}");
        let artifact = uploaded["artifactId"].as_str().expect("an artifact id").to_owned();
        let file = customer.send(customer.api(Method::GET, &format!("/artifacts/{artifact}"))).await.expect(200).body;
        customer.complete(honest(&artifact)).await.expect(202);
        customer.reaches("COMPLETED", SOON).await;
        let session_ref = world.operator.session_ref(&customer.id).await;
        Self { customer, session_ref, artifact, file }
    }

    fn session(&self) -> String {
        format!("/dashboard/sessions/{}", self.session_ref)
    }

    fn path(&self) -> String {
        format!("{}/artifacts/{}", self.session(), self.artifact)
    }

    /// Where the artifact is filed, by what the command line, the list of the unresolved and the dossier say of it; the file
    /// is the same, wherever it is.
    async fn is_filed(&self, world: &World, desk: &Desk, dossier: Option<&str>) {
        let shown = world.operator.session(&self.customer.id).await;
        let expected = if dossier.is_some() { "LINKED" } else { "UNRESOLVED" };
        assert_eq!(shown["artifacts"][0]["dossier"], expected, "{shown}");
        let unresolved = desk.page("/dashboard/unresolved").await;
        assert_eq!(unresolved.contains(&self.artifact), dossier.is_none(), "{unresolved}");
        if let Some(dossier) = dossier {
            let page = desk.page(dossier).await;
            assert!(page.contains(&self.path()), "{page}");
        }
        assert!(desk.get(&self.path()).await.expect(200).body == self.file, "the file is the same");
    }

    /// The session's customer in the database.
    async fn customer_row(&self, world: &World) -> String {
        world.place.database.texts(&format!("SELECT COALESCE(customer, 'none') FROM sessions WHERE ref = '{}'", self.session_ref)).await.remove(0)
    }

    /// What operators did to it, in no order: each action and what it was about.
    async fn record(&self, world: &World) -> Vec<String> {
        let sql = format!(
            "SELECT action || ' ' || COALESCE(detail, '-') FROM audit WHERE subject = '{}' AND actor LIKE 'operator:%' ORDER BY action, detail",
            self.session_ref
        );
        world.place.database.texts(&sql).await
    }
}

/// Links, or unlinks: `form` is empty then.
async fn change(desk: &Desk, path: &str, form: &[(&str, &str)]) -> Reply {
    desk.post(&format!("{path}/{}", if form.is_empty() { "unlink" } else { "link" }), form).await
}

/// The id in a dossier's address.
fn row(dossier: &str) -> &str {
    dossier.rsplit('/').next().expect("a path")
}

on_each_engine!(an_artifact_of_nobody_goes_into_a_dossier_and_out_again);
async fn an_artifact_of_nobody_goes_into_a_dossier_and_out_again(world: World) {
    let reviewer = world.desk("REVIEWER").await;
    let first = Evidence::of(&world, &[], photos::selfie(), "UNRESOLVED").await;
    let second = Evidence::of(&world, &[], photos::other_selfie(), "UNRESOLVED").await;
    first.is_filed(&world, &reviewer, None).await;
    assert_eq!(reviewer.dossier("crm-77").await, None, "there is no such dossier yet");

    assert_eq!(change(&reviewer, &first.path(), &[("customer", "crm-77")]).await.see_other(), format!("{}?done=linked", first.session()));
    let dossier = reviewer.dossier("crm-77").await.expect("a new dossier");
    first.is_filed(&world, &reviewer, Some(&dossier)).await;
    second.is_filed(&world, &reviewer, None).await;
    assert_eq!(first.customer_row(&world).await, "none", "linking an artifact changes that alone");

    change(&reviewer, &second.path(), &[("customer", " crm-77 ")]).await.expect(303);
    second.is_filed(&world, &reviewer, Some(&dossier)).await;
    first.is_filed(&world, &reviewer, Some(&dossier)).await;
    assert_eq!(world.place.database.number("SELECT COUNT(*) FROM customers").await, 1, "one dossier a reference");

    let back = [("back", "/dashboard/unresolved")];
    let unlinked = reviewer.post(&format!("{}/unlink", first.path()), &back).await;
    assert_eq!(unlinked.see_other(), "/dashboard/unresolved?done=unlinked", "back to where it was done");
    first.is_filed(&world, &reviewer, None).await;
    second.is_filed(&world, &reviewer, Some(&dossier)).await;

    change(&reviewer, &first.path(), &[("customer", "")]).await.expect(303);
    let own = world.place.database.texts("SELECT id FROM customers ORDER BY id DESC").await.remove(0);
    assert_ne!(own, row(&dossier), "a dossier without a reference of the company's own is a new one");
    first.is_filed(&world, &reviewer, Some(&format!("/dashboard/customers/{own}"))).await;
    assert!(reviewer.page(&format!("/dashboard/customers/{own}")).await.contains("cust_"));

    let about = &first.artifact;
    let mut record = [
        format!("artifact.linked {about} {}", row(&dossier)),
        format!("artifact.linked {about} {own}"),
        format!("artifact.unlinked {about} {}", row(&dossier)),
    ];
    record.sort();
    assert_eq!(first.record(&world).await, record, "what was done, and whose dossier it was");
    for refused in ["has space", "ção", &"x".repeat(129)] {
        let page = change(&reviewer, &second.path(), &[("customer", refused)]).await.expect(422);
        assert!(page.header("content-type").starts_with("text/html"), "{refused}");
    }
    second.is_filed(&world, &reviewer, Some(&dossier)).await;
}

on_each_engine!(linking_a_session_says_whose_it_is);
async fn linking_a_session_says_whose_it_is(world: World) {
    let (company, secret) = world.company().await;
    let reviewer = world.desk("REVIEWER").await;
    let known = Evidence::of(&world, &["--customer", "crm-9"], photos::other_selfie(), "LINKED").await;
    let dossier = reviewer.dossier("crm-9").await.expect("the customer's dossier");
    known.is_filed(&world, &reviewer, Some(&dossier)).await;
    let evidence = Evidence::of(&world, &[], photos::selfie(), "UNRESOLVED").await;
    let sent = company.requests(2, SOON).await;

    change(&reviewer, &evidence.session(), &[("customer", "crm-9")]).await.expect(303);
    assert_eq!(evidence.customer_row(&world).await, row(&dossier));
    evidence.is_filed(&world, &reviewer, Some(&dossier)).await;
    let page = reviewer.page(&dossier).await;
    assert!(page.contains(&evidence.session()) && page.contains(&known.session()), "both sessions are in it");
    let reviewed = [("decision", "REVIEW"), ("reason", "whose is it")];
    reviewer.post(&format!("{}/decision", evidence.session()), &reviewed).await.expect(303);
    let event = company.requests(3, SOON).await[2].verified(&secret);
    assert_eq!((&event["type"], &event["data"]["customerId"]), (&json!("session.reviewed"), &json!("crm-9")), "later events know it");
    assert!(sent.iter().any(|request| request.verified(&secret)["data"]["customerId"].is_null()), "those sent before never change");

    change(&reviewer, &evidence.session(), &[]).await.expect(303);
    assert_eq!(evidence.customer_row(&world).await, "none");
    evidence.is_filed(&world, &reviewer, None).await;
    known.is_filed(&world, &reviewer, Some(&dossier)).await;
    let (about, whose) = (&evidence.artifact, row(&dossier));
    let record = evidence.record(&world).await;
    for expected in [
        format!("session.linked {whose}"),
        format!("session.unlinked {whose}"),
        format!("artifact.linked {about} {whose}"),
        format!("artifact.unlinked {about} {whose}"),
    ] {
        assert_eq!(record.iter().filter(|entry| **entry == expected).count(), 1, "{expected} in {record:?}");
    }
}

on_each_engine!(two_operators_at_once_leave_it_in_one_dossier);
async fn two_operators_at_once_leave_it_in_one_dossier(world: World) {
    let (reviewer, admin) = (world.desk("REVIEWER").await, world.desk("ADMIN").await);
    let evidence = Evidence::of(&world, &[], photos::selfie(), "UNRESOLVED").await;
    let path = evidence.path();
    let (first, second) = tokio::join!(change(&reviewer, &path, &[("customer", "crm-1")]), change(&admin, &path, &[("customer", "crm-2")]));
    let statuses = [first.status, second.status];
    assert!(statuses == [303, 409] || statuses == [409, 303], "{statuses:?}");
    assert_eq!(evidence.record(&world).await.len(), 1, "what is on record was done");
    let customer = world.place.database.texts("SELECT customer FROM artifacts").await.remove(0);
    evidence.is_filed(&world, &reviewer, Some(&format!("/dashboard/customers/{customer}"))).await;
}

on_each_engine!(a_change_on_top_of_an_unseen_one_is_refused);
async fn a_change_on_top_of_an_unseen_one_is_refused(world: World) {
    let reviewer = world.desk("REVIEWER").await;
    let evidence = Evidence::of(&world, &[], photos::selfie(), "UNRESOLVED").await;
    for path in [evidence.path(), evidence.session()] {
        change(&reviewer, &path, &[("customer", "")]).await.expect(303);
        let dossier = world.place.database.texts("SELECT id FROM customers ORDER BY id DESC").await.remove(0);
        for stale in ["", "crm-2"] {
            change(&reviewer, &path, &[("customer", stale)]).await.expect(409);
        }
        assert_eq!(world.place.database.texts("SELECT id FROM customers ORDER BY id DESC").await[0], dossier, "a form sent twice makes one dossier");
        let unlink = format!("{path}/unlink");
        reviewer.post(&unlink, &[("from", "01234567-89ab-7def-8123-456789abcdef")]).await.expect(409);
        evidence.is_filed(&world, &reviewer, Some(&format!("/dashboard/customers/{dossier}"))).await;
        reviewer.post(&unlink, &[("from", &dossier)]).await.expect(303);
        evidence.is_filed(&world, &reviewer, None).await;
    }
}

on_each_engine!(what_is_on_its_way_goes_to_whoever_it_belongs_to_by_then);
async fn what_is_on_its_way_goes_to_whoever_it_belongs_to_by_then(world: World) {
    let reviewer = world.desk("REVIEWER").await;
    let early = ["--customer", "early-1"];
    for (arguments, form, dossier) in [(&[][..], &[("customer", "late-1")][..], "LINKED"), (&early, &[], "UNRESOLVED")] {
        let customer = world.customer_with(arguments).await;
        let session = format!("/dashboard/sessions/{}", world.operator.session_ref(&customer.id).await);
        let head = "--cut\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nselfie_url\r\n--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";
        let body = [head.as_bytes(), photos::selfie(), b"\r\n--cut--\r\n"].concat();
        let (begun, rest) = (Bytes::copy_from_slice(&body[..body.len() / 2]), Bytes::copy_from_slice(&body[body.len() / 2..]));
        let (go_on, gone_on) = tokio::sync::oneshot::channel::<()>();
        let rest = async move {
            gone_on.await.expect("the rest is asked for");
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
        let shown = world.operator.session(&customer.id).await;
        assert_eq!(shown["artifacts"][0]["dossier"], dossier, "{shown}");
        // Its key was wrapped for its dossier: it opens, for the customer and for operators.
        customer.send(customer.api(Method::GET, &format!("/artifacts/{artifact}"))).await.expect(200);
        reviewer.get(&format!("{session}/artifacts/{artifact}")).await.expect(200);
        assert!(customer.selfie().await.ends_with(artifact), "the same bytes again are the same file");
    }
}

on_each_engine!(a_session_shows_its_own_artifacts_alone);
async fn a_session_shows_its_own_artifacts_alone(world: World) {
    let reviewer = world.desk("REVIEWER").await;
    let mine = Evidence::of(&world, &[], photos::selfie(), "UNRESOLVED").await;
    let theirs = Evidence::of(&world, &[], photos::other_selfie(), "UNRESOLVED").await;
    let crossed = format!("{}/artifacts/{}", mine.session(), theirs.artifact);
    for path in [crossed.as_str(), &format!("{}/artifacts/art_nonsense", mine.session()), "/dashboard/sessions/nonsense/artifacts/nonsense"] {
        let shown = reviewer.get(path).await.expect(404);
        assert!(shown.body != theirs.file, "{path}");
        change(&reviewer, path, &[("customer", "crm-1")]).await.expect(404);
        change(&reviewer, path, &[]).await.expect(404);
    }
    for evidence in [&mine, &theirs] {
        evidence.is_filed(&world, &reviewer, None).await;
        assert_eq!(evidence.record(&world).await, Vec::<String>::new());
    }
    assert_eq!(world.place.database.number("SELECT COUNT(*) FROM customers").await, 0);
    reviewer.get("/dashboard/customers/01234567-89ab-7def-8123-456789abcdef").await.expect(404);
}

on_each_engine!(an_artifact_is_served_so_that_it_can_do_nothing);
async fn an_artifact_is_served_so_that_it_can_do_nothing(world: World) {
    let auditor = world.desk("AUDITOR").await;
    let link = world.operator.link_of("demo", &[]).await;
    let customer = Customer::with_link(&world.place, &link);
    let session_ref = world.operator.session_ref(&customer.id).await;
    let (pdf, png) = (photos::pdf(7), photos::png());
    for (field, bytes, media_type) in [("address_proof_url", &pdf, "application/pdf"), ("selfie_url", &png, "image/png")] {
        let artifact = customer.upload(field, bytes).await.expect(201).json()["artifactId"].as_str().expect("an artifact id").to_owned();
        let served = auditor.get(&format!("/dashboard/sessions/{session_ref}/artifacts/{artifact}")).await.expect(200);
        assert_eq!(served.header("content-type"), media_type);
        assert_eq!(served.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(served.header("x-content-type-options"), "nosniff");
        let disposition = served.headers.get("content-disposition").map(|value| value.to_str().unwrap_or_default().to_owned());
        let is_attachment = disposition.is_some_and(|how| how.starts_with("attachment"));
        assert_eq!(is_attachment, media_type == "application/pdf", "a PDF is not shown, it is kept");
        assert!(media_type != "application/pdf" || served.body == pdf, "byte for byte");
    }
    world.desk("AGENT").await.get(&format!("/dashboard/sessions/{session_ref}/artifacts/art_x")).await.problem(403, "forbidden");
}
