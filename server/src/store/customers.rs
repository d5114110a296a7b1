//! Customers. They are looked up by an HMAC of the company's reference; the reference itself is encrypted.

use shared::session::Timestamp;

use super::{
    columns::{Columns, Listed, listed},
    error::Result,
    places,
    tx::{Db, Tx},
};
use crate::{
    ids::{CustomerId, RowId as _},
    model::Customer,
};

fn read(row: &sqlx::any::AnyRow) -> Result<Customer> {
    let columns = Columns::new(row, "customers", "id")?;
    Ok(Customer { id: columns.id("id")?, reference: columns.get("reference")?, data_key: columns.get("data_key")? })
}

/// The customer with this id.
pub async fn by_id(db: &mut Db, id: CustomerId) -> Result<Option<Customer>> {
    let row = sqlx::query("SELECT id, reference, data_key FROM customers WHERE id = $1").bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// The customers with these ids, in no particular order.
pub async fn by_ids(db: &mut Db, ids: &[CustomerId]) -> Result<Vec<Listed<Customer>>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id, reference, data_key FROM customers WHERE id IN ({})", places::list(ids.len()));
    let query = ids.iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), |query, id| query.bind(id.to_string()));
    Ok(listed(&query.fetch_all(db).await?, "customers", "id", read))
}

/// The customer with this HMAC of the reference.
pub async fn by_index(db: &mut Db, index: &[u8]) -> Result<Option<Customer>> {
    let query = sqlx::query("SELECT id, reference, data_key FROM customers WHERE reference_index = $1");
    query.bind(index.to_vec()).fetch_optional(db).await?.as_ref().map(read).transpose()
}

/// As [`find_or_insert`], for a transaction of the customer: it gets the next number among the customer's transactions.
pub async fn find_or_insert_for_transaction(tx: &mut Tx, index: &[u8], new: &Customer, now: Timestamp) -> Result<(Customer, i64)> {
    let query = sqlx::query(
        "INSERT INTO customers (id, reference_index, reference, data_key, created_at, arrivals) VALUES ($1, $2, $3, $4, $5, 1) \
         ON CONFLICT (reference_index) DO UPDATE SET arrivals = customers.arrivals + 1 RETURNING id, reference, data_key, arrivals",
    );
    let query = query.bind(new.id.row()).bind(index.to_vec()).bind(new.reference.clone()).bind(new.data_key.clone()).bind(now.0);
    let row = query.fetch_one(tx.db().await?).await?;
    Ok((read(&row)?, Columns::new(&row, "customers", "id")?.get("arrivals")?))
}

/// How many transactions of a customer have arrived. `None` if there is no such customer.
pub async fn arrivals(db: &mut Db, id: CustomerId) -> Result<Option<i64>> {
    let row = sqlx::query("SELECT id, arrivals FROM customers WHERE id = $1").bind(id.row()).fetch_optional(db).await?;
    row.map(|row| Columns::new(&row, "customers", "id")?.get("arrivals")).transpose()
}

/// Locks a customer's row until the transaction ends. `None` if there is no such customer.
pub async fn hold(tx: &mut Tx, id: CustomerId) -> Result<Option<Customer>> {
    let query = sqlx::query("UPDATE customers SET arrivals = arrivals WHERE id = $1 RETURNING id, reference, data_key").bind(id.row());
    query.fetch_optional(tx.db().await?).await?.as_ref().map(read).transpose()
}

/// The customer with this HMAC of the reference; inserts `new` if there is none yet. Its row is locked until the transaction ends.
pub async fn find_or_insert(tx: &mut Tx, index: &[u8], new: &Customer, now: Timestamp) -> Result<Customer> {
    let query = sqlx::query(
        "INSERT INTO customers (id, reference_index, reference, data_key, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (reference_index) DO UPDATE SET reference_index = excluded.reference_index RETURNING id, reference, data_key",
    );
    let query = query.bind(new.id.row()).bind(index.to_vec()).bind(new.reference.clone()).bind(new.data_key.clone()).bind(now.0);
    read(&query.fetch_one(tx.db().await?).await?)
}
