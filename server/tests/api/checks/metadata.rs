//! The check `metadata`, on photos whose EXIF says something.

use super::{customer_of, expected, found, submitted};
use crate::support::{TestApp, json, on_each_engine, photos};

/// The photo with EXIF: the program that wrote it, and when (EXIF 2.32, 4.6.4).
fn with_exif(photo: &[u8], software: &str, date: &str) -> Vec<u8> {
    let (mut entries, mut values) = (Vec::new(), Vec::new());
    for (tag, text) in [(0x0131_u16, software), (0x0132, date)] {
        let value = [text.as_bytes(), b"\0"].concat();
        let at = u32::try_from(8 + 2 + 2 * 12 + 4 + values.len()).expect("small");
        let count = u32::try_from(value.len()).expect("small");
        entries.extend([&tag.to_be_bytes()[..], &2_u16.to_be_bytes(), &count.to_be_bytes(), &at.to_be_bytes()].concat());
        values.extend(value);
    }
    let tiff = [b"MM\0*\0\0\0\x08\0\x02", &entries[..], &[0; 4], &values].concat();
    let length = u16::try_from(2 + 6 + tiff.len()).expect("small").to_be_bytes();
    [&photo[..2], b"\xFF\xE1", &length, b"Exif\0\0", &tiff, &photo[2..]].concat()
}

on_each_engine!(what_a_photo_says_of_itself_is_a_hint);
async fn what_a_photo_says_of_itself_is_a_hint(app: TestApp) {
    let fields = json!([{ "name": "photo", "type": "ARTIFACT", "label": "Photo", "accept": ["image/jpeg", "application/pdf"] }]);
    let flow = json!({ "name": "checked", "checks": ["metadata"], "steps": [{ "id": "one", "type": "PROOF", "title": "One", "fields": fields }] });
    let photo = photos::selfie();
    for (file, result, codes) in [
        (photo.to_vec(), "PASSED", &[][..]),
        (with_exif(photo, "18.1.1", "no date"), "PASSED", &[]),
        (with_exif(photo, "Adobe Photoshop 26.1", "2001:01:01 10:00:00"), "WARNING", &["metadata.date", "metadata.edited"]),
        (with_exif(photo, "gnome-screenshot", "no date"), "WARNING", &["metadata.screenshot"]),
        (photos::pdf(1), "SKIPPED", &[]),
    ] {
        let customer = customer_of(&app, &flow, &[]).await;
        let uploaded = customer.upload("photo", &file).await.expect(201).json();
        let shown = submitted(&app, &customer, json!({ "photo": uploaded["artifactId"] })).await;
        assert_eq!(found(&shown, "metadata"), expected(result, codes));
    }
}
