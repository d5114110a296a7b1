//! The list of everything that the page of a preset says.

use crate::words::page_words;

page_words! {
    /// What the page of a preset says.
    PresetWords:

    /// `{title}`
    preset,
    about, settings, source, no_lists, make_list, amounts_hint,
    /// `{least}`, `{most}`
    time_hint,
    /// `{least}`, `{most}`
    number_hint,
    save, open,

    // Why a setting is refused
    missing, bad_amounts, bad_amount,
    /// `{least}`, `{most}`
    bad_number,
    /// `{least}`, `{most}`
    bad_time,
    not_below,
}
