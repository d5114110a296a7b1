//! The same for transactions: lists walk an index, and so do the queue, its count, and what a sweep counts.

use super::{Query, query};
use crate::support::Engine;

/// The columns of a row, each with its value.
type Values = Vec<(&'static str, String)>;

/// The tables, and the values of a row.
pub fn tables(id: &impl Fn(&str) -> String, one_of: &impl Fn(&str, usize) -> String, bytes: &impl Fn(&str) -> String) -> Vec<(&'static str, Values)> {
    let (i, word) = (|| "i".to_owned(), |word: &str| format!("'{word}'"));
    // One transaction in a hundred waits for a person, and one in a hundred is blocked.
    let status = "CASE WHEN i % 100 = 0 THEN 'REVIEW' WHEN i % 100 = 1 THEN 'BLOCKED' ELSE 'APPROVED' END".to_owned();
    let settled = "CASE WHEN i % 100 = 0 THEN NULL ELSE i END".to_owned();
    let transaction = vec![
        ("ref", id("t")),
        ("id_index", bytes("h")),
        ("customer", one_of("c", 500)),
        ("arrival", i()),
        ("body_index", bytes("")),
        ("details", bytes("")),
        ("amount", i()),
        ("currency", word("BRL")),
        ("direction", word("OUT")),
        ("type", word("PIX")),
        ("origin", word("API")),
        ("occurred_at", i()),
        ("created_at", i()),
        ("status", status),
        ("risk_score", i()),
        ("settled_at", settled),
        ("rules_number", i()),
        ("row_mac", bytes("")),
    ];
    vec![
        ("transactions", transaction),
        ("rule_matches", vec![("rule", one_of("m", 50)), ("transaction_ref", id("t")), ("version", i())]),
        ("rule_hits", vec![("day", i()), ("rule", word("m10001")), ("is_test", "0".to_owned()), ("judged", i()), ("matched", i())]),
    ]
}

const COLUMNS: &str = "ref, id_index, customer, arrival, body_index, details, amount, currency, direction, type, channel, country, counterparty_country, \
     counterparty_index, device_index, origin, occurred_at, created_at, status, risk_score, decided_by, on_expired, session_ref, history, settled_at, rules_number, row_mac";

/// A page of the list, filtered by a clause.
fn list(what: &'static str, clause: &str, own: &[(&str, &str)], indexes: [&'static str; 2]) -> Query {
    let values = [("$1", "'t99999'"), ("$2", "''"), ("$3", "'t99999'"), ("$4", "51")];
    query(what, "SELECT {COLUMNS} FROM transactions {clause}", &[&[("{COLUMNS}", COLUMNS), ("{clause}", clause)][..], &values, own].concat(), indexes)
}

/// All queries to check.
pub fn queries(engine: Engine) -> Vec<Query> {
    let of_ref = ["sqlite_autoindex_transactions_1", "transactions_pkey"];
    let of_match = if engine == Engine::Sqlite { "USING PRIMARY KEY (rule=?" } else { "rule_matches_pkey" };
    let rows = |what: &'static str, statement: &str, values: &[(&str, &str)], indexes: [&'static str; 2]| {
        query(what, statement, &[&[("{COLUMNS}", COLUMNS)][..], values].concat(), indexes)
    };
    vec![
        list("the list of transactions", "WHERE ref < $1 AND ref >= $2 AND ref < $3 ORDER BY ref DESC LIMIT $4", &[], of_ref),
        list(
            "transactions with a status",
            "WHERE status <> 'APPROVED' AND status = $5 AND ref < $1 AND ref >= $2 AND ref < $3 ORDER BY ref DESC LIMIT $4",
            &[("$5", "'BLOCKED'")],
            ["transactions_of_status"; 2],
        ),
        list(
            "a customer's transactions",
            "WHERE customer = $5 AND ref >= $2 AND ref < $3 AND occurred_at <= COALESCE((SELECT b.occurred_at FROM transactions b WHERE b.ref = $1), $6) \
             AND (occurred_at < COALESCE((SELECT b.occurred_at FROM transactions b WHERE b.ref = $1), $6) OR ref < $1) ORDER BY occurred_at DESC, ref DESC LIMIT $4",
            &[("$5", "'c10007'"), ("$6", "9999999")],
            ["transactions_of_customer"; 2],
        ),
        // Its rows are then read by their ids, as all rows of a list with more filters.
        query(
            "transactions that a rule matched",
            "SELECT transaction_ref AS ref FROM rule_matches {clause}",
            &[
                (
                    "{clause}",
                    "WHERE rule = $5 AND transaction_ref < $1 AND transaction_ref >= $2 AND transaction_ref < $3 ORDER BY transaction_ref DESC LIMIT $4",
                ),
                ("$1", "'t99999'"),
                ("$2", "''"),
                ("$3", "'t99999'"),
                ("$4", "51"),
                ("$5", "'m10007'"),
            ],
            [of_match; 2],
        ),
        rows(
            "the queue",
            "SELECT {COLUMNS} FROM transactions WHERE status <> 'APPROVED' AND status = 'REVIEW' AND ref > $1 ORDER BY ref LIMIT $2",
            &[("$1", "''"), ("$2", "51")],
            ["transactions_of_status"; 2],
        ),
        query(
            "the next in the queue",
            "SELECT ref FROM transactions WHERE status <> 'APPROVED' AND status = 'REVIEW' AND ref > $1 ORDER BY ref LIMIT 1",
            &[("$1", "'t10007'")],
            ["transactions_of_status"; 2],
        ),
        query(
            "how many wait for a person",
            "SELECT COUNT(*) AS n FROM (SELECT ref FROM transactions WHERE status <> 'APPROVED' AND status = 'REVIEW' LIMIT $1) AS counted",
            &[("$1", "100")],
            ["transactions_of_status"; 2],
        ),
        rows(
            "a customer's waiting transactions",
            "SELECT {COLUMNS} FROM transactions WHERE settled_at IS NULL AND customer = $1 ORDER BY ref DESC LIMIT $2",
            &[("$1", "'c10101'"), ("$2", "101")],
            ["transactions_waiting"; 2],
        ),
        query(
            "what was judged in a while",
            "SELECT rules_number, COUNT(*) AS n FROM transactions WHERE ref >= $1 AND ref < $2 AND rules_number IS NOT NULL GROUP BY rules_number",
            &[("$1", "'t12500'"), ("$2", "'t12510'")],
            of_ref,
        ),
        query(
            "what rules matched in a while",
            "SELECT rule, version, COUNT(*) AS n FROM rule_matches WHERE rule IN ({}) AND transaction_ref >= $1 AND transaction_ref < $2 GROUP BY rule, version",
            &[("{}", "'m10001', 'm10007'"), ("$1", "'t12500'"), ("$2", "'t12510'")],
            [of_match; 2],
        ),
    ]
}
