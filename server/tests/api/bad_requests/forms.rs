//! Uploads and forms that are broken, mislabelled or far too large.

use super::row::{Expected, Row, Target};
use crate::support::photos;

const MULTIPART: &str = "multipart/form-data; boundary=cut";
const URLENCODED: &str = "application/x-www-form-urlencoded";

/// One part, without the closing boundary.
fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
    [b"--cut\r\nContent-Disposition: ", disposition.as_bytes(), b"\r\n\r\n", content, b"\r\n"].concat()
}

fn file(content: &[u8]) -> Vec<u8> {
    part("form-data; name=\"file\"; filename=\"photo.jpg\"", content)
}

fn whole(parts: &[Vec<u8>]) -> Vec<u8> {
    [&parts.concat(), b"--cut--\r\n".as_slice()].concat()
}

/// Bodies that contain no usable file.
fn files() -> Vec<(&'static str, &'static [u16], Vec<u8>)> {
    let png = photos::png();
    let field = |name: &str| part("form-data; name=\"field\"", name.as_bytes());
    let many = |count: usize| whole(&(0..count).map(|number| part(&format!("form-data; name=\"p{number}\""), b"x")).collect::<Vec<_>>());
    let nested = whole(&[[
        b"--cut\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n".as_slice(),
        photos::SVG,
        b"\r\n--in--\r\n",
    ]
    .concat()]);
    let lines: Vec<u8> = whole(&[file(photos::small())]).into_iter().filter(|byte| *byte != b'\r').collect();
    let encoded = [b"--cut\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQSkZJRg==\r\n".to_vec()];
    vec![
        ("nothing", &[400, 422], vec![]),
        ("only the closing boundary", &[400, 422], b"--cut--\r\n".to_vec()),
        ("another boundary", &[400, 422], whole(&[file(photos::small())]).into_iter().map(|byte| if byte == b'c' { b'd' } else { byte }).collect()),
        ("line ends without CR", &[400, 415, 422], lines),
        ("no closing boundary", &[400, 422], file(photos::small())),
        ("a closing boundary before the file", &[400, 415, 422], [b"--cut--\r\n".to_vec(), file(photos::small())].concat()),
        ("a part without headers", &[400, 415, 422], [b"--cut\r\n\r\n".as_slice(), photos::small(), b"\r\n--cut--\r\n"].concat()),
        ("a part without a name", &[422], whole(&[part("form-data", photos::small())])),
        ("a part that is an attachment", &[400, 422], whole(&[part("attachment; filename=\"a.jpg\"", photos::small())])),
        ("a header that does not end", &[400, 413, 422], [b"--cut\r\nX: ".as_slice(), &vec![b'x'; 200_000]].concat()),
        ("1,000 headers in a part", &[400, 413, 422], [b"--cut\r\n".as_slice(), "X: y\r\n".repeat(1_000).as_bytes(), b"\r\n\r\n--cut--\r\n"].concat()),
        ("a header without a colon", &[400, 422], b"--cut\r\nnonsense\r\n\r\nx\r\n--cut--\r\n".to_vec()),
        ("a header with NUL", &[400, 422], b"--cut\r\nContent-Disposition: form-data; name=\"fi\0le\"\r\n\r\nx\r\n--cut--\r\n".to_vec()),
        ("201 parts", &[413, 422], many(201)),
        ("3,000 parts", &[413, 422], many(3_000)),
        ("a preamble of 1 MiB", &[400, 413, 422], vec![b'x'; 1024 * 1024]),
        ("the name file[]", &[422], whole(&[part("form-data; name=\"file[]\"; filename=\"a.jpg\"", photos::small())])),
        ("the name FILE", &[422], whole(&[part("form-data; name=\"FILE\"; filename=\"a.jpg\"", photos::small())])),
        ("the name photo", &[422], whole(&[part("form-data; name=\"photo\"; filename=\"a.jpg\"", photos::small())])),
        ("a path as file name, and SVG", &[415], whole(&[part("form-data; name=\"file\"; filename=\"../../master.key\"", photos::SVG)])),
        ("two files that are not photos", &[415], whole(&[file(photos::SVG), file(photos::HTML)])),
        ("an empty file", &[422], whole(&[file(b"")])),
        ("a multipart in the file", &[415, 422], nested),
        ("base64 in the file", &[415, 422], whole(&encoded)),
        ("SVG", &[415], whole(&[file(photos::SVG)])),
        ("HTML", &[415], whole(&[file(photos::HTML)])),
        ("a GIF", &[415], whole(&[file(b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00;")])),
        ("a program", &[415], whole(&[file(b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00")])),
        ("a ZIP", &[415], whole(&[file(b"PK\x03\x04\x14\x00\x00\x00\x08\x00")])),
        ("HEIC", &[415], whole(&[file(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")])),
        ("one byte", &[415], whole(&[file(b"\xff")])),
        ("only the first bytes of a JPEG", &[415, 422], whole(&[file(b"\xff\xd8\xff\xe0")])),
        ("only the first bytes of a PNG", &[415, 422], whole(&[file(b"\x89PNG\r\n\x1a\n")])),
        ("only the first bytes of a WebP", &[415, 422], whole(&[file(b"RIFF\x04\x00\x00\x00WEBP")])),
        ("half a JPEG", &[422], whole(&[file(&photos::truncated())])),
        ("half a PNG", &[422], whole(&[file(&png[..png.len() / 2])])),
        ("60,000 by 60,000 pixels", &[422], whole(&[file(&photos::png_header_60000())])),
        ("a JPEG's head before HTML", &[415, 422], whole(&[file(&[b"\xff\xd8\xff\xe0".as_slice(), photos::HTML].concat())])),
        ("an unknown field", &[422], whole(&[field("nonsense"), file(photos::small())])),
        ("a field that takes no file", &[422], whole(&[field("cpf"), file(photos::small())])),
        ("a field with NUL", &[422], whole(&[field("selfie_url\0"), file(photos::small())])),
        ("a field of 70,000 letters", &[413], whole(&[field(&"x".repeat(70_000)), file(photos::small())])),
        ("11 MiB", &[413], whole(&[file(&vec![0xff; 11 * 1024 * 1024])])),
    ]
}

/// Forms for the page of a step.
fn forms() -> Vec<(&'static str, &'static [u16], &'static str, Vec<u8>)> {
    let two = |name: &str, cpf: &str| format!("name={name}&cpf={cpf}").into_bytes();
    vec![
        ("nothing at all", &[422], URLENCODED, vec![]),
        ("only separators", &[422], URLENCODED, vec![b'&'; 10_000]),
        ("60,000 pairs", &[422], URLENCODED, b"a=b&".repeat(60_000)),
        ("260 KiB", &[413], URLENCODED, vec![b'a'; 260 * 1024]),
        ("a name of 100,000 letters", &[422], URLENCODED, two(&"a".repeat(100_000), "12345678909")),
        ("a name of invalid UTF-8", &[422], URLENCODED, two("%00%ff%fe", "12345678909")),
        ("a name with a bell", &[422], URLENCODED, two("a%07b", "12345678909")),
        ("invalid percent-encoding", &[422], URLENCODED, two("%zz%", "%")),
        ("markup for a CPF", &[422], URLENCODED, two("Ana", "%3Cscript%3Ealert(1)%3C/script%3E")),
        ("fields of another step", &[422], URLENCODED, b"selfie_url=art_0123456789abcdefghjkmnpqrs".to_vec()),
        ("JSON", &[415], "application/json", br#"{"userData":{"name":"Ana","cpf":"12345678909"}}"#.to_vec()),
        ("text", &[415], "text/plain", b"name=Ana".to_vec()),
        ("an invalid media type", &[415], ";;;", b"name=Ana".to_vec()),
        ("multipart without a boundary", &[415], "multipart/form-data", b"--cut--".to_vec()),
        ("multipart without its closing boundary", &[400, 422], MULTIPART, part("form-data; name=\"name\"", b"Ana")),
        ("a text of 70,000 letters", &[413], MULTIPART, whole(&[part("form-data; name=\"name\"", &vec![b'a'; 70_000])])),
        ("a file in a text field", &[422], MULTIPART, whole(&[part("form-data; name=\"name\"; filename=\"a.jpg\"", photos::small())])),
        ("500 parts", &[413], MULTIPART, whole(&vec![part("form-data; name=\"x\"", b"y"); 500])),
    ]
}

pub fn rows(target: &Target) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: String, expected: Expected, path: &str, media_type: &str, body: &[u8]| {
        rows.push(Row { name, expected, bytes: target.request("POST", path, &[("Content-Type", media_type)], body) });
    };
    for (name, statuses, body) in files() {
        add(format!("upload: {name}"), Expected::Problem(statuses), &target.api("/upload"), MULTIPART, &body);
    }
    let media_types = [
        "",
        "image/jpeg",
        "application/json",
        URLENCODED,
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"cut",
        "multipart/mixed; boundary=cut",
        "multipart/form-data; charset=utf-8",
        "multipart/form-data boundary=cut",
    ];
    for media_type in media_types {
        let body = whole(&[file(photos::SVG)]);
        add(format!("upload as {media_type:?}"), Expected::Problem(&[400, 415, 422]), &target.api("/upload"), media_type, &body);
    }
    let long = format!("multipart/form-data; boundary={}", "b".repeat(5_000));
    add("upload: a boundary of 5,000 letters".to_owned(), Expected::Problem(&[400, 415, 422]), &target.api("/upload"), &long, b"x");
    for (name, statuses, media_type, body) in forms() {
        add(format!("form: {name}"), Expected::Page(statuses), &target.page("/identity"), media_type, &body);
    }
    for (name, content) in [
        ("SVG", photos::SVG.to_vec()),
        ("half a JPEG", photos::truncated()),
        ("60,000 by 60,000", photos::png_header_60000()),
        ("11 MiB", vec![0xff; 11 * 1024 * 1024]),
    ] {
        let body = whole(&[part("form-data; name=\"selfie_url\"; filename=\"a.jpg\"", &content)]);
        add(format!("form with a photo: {name}"), Expected::Page(&[413, 422]), &target.page("/selfie"), MULTIPART, &body);
    }
    rows
}
