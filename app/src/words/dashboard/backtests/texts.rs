//! What the pages of backtests say.

use crate::words::page_words;

page_words! {
    /// The words about backtests.
    BacktestWords:

    backtests, backtest, about, new_backtest,
    /// The textarea with the rule's JSON.
    rule_json, rule_json_hint, stored_rule, no_stored_rule, start, no_backtests,
    draft_refused,

    // How one stands
    running, done, cancelled, failed, cancel, cancel_follows, progress,
    /// `{done}` and `{whole}`
    of_transactions,
    ended_early,

    // What it came to
    rule, compared_with, never_active,
    /// `{version}`
    version,
    started, ended, judged, matched, recorded, added, removed, no_difference, result,
    per_day, day, chart,
    /// `{days}`
    chart_newest,

    // Which transactions
    transactions, transaction, arrived, change, newly_matched, no_longer_matched, unchanged, decisive, other_conditions, nothing_named,
    /// `{n}`
    first_named,
}
