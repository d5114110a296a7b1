//! The HMACs by which what is sealed is found. A company's id of a transaction is one for the whole installation; counterparties and devices
//! are only compared within a customer, so their HMACs are made with the customer's key and go with it.

use crate::{kit::Kit, vault::Key};

/// Bytes of an HMAC that is only compared within a customer.
const SHORT: usize = 16;

/// Of the company's id of a transaction.
pub fn transaction_id(kit: &Kit, id: &str) -> Vec<u8> {
    kit.vault.index("transactions.id", id)
}

/// Of a body in its canonical form.
pub fn body(kit: &Kit, canonical: &str) -> Vec<u8> {
    kit.vault.index("transactions.body", canonical)
}

/// Of a counterparty's id.
pub fn counterparty(key: &Key, id: &str) -> Vec<u8> {
    short(key.mac("transactions.counterparty", id.as_bytes()))
}

/// Of a device.
pub fn device(key: &Key, id: &str) -> Vec<u8> {
    short(key.mac("transactions.device", id.as_bytes()))
}

fn short(mut mac: Vec<u8>) -> Vec<u8> {
    mac.truncate(SHORT);
    mac
}
