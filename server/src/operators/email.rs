//! Normalises e-mail addresses, and makes new operators.

use shared::{email, role::Role, text};
use unicode_normalization::UnicodeNormalization as _;

use super::error::OperatorError;
use crate::{failure::Failure, flows, kit::Kit, model::Operator, sealed, store, vault::Unsealable};

/// The e-mail address of the demonstration's administrator (`serve --demo`), whom a one-time link signs in.
pub(super) const DEMO_EMAIL: &str = "demo@localhost";

/// An e-mail address in the form in which we look it up: without what cannot be seen at its ends, in NFC and in lower case.
pub fn folded(email: &str) -> String {
    text::trimmed(email).nfc().collect::<String>().to_lowercase()
}

/// The e-mail address of a new operator, in the form in which we look it up. The rule is that of a customer's EMAIL field.
///
/// # Errors
/// [`OperatorError::BadEmail`]
pub fn normalised(email: &str) -> Result<String, OperatorError> {
    let email = folded(email);
    // U+FFFD stands for bytes that were not UTF-8.
    let fits = email::is_address(&email) && !email.contains(char::REPLACEMENT_CHARACTER);
    if fits { Ok(email) } else { Err(OperatorError::BadEmail(email.chars().take(email::MAX_CHARS).collect())) }
}

/// The most flows whose company's name counts.
const FLOWS: i64 = 50;

/// What a stranger would try first as this operator's password: the e-mail address, what the company is called, and this product.
///
/// # Errors
/// If the store does not answer.
pub(super) async fn own_words(kit: &Kit, email: &str) -> Result<Vec<String>, Failure> {
    let mut words = vec![email.to_owned(), kit.public_url.to_string(), "flow sessions dashboard".to_owned()];
    let names = store::flows::names(&mut *kit.store.read().await?, FLOWS).await?;
    for name in &names {
        // A damaged flow has no name to offer.
        if let Ok(flow) = flows::newest(kit, name).await {
            words.push(flow.definition.branding(None).company_name);
        }
    }
    Ok(words)
}

pub(super) fn index(kit: &Kit, email: &str) -> Vec<u8> {
    kit.vault.index("operators.email", email)
}

/// Decrypts an operator's e-mail address.
///
/// # Errors
/// If it cannot be decrypted.
pub fn email(kit: &Kit, operator: &Operator) -> Result<String, Unsealable> {
    let plain = kit.vault.open_own(&sealed::operator_email(operator.id), &operator.email)?;
    String::from_utf8(plain).map_err(|_| Unsealable)
}

pub(super) fn new_operator(kit: &Kit, email: &str, role: Role, password: Option<String>) -> Operator {
    let id = kit.ambient.id();
    let sealed = kit.vault.seal_own(&sealed::operator_email(id), email.as_bytes());
    Operator { id, email: sealed, role, password, created_at: kit.ambient.now(), disabled_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_address_keeps_the_rule_of_a_customers() {
        for (typed, known) in [("\u{200b} Ana@Acme.Example\u{a0}", "ana@acme.example"), ("JOSE\u{301}@acme.example", "josé@acme.example")] {
            assert_eq!(normalised(typed).ok().as_deref(), Some(known));
        }
        for bad in
            ["ana@acme", "ana@acme..example", "Ana <ana@acme.example>", "mailto:ana@acme.example", "ana@ac\u{200b}me.example", "ana\u{fffd}@acme.example", ""]
        {
            assert!(matches!(normalised(bad), Err(OperatorError::BadEmail(_))), "{bad}");
        }
    }
}
