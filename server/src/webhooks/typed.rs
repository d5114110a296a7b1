//! Parses the URL of an endpoint as somebody typed it. It checks only the text; [`super::address`] decides where webhooks may go.

use url::{Host, Url};

use super::address::{self, Refused};

/// The longest URL, in bytes.
pub const MAX_URL: usize = 2_048;
/// The longest host name (RFC 1035, section 2.3.4: its 255 octets are 253 characters, dots included).
pub const MAX_NAME: usize = 253;
/// The longest part of a host name between two dots (RFC 1035, section 2.3.4).
pub const MAX_LABEL: usize = 63;

/// Why a text cannot be the URL of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is not a URL.
    #[error("{0:?} is not a URL; allowed is such as https://example.com/webhooks")]
    NotAUrl(String),
    /// The URL has this many bytes, which is too many.
    #[error("a webhook's URL has at most {max} bytes, and this one has {0}", max = MAX_URL)]
    TooLong(usize),
    /// The host name has this many characters, which DNS does not allow.
    #[error("the name of a host has at most {max} characters, and this one has {0}", max = MAX_NAME)]
    LongName(usize),
    /// A part of the host name has this many characters, which DNS does not allow.
    #[error("each part of a host's name has at most {max} characters, and one of these has {0}", max = MAX_LABEL)]
    LongLabel(usize),
}

/// Why a text was not accepted as the URL of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypedError {
    /// It is not a well-formed URL.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its scheme, host, port or userinfo is not allowed.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Reads a URL.
///
/// # Errors
/// The first thing that is wrong.
pub fn read(text: &str) -> Result<Url, TypedError> {
    check_length(text)?;
    let url = Url::parse(text).map_err(|_| Malformed::NotAUrl(text.to_owned()))?;
    // Again, as it is sent: percent-encoding makes characters outside ASCII longer.
    check_length(url.as_str())?;
    if let (_, Host::Domain(name)) = address::shape(&url)? {
        check_name(name)?;
    }
    Ok(url)
}

fn check_length(url: &str) -> Result<(), Malformed> {
    if url.len() > MAX_URL { Err(Malformed::TooLong(url.len())) } else { Ok(()) }
}

fn check_name(name: &str) -> Result<(), Malformed> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() > MAX_NAME {
        return Err(Malformed::LongName(name.len()));
    }
    match name.split('.').map(str::len).max() {
        Some(longest) if longest > MAX_LABEL => Err(Malformed::LongLabel(longest)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_over_a_limit_are_refused_with_the_limit() {
        let of_labels = |lengths: &[usize]| lengths.iter().map(|length| "a".repeat(*length)).collect::<Vec<_>>().join(".");
        let of_bytes = |length: usize| format!("https://example.com/{}", "a".repeat(length - "https://example.com/".len()));
        let (longest, long) = (of_labels(&[63, 63, 63, 61]), of_labels(&[63, 63, 63, 62]));
        for good in [of_bytes(MAX_URL), format!("https://{longest}/"), format!("https://{longest}./")] {
            assert!(read(&good).is_ok(), "{good}");
        }
        for (bad, expected) in [
            (of_bytes(MAX_URL + 1), Malformed::TooLong(MAX_URL + 1)),
            (format!("https://example.com/{}", "ã".repeat(400)), Malformed::TooLong(20 + 6 * 400)),
            (format!("https://{long}/"), Malformed::LongName(254)),
            (format!("https://{}.example/", "a".repeat(64)), Malformed::LongLabel(64)),
            ("nonsense".to_owned(), Malformed::NotAUrl("nonsense".to_owned())),
        ] {
            let refused = read(&bad).unwrap_err();
            assert!(matches!(&refused, TypedError::Malformed(found) if *found == expected), "{bad}: {refused}");
        }
        assert!(matches!(read("ftp://example.com/").unwrap_err(), TypedError::Refused(Refused::Scheme(_))));
    }
}
