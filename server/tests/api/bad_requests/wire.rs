//! Requests with an unusual or broken request line, header or length.

use super::row::{Expected, Row, Target};

const JSON: &str = "Content-Type: application/json\r\n";
/// Well-formed user data that no step accepts.
const BODY: &str = r#"{"userData":{"name":5}}"#;

/// Unusual headers that the server must tolerate.
fn tolerated() -> Vec<(&'static str, String)> {
    let languages = (0..3_000).map(|number| format!("x{number};q=0.{}", number % 10)).collect::<Vec<_>>().join(",");
    vec![
        ("Accept-Language", languages),
        ("Accept-Language", ";q=9,,;;*;q=-1,pt-BR;q=NaN".to_owned()),
        ("Accept-Language", "../../etc/passwd".to_owned()),
        ("Accept", "image/webp;q=0".to_owned()),
        ("Accept-Encoding", "gzip;q=1e99, identity;q=0, *;q=0".to_owned()),
        ("Accept-Charset", "utf-7".to_owned()),
        ("Range", "bytes=0-0,1-1,2-2,-1".to_owned()),
        ("Range", "bytes=99999999999999999999-".to_owned()),
        ("If-None-Match", "*".to_owned()),
        ("If-Match", "\"nonsense\"".to_owned()),
        ("If-Modified-Since", "yesterday".to_owned()),
        ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT".to_owned()),
        ("X-HTTP-Method-Override", "DELETE".to_owned()),
        ("X-Original-URL", "/admin".to_owned()),
        ("X-Forwarded-For", "::1, 127.0.0.1, nonsense, 999.999.999.999".to_owned()),
        ("Forwarded", "for=\"_secret\";proto=gopher".to_owned()),
        ("Authorization", "Bearer nonsense".to_owned()),
        ("Origin", "null".to_owned()),
        ("Referer", "javascript:alert(1)".to_owned()),
        ("User-Agent", "a".repeat(20_000)),
        ("Upgrade", "h2c, websocket".to_owned()),
        ("Cookie", "a=b; ".repeat(3_000)),
    ]
}

/// Cookies that belong to no device.
fn cookies(target: &Target) -> Vec<String> {
    let (name, token) = target.cookie.split_once('=').expect("a cookie is name=value");
    let mut all: Vec<String> = ["", ";;;;", "=", "==", "a", "\"", "fs_", "fs_=", "__Host-fs_0=x", "\u{fffd}"].map(str::to_owned).to_vec();
    all.extend([
        name.to_owned(),
        format!("{name}="),
        format!("{name}={token}x"),
        format!("{name}={}", &token[1..]),
        format!("{name}=\"{token}\""),
        format!("{name}={}", "A".repeat(43)),
        format!("{name}={}", "A".repeat(8_000)),
        format!("{name}=%00{token}"),
        format!("{}={token}", name.to_uppercase()),
        format!("{name} = {token}x"),
        format!("{name}=wrong; {name}={token}"),
    ]);
    all
}

