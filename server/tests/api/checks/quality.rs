//! The check `quality`, on pictures that are made for it.

use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};

use super::pictures::{self, Picture, Seed};
use super::{customer_of, expected, found, submitted};
use crate::support::{TestApp, Value, json, on_each_engine, photos};

fn jpeg(picture: &Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = (picture.width as u32, picture.height as u32);
    JpegEncoder::new_with_quality(&mut bytes, 85).encode(&picture.bytes(), width, height, ExtendedColorType::L8).expect("encodes a JPEG");
    bytes
}

/// A flow that asks for a photo on a step of this type, with nothing but this check.
fn flow(kind: &str) -> Value {
    let fields = json!([{ "name": "photo", "type": "ARTIFACT", "label": "Photo" }]);
    json!({ "name": "checked", "checks": ["quality"], "steps": [{ "id": "one", "type": kind, "title": "One", "fields": fields }] })
}

on_each_engine!(a_photo_that_is_hard_to_read_is_a_warning);
async fn a_photo_that_is_hard_to_read_is_a_warning(app: TestApp) {
    let seed = || Seed(900);
    let good = pictures::document(&mut seed());
    let cases = [
        ("DOCUMENT", jpeg(&good), &[][..]),
        ("DOCUMENT", jpeg(&pictures::blurred(good.clone(), &mut seed())), &["quality.blurred"]),
        ("DOCUMENT", jpeg(&pictures::dark(good.clone(), &mut seed())), &["quality.dark"]),
        ("DOCUMENT", jpeg(&pictures::with_glare(good, &mut seed())), &["quality.glare"]),
        ("DOCUMENT", jpeg(&pictures::cut_off(&mut seed())), &["quality.cut_off"]),
        ("SELFIE", jpeg(&pictures::cut_off(&mut seed())), &[]),
        ("SELFIE", photos::selfie().to_vec(), &[]),
    ];
    for (number, (kind, photo, codes)) in cases.into_iter().enumerate() {
        let customer = customer_of(&app, &flow(kind), &[]).await;
        let photo = customer.upload("photo", &photo).await.expect(201).json();
        let shown = submitted(&app, &customer, json!({ "photo": photo["artifactId"] })).await;
        assert_eq!(found(&shown, "quality"), expected(if codes.is_empty() { "PASSED" } else { "WARNING" }, codes), "{number}");
    }
}

on_each_engine!(without_an_image_there_is_nothing_to_look_at);
async fn without_an_image_there_is_nothing_to_look_at(app: TestApp) {
    let customer = customer_of(&app, &flow("PROOF"), &[]).await;
    let bill = customer.upload("photo", &photos::pdf(1)).await.expect(201).json();
    let shown = submitted(&app, &customer, json!({ "photo": bill["artifactId"] })).await;
    assert_eq!(found(&shown, "quality"), expected("SKIPPED", &[]));
    let customer = customer_of(&app, &flow("PROOF"), &[]).await;
    assert_eq!(found(&submitted(&app, &customer, json!({})).await, "quality"), expected("SKIPPED", &[]));
}
