//! What tallies and aggregates count of a transaction.

use shared::rule::{Country, TransactionStatus};
use sqlx::any::AnyRow;

use super::{columns::Columns, error::Result, spans::Field, tx::Db};
use crate::{
    ids::{CustomerId, RowId as _},
    model::Stored,
};

/// What a tally counts of a transaction.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub occurred_at: i64,
    pub amount: i64,
    pub is_blocked: bool,
    pub kind: Kind,
    pub values: Vec<(Field, Vec<u8>)>,
}

impl Counted {
    /// Its value of a field.
    pub fn value(&self, field: Field) -> Option<&[u8]> {
        self.values.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_slice())
    }
}

/// The values that a `where` can name; empty where there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub currency: String,
    pub r#type: String,
    pub direction: String,
    pub channel: String,
    pub country: String,
}

impl From<&Stored> for Counted {
    fn from(of: &Stored) -> Self {
        let code = |country: Option<&Country>| country.map(|country| country.as_str().as_bytes().to_vec());
        let values = [
            (Field::All, Some(Vec::new())),
            (Field::Counterparty, of.counterparty_index.clone()),
            (Field::CounterpartyCountry, code(of.counterparty_country.as_ref())),
            (Field::Country, code(of.country.as_ref())),
            (Field::Device, of.device_index.clone()),
        ];
        Self {
            occurred_at: of.occurred_at.0,
            amount: of.amount,
            is_blocked: of.state.status == TransactionStatus::Blocked,
            kind: Kind {
                currency: of.currency.to_string(),
                r#type: of.r#type.clone(),
                direction: of.direction.as_str().to_owned(),
                channel: of.channel.clone().unwrap_or_default(),
                country: of.country.as_ref().map(Country::to_string).unwrap_or_default(),
            },
            values: values.into_iter().filter_map(|(field, value)| Some((field, value?))).collect(),
        }
    }
}

/// The customer's transactions of a part of time, as they are counted now.
pub(super) async fn between(db: &mut Db, customer: CustomerId, from: i64, to: i64) -> Result<Vec<Counted>> {
    let query = sqlx::query(
        "SELECT ref, occurred_at, amount, status, currency, type, direction, channel, country, counterparty_country, counterparty_index, device_index \
         FROM transactions WHERE customer = $1 AND occurred_at >= $2 AND occurred_at < $3",
    );
    let rows = query.bind(customer.row()).bind(from).bind(to).fetch_all(db).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Counted> {
    let columns = Columns::new(row, "transactions", "ref")?;
    let text = |column: &'static str| columns.get::<Option<String>>(column);
    let country = text("country")?;
    let bytes = |text: Option<String>| text.map(String::into_bytes);
    let values = [
        (Field::All, Some(Vec::new())),
        (Field::Counterparty, columns.get("counterparty_index")?),
        (Field::CounterpartyCountry, bytes(text("counterparty_country")?)),
        (Field::Country, bytes(country.clone())),
        (Field::Device, columns.get("device_index")?),
    ];
    Ok(Counted {
        occurred_at: columns.get("occurred_at")?,
        amount: columns.get("amount")?,
        is_blocked: columns.parsed::<TransactionStatus>("status")? == TransactionStatus::Blocked,
        kind: Kind {
            currency: columns.get("currency")?,
            r#type: columns.get("type")?,
            direction: columns.get("direction")?,
            channel: text("channel")?.unwrap_or_default(),
            country: country.unwrap_or_default(),
        },
        values: values.into_iter().filter_map(|(field, value)| Some((field, value?))).collect(),
    })
}
