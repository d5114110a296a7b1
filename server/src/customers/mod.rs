//! Customers. The company's reference is encrypted, and looked up by an HMAC.

use crate::{
    failure::Failure,
    ids::CustomerId,
    kit::Kit,
    model::Customer,
    sealed,
    store::{self, Db, StoreError, Tx},
    vault::{self, Unsealable},
};

/// The company's reference for a customer: 1 to 128 of `A-Za-z0-9_.:-`. It may be a CPF, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerReference(String);

impl CustomerReference {
    /// A random reference, for a customer without one from the company: `cust_` and 26 letters and digits.
    pub fn random(kit: &Kit) -> Self {
        let id = shared::ids::SessionId::from_random(kit.ambient.random());
        Self(id.expose().replacen("sess_", "cust_", 1))
    }
}

impl std::str::FromStr for CustomerReference {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fits = !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err("a customer reference has 1 to 128 of A-Za-z0-9_.:-".to_owned()) }
    }
}

impl std::fmt::Debug for CustomerReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerReference(…)")
    }
}

fn index(kit: &Kit, reference: &CustomerReference) -> Vec<u8> {
    kit.vault.index("customers.reference", &reference.0)
}

/// The customer with this reference. Creates one if there is none.
///
/// # Errors
/// If the store does not answer.
pub async fn find_or_create(kit: &Kit, tx: &mut Tx, reference: &CustomerReference) -> Result<Customer, StoreError> {
    store::customers::find_or_insert(tx, &index(kit, reference), &new(kit, reference), kit.ambient.now()).await
}

/// As [`find_or_create`], for a transaction of the customer: with its number among the customer's transactions. The customer's row is locked.
///
/// # Errors
/// If the store does not answer.
pub async fn find_or_create_for_transaction(kit: &Kit, tx: &mut Tx, reference: &CustomerReference) -> Result<(Customer, i64), StoreError> {
    store::customers::find_or_insert_for_transaction(tx, &index(kit, reference), &new(kit, reference), kit.ambient.now()).await
}

fn new(kit: &Kit, reference: &CustomerReference) -> Customer {
    let id: CustomerId = kit.ambient.id();
    let (key, data_key) = kit.vault.new_data_key(&sealed::customer_key(id));
    Customer { id, reference: kit.vault.seal(&key, &sealed::customer_reference(id), reference.0.as_bytes()), data_key }
}

/// Decrypts the company's reference for a customer.
///
/// # Errors
/// If it cannot be decrypted.
pub fn reference(kit: &Kit, customer: &Customer) -> Result<String, Unsealable> {
    let key = kit.vault.data_key(&sealed::customer_key(customer.id), &customer.data_key)?;
    vault::open_text(&key, &sealed::customer_reference(customer.id), &customer.reference)
}

/// The company's reference for the customer with this id; `None` without an id.
///
/// # Errors
/// If the store does not answer, or the reference cannot be decrypted.
pub async fn reference_of(kit: &Kit, db: &mut Db, customer: Option<CustomerId>) -> Result<Option<String>, Failure> {
    let Some(id) = customer else { return Ok(None) };
    let customer = store::customers::by_id(db, id).await?.ok_or(Unsealable)?;
    Ok(Some(reference(kit, &customer)?))
}

/// The customer with exactly this reference.
///
/// # Errors
/// If the store does not answer.
pub async fn find(kit: &Kit, text: &str) -> Result<Option<CustomerId>, StoreError> {
    let Ok(reference) = text.parse() else { return Ok(None) };
    find_in(kit, &mut *kit.store.read().await?, &reference).await
}

/// The same, in the caller's transaction.
///
/// # Errors
/// If the store does not answer.
pub async fn find_in(kit: &Kit, db: &mut Db, reference: &CustomerReference) -> Result<Option<CustomerId>, StoreError> {
    Ok(store::customers::by_index(db, &index(kit, reference)).await?.map(|customer| customer.id))
}

/// Whether a reference may be the number of a document or of a phone: without its punctuation it is all digits, or it holds as many digits
/// in a row as a CPF. Only operators who may reveal references look for these.
pub fn is_number(reference: &str) -> bool {
    let letters = reference.chars().filter(|c| c.is_alphanumeric());
    let (mut digits, mut others, mut run, mut longest) = (0, 0, 0, 0);
    for c in letters {
        if c.is_numeric() {
            (digits, run) = (digits + 1, run + 1);
            longest = longest.max(run);
        } else {
            (others, run) = (others + 1, 0);
        }
    }
    (digits > 0 && others == 0) || longest >= CPF_DIGITS
}

/// The number of digits in a CPF.
const CPF_DIGITS: usize = 11;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_that_may_be_a_document_or_a_phone_is_a_number() {
        for number in
            ["52998224725", "529.982.247-25", "529 982 247 25", "+55 (11) 98765-4321", "42", " 4_2 ", "cpf:529.982.247-25", "a12345678901b", "\u{ff15}\u{ff12}"]
        {
            assert!(is_number(number), "{number}");
        }
        for name in ["", "crm-10482", "c-1001", "a1234567890", "-", "crm.2024.11.30.a1b2"] {
            assert!(!is_number(name), "{name}");
        }
    }
}
