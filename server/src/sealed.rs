//! Every place where a sealed value is stored, and which key seals it. Destroying the data key of a session or a customer erases
//! everything that is sealed with it. [`COLUMNS`] lists these places for people, and a test compares it with the tables.

use shared::ids::{ArtifactId, EndpointId, EventId, KeyId};

use crate::{
    ids::{AuditId, BacktestId, CustomerId, EntryId, OperatorId, RowId, SessionRef, TransactionRef},
    model::Subject,
    vault::Place,
};

/// The owner of the key that seals a column. The column is erased together with its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The session.
    Session,
    /// The customer.
    Customer,
    /// The file. Its key is wrapped by its customer's key if it is in a dossier, else by its session's key.
    Artifact,
    /// The subject of the event.
    Subject,
    /// The installation: the master key itself.
    Installation,
}

/// Every sealed column of the database, and its owner. The owner of a stored file is [`Owner::Artifact`].
pub const COLUMNS: [(&str, &str, Owner); 20] = [
    ("sessions", "data_key", Owner::Installation),
    ("sessions", "id_sealed", Owner::Session),
    ("answers", "value", Owner::Session),
    ("reviews", "reason", Owner::Session),
    ("check_reasons", "details", Owner::Session),
    ("events", "body", Owner::Subject),
    ("artifacts", "data_key", Owner::Artifact),
    ("artifacts", "facts", Owner::Artifact),
    ("customers", "data_key", Owner::Installation),
    ("customers", "reference", Owner::Customer),
    ("transactions", "details", Owner::Customer),
    ("transaction_reviews", "reason", Owner::Customer),
    ("backtest_transactions", "seen", Owner::Customer),
    ("list_entries", "value", Owner::Installation),
    ("list_entries", "note", Owner::Installation),
    ("endpoints", "secret", Owner::Installation),
    ("operators", "email", Owner::Installation),
    ("sign_ins", "source", Owner::Installation),
    ("audit", "source", Owner::Installation),
    ("idempotency", "answer", Owner::Installation),
];

fn place(table: &'static str, column: &'static str, row: String, key_of: String) -> Place {
    Place { table, column, row, key_of }
}

fn own(table: &'static str, column: &'static str, row: String) -> Place {
    place(table, column, row, "master".to_owned())
}

/// A session's data key.
pub fn session_key(session: SessionRef) -> Place {
    own("sessions", "data_key", session.row())
}

/// A session's id, for its link and its events.
pub fn session_id(session: SessionRef) -> Place {
    place("sessions", "id_sealed", session.row(), session.row())
}

/// A saved value of a session's field.
pub fn answer(session: SessionRef, field: &str) -> Place {
    place("answers", "value", field.to_owned(), session.row())
}

/// The reason of a review.
pub fn review_reason(session: SessionRef, number: i64) -> Place {
    place("reviews", "reason", format!("{session}/{number}"), session.row())
}

/// The details of a check's reason.
pub fn reason_details(session: SessionRef, check: &str, number: usize) -> Place {
    place("check_reasons", "details", format!("{session}/{check}/{number}"), session.row())
}

/// An event's body.
pub fn event_body(event: EventId, subject: Subject) -> Place {
    place("events", "body", event.row(), subject.row())
}

/// A file's data key, wrapped by its customer's key if it is in a dossier, else by its session's key.
pub fn artifact_key(artifact: ArtifactId, session: SessionRef, customer: Option<CustomerId>) -> Place {
    place("artifacts", "data_key", artifact.row(), customer.map_or_else(|| session.row(), RowId::row))
}

/// What the inspection found out about a file.
pub fn artifact_facts(artifact: ArtifactId) -> Place {
    place("artifacts", "facts", artifact.row(), artifact.row())
}

/// A customer's data key.
pub fn customer_key(customer: CustomerId) -> Place {
    own("customers", "data_key", customer.row())
}

/// The company's reference for a customer.
pub fn customer_reference(customer: CustomerId) -> Place {
    place("customers", "reference", customer.row(), customer.row())
}

/// What a transaction holds besides what sums need, and why it was decided as it was.
pub fn transaction_details(transaction: TransactionRef, customer: CustomerId) -> Place {
    place("transactions", "details", transaction.row(), customer.row())
}

