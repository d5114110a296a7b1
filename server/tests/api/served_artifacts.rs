//! A stored file is shown to operators in a way that nothing in it can act.

use crate::support::{Customer, TestApp, on_each_engine, photos};

on_each_engine!(an_artifact_is_served_in_a_sandbox);
async fn an_artifact_is_served_in_a_sandbox(app: TestApp) {
    let auditor = app.browser("AUDITOR").await;
    let link = app.operator.link_of("demo", &[]).await;
    let customer = Customer::with_link(&app.installation, &link);
    let session_ref = app.operator.session_ref(&customer.id).await;
    let (pdf, png) = (photos::pdf(7), photos::png());
    for (field, bytes, media_type) in [("address_proof_url", &pdf, "application/pdf"), ("selfie_url", &png, "image/png")] {
        let artifact = customer.upload(field, bytes).await.expect(201).json()["artifactId"].as_str().expect("an artifact id").to_owned();
        let served = auditor.get(&format!("/dashboard/sessions/{session_ref}/artifacts/{artifact}")).await.expect(200);
        assert_eq!(served.header("content-type"), media_type);
        assert_eq!(served.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(served.header("x-content-type-options"), "nosniff");
        let disposition = served.headers.get("content-disposition").map(|value| value.to_str().unwrap_or_default().to_owned());
        let is_attachment = disposition.is_some_and(|how| how.starts_with("attachment"));
        assert_eq!(is_attachment, media_type == "application/pdf", "a PDF is offered as a download");
        assert!(media_type != "application/pdf" || served.body == pdf, "byte for byte");
    }
    app.browser("AGENT").await.get(&format!("/dashboard/sessions/{session_ref}/artifacts/art_x")).await.problem(403, "forbidden");
}
