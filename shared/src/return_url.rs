//! Which addresses a page may lead people to: https URLs, and URLs of an app that registered a scheme of its own. Everything that a browser
//! or a phone acts on by itself is refused, such as `javascript:` and `tel:`.

/// The longest address, in bytes.
const MAX_BYTES: usize = 2_000;

/// What is allowed, for the person who wrote another address.
pub const ALLOWED: &str = "allowed is an https URL with a host and without a user name, or an app's own scheme such as com.example.app://done";

/// Schemes that no app may register, because browsers and phones act on them by themselves.
const TAKEN: [&str; 64] = [
    "about",
    "afp",
    "android-app",
    "blob",
    "brave",
    "callto",
    "cid",
    "content",
    "data",
    "devtools",
    "edge",
    "facetime",
    "facetime-audio",
    "feed",
    "file",
    "filesystem",
    "firefox",
    "ftp",
    "ftps",
    "geo",
    "gopher",
    "http",
    "im",
    "imap",
    "intent",
    "itms",
    "itms-apps",
    "itms-appss",
    "itms-services",
    "jar",
    "javascript",
    "ldap",
    "ldaps",
    "livescript",
    "mailto",
    "maps",
    "market",
    "mid",
    "mms",
    "mocha",
    "news",
    "nntp",
    "opera",
    "res",
    "resource",
    "rtsp",
    "search-ms",
    "sftp",
    "shell",
    "sip",
    "sips",
    "smb",
    "sms",
    "smsto",
    "ssh",
    "tel",
    "telnet",
    "urn",
    "vbscript",
    "view-source",
    "vivaldi",
    "ws",
    "wss",
    "wyciwyg",
];

/// Beginnings of such schemes.
const TAKEN_BEGINNINGS: [&str; 9] = ["chrome", "googlechrome", "microsoft-edge", "moz-", "ms-", "safari-", "web+", "webkit-", "x-apple"];

/// Whether this is an https URL with a host, without user name, password, control characters or spaces.
pub fn is_https(url: &str) -> bool {
    let is_visible = url.len() <= MAX_BYTES && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let rest = url.strip_prefix("https://").filter(|_| is_visible);
    rest.is_some_and(|rest| is_host_and_port(authority(rest)))
}

/// Whether a page may lead people to this address.
pub fn is_allowed(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    if scheme == "https" {
        return is_https(url);
    }
    let is_scheme = scheme.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+.-".contains(&byte));
    let is_taken = TAKEN.contains(&scheme) || TAKEN_BEGINNINGS.iter().any(|beginning| scheme.starts_with(beginning));
    let is_visible = url.len() <= MAX_BYTES && rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let has_user = rest.strip_prefix("//").is_some_and(|rest| authority(rest).contains('@'));
    is_scheme && !is_taken && is_visible && rest.starts_with('/') && !has_user
}

/// The part of a URL before its path, query and fragment.
fn authority(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            ("ipv6", port.strip_prefix(':').or(port.is_empty().then_some("443")))
        }
        None => authority.split_once(':').map_or((authority, Some("443")), |(host, port)| (host, Some(port))),
    };
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let host = host.strip_suffix('.').unwrap_or(host);
    host.split('.').all(is_label) && port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_apps_own_schemes_are_allowed() {
        for url in [
            "https://shop.example/done",
            "https://shop.example",
            "https://shop.example:8443/a?b=c#d",
            "https://SHOP.example/x@y",
            "https://xn--bcher-kva.example/",
            "https://[2001:db8::1]:444/",
            "https://192.0.2.7/?u=https://other.example",
            "acme-bank://kyc/done",
            "com.example.app:/done?x=1",
            "com.example.app://done",
            "restaurant://done",
            "wspay://done",
        ] {
            assert!(is_allowed(url), "{url}");
        }
    }

    #[test]
    fn whatever_a_browser_acts_on_by_itself_is_not() {
        for url in [
            "",
            "shop.example/done",
            "//shop.example/done",
            "http://shop.example/",
            "HTTPS://shop.example/",
            "https:shop.example",
            "https:/shop.example",
            "https://",
            "https:///done",
            "https://:443/",
            "https://user@shop.example/",
            "https://user:secret@shop.example/",
            "https://shop.example@evil.example/",
            "https://shop.example:0/",
            "https://shop.example:99999/",
            "https://shop.example:x/",
            "https://shop..example/",
            "https://sh%6fp.example/",
            "https://[::g]/",
            "https://[::1]x/",
            "https://shop.example\\@evil.example/",
            "https://shop.example/a b",
            "https://shop.example/\nx",
            "https://shop.example/\u{0}",
            "https://shop.example/\u{202e}",
            "https://b\u{fc}cher.example/",
            "javascript:alert(1)",
            "javascript://shop.example/%0aalert(1)",
            "JavaScript://x",
            "java\tscript://x",
            " javascript://x",
            "data:text/html,x",
            "data://text/html,x",
            "vbscript://x",
            "file:///etc/passwd",
            "blob:https://shop.example/1",
            "blob://x",
            "about://blank",
            "view-source://https://shop.example",
            "filesystem://x",
            "ws://x",
            "wss://x",
            "ftp://x",
            "mailto:a@b.example",
            "mailto://x",
            "tel:+55",
            "tel://55",
            "sms://1",
            "intent://scan/#Intent;end",
            "chrome://settings",
            "chrome-extension://abc/x.html",
            "googlechrome://x",
            "microsoft-edge://x",
            "ms-settings://x",
            "moz-extension://x",
            "resource://x",
            "android-app://com.example",
            "market://details",
            "itms-services://?action=download-manifest",
            "app:done",
            "app://user@host/",
            "1app://x",
            "a_b://x",
        ] {
            assert!(!is_allowed(url), "{url:?}");
        }
        assert!(!is_allowed(&format!("https://shop.example/{}", "a".repeat(2_000))));
    }
}