/// Why an operator decided on a transaction as they did.
pub fn transaction_reason(transaction: TransactionRef, customer: CustomerId) -> Place {
    place("transaction_reviews", "reason", transaction.row(), customer.row())
}

/// What the conditions of a draft saw in a backtest.
pub fn backtest_seen(backtest: BacktestId, transaction: TransactionRef, customer: CustomerId) -> Place {
    place("backtest_transactions", "seen", format!("{backtest}/{transaction}"), customer.row())
}

/// The value of a list's entry.
pub fn list_value(entry: EntryId) -> Place {
    own("list_entries", "value", entry.row())
}

/// The note of a list's entry.
pub fn list_note(entry: EntryId) -> Place {
    own("list_entries", "note", entry.row())
}

/// An endpoint's signing secret.
pub fn endpoint_secret(endpoint: EndpointId) -> Place {
    own("endpoints", "secret", endpoint.row())
}

/// An operator's e-mail address.
pub fn operator_email(operator: OperatorId) -> Place {
    own("operators", "email", operator.row())
}

/// The address from which an operator signed in; `token` is the hash of the sign-in's token, hexadecimal.
pub fn sign_in_source(token: String) -> Place {
    own("sign_ins", "source", token)
}

/// The address that an audited request came from.
pub fn audit_source(entry: AuditId) -> Place {
    own("audit", "source", entry.row())
}

/// A value that is bound to its row by a MAC, and not encrypted (`store/bound.rs`).
pub fn bound(table: &'static str, column: &'static str, row: String) -> Place {
    own(table, column, row)
}

/// The stored answer to a request; `request` is the HMAC of its `Idempotency-Key`, hexadecimal, and `body` that of its body.
pub fn idempotent_answer(key: KeyId, request: &str, body: &str) -> Place {
    own("idempotency", "answer", format!("{}/{request}/{body}", key.row()))
}

/// Where a build of migration 4 or before sealed the stored answer to a request: at no API key, and for no body.
pub fn first_idempotent_answer(request: &str) -> Place {
    own("idempotency", "answer", request.to_owned())
}

/// A secret that a page will show once, to the sign-in that made it. It is stored in a cookie, never in the database.
pub fn shown_once(page: &'static str, sign_in: &str) -> Place {
    own("shown_once", page, sign_in.to_owned())
}

/// That an operator revealed a row. It is stored in the page's address, never in the database.
pub fn revealed(sign_in: &str, row: impl std::fmt::Display) -> Place {
    own("revealed", "page", format!("{sign_in}/{row}"))
}

/// What an operator typed into a form that was refused, or nobody who is signed in, at the path of a page. It is stored in the page's
/// address, never in the database.
pub fn kept(sign_in: Option<&str>, path: &str) -> Place {
    own("kept", "page", format!("{}{path}", sign_in.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Columns of bytes that are not encrypted: hashes, index values, and what a page shows to everybody. So are those whose name ends in `_mac`.
    const PLAIN: [&str; 15] = [
        "png",
        "reference_index",
        "id_hash",
        "writer",
        "text_sha256",
        "email_index",
        "token_hash",
        "key_hash",
        "key_index",
        "body_index",
        "submitted_by",
        "id_index",
        "counterparty_index",
        "device_index",
        "value_index",
    ];

    /// Every column of bytes that a migration creates is in [`COLUMNS`] or in [`PLAIN`].
    #[test]
    fn every_sealed_column_has_an_owner() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
        let mut sealed = BTreeSet::new();
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let mut table = String::new();
            for line in std::fs::read_to_string(&file).unwrap().lines().map(str::trim) {
                if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                    table = rest.split([' ', '(']).next().unwrap_or_default().trim_start_matches("new_").to_owned();
                }
                let mut words = line.split_whitespace();
                if let Some((altered, column)) = line.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" ADD COLUMN ")) {
                    table = altered.to_owned();
                    words = column.split_whitespace();
                }
                if let (Some(column), Some(kind)) = (words.next(), words.next())
                    && kind.trim_end_matches([',', ';']) == "BLOB"
                    && !PLAIN.contains(&column)
                    && !column.ends_with("_mac")
                {
                    sealed.insert((table.clone(), column.to_owned()));
                }
            }
        }
        let listed: BTreeSet<_> = COLUMNS.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(sealed, listed);
    }
}
