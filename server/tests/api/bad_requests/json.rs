//! JSON that is malformed, has the wrong shape, or has values that no field accepts.

use super::row::{Expected, Row, Target};

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// Bodies that are refused before their values are checked.
fn unreadable() -> Vec<(&'static str, Vec<u8>)> {
    let nested = |depth: usize, open: &str, close: &str| format!(r#"{{"userData":{{"name":{}1{}}}}}"#, open.repeat(depth), close.repeat(depth)).into_bytes();
    let utf16: Vec<u8> = "\u{feff}{\"userData\":{}}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("nothing", vec![]),
        ("only spaces", b"   \r\n\t ".to_vec()),
        ("only NUL", vec![0; 64]),
        ("null", b"null".to_vec()),
        ("true", b"true".to_vec()),
        ("a number", b"12".to_vec()),
        ("a text", br#""userData""#.to_vec()),
        ("a list", br#"[{"userData":{}}]"#.to_vec()),
        ("userData null", br#"{"userData":null}"#.to_vec()),
        ("userData a list", br#"{"userData":[]}"#.to_vec()),
        ("userData a text", br#"{"userData":"{}"}"#.to_vec()),
        ("userData a number", br#"{"userData":1}"#.to_vec()),
        ("userData twice", br#"{"userData":{"name":"a"},"userData":{"name":"b"}}"#.to_vec()),
        ("a field twice", br#"{"userData":{"name":1,"name":2}}"#.to_vec()),
        ("a key twice deep inside", br#"{"userData":{"name":[{"a":1,"a":1}]}}"#.to_vec()),
        ("an extra comma", br#"{"userData":{"name":1,}}"#.to_vec()),
        ("a comment", b"{\"userData\":{/* */\"name\":1}}".to_vec()),
        ("single quotes", b"{'userData':{'name':1}}".to_vec()),
        ("keys without quotes", b"{userData:{name:1}}".to_vec()),
        ("cut in a text", br#"{"userData":{"name":"An"#.to_vec()),
        ("cut in a key", br#"{"userDa"#.to_vec()),
        ("more JSON after it", br#"{"userData":{"name":1}} {"userData":{}}"#.to_vec()),
        ("a byte-order mark", b"\xef\xbb\xbf{\"userData\":{\"name\":1}}".to_vec()),
        ("UTF-16", utf16),
        ("invalid UTF-8", b"{\"userData\":{\"name\":\"\xff\xfe\xfd\"}}".to_vec()),
        ("overlong UTF-8", b"{\"userData\":{\"name\":\"\xc0\x80\"}}".to_vec()),
        ("a surrogate in UTF-8", b"{\"userData\":{\"name\":\"\xed\xa0\x80\"}}".to_vec()),
        ("a raw NUL in a text", b"{\"userData\":{\"name\":\"a\0b\"}}".to_vec()),
        ("a raw line end in a text", b"{\"userData\":{\"name\":\"a\nb\"}}".to_vec()),
        ("a lone high surrogate", br#"{"userData":{"name":"\ud800"}}"#.to_vec()),
        ("a lone low surrogate", br#"{"userData":{"name":"\udc00"}}"#.to_vec()),
        ("surrogates in the wrong order", br#"{"userData":{"name":"\udc00\ud800"}}"#.to_vec()),
        ("an invalid escape", br#"{"userData":{"name":"\x41"}}"#.to_vec()),
        ("NaN", br#"{"userData":{"name":NaN}}"#.to_vec()),
        ("Infinity", br#"{"userData":{"name":-Infinity}}"#.to_vec()),
        ("a number out of range", br#"{"userData":{"name":1e999999}}"#.to_vec()),
        ("a number with a leading zero", br#"{"userData":{"name":0123}}"#.to_vec()),
        ("lists 200 deep", nested(200, "[", "]")),
        ("lists 60,000 deep", nested(60_000, "[", "]")),
        ("objects 30,000 deep", nested(30_000, r#"{"a":"#, "}")),
        ("lists that never end", [br#"{"userData":{"name":"#.as_slice(), "[".repeat(200_000).as_bytes()].concat()),
        ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x02\x00".to_vec()),
        ("a form", b"name=Ana&cpf=12345678909".to_vec()),
        ("XML", b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_vec()),
    ]
}

/// User data that some field of the step refuses.
fn invalid_values() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for field in ["name", "cpf"] {
        let values =
            [("a number", "5"), ("a huge number", "123456789012345678901234567890"), ("true", "true"), ("a list", "[\"Ana\"]"), ("an object", "{\"a\":\"b\"}")];
        all.extend(values.map(|(kind, value)| (format!("{field} is {kind}"), format!(r#"{{"{field}":{value}}}"#))));
        all.push((format!("{field} of 10,000 letters"), format!(r#"{{"{field}":"{}"}}"#, "a".repeat(10_000))));
        all.push((format!("{field} of 200,000 letters"), format!(r#"{{"{field}":"{}"}}"#, "é".repeat(100_000))));
    }
    for (name, escape) in [("NUL", "0000"), ("BEL", "0007"), ("ESC", "001b"), ("DEL", "007f"), ("APC", "009f")] {
        all.push((format!("name with {name}"), format!(r#"{{"name":"a\u{escape}b","cpf":"12345678909"}}"#)));
    }
    for cpf in ["1", "1234567890", "123456789012", "1234567890a", "١٢٣٤٥٦٧٨٩٠٩", "１２３４５６７８９０９", "-12345678909-1", "0x12345678909"]
    {
        all.push((format!("cpf {cpf}"), format!(r#"{{"name":"Ana","cpf":"{cpf}"}}"#)));
    }
    for field in
        ["", " ", "NAME", "name ", "__proto__", "constructor", "userData", "id", "$where", "name[]", "name.first", "😀", "_lang", "riskScore", "status"]
    {
        all.push((format!("a field {field:?}"), format!(r#"{{"name":"Ana","cpf":"12345678909","{field}":"x"}}"#)));
    }
    all.push(("a field with a long name".to_owned(), format!(r#"{{"name":"Ana","cpf":"12345678909","{}":"x"}}"#, "n".repeat(100_000))));
    let many: Vec<String> = (0..5_000).map(|number| format!(r#""f{number}":"x""#)).collect();
    all.push(("5,000 fields".to_owned(), format!("{{{}}}", many.join(","))));
    all
}

pub fn rows(target: &Target) -> Vec<Row> {
    let mut rows = Vec::new();
    for (method, path) in [("PUT", target.api("/steps/identity")), ("POST", target.api("/complete"))] {
        let mut add = |name: String, expected: Expected, headers: &[(&str, &str)], body: &[u8]| {
            rows.push(Row { name: format!("{method} JSON: {name}"), expected, bytes: target.request(method, &path, headers, body) });
        };
        for (name, body) in unreadable() {
            add(name.to_owned(), Expected::Problem(&[400]), &JSON, &body);
        }
        for (name, data) in invalid_values() {
            add(name, Expected::Problem(&[422]), &JSON, format!(r#"{{"userData":{data}}}"#).as_bytes());
        }
        for (name, size) in [("257 KiB", 257 * 1024), ("2 MiB", 2 * 1024 * 1024)] {
            add(name.to_owned(), Expected::Problem(&[413]), &JSON, &vec![b' '; size]);
        }
        let media_types = [
            "",
            "json",
            "text/json",
            "text/plain",
            "application/jsonp",
            "application/vnd.api+json",
            "application/xml",
            "text/plain, application/json",
            "*/*",
            "multipart/form-data; boundary=cut",
        ];
        for media_type in media_types {
            add(
                format!("as {media_type:?}"),
                Expected::Problem(&[415]),
                &[("Content-Type", media_type)],
                br#"{"userData":{"name":"Ana","cpf":"12345678909"}}"#,
            );
        }
    }
    rows
}
