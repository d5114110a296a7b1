//! Headers of requests, and the addresses in them.

use ::server::http::{cookie, language, parameter::parameter, well_formed::is_clear};
use ::server::webhooks::{address::Policy, typed};
use ::shared::language::Language;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use proptest::prelude::*;
use url::Host;

use super::target;

const WORDS: &[&[u8]] = &[
    b";",
    b"=",
    b"\"",
    b"\\\"",
    b",",
    b" ",
    b"\t",
    b"name=",
    b"filename=\"",
    b"boundary=",
    b"q=0.5",
    b"pt-BR",
    b"*",
    b"127.0.0.1",
    b"[::1]",
    b"[::ffff:7f00:1]",
    b"0x7f.1",
    b"2130706433",
    b"localhost",
    b"@",
    b":",
    b"/",
    b"//",
    b"?",
    b"#",
    b"%2e",
    b"%00",
    b"\xe2\x80\x8b",
    b"\xef\xbc\x8f",
    b"http://",
    b"https://",
    b"169.254.169.254",
    b"xn--",
];

fn real() -> Vec<Vec<u8>> {
    [
        "form-data; name=\"selfie_url\"; filename=\"foto (1).jpg\"",
        "multipart/form-data; boundary=----WebKitFormBoundaryAbC",
        "fs_0123456789abcdef=AAAA; __Host-fs_desk=BBBB; fs_lang=pt-BR",
        "pt-BR,pt;q=0.9,en-US;q=0.8,*;q=0.1",
        "id.example:443",
        "https://user:secret@hooks.example.com:8443/a?b=c#d",
        "https://[2001:db8::1]/",
        "http://10.0.0.1/",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// No header makes a reader panic, what is read of one is in it, and no URL that is taken leads to an address of this machine or its networks.
#[test]
fn a_damaged_header_is_read_or_not() {
    let policy = Policy::new(Vec::new());
    target("headers", 3_000, real(), WORDS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for name in ["name", "filename", "boundary"] {
            if let Some(value) = parameter(&text, name) {
                prop_assert!(value.len() <= text.len());
            }
        }
        if let Ok(value) = HeaderValue::from_bytes(bytes) {
            let with = |name: HeaderName| HeaderMap::from_iter([(name, value.clone())]);
            let all: Vec<(String, String)> = cookie::all(&with(header::COOKIE)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            prop_assert!(all.iter().all(|(name, value)| !name.is_empty() && !name.contains(['=', ';']) && !value.contains(';') && text.contains(value)));
            for (name, value) in &all {
                prop_assert!(cookie::value(&with(header::COOKIE), name).is_some(), "{} {}", name, value);
            }
            is_clear(Version::HTTP_11, &with(header::HOST));
            is_clear(Version::HTTP_11, &with(header::TRANSFER_ENCODING));
            language::of_nothing(&with(header::ACCEPT_LANGUAGE), Some(&text));
        }
        Language::from_accept_language(&text);
        if let Ok(url) = typed::read(&text)
            && policy.check_url(&url).is_ok()
        {
            let is_inside = match url.host() {
                Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private() || address.is_link_local() || address.is_unspecified(),
                Some(Host::Ipv6(address)) => {
                    address.is_loopback() || address.is_unspecified() || address.to_ipv4_mapped().is_some_and(|four| four.is_loopback() || four.is_private())
                }
                Some(Host::Domain(name)) => name.parse::<std::net::IpAddr>().is_ok(),
                None => true,
            };
            prop_assert!(!is_inside && url.username().is_empty() && url.password().is_none(), "{}", url);
        }
        Ok(())
    });
}
