//! Files of the kinds that customers of such products really send. Each has its right outcome through the API, through the hosted
//! form, and in the check of the evidence.

use crate::support::{Customer, Reply, SOON, TestApp, Value, json, on_each_engine, photos};

/// Photos that every browser shows.
const PHOTOS: [&str; 4] = ["sampling-3x1.jpg", "gray-adobe-app14-after-sof.jpg", "mjpeg-avi1-no-dht.jpg", "last-chunk-overruns.webp"];
/// PDFs that every reader opens.
const READABLE: [&str; 6] = ["leading-http-header.pdf", "leading-pjl.pdf", "trailing-nul-80508.pdf", "comment-after-eof.pdf", "xfa.pdf", "owner-password.pdf"];

/// A session of a flow with a proof of address, and a form and a REVIEW after it.
async fn with_proof(app: &TestApp) -> Customer {
    let proof = json!({ "name": "proof", "type": "ARTIFACT", "label": "Bill", "required": true });
    let text = json!({ "name": "nickname", "type": "TEXT", "label": "Nickname" });
    let steps = json!([
        { "id": "address", "type": "PROOF", "title": "Address", "fields": [proof] },
        { "id": "about", "type": "FORM", "title": "About", "fields": [text] },
        { "id": "review", "type": "REVIEW", "title": "Review", "fields": [] },
    ]);
    app.operator.import_flow(&json!({ "name": "proof", "steps": steps })).await;
    another(app).await
}

/// Another session of that flow.
async fn another(app: &TestApp) -> Customer {
    Customer::with_link(&app.installation, &app.operator.link_of("proof", &[]).await)
}

/// The check of the evidence, once the session is COMPLETED.
async fn evidence(app: &TestApp, customer: &Customer) -> (Value, Value) {
    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let shown = app.operator.session(&customer.id).await;
    let check = shown["checks"].as_array().expect("checks").iter().find(|check| check["name"] == "evidence");
    (check.expect("the check").clone(), shown["riskScore"].clone())
}

on_each_engine!(photos_that_browsers_show_are_taken_and_shown);
async fn photos_that_browsers_show_are_taken_and_shown(app: TestApp) {
    for name in PHOTOS {
        let customer = app.customer().await;
        let uploaded = customer.upload("selfie_url", &photos::case(name)).await.expect(201).json();
        let path = format!("/kyc-sessions/{}/artifacts/{}", customer.id, uploaded["artifactId"].as_str().expect("an id"));
        let served = customer.get(&path).await.expect(200);
        assert!(!served.header("content-type").is_empty());
        if name.starts_with("mjpeg") {
            let tables = served.body.windows(2).filter(|pair| pair == &[0xFF, 0xC4]).count();
            assert!(tables > 0, "{name} is served with the tables that it came without");
        }
        customer.complete(json!({ "name": "Ana", "cpf": "529.982.247-25" })).await.expect(202);
        customer.wait_for_status("COMPLETED", SOON).await;
        let shown = app.operator.session(&customer.id).await;
        assert_eq!((&shown["riskScore"], &shown["artifacts"][0]["mediaType"]), (&json!(0), &uploaded["mediaType"]), "{name}: {shown}");

        let by_form = app.customer().await;
        by_form.post_form("identity", &[("name", "Ana"), ("cpf", "529.982.247-25")]).await.see_other();
        assert_eq!(by_form.post_photo("selfie", "selfie_url", &photos::case(name)).await.see_other(), format!("/verify/{}", by_form.id), "{name}");
    }
}

on_each_engine!(pdfs_that_readers_open_are_taken);
async fn pdfs_that_readers_open_are_taken(app: TestApp) {
    let first = with_proof(&app).await;
    for name in READABLE {
        let customer = another(&app).await;
        let uploaded = customer.upload("proof", &photos::case(name)).await.expect(201).json();
        assert_eq!((&uploaded["mediaType"], uploaded.get("warnings")), (&json!("application/pdf"), None), "{name}");
        let path = format!("/kyc-sessions/{}/artifacts/{}", customer.id, uploaded["artifactId"].as_str().expect("an id"));
        assert!(customer.get(&path).await.expect(200).body == photos::case(name), "{name} is stored byte for byte");
        let next = customer.post_photo("address", "proof", &photos::case(name)).await.see_other();
        assert_eq!(next, format!("/verify/{}/about", customer.id), "{name}");
        let (check, score) = evidence(&app, &customer).await;
        assert_eq!((&check["result"], score), (&json!("PASSED"), json!(0)), "{name}: {check}");
    }
    first.upload("proof", &photos::pdf(3)).await.expect(201);
}

