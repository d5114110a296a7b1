//! Every place where a sealed value is stored, and which key seals it. Destroying the data key of a session or a customer erases
//! everything that is sealed with it. [`COLUMNS`] lists these places for people, and a test compares it with the tables.

use shared::ids::{ArtifactId, EndpointId, EventId};

use crate::{
    ids::{CustomerId, OperatorId, RowId, SessionRef},
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
pub const COLUMNS: [(&str, &str, Owner); 13] = [
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
    ("endpoints", "secret", Owner::Installation),
    ("operators", "email", Owner::Installation),
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

/// An endpoint's signing secret.
pub fn endpoint_secret(endpoint: EndpointId) -> Place {
    own("endpoints", "secret", endpoint.row())
}

/// An operator's e-mail address.
pub fn operator_email(operator: OperatorId) -> Place {
    own("operators", "email", operator.row())
}

/// The stored answer to a request; `request` is the HMAC of its `Idempotency-Key`, hexadecimal.
pub fn idempotent_answer(request: String) -> Place {
    own("idempotency", "answer", request)
}

/// A secret that a page will show once. It is stored in a cookie, never in the database.
pub fn shown_once(page: &'static str, operator: OperatorId) -> Place {
    own("shown_once", page, operator.row())
}

/// What an operator typed on a page that shows a revealed row. It is stored in the page's address, never in the database.
pub fn revealed(operator: OperatorId, row: impl std::fmt::Display) -> Place {
    own("revealed", "page", format!("{operator}/{row}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Columns of bytes that are not encrypted: hashes and index values.
    const PLAIN: [&str; 9] = ["reference_index", "id_hash", "writer", "text_sha256", "email_index", "token_hash", "key_hash", "key_index", "body_index"];

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
                if let (Some(column), Some(kind)) = (words.next(), words.next())
                    && kind.trim_end_matches(',') == "BLOB"
                    && !PLAIN.contains(&column)
                {
                    sealed.insert((table.clone(), column.to_owned()));
                }
            }
        }
        let listed: BTreeSet<_> = COLUMNS.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(sealed, listed);
    }
}
