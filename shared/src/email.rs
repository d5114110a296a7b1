//! What an e-mail address is, once for customers and for operators, and a guess at what somebody meant who mistyped a well-known domain.
//! The guess is only ever shown: an address that looks mistyped may be right.

use crate::text;

/// The most characters of an address (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const MAX_CHARS: usize = 254;

/// Whether a text is an e-mail address: one `@`, and after it a domain with a dot, or an IP address in square brackets. Letters of every
/// script may be in it (RFC 6531). What no mail server takes without quotes is refused, because it comes from copying something around
/// the address: spaces, brackets, commas, `mailto:`.
pub fn is_address(text: &str) -> bool {
    if text.chars().nth(MAX_CHARS).is_some() {
        return false;
    }
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| !c.is_control() && !text::is_hidden(c) && !"@<>()[],;:\\".contains(c));
    let is_literal = |domain: &str| {
        let inner = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
        inner.contains(['.', ':']) && inner.chars().all(|c| c.is_ascii_alphanumeric() || ".:".contains(c))
    };
    let is_name = |domain: &str| is_plain(domain) && domain.contains('.') && domain.split('.').all(|label| !label.is_empty() && !label.contains(['"', '\'']));
    !text.contains("..") && is_plain(local) && (is_literal(domain) || is_name(domain))
}

/// Domains of which a slip of one letter is more likely than another domain with that name.
const KNOWN: [&str; 10] = [
    "gmail.com",
    "hotmail.com",
    "hotmail.com.br",
    "outlook.com",
    "outlook.com.br",
    "yahoo.com",
    "yahoo.com.br",
    "icloud.com",
    "googlemail.com",
    "protonmail.com",
];

/// Real providers that are one letter away from a known one.
const OTHERS: [&str; 6] = ["mail.com", "email.com", "ymail.com", "hotmail.co", "gmail.co.uk", "myyahoo.com"];

/// Endings that no domain has, and what they stand for.
const ENDINGS: [(&str, &str); 11] = [
    (".con", ".com"),
    (".cmo", ".com"),
    (".ocm", ".com"),
    (".vom", ".com"),
    (".xom", ".com"),
    (".comm", ".com"),
    (".con.br", ".com.br"),
    (".cmo.br", ".com.br"),
    (".combr", ".com.br"),
    (".com.rb", ".com.br"),
    (".com.bt", ".com.br"),
];

/// The address that was probably meant, where its domain looks like a slip: `ana@gmail.com` for `ana@gmial.con`. `None` where nothing is odd.
pub fn meant(text: &str) -> Option<String> {
    let text = text::trimmed(text);
    let (local, domain) = text.split_once('@').filter(|_| is_address(text))?;
    let written = domain.to_ascii_lowercase();
    if KNOWN.iter().chain(&OTHERS).any(|known| *known == written) {
        return None;
    }
    let ending = ENDINGS.iter().find(|(wrong, _)| written.ends_with(wrong));
    let ended = ending.map_or(written.clone(), |(wrong, right)| [&written[..written.len() - wrong.len()], right].concat());
    // gmail.com.br belongs to nobody who gives out addresses.
    let ended = if ended == "gmail.com.br" { "gmail.com".to_owned() } else { ended };
    let close = KNOWN.iter().find(|known| is_one_slip(ended.as_bytes(), known.as_bytes()));
    let domain = close.map_or(ended, |known| (*known).to_owned());
    (domain != written).then(|| [local, "@", &domain].concat())
}

/// Whether one letter is missing, too many, wrong, or changed places with the next one.
fn is_one_slip(typed: &[u8], meant: &[u8]) -> bool {
    let start = typed.iter().zip(meant).take_while(|(one, other)| one == other).count();
    let (typed, meant) = (&typed[start..], &meant[start..]);
    if typed.is_empty() && meant.is_empty() {
        return false;
    }
    let is_same = |(skipped, left): (usize, usize)| typed.get(skipped..).is_some_and(|rest| meant.get(left..) == Some(rest));
    let is_swapped = || matches!((typed, meant), ([a, b, ..], [c, d, ..]) if a == d && b == c) && is_same((2, 2));
    [(1, 1), (0, 1), (1, 0)].into_iter().any(is_same) || is_swapped()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at_sign_and_a_domain() {
        for address in [
            "maria+kyc@gmail.com",
            "josé@exämple.example",
            "ana@xn--exmple-cua.example",
            "ANA@ACME.EXAMPLE",
            "o'brien!#$%&*/=?^_`{|}~-@acme.example",
            "ana@[192.0.2.1]",
            "ana@[IPv6:2001:db8::1]",
            "用户@例子.广告",
            "ana.@docomo.example",
            "a@b.c",
        ] {
            assert!(is_address(address), "{address}");
        }
        for other in [
            "",
            "ana",
            "@acme.example",
            "ana@",
            "ana@@acme.example",
            "ana@acme",
            "ana@acme.example.",
            "ana@.acme.example",
            "ana@acme..example",
            "a..na@acme.example",
            "Ana <ana@acme.example>",
            "<ana@acme.example>",
            "(ana@acme.example)",
            "mailto:ana@acme.example",
            "MAILTO:ana@acme.example",
            "\"a b\"@acme.example",
            "ana@acme.example,",
            "ana@acme.example;bia@acme.example",
            "ana@ac\u{200b}me.example",
            "a\u{202e}na@acme.example",
            "ana@[]",
            "ana@[acme]",
            "ana@[192.0.2.1",
            "ana@\"acme.example\"",
        ] {
            assert!(!is_address(other), "{other}");
        }
        assert!(is_address(&format!("{}@b.example", "a".repeat(244))) && !is_address(&format!("{}@b.example", "a".repeat(245))));
    }

    #[test]
    fn a_slip_in_a_known_domain_gets_a_guess() {
        for (typed, guess) in [
            ("ana@gmial.com", "ana@gmail.com"),
            ("Ana@GMAIL.CON", "Ana@gmail.com"),
            ("ana@gmail.co", "ana@gmail.com"),
            ("ana@gmail.com.br", "ana@gmail.com"),
            ("ana@gmai.com", "ana@gmail.com"),
            ("ana@gmaill.com", "ana@gmail.com"),
            (" ana@hotmal.com ", "ana@hotmail.com"),
            ("ana@hotmial.con", "ana@hotmail.com"),
            ("ana@outlok.com", "ana@outlook.com"),
            ("ana@yaho.com.br", "ana@yahoo.com.br"),
            ("ana@iclould.com", "ana@icloud.com"),
            ("ana@acme.con", "ana@acme.com"),
            ("ana@uol.com.rb", "ana@uol.com.br"),
            ("ana@bol.combr", "ana@bol.com.br"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(guess), "{typed}");
        }
        for right in
            ["ana@gmail.com", "ana@GMAIL.COM", "ana@mail.com", "ana@ymail.com", "ana@acme.example", "ana@acme.co", "ana@uol.com.br", "ana@gmx.de", "ana", ""]
        {
            assert_eq!(meant(right), None, "{right}");
        }
    }
}
