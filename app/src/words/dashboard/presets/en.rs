//! English.

use super::texts::PresetWords;

pub(super) static WORDS: PresetWords = PresetWords {
    about: "Fill in the settings. The rule starts as a test: it records what it would do, and changes nothing until you make it active.",
    settings: "Settings of the preset",
    source: "Source",
    no_lists: "There is no list with such values yet.",
    make_list: "Make a list",
    amounts_hint: "One a line, such as 1,000.00",
    time_hint: "From {least} to {most}, such as 24h or 30d",
    number_hint: "From {least} to {most}",
    save: "Save as a test rule",
    open: "Open in the editor",
    missing: "Enter a value",
    bad_amounts: "Use up to 20 amounts such as 1,000.00, one a line, each above 0",
    bad_amount: "Use an amount such as 1,000.00, above 0, with no more decimals than the currency has",
    bad_number: "Use a whole number from {least} to {most}",
    bad_time: "Use a number and s, m, h or d, from {least} to {most}",
    not_below: "Use an amount below the limit",
    preset: "Preset: {title}",
};
