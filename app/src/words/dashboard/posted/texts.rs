//! The list of everything that pages say about a transaction that was pasted as JSON.

use crate::words::page_words;

page_words! {
    /// What pages say about a transaction that was pasted as JSON.
    PostedWords:

    /// `{line}`, `{column}`
    not_json,
    required, unknown, twice, object, text, number, id, amount, currency, direction, word, country, ip, time, too_far, locale, metadata, metadata_key,
    metadata_keys, metadata_bytes, empty, long, unseen,
    /// `{reason}`
    other,
}
