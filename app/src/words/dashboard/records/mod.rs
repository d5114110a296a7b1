//! What the dashboard says about records: damaged rows, how endpoints answer, names of API keys, and what happened in passing to a
//! session.

pub(super) mod en;
pub(super) mod es;
pub(super) mod pt_br;

use crate::words::page_words;

page_words! {
    /// What the dashboard says about records.
    RecordWords:

    /// Before the id of the row.
    row_damaged,
    /// Before the names of the rows.
    rows_damaged,

    // The page in place of a damaged record
    damaged_title, damaged_text, damaged_help, damaged_record, damaged_fault,

    // How an endpoint answers
    healthy, failing, untried, failing_since, last_failure, last_success, waiting_deliveries,
    /// `{n}`
    more_than,
    /// `{status}`
    answered_status,
    failed_address, failed_dns, failed_connect, failed_tls, failed_timeout, failed_unusable, failed_other,

    // The name of an API key
    key_name, key_name_hint, unnamed_key,

    // What happened to a session besides
    step_saved, step_overwritten, session_overwritten, artifact_uploaded, artifact_replaced, artifact_overwritten,
    artifact_viewed, link_shown, session_read,
    /// `{n}`
    routine,

    // Why a form was refused
    /// `{max}`
    bad_key_name,
}
