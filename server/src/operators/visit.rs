//! Where a request of an operator comes from: what a sign-in and its audit row keep of it.

use std::net::IpAddr;

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// The address. We store it sealed and never log it.
    pub source: Option<IpAddr>,
    /// What kind of browser it is, such as `Firefox, Linux`; `None` if we do not know.
    pub browser: Option<String>,
    /// The token of the sign-in that this browser has so far. Signing in again ends it.
    pub token: Option<String>,
}

/// Browsers, by what their `User-Agent` contains. Others copy these words, so the first match counts.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems, in the same way.
const SYSTEMS: [(&str, &str); 7] =
    [("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

/// The kind of browser that a `User-Agent` names: only words of our own, never what was sent.
pub fn browser(user_agent: &str) -> Option<String> {
    let find = |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name);
    let named = [find(&BROWSERS), find(&SYSTEMS)];
    let text = named.into_iter().flatten().collect::<Vec<_>>().join(", ");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_by_its_kind_only() {
        for (user_agent, kind) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", Some("Firefox, Linux")),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0", Some("Edge, Windows")),
            ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36", Some("Chrome, Android")),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1", Some("Safari, iOS")),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15", Some("Safari, macOS")),
            ("curl/8.5.0", None),
            ("<b>Ana</b>", None),
            ("", None),
        ] {
            assert_eq!(browser(user_agent).as_deref(), kind, "{user_agent}");
        }
    }
}
