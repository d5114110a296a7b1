//! Decrypts what a transaction has sealed.

use crate::{
    failure::Failure,
    kit::Kit,
    model::{Customer, Details, Stored},
    sealed, store,
    vault::{self, Key, Unsealable},
};

/// The customer's data key.
///
/// # Errors
/// If it cannot be decrypted.
pub fn customer_key(kit: &Kit, customer: &Customer) -> Result<Key, Unsealable> {
    kit.vault.data_key(&sealed::customer_key(customer.id), &customer.data_key)
}

/// Seals the details of a transaction.
pub fn seal(kit: &Kit, key: &Key, of: &Stored, details: &Details) -> Vec<u8> {
    let json = serde_json::to_vec(details).expect("texts and numbers serialise");
    kit.vault.seal(key, &sealed::transaction_details(of.r#ref, of.customer), &json)
}

/// Decrypts the details of a transaction.
///
/// # Errors
/// If they cannot be decrypted or read.
pub fn details(key: &Key, of: &Stored) -> Result<Details, Failure> {
    let json = vault::open(key, &sealed::transaction_details(of.r#ref, of.customer), &of.details)?;
    serde_json::from_slice(&json).map_err(|_| Failure::Store(store::transactions::damaged(of.r#ref).into()))
}