/// Requests that the HTTP layer may already refuse.
fn malformed(target: &Target) -> Vec<(&'static str, Vec<u8>)> {
    let path = target.api("/complete");
    let public = target.api("/public");
    let post = |headers: &str, body: &str| format!("POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{JSON}{headers}\r\n{body}").into_bytes();
    let get = |line: &str, headers: &str| format!("{line}\r\nHost: a\r\nConnection: close\r\n{headers}\r\n").into_bytes();
    let line = |rest: &str| format!("GET {public}{rest}");
    vec![
        ("two lengths", post(&format!("Content-Length: {}\r\nContent-Length: 5\r\n", BODY.len()), BODY)),
        ("a negative length", post("Content-Length: -1\r\n", BODY)),
        ("a length with a plus", post("Content-Length: +23\r\n", BODY)),
        ("a length in hexadecimal", post("Content-Length: 0x17\r\n", BODY)),
        ("a length of 2^64", post("Content-Length: 18446744073709551616\r\n", BODY)),
        ("a length of 2^63", post("Content-Length: 9223372036854775808\r\n", BODY)),
        ("a length that is not a number", post("Content-Length: many\r\n", BODY)),
        ("a length shorter than the body", post("Content-Length: 5\r\n", BODY)),
        ("a length longer than the body", post("Content-Length: 5000\r\n", BODY)),
        ("a length and chunks", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "17\r\n{\"userData\":{\"name\":5}}\r\n0\r\n\r\n")),
        ("an invalid chunk size", post("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n")),
        ("a negative chunk size", post("Transfer-Encoding: chunked\r\n", "-1\r\n{}\r\n0\r\n\r\n")),
        ("a chunk of 2^64", post("Transfer-Encoding: chunked\r\n", "10000000000000000\r\n{}\r\n0\r\n\r\n")),
        ("chunks without an end", post("Transfer-Encoding: chunked\r\n", "17\r\n{\"userData\":{\"name\":5}}\r\n")),
        ("a chunk with a long extension", post("Transfer-Encoding: chunked\r\n", &format!("17;{}\r\n{BODY}\r\n0\r\n\r\n", "x".repeat(20_000)))),
        ("chunks with 1,000 trailers", post("Transfer-Encoding: chunked\r\n", &format!("17\r\n{BODY}\r\n0\r\n{}\r\n", "X: y\r\n".repeat(1_000)))),
        ("the coding gzip", post("Transfer-Encoding: gzip\r\n", BODY)),
        ("the coding xchunked", post("Transfer-Encoding: xchunked\r\n", BODY)),
        ("chunked and then identity", post("Transfer-Encoding: chunked, identity\r\n", BODY)),
        ("Expect: 100-continue with a wrong body", post(&format!("Expect: 100-continue\r\nContent-Length: {}\r\n", BODY.len()), BODY)),
        ("an unknown expectation", post(&format!("Expect: a-miracle\r\nContent-Length: {}\r\n", BODY.len()), BODY)),
        ("no version", get(&line(""), "")),
        ("HTTP/3.0", get(&line(" HTTP/3.0"), "")),
        ("HTTP/1.2", get(&line(" HTTP/1.2"), "")),
        ("an invalid version", get(&line(" HTTX/1.1"), "")),
        ("a path with a space", get(&line("/a b HTTP/1.1"), "")),
        ("a path with NUL", get(&line("\0 HTTP/1.1"), "")),
        ("a path with an escape character", get(&line("\u{1b}[2J HTTP/1.1"), "")),
        ("a path of 70,000 letters", get(&line(&format!("/{} HTTP/1.1", "x".repeat(70_000))), "")),
        ("no path", get("GET HTTP/1.1", "")),
        ("no method", get(&format!(" {public} HTTP/1.1"), "")),
        ("a method with a bracket", get(&format!("G(T {public} HTTP/1.1"), "")),
        ("CONNECT", get("CONNECT 127.0.0.1:22 HTTP/1.1", "")),
        ("the target *", get("OPTIONS * HTTP/1.1", "")),
        ("another server's URL", get("GET http://example.com/ HTTP/1.1", "")),
        ("a header without a colon", get(&line(" HTTP/1.1"), "nonsense\r\n")),
        ("a header with a space in its name", get(&line(" HTTP/1.1"), "X Y: z\r\n")),
        ("a header with NUL", get(&line(" HTTP/1.1"), "X: a\0b\r\n")),
        ("a header of 1,000,000 letters", get(&line(" HTTP/1.1"), &format!("X: {}\r\n", "x".repeat(1_000_000)))),
        ("1,000 headers", get(&line(" HTTP/1.1"), &"X: y\r\n".repeat(1_000))),
        ("a folded header", get(&line(" HTTP/1.1"), "X: a\r\n  b\r\n")),
        ("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00".to_vec()),
        ("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n".to_vec()),
        ("an SSH greeting", b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()),
        ("a memcached command", b"stats\r\n\r\n".to_vec()),
        ("only line ends", b"\r\n".repeat(20_000)),
        ("every byte value", (0..=255).cycle().take(4_096).collect()),
    ]
}

pub fn rows(target: &Target) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, value) in tolerated() {
        let bytes = target.request("GET", &target.api("/public"), &[(name, &value)], b"");
        rows.push(Row { name: format!("{name}: {value:.30}"), expected: Expected::Read, bytes });
        let bytes = target.request("POST", &target.api("/complete"), &[("Content-Type", "application/json"), (name, &value)], BODY.as_bytes());
        rows.push(Row { name: format!("POST with {name}: {value:.30}"), expected: Expected::Problem(&[422]), bytes });
    }
    for cookie in cookies(target) {
        let bytes = target.request("GET", &target.api("/answers"), &[("Cookie", &cookie)], b"");
        rows.push(Row { name: format!("cookie {cookie:.90}"), expected: Expected::Problem(&[404]), bytes });
    }
    rows.extend(malformed(target).into_iter().map(|(name, bytes)| Row { name: name.to_owned(), expected: Expected::Refused, bytes }));
    rows
}
