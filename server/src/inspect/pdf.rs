//! PDF (ISO 32000): where it begins and ends, as readers take it. Web servers and printers write lines of their own before it, and mail
//! programs and archives add bytes after it.

use super::fault::Fault;

/// How far from the start of a file its header may be, in bytes (ISO 32000-1, annex H, note 13).
const HEADER_WITHIN: usize = 1024;

/// Whether a PDF begins near the start of these bytes.
pub(super) fn has_header(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(HEADER_WITHIN)].windows(5).any(|part| part == b"%PDF-")
}

/// Checks that the end of a PDF is there: its last `%%EOF`, and no object right after it. Such an object is the start of an update, or
/// of the second part of a file for slow connections, of which the rest was cut off. Everything else after the end is of no account.
pub(super) fn check_end(bytes: &[u8]) -> Result<(), Fault> {
    let end = bytes.windows(5).rposition(|part| part == b"%%EOF").ok_or(Fault::Truncated)?;
    let rest = after_comments(&bytes[end + 5..]);
    if begins_object(rest) || rest.starts_with(b"endstream") { Err(Fault::Truncated) } else { Ok(()) }
}

/// The bytes without the white space and comments that they begin with.
fn after_comments(mut bytes: &[u8]) -> &[u8] {
    loop {
        let from = bytes.iter().position(|byte| !matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')).unwrap_or(bytes.len());
        bytes = &bytes[from..];
        if bytes.first() != Some(&b'%') {
            return bytes;
        }
        bytes = &bytes[bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len())..];
    }
}

/// Whether the bytes begin with `12 0 obj`.
fn begins_object(bytes: &[u8]) -> bool {
    let number = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = number(bytes);
    let Some(rest) = bytes[first..].strip_prefix(b" ") else { return false };
    let second = number(rest);
    first > 0 && second > 0 && rest[second..].trim_ascii_start().starts_with(b"obj")
}

#[cfg(test)]
mod tests {
    use super::super::tests::case;
    use super::super::{MediaType, inspect, sniff};
    use super::*;

    const WHOLE: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n";

    #[test]
    fn it_is_stored_unchanged() {
        let seen = inspect(WHOLE).unwrap();
        assert_eq!((seen.media_type, seen.width, seen.stored.as_slice()), (MediaType::Pdf, None, WHOLE));
    }

    #[test]
    fn bytes_before_the_header_are_taken_up_to_where_readers_look() {
        for before in [&b"\xEF\xBB\xBF\n"[..], b"HTTP/1.1 200 OK\r\n\r\n", b"<br />\n<b>Warning</b>: in line 3<br />\n", &[b'x'; HEADER_WITHIN - 5]] {
            assert_eq!(sniff(&[before, WHOLE].concat()), Some(MediaType::Pdf));
        }
        for not in [&[b'x'; HEADER_WITHIN - 4], &b"%PDF"[..], b"PDF-1.7"] {
            assert_eq!(sniff(&[not, WHOLE].concat()).filter(|_| not.len() > 10), None);
        }
        for name in ["leading-http-header.pdf", "leading-pjl.pdf"] {
            assert_eq!(inspect(&case(name)).unwrap().stored, case(name));
        }
    }

    #[test]
    fn nothing_after_the_end_matters_but_a_cut_update() {
        for after in [&[0; 80_508][..], b"% archived copy of the obj\n", b"%1 0 obj\n", b"<!-- served in 3 ms -->", b"1 0 objections", b"7", b"% x\r\n\0 \n"] {
            let taken = inspect(&[WHOLE, after].concat());
            assert_eq!(taken.is_ok(), after != b"1 0 objections", "{:?}", String::from_utf8_lossy(&after[..after.len().min(40)]));
        }
        for name in ["trailing-nul-80508.pdf", "comment-after-eof.pdf", "xfa.pdf", "password-aes256.pdf", "fourteen-bytes.pdf"] {
            assert!(inspect(&case(name)).is_ok(), "{name}");
        }
        for after in [&b"1 0 obj\n<</Signed true>>\nend"[..], b"\r\n% changed\n12 0 obj<<", b"\0\0 3 1  obj", b"\nendstream\nendobj\n9 0 obj"] {
            assert_eq!(inspect(&[WHOLE, after].concat()), Err(Fault::Truncated), "{:?}", String::from_utf8_lossy(after));
        }
        for cut in 9..WHOLE.len() - 1 {
            assert_eq!(inspect(&WHOLE[..cut]), Err(Fault::Truncated), "cut at {cut}");
        }
    }
}
