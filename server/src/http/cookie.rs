//! Writes and reads cookies. Every cookie of ours is for the whole site, out of the reach of scripts, and on https for https only. Their
//! names begin alike, with `__Host-` where the browser is to refuse a cookie that another host or plain http set.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

use crate::kit::Kit;

/// With which requests a browser sends a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// With every request, also from a page that another site frames: on https `SameSite=None; Partitioned`. On plain http, where browsers
    /// take no such cookie, as [`Sent::WithLinks`].
    Everywhere,
    /// With requests of our own pages, and when a person follows a link to us: `SameSite=Lax`.
    WithLinks,
    /// Only with requests of our own pages: `SameSite=Strict`.
    FromOurPages,
}

fn is_https(kit: &Kit) -> bool {
    kit.public_url.starts_with("https://")
}

/// The beginning of the names of our cookies.
pub fn prefix(kit: &Kit) -> &'static str {
    if is_https(kit) { "__Host-fs_" } else { "fs_" }
}

/// The value of `Set-Cookie` for a cookie that lasts for this many seconds; 0 deletes it. `None` if name or value have a character that no
/// header may have.
pub fn set(kit: &Kit, name: &str, value: &str, seconds: i64, sent: Sent) -> Option<HeaderValue> {
    let is_https = is_https(kit);
    let same_site = match sent {
        Sent::Everywhere if is_https => SameSite::None,
        Sent::Everywhere | Sent::WithLinks => SameSite::Lax,
        Sent::FromOurPages => SameSite::Strict,
    };
    let cookie = Cookie::build((name, value)).path("/").http_only(true).max_age(Duration::seconds(seconds)).same_site(same_site);
    let cookie = cookie.secure(is_https).partitioned(same_site == SameSite::None);
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// Names and values of the cookies of a request, in the order in which the browser sent them.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| str::from_utf8(value.as_bytes()).ok());
    texts.flat_map(Cookie::split_parse).filter_map(|cookie| {
        let cookie = cookie.ok()?;
        Some((cookie.name_raw()?, cookie.value_raw()?))
    })
}

/// A cookie's value.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kit::testing;

    #[tokio::test]
    async fn each_kind_of_cookie_has_its_attributes() {
        let (kit, _folder) = testing::kit().await;
        let on = |url: &str| Kit { public_url: url.into(), ..kit.clone() };
        for (url, sent, more) in [
            ("https://id.example", Sent::Everywhere, &["Secure", "SameSite=None", "Partitioned"][..]),
            ("https://id.example", Sent::WithLinks, &["Secure", "SameSite=Lax"]),
            ("https://id.example", Sent::FromOurPages, &["Secure", "SameSite=Strict"]),
            ("http://id.example", Sent::Everywhere, &["SameSite=Lax"]),
            ("http://id.example", Sent::WithLinks, &["SameSite=Lax"]),
            ("http://id.example", Sent::FromOurPages, &["SameSite=Strict"]),
        ] {
            for (value, seconds, age) in [("AZ-az_09", 60, "Max-Age=60"), ("", 0, "Max-Age=0")] {
                let written = set(&on(url), "fs_a", value, seconds, sent).unwrap();
                let mut parts = written.to_str().unwrap().split("; ");
                assert_eq!(parts.next(), Some(&*format!("fs_a={value}")));
                let expected: BTreeSet<&str> = ["Path=/", "HttpOnly", age].iter().chain(more).copied().collect();
                assert_eq!(parts.collect::<BTreeSet<_>>(), expected, "{sent:?} on {url}");
            }
        }
        assert_eq!(set(&kit, "fs_a", "line\r\nend", 1, Sent::WithLinks), None);
    }

    #[test]
    fn cookies_are_read_as_browsers_and_proxies_write_them() {
        let read = |values: &[&'static [u8]]| -> Vec<(String, String)> {
            let headers: HeaderMap = values.iter().map(|value| (header::COOKIE, HeaderValue::from_bytes(value).unwrap())).collect();
            all(&headers).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        for (values, expected) in [
            (&[&b"a=1; b=2"[..]][..], &[("a", "1"), ("b", "2")][..]),
            // Without a space, with too many, and in several headers.
            (&[b"a=1;b=2", b"  c = 3 ;"], &[("a", "1"), ("b", "2"), ("c", "3")]),
            // A value may contain what separates names from values, or be empty or in quotes.
            (&[b"a=1=2==; b=; c=\"x\""], &[("a", "1=2=="), ("b", ""), ("c", "\"x\"")]),
            // The first of two with one name comes first. What looks like an attribute is a cookie here.
            (&[b"a=1; a=2; Path=/"], &[("a", "1"), ("a", "2"), ("Path", "/")]),
            // What is no pair, or has no name, is skipped.
            (&[b"; ;;= ; =x; lonely; a=1"], &[("a", "1")]),
            // Cookies of other programs on the same host may have any letters. What is not UTF-8 hides its whole header.
            (&["a=\u{e9}; b=2".as_bytes()], &[("a", "\u{e9}"), ("b", "2")]),
            (&[b"a=\xE9; b=2", b"c=3"], &[("c", "3")]),
            (&[b""], &[]),
        ] {
            let expected: Vec<(String, String)> = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(read(values), expected, "{:?}", values.iter().map(|value| String::from_utf8_lossy(value)).collect::<Vec<_>>());
        }
    }
}
