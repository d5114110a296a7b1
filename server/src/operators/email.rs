//! Normalises e-mail addresses, and makes new operators.

use shared::role::Role;

use super::error::OperatorError;
use crate::{failure::Failure, flows, kit::Kit, model::Operator, sealed, store, vault::Unsealable};

/// The e-mail address of the demonstration's administrator (`serve --demo`), whom a one-time link signs in.
pub(super) const DEMO_EMAIL: &str = "demo@localhost";

/// An e-mail address in the form in which we look it up: without surrounding spaces, in lower case.
///
/// # Errors
/// [`OperatorError::BadEmail`]
pub fn normalised(email: &str) -> Result<String, OperatorError> {
    let email = email.trim().to_lowercase();
    let parts: Vec<&str> = email.split('@').collect();
    let fits = parts.len() == 2 && parts.iter().all(|part| !part.is_empty()) && email.len() <= 254;
    // U+FFFD stands for bytes that were not UTF-8.
    let is_plain = !email.chars().any(|c| c.is_whitespace() || c.is_control() || c == char::REPLACEMENT_CHARACTER);
    if fits && is_plain { Ok(email) } else { Err(OperatorError::BadEmail(email.chars().take(254).collect())) }
}

/// The most flows whose company's name counts.
const FLOWS: usize = 50;

/// What a stranger would try first as this operator's password: the e-mail address, what the company is called, and this product.
///
/// # Errors
/// If the store does not answer.
pub(super) async fn own_words(kit: &Kit, email: &str) -> Result<Vec<String>, Failure> {
    let mut words = vec![email.to_owned(), kit.public_url.to_string(), "flow sessions dashboard".to_owned()];
    let names = store::flows::names(&mut *kit.store.read().await?).await?;
    for name in names.iter().take(FLOWS) {
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
