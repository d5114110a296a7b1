//! The same for what the checks `duplicate` and `velocity` look up: the newest of one value, however many there are.

use super::{Query, query};
use crate::support::Engine;

/// The tables, and the values of a row. A hundred rows share a value.
pub fn tables(engine: Engine, id: &impl Fn(&str) -> String) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let binary = if engine == Engine::Sqlite { "BLOB" } else { "BYTEA" };
    let shared = format!("CAST('v' || i % 50 AS {binary})");
    let visit = vec![("value_index", shared.clone()), ("at", "i".to_owned()), ("session_ref", id("s")), ("kind", "1".to_owned())];
    vec![
        ("fingerprints", vec![("value_index", shared.clone()), ("session_ref", id("s"))]),
        ("file_fingerprints", vec![("value_index", shared), ("artifact", id("a"))]),
        ("visits", visit),
    ]
}

pub fn queries(engine: Engine) -> Vec<Query> {
    let binary = if engine == Engine::Sqlite { "BLOB" } else { "BYTEA" };
    let value = format!("CAST('v7' AS {binary})");
    let by_value = |table: &'static str| if engine == Engine::Sqlite { "USING PRIMARY KEY (value_index=?" } else { table };
    vec![
        query(
            "the newest sessions in which a value was entered",
            "SELECT session_ref FROM fingerprints WHERE value_index = ${} ORDER BY session_ref DESC LIMIT {EACH}",
            &[("${}", &*value), ("{EACH}", "64")],
            [by_value("fingerprints_pkey"); 2],
        ),
        query(
            "the newest files with a value",
            "SELECT artifact FROM file_fingerprints WHERE value_index = ${} ORDER BY artifact DESC LIMIT {EACH}",
            &[("${}", &*value), ("{EACH}", "64")],
            [by_value("file_fingerprints_pkey"); 2],
        ),
        query(
            "where a session was submitted from",
            "SELECT session_ref, kind, value_index FROM visits WHERE session_ref = $1",
            &[("$1", "'s10007'")],
            ["visits_of_session"; 2],
        ),
        query(
            "the newest sessions of a device within a time",
            "SELECT session_ref, at FROM visits WHERE value_index = ${} AND at > $1 AND at <= $2 ORDER BY at DESC LIMIT $3",
            &[("${}", &*value), ("$1", "5"), ("$2", "4000"), ("$3", "4")],
            [by_value("visits_pkey"); 2],
        ),
        query(
            "visits that are too old",
            "SELECT value_index, at, session_ref FROM visits WHERE at <= $1 ORDER BY at LIMIT $2",
            &[("$1", "5"), ("$2", "5000")],
            ["visits_in_time"; 2],
        ),
    ]
}
