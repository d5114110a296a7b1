//! Every bad upload gets its problem, is really told so, and leaves the session as it was.

use std::time::{Duration, Instant};

use futures::stream;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, RequestBuilder};

use crate::support::{Customer, Reply, World, on_each_engine, photos};

const MIB: usize = 1024 * 1024;

/// Sends one bad upload to a new session and holds that session to be unharmed.
async fn refused(world: &World, request: impl FnOnce(&Customer) -> RequestBuilder) -> Reply {
    let customer = world.customer().await;
    let before = customer.public().await.expect(200).json();
    let reply = customer.send(request(&customer)).await;
    reply.any_problem();
    customer.is_unharmed(&before).await;
    reply
}

/// A multipart body by hand, so that it can be wrong.
fn by_hand(customer: &Customer, body: impl Into<Body>) -> RequestBuilder {
    let request = customer.api(Method::POST, "/upload").header(CONTENT_TYPE, "multipart/form-data; boundary=cut");
    request.body(body)
}

fn named(name: &'static str, bytes: &[u8]) -> Form {
    let part = Part::bytes(bytes.to_vec()).file_name(name).mime_str("image/jpeg").expect("a media type");
    Form::new().text("field", "selfie_url").part("file", part)
}

on_each_engine!(another_media_type_is_415);
async fn another_media_type_is_415(world: World) {
    for media_type in ["application/json", "image/jpeg", "application/x-www-form-urlencoded"] {
        let reply = refused(&world, |customer| customer.api(Method::POST, "/upload").header(CONTENT_TYPE, media_type).body(photos::small().to_vec()));
        reply.await.problem(415, "unsupported-media");
    }
    refused(&world, |customer| customer.api(Method::POST, "/upload")).await.problem(415, "unsupported-media");
}

on_each_engine!(a_multipart_body_cut_short_is_refused);
async fn a_multipart_body_cut_short_is_refused(world: World) {
    let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n\r\n".as_bytes();
    let bodies = [
        Vec::new(),
        b"--cut".to_vec(),
        head[..head.len() / 2].to_vec(),
        head.to_vec(),
        [head, photos::selfie()].concat(),
        [head, photos::selfie(), b"\r\n--cu"].concat(),
        b"no multipart at all".to_vec(),
    ];
    for body in bodies {
        let reply = refused(&world, |customer| by_hand(customer, body)).await;
        assert!([400, 422].contains(&reply.status), "{} {}", reply.status, reply.text());
    }
    let without_boundary = refused(&world, |customer| {
        let request = customer.api(Method::POST, "/upload").header(CONTENT_TYPE, "multipart/form-data");
        request.body([head, photos::selfie(), b"\r\n--cut--\r\n"].concat())
    });
    let status = without_boundary.await.status;
    assert!([400, 415, 422].contains(&status), "{status}");
}

on_each_engine!(no_file_or_an_empty_one_is_a_missing_field);
async fn no_file_or_an_empty_one_is_a_missing_field(world: World) {
    let without = Form::new().text("field", "selfie_url");
    for form in [without, named("photo.jpg", b"")] {
        let reply = refused(&world, |customer| customer.api(Method::POST, "/upload").multipart(form)).await;
        reply.problem(422, "invalid-request");
        assert_eq!(reply.fault_of("file"), "required");
    }
}

on_each_engine!(eleven_mebibytes_are_refused_with_the_limit_named);
async fn eleven_mebibytes_are_refused_with_the_limit_named(world: World) {
    let large = [photos::selfie(), &vec![0_u8; 11 * MIB][..]].concat();
    let declared = refused(&world, |customer| customer.uploading("selfie_url", &large)).await;
    let in_chunks = refused(&world, |customer| {
        let head = b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n".to_vec();
        let chunks = std::iter::once(head).chain((0..11).map(|_| vec![0xff; MIB])).chain([b"\r\n--cut--\r\n".to_vec()]);
        by_hand(customer, Body::wrap_stream(stream::iter(chunks.map(Ok::<_, std::io::Error>).collect::<Vec<_>>())))
    });
    for reply in [declared, in_chunks.await] {
        let detail = reply.problem(413, "too-large")["detail"].to_string();
        assert!(detail.contains("10 MiB"), "{detail}");
    }
}

on_each_engine!(a_body_without_an_end_is_cut_off_at_the_limit);
async fn a_body_without_an_end_is_cut_off_at_the_limit(world: World) {
    // Neither a boundary nor a part's head ever ends; both are held in memory as far as they go.
    for start in ["preamble ", "--cut\r\nContent-Disposition: form-data; name=\"a\"; x="] {
        let pieces = std::iter::once(start.as_bytes().to_vec()).chain((0..16).map(|_| vec![b'A'; MIB])).map(Ok::<_, std::io::Error>);
        let reply = refused(&world, |customer| by_hand(customer, Body::wrap_stream(stream::iter(pieces)))).await;
        reply.problem(413, "too-large");
    }
}

on_each_engine!(ten_mebibytes_are_not_too_large);
async fn ten_mebibytes_are_not_too_large(world: World) {
    let photo = photos::selfie();
    let full = [photo, &vec![0_u8; 10 * MIB - photo.len()][..]].concat();
    let uploaded = world.customer().await.upload("selfie_url", &full).await.expect(201).json();
    assert_eq!(uploaded["size"], 10 * MIB, "of the bytes as uploaded, those after the image's end too");
}

on_each_engine!(what_is_no_photo_is_415_whatever_its_name);
async fn what_is_no_photo_is_415_whatever_its_name(world: World) {
    let pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
    for bytes in [photos::SVG, photos::HTML, b"GIF89a\x01\x00\x01\x00", b"just text", pdf] {
        let form = named("photo.jpg", bytes);
        let reply = refused(&world, |customer| customer.api(Method::POST, "/upload").multipart(form)).await;
        reply.problem(415, "unsupported-media");
    }
}

on_each_engine!(a_photo_cut_short_is_truncated);
async fn a_photo_cut_short_is_truncated(world: World) {
    let png = photos::png();
    for bytes in [photos::truncated(), png[..png.len() / 2].to_vec()] {
        refused(&world, |customer| customer.uploading("selfie_url", &bytes)).await.problem(422, "truncated");
    }
}

on_each_engine!(a_header_of_60000_by_60000_is_refused_before_any_decoding);
async fn a_header_of_60000_by_60000_is_refused_before_any_decoding(world: World) {
    let customer = world.customer().await;
    let before = customer.public().await.expect(200).json();
    let sent = Instant::now();
    let reply = customer.upload("selfie_url", &photos::png_header_60000()).await;
    assert!(sent.elapsed() < Duration::from_secs(2), "{:?}", sent.elapsed());
    let detail = reply.problem(422, "bad-image")["detail"].to_string();
    assert!(detail.contains("50"), "names the limit of 50 megapixels: {detail}");
    customer.is_unharmed(&before).await;
}

on_each_engine!(an_upload_for_no_artifact_field_is_422);
async fn an_upload_for_no_artifact_field_is_422(world: World) {
    for field in ["cpf", "nonsense", "SELFIE_URL"] {
        refused(&world, |customer| customer.uploading(field, photos::selfie())).await.expect(422);
    }
}

on_each_engine!(no_bytes_make_the_server_fail);
async fn no_bytes_make_the_server_fail(world: World) {
    let customer = world.customer().await;
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
