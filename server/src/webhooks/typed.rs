//! A webhook's URL as somebody typed it, judged by what it says alone: before DNS is asked, and whatever this server may send
//! to, which is [`super::address`]'s to say.

use url::{Host, Url};

use super::{AddError, address};

/// The longest URL, in bytes.
pub const MAX_URL: usize = 2_048;
/// The longest name of a host (RFC 1035, section 2.3.4: its 255 octets are 253 characters with the dots between).
pub const MAX_NAME: usize = 253;
/// The longest part of such a name between two dots (RFC 1035, section 2.3.4).
pub const MAX_LABEL: usize = 63;

/// Why a text is no URL that anything could be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is no URL.
    #[error("{0:?} is not a URL; allowed is such as https://example.com/webhooks")]
    NotAUrl(String),
    /// So many bytes are too many.
    #[error("a webhook's URL has at most {max} bytes, and this one has {0}", max = MAX_URL)]
    TooLong(usize),
    /// DNS has no names of so many characters.
    #[error("the name of a host has at most {max} characters, and this one has {0}", max = MAX_NAME)]
    LongName(usize),
    /// DNS has no names with a part of so many characters.
    #[error("each part of a host's name has at most {max} characters, and one of these has {0}", max = MAX_LABEL)]
    LongLabel(usize),
}

/// Reads a URL.
///
/// # Errors
/// [`AddError::Malformed`] and [`AddError::Refused`], the first thing that is wrong.
pub fn read(text: &str) -> Result<Url, AddError> {
    check_length(text)?;
    let url = Url::parse(text).map_err(|_| Malformed::NotAUrl(text.to_owned()))?;
    // As it is sent: what is not ASCII is longer there.
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
    fn what_could_never_be_sent_to_is_refused_with_its_limit() {
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
            assert!(matches!(&refused, AddError::Malformed(found) if *found == expected), "{bad}: {refused}");
        }
        assert!(matches!(read("ftp://example.com/").unwrap_err(), AddError::Refused(address::Refused::Scheme(_))));
    }
}
