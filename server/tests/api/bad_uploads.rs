//! Every bad upload is refused with a problem that reaches the sender, and leaves the session unchanged.

use std::time::{Duration, Instant};

use futures::stream;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, RequestBuilder};

use crate::support::{Customer, TestApp, on_each_engine, photos};

const MIB: usize = 1024 * 1024;

/// A request with a hand-written multipart body, which may be wrong.
fn by_hand(customer: &Customer, body: impl Into<Body>) -> RequestBuilder {
    let request = customer.api(Method::POST, "/upload").header(CONTENT_TYPE, "multipart/form-data; boundary=cut");
    request.body(body)
}

fn named(name: &'static str, bytes: &[u8]) -> Form {
    let part = Part::bytes(bytes.to_vec()).file_name(name).mime_str("image/jpeg").expect("a media type");
    Form::new().text("field", "selfie_url").part("file", part)
}

on_each_engine!(a_wrong_media_type_is_415);
async fn a_wrong_media_type_is_415(app: TestApp) {
    for media_type in ["application/json", "image/jpeg", "application/x-www-form-urlencoded"] {
        let reply = app.refused(|customer| customer.api(Method::POST, "/upload").header(CONTENT_TYPE, media_type).body(photos::small().to_vec()));
        reply.await.problem(415, "unsupported-media");
    }
    app.refused(|customer| customer.api(Method::POST, "/upload")).await.problem(415, "unsupported-media");
}

on_each_engine!(a_multipart_body_cut_short_is_refused);
async fn a_multipart_body_cut_short_is_refused(app: TestApp) {
    let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n\r\n".as_bytes();
    let bodies = [
        Vec::new(),
        b"--cut".to_vec(),
        head[..head.len() / 2].to_vec(),
        head.to_vec(),
        [head, photos::selfie()].concat(),
        [head, photos::selfie(), b"\r\n--cu"].concat(),
        b"not multipart at all".to_vec(),
    ];
    for body in bodies {
        let reply = app.refused(|customer| by_hand(customer, body)).await;
        assert!([400, 422].contains(&reply.status), "{} {}", reply.status, reply.text());
    }
    let without_boundary = app.refused(|customer| {
        let request = customer.api(Method::POST, "/upload").header(CONTENT_TYPE, "multipart/form-data");
        request.body([head, photos::selfie(), b"\r\n--cut--\r\n"].concat())
    });
    let status = without_boundary.await.status;
    assert!([400, 415, 422].contains(&status), "{status}");
}

on_each_engine!(a_missing_or_empty_file_is_a_missing_field);
async fn a_missing_or_empty_file_is_a_missing_field(app: TestApp) {
    let without = Form::new().text("field", "selfie_url");
    for form in [without, named("photo.jpg", b"")] {
        let reply = app.refused(|customer| customer.api(Method::POST, "/upload").multipart(form)).await;
        reply.problem(422, "invalid-request");
        assert_eq!(reply.fault_of("file"), "required");
    }
}

on_each_engine!(eleven_mebibytes_are_refused_and_the_limit_is_named);
async fn eleven_mebibytes_are_refused_and_the_limit_is_named(app: TestApp) {
    let large = [photos::selfie(), &vec![0_u8; 11 * MIB][..]].concat();
    let declared = app.refused(|customer| customer.upload_request("selfie_url", &large)).await;
    let in_chunks = app.refused(|customer| {
        let head = b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n".to_vec();
        let chunks = std::iter::once(head).chain((0..11).map(|_| vec![0xff; MIB])).chain([b"\r\n--cut--\r\n".to_vec()]);
        by_hand(customer, Body::wrap_stream(stream::iter(chunks.map(Ok::<_, std::io::Error>).collect::<Vec<_>>())))
    });
    for reply in [declared, in_chunks.await] {
        let detail = reply.problem(413, "too-large")["detail"].to_string();
        assert!(detail.contains("10 MiB"), "{detail}");
    }
}

