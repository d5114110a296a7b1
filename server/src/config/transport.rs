//! How connections are protected: to the database by `sslmode`, and to browsers by `Strict-Transport-Security`.

use url::Url;

/// The ways to connect to PostgreSQL (its manual, section 34.19.3).
const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// The URL of a PostgreSQL server with the `sslmode` that it names. If it names none, and the server is on another machine, the connection
/// is encrypted and the server's certificate has to be for its name, so that nobody between the two machines reads or changes anything.
///
/// # Errors
/// Why its `sslmode` cannot be used.
pub fn with_sslmode(mut url: Url) -> Result<Url, String> {
    let parameter = |names: &[&str]| url.query_pairs().filter(|(name, _)| names.contains(&&**name)).last().map(|(_, value)| value.into_owned());
    if let Some(mode) = parameter(&["sslmode", "ssl-mode"]) {
        if SSL_MODES.contains(&&*mode) {
            return Ok(url);
        }
        return Err(format!("has an unknown sslmode; allowed are {}", SSL_MODES.join(", ")));
    }
    let host = parameter(&["hostaddr", "host"]).unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned());
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    // A name with a slash is the folder of a local socket; a URL writes the slash as %2F.
    let is_here = host == "localhost"
        || host.starts_with(['/', '@'])
        || host.to_ascii_lowercase().starts_with("%2f")
        || address.is_ok_and(|address| address.is_loopback());
    if !is_here {
        url.query_pairs_mut().append_pair("sslmode", "verify-full");
    }
    Ok(url)
}

/// The value of `Strict-Transport-Security` (RFC 6797, section 6.1); `None` for `off`.
///
/// # Errors
/// Why it cannot be used.
pub fn hsts(given: &str) -> Result<Option<String>, String> {
    let refused = |reason: &str| format!("{reason}; allowed are off, and such as \"max-age=31536000; includeSubDomains; preload\"");
    if given == "off" {
        return Ok(None);
    }
    let mut parts = given.split(';').map(str::trim);
    let seconds = parts.next().and_then(|part| part.strip_prefix("max-age=")).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds: u32 = seconds.and_then(|digits| digits.parse().ok()).ok_or_else(|| refused("has no max-age in seconds at its beginning"))?;
    let parts: Vec<&str> = parts.collect();
    match &parts[..] {
        [] | ["includeSubDomains"] => {}
        ["includeSubDomains", "preload"] if seconds >= 31_536_000 => {}
        ["includeSubDomains", "preload"] => return Err(refused("asks for preload with a max-age under a year, which the lists of browsers refuse")),
        ["preload"] => return Err(refused("asks for preload without includeSubDomains, which the lists of browsers refuse")),
        _ => return Err(refused("has an unknown part")),
    }
    Ok(Some([&[&*format!("max-age={seconds}")], &parts[..]].concat().join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_connected_to_by_verify_full_unless_the_url_says_otherwise() {
        for (given, mode) in [
            ("postgres://u@db.example/x", Some("verify-full")),
            ("postgres://u@db.example/x?sslrootcert=/etc/ca.pem", Some("verify-full")),
            ("postgresql://u@10.0.0.7:5433/x", Some("verify-full")),
            ("postgres://u@[2001:db8::7]/x", Some("verify-full")),
            ("postgres://u@localhost.example/x", Some("verify-full")),
            ("postgres://u@127.0.0.1/x?host=db.example", Some("verify-full")),
            ("postgres://u@db.example/x?sslmode=disable", Some("disable")),
            ("postgres://u@db.example/x?sslmode=require", Some("require")),
            ("postgres://u@db.example/x?ssl-mode=prefer", None),
            ("postgres://u@127.0.0.1/x", None),
            ("postgres://u@127.8.0.1/x", None),
            ("postgres://u@[::1]:5432/x", None),
            ("postgres://u@localhost/x", None),
            ("postgres://u@%2Fvar%2Frun%2Fpostgresql/x", None),
            ("postgres://u@localhost/x?host=/var/run/postgresql", None),
        ] {
            let url = with_sslmode(Url::parse(given).unwrap()).unwrap();
            let found = url.query_pairs().find(|(name, _)| name == "sslmode").map(|(_, value)| value.into_owned());
            assert_eq!(found.as_deref(), mode, "{given}");
        }
    }

    #[test]
    fn hsts_is_as_it_is_written() {
        for (given, header) in [
            ("off", None),
            ("max-age=0", Some("max-age=0")),
            ("max-age=31536000;includeSubDomains", Some("max-age=31536000; includeSubDomains")),
            ("max-age=63072000; includeSubDomains; preload", Some("max-age=63072000; includeSubDomains; preload")),
        ] {
            assert_eq!(hsts(given).expect("allowed").as_deref(), header, "{given}");
        }
        for given in
            ["", "on", "max-age=-1", "max-age=", "max-age=99999999999", "max-age=1; x", "max-age=31536000; preload", "max-age=300; includeSubDomains; preload"]
        {
            assert!(hsts(given).is_err(), "{given}");
        }
    }
}
