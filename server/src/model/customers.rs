//! A customer as stored.

use crate::ids::CustomerId;

/// A customer as stored.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Its row.
    pub id: CustomerId,
    /// The company's reference, sealed with the customer's data key.
    pub reference: Vec<u8>,
    /// Its data key, wrapped by the master key.
    pub data_key: Vec<u8>,
}
