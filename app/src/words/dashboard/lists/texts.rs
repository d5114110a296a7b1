//! The list of everything that the dashboard says about lists that rules ask.

use crate::words::page_words;

page_words! {
    /// What the dashboard says about lists.
    ListWords:

    // All lists
    about, new_list, name, name_hint, kind, create, no_lists, now, used_by, no_rule,

    // One list
    look_up, look_up_hint, look_up_button, not_there, all_entries, entries, no_entries, value, note, from, until, counts, waits,
    ended, end, end_follows, add, note_hint, from_hint, until_hint, add_button, import,
    /// `{mib}`
    import_text,
    file, import_button, import_follows, export, export_text, reveal_hint, revealed,

    // Kinds of values
    kind_text, kind_country, kind_account, kind_device, kind_ip, kind_cpf, kind_email, kind_phone, kind_document,

    // Why a form was refused
    bad_name, taken, known, full, no_file,
    /// `{mib}`
    large_file,
    not_text,
    /// `{line}`, `{fault}`
    line,
    /// `{n}`
    more,
    bad_header,
    /// `{found}`, `{named}`
    bad_columns,
    /// `{column}`
    bad_time,
    no_value, open_quote, ends_first,
    /// `{most}`
    long_note,
    /// `{most}`
    too_often,
    twice, bad_text, bad_id, bad_country, bad_ip, bad_cpf, bad_email, bad_phone,

    // What was done
    done_created, done_imported, done_added, done_ended,
}