on_each_engine!(a_pdf_that_wants_a_password_is_taken_and_the_customer_is_told);
async fn a_pdf_that_wants_a_password_is_taken_and_the_customer_is_told(app: TestApp) {
    let locked = photos::case("password-aes256.pdf");
    let customer = with_proof(&app).await;
    for status in [201, 200] {
        let uploaded = customer.upload("proof", &locked).await.expect(status).json();
        assert_eq!(uploaded["warnings"], json!(["password"]), "{uploaded}");
    }
    let (check, score) = evidence(&app, &customer).await;
    assert_eq!((&check["result"], &check["reasons"][0]), (&json!("FAILED"), &json!("evidence.password")), "{check}");
    assert_eq!(score, json!(60));

    for (language, words) in [("pt-BR", "só abre com senha"), ("en", "opens only with a password"), ("es", "solo se abre con contraseña")] {
        let customer = another(&app).await;
        // A page without scripts has no list of all words in it.
        let query = format!("?plain=1&lang={language}");
        let posted = customer.post_photo(&format!("address{query}"), "proof", &locked).await.see_other();
        let after = customer.get(&posted).await.expect(200).text();
        assert!(posted.contains("/about?") && after.contains(words), "{language}, the page after the POST: {posted} {after}");
        assert!(after.contains(&format!("/verify/{}/address?plain=1", customer.id)), "it links to the file: {after}");
        let again = customer.page(&format!("/about{query}")).await.expect(200).text();
        assert!(!again.contains(words), "{language}, it is said once: {again}");
        for step in ["/address", "/review"] {
            let page = customer.page(&format!("{step}{query}")).await.expect(200).text();
            assert!(page.contains(words), "{language}, beside the file on {step}: {page}");
        }
        let elsewhere = customer.on_another_device().get(&posted).await.expect(200).text();
        assert!(!elsewhere.contains(words), "another device learns nothing of it: {elsewhere}");
        customer.post_photo(&format!("address{query}"), "proof", &photos::pdf(5)).await.see_other();
        let replaced = customer.get(&posted).await.expect(200).text();
        assert!(!replaced.contains(words), "{language}, the file was replaced: {replaced}");
    }
}

on_each_engine!(the_last_page_says_so_of_the_last_steps_file);
async fn the_last_page_says_so_of_the_last_steps_file(app: TestApp) {
    let proof = json!({ "name": "bill", "type": "ARTIFACT", "label": "Bill", "required": true });
    let flow = json!({ "name": "last", "steps": [{ "id": "address", "type": "PROOF", "title": "Address", "fields": [proof] }] });
    app.operator.import_flow(&flow).await;
    for (name, told) in [("password-aes256.pdf", true), ("xfa.pdf", false)] {
        let customer = Customer::with_link(&app.installation, &app.operator.link_of("last", &[]).await);
        customer.post_photo("address?lang=en", "bill", &photos::case(name)).await.see_other();
        let ended = format!("/verify/{}?lang=en&file=bill", customer.id);
        for (device, expected) in [(&customer, told), (&customer.on_another_device(), false)] {
            let page = device.get(&ended).await.expect(200).text();
            assert_eq!(page.contains("“Bill” opens only with a password"), expected, "{name}: {page}");
        }
    }
}

on_each_engine!(a_pdf_without_a_page_or_an_end_is_refused_and_the_customer_is_told);
async fn a_pdf_without_a_page_or_an_end_is_refused_and_the_customer_is_told(app: TestApp) {
    let first = with_proof(&app).await;
    let pageless = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 0 /Kids [] >>\nendobj\n\
        trailer\n<< /Root 1 0 R >>\n%%EOF\n";
    let whole = photos::pdf(9);
    let cases = [
        (photos::case("fourteen-bytes.pdf"), "bad-document", "We could not read this PDF"),
        (pageless.to_vec(), "bad-document", "We could not read this PDF"),
        (b"<html>A page about %PDF-1.7 and %%EOF</html>".to_vec(), "bad-document", "We could not read this PDF"),
        (whole[..whole.len() / 2].to_vec(), "truncated", "Only a part"),
        ([&whole[..], b"5 0 obj\n<< /Type /Sig"].concat(), "truncated", "Only a part"),
    ];
    for (bytes, code, words) in cases {
        let before = first.public().await.expect(200).json();
        first.upload("proof", &bytes).await.problem(422, code);
        let customer = another(&app).await;
        let page = customer.post_photo("address?plain=1&lang=en", "proof", &bytes).await.expect(422).text();
        assert!(page.contains(words), "{code}: {page}");
        assert_eq!(first.public().await.expect(200).json(), before);
    }
    explained(&first, "bad-document").await;
}

async fn explained(customer: &Customer, code: &str) -> Reply {
    customer.get(&format!("/problems/{code}")).await.expect(200)
}

on_each_engine!(a_flow_from_before_the_reason_keeps_its_score);
async fn a_flow_from_before_the_reason_keeps_its_score(app: TestApp) {
    let customer = with_proof(&app).await;
    // What an import of the version before resolved to.
    let known = "'{\"checks\":[\"evidence\"],\"weights\":{\"evidence.missing\":100,\"evidence.small\":30,\"evidence.unreadable\":100},\
        \"bands\":{\"review\":25,\"reject\":70}}'";
    app.installation.database.change(&format!("UPDATE flows SET resolved = {known} WHERE name = 'proof'")).await;
    customer.upload("proof", &photos::case("password-aes256.pdf")).await.expect(201);
    let (check, score) = evidence(&app, &customer).await;
    assert_eq!((&check["result"], score), (&json!("PASSED"), json!(0)), "{check}");
}
