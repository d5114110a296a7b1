//! Refuses requests that two HTTP parsers may understand differently, before anything reads them: without one clear Host, or with a
//! transfer coding besides chunked (RFC 9112, sections 3.2 and 6.1). A proxy before us may have understood them as another request.

use axum::http::{HeaderMap, Version, header, uri::Authority};

/// Whether a request with these headers is clear.
pub fn is_clear(version: Version, headers: &HeaderMap) -> bool {
    has_clear_host(version, headers) && has_clear_coding(headers)
}

/// One Host, which may be empty; HTTP/1.0 may do without.
fn has_clear_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => host.is_empty() || host.to_str().is_ok_and(|host| !host.contains(['@', ',']) && host.parse::<Authority>().is_ok()),
        (Some(_), Some(_)) => false,
    }
}

/// No transfer coding, or chunked and nothing else.
fn has_clear_coding(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear(version: Version, lines: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        is_clear(version, &headers)
    }

    #[test]
    fn a_request_has_one_host() {
        for host in ["a", "a:80", "127.0.0.1:3000", "[::1]:80", "xn--d1acufc.example", ""] {
            assert!(clear(Version::HTTP_11, &[("host", host)]), "{host}");
        }
        for host in ["a b", "a,b", "a@b", "http://a", "a/b", "[::1"] {
            assert!(!clear(Version::HTTP_11, &[("host", host)]), "{host}");
        }
        assert!(!clear(Version::HTTP_11, &[]) && clear(Version::HTTP_10, &[]));
        assert!(!clear(Version::HTTP_11, &[("host", "a"), ("host", "a")]) && !clear(Version::HTTP_10, &[("host", "a"), ("host", "b")]));
    }

    #[test]
    fn the_only_transfer_coding_is_chunked() {
        for (lines, is_clear) in [
            (&["chunked"][..], true),
            (&["Chunked"], true),
            (&["gzip, chunked"], false),
            (&["chunked, chunked"], false),
            (&["identity"], false),
            (&["chunked", "chunked"], false),
            (&["gzip", "chunked"], false),
            (&["chunked;a=b"], false),
            (&[""], false),
        ] {
            let all: Vec<_> = [("host", "a")].into_iter().chain(lines.iter().map(|coding| ("transfer-encoding", *coding))).collect();
            assert_eq!(clear(Version::HTTP_11, &all), is_clear, "{lines:?}");
        }
    }
}
