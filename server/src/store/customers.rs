//! Customers: found by an HMAC of the company's reference, which itself is sealed.

use shared::session::Timestamp;
use uuid::Uuid;

use super::{Db, Result, Tx, columns::Columns};
use crate::model::Customer;

fn read(row: &sqlx::any::AnyRow) -> Result<Customer> {
    let columns = Columns::new(row, "customers", "id")?;
    Ok(Customer { id: columns.parsed("id")?, reference: columns.get("reference")?, data_key: columns.get("data_key")? })
}

/// The customer of this row.
pub async fn by_id(db: &mut Db, id: Uuid) -> Result<Option<Customer>> {
    let row = sqlx::query("SELECT id, reference, data_key FROM customers WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// The customer with this index value; the one given, where there is none yet.
pub async fn find_or_insert(tx: &mut Tx, index: &[u8], new: &Customer, now: Timestamp) -> Result<Customer> {
    sqlx::query(
        "INSERT INTO customers (id, reference_index, reference, data_key, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (reference_index) DO NOTHING",
    )
    .bind(new.id.to_string())
    .bind(index.to_vec())
    .bind(new.reference.clone())
    .bind(new.data_key.clone())
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query("SELECT id, reference, data_key FROM customers WHERE reference_index = $1").bind(index.to_vec()).fetch_one(&mut **tx).await?;
    read(&row)
}