on_each_engine!(an_endless_body_is_cut_off_at_the_limit);
async fn an_endless_body_is_cut_off_at_the_limit(app: TestApp) {
    // Neither the preamble nor the part's header ever ends; the server holds both in memory.
    for start in ["preamble ", "--cut\r\nContent-Disposition: form-data; name=\"a\"; x="] {
        let pieces = std::iter::once(start.as_bytes().to_vec()).chain((0..16).map(|_| vec![b'A'; MIB])).map(Ok::<_, std::io::Error>);
        let reply = app.refused(|customer| by_hand(customer, Body::wrap_stream(stream::iter(pieces)))).await;
        reply.problem(413, "too-large");
    }
}

on_each_engine!(ten_mebibytes_are_accepted);
async fn ten_mebibytes_are_accepted(app: TestApp) {
    let photo = photos::selfie();
    let full = [photo, &vec![0_u8; 10 * MIB - photo.len()][..]].concat();
    let uploaded = app.customer().await.upload("selfie_url", &full).await.expect(201).json();
    assert_eq!(uploaded["size"], 10 * MIB, "the size of all uploaded bytes, including those after the image");
}

on_each_engine!(a_file_that_is_not_a_photo_is_415_whatever_its_name);
async fn a_file_that_is_not_a_photo_is_415_whatever_its_name(app: TestApp) {
    let pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
    for bytes in [photos::SVG, photos::HTML, b"GIF89a\x01\x00\x01\x00", b"just text", pdf] {
        let form = named("photo.jpg", bytes);
        let reply = app.refused(|customer| customer.api(Method::POST, "/upload").multipart(form)).await;
        reply.problem(415, "unsupported-media");
    }
}

on_each_engine!(a_photo_cut_short_is_reported_as_truncated);
async fn a_photo_cut_short_is_reported_as_truncated(app: TestApp) {
    let png = photos::png();
    for bytes in [photos::truncated(), png[..png.len() / 2].to_vec()] {
        app.refused(|customer| customer.upload_request("selfie_url", &bytes)).await.problem(422, "truncated");
    }
}

on_each_engine!(a_header_of_60000_by_60000_is_refused_before_any_decoding);
async fn a_header_of_60000_by_60000_is_refused_before_any_decoding(app: TestApp) {
    let customer = app.customer().await;
    let before = customer.public().await.expect(200).json();
    let sent = Instant::now();
    let reply = customer.upload("selfie_url", &photos::png_header_60000()).await;
    assert!(sent.elapsed() < Duration::from_secs(2), "{:?}", sent.elapsed());
    let detail = reply.problem(422, "bad-image")["detail"].to_string();
    assert!(detail.contains("50"), "names the limit of 50 megapixels: {detail}");
    customer.assert_unharmed(&before).await;
}

on_each_engine!(an_upload_for_a_field_that_takes_no_artifact_is_422);
async fn an_upload_for_a_field_that_takes_no_artifact_is_422(app: TestApp) {
    for field in ["cpf", "nonsense", "SELFIE_URL"] {
        app.refused(|customer| customer.upload_request(field, photos::selfie())).await.expect(422);
    }
}

on_each_engine!(damaged_photos_never_make_the_server_fail);
async fn damaged_photos_never_make_the_server_fail(app: TestApp) {
    let customer = app.customer().await;
    let before = customer.public().await.expect(200).json();
    let good = [photos::small().to_vec(), photos::png(), photos::webp()];
    for seed in 1..=30 {
        let bytes = photos::damaged(&good[seed as usize % 3], seed);
        let reply = customer.upload("selfie_url", &bytes).await;
        assert!([200, 201, 415, 422].contains(&reply.status), "seed {seed}: {} {}", reply.status, reply.text());
    }
    assert_eq!(customer.public().await.json()["status"], before["status"]);
    customer.finish().await;
}
