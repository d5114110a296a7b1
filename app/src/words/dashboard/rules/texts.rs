//! The list of everything that the pages of rules say. `{…}` is filled in when the page is drawn.

use crate::words::page_words;

page_words! {
    /// What the pages of rules say.
    RuleWords:

    rules, new_rule, no_rules, order, version,
    /// A list of rules with settings to begin with.
    presets,
    /// `{matched}`, `{judged}`
    hits,
    not_judged,
    /// `{n}`
    version_n,
    /// `{n}`
    of_version,
    versions, changes, compare, compare_from, compare_to,
    /// `{from}`, `{to}`
    difference,
    no_difference, added, removed, changed, nothing, edit,
    /// `{name}`
    edit_title,
    to_rule, says, facts, done_saved, done_same, done_mode,

    // The mode
    mode, active, test, disabled, active_text, test_text, disabled_text, make_active, make_test, make_disabled, active_follows, inactive_follows,

    // What follows
    then, allow, review, step_up, block, allow_text, review_text, step_up_text, block_text, flow, ttl, ttl_hint, grace, grace_hint, on_expired,
    expire_block, expire_review, expire_release, by_default,

    // The rule itself
    about, name, name_hint, title, title_hint, titles, when, counting, priority, priority_hint, weight, weight_hint, timezone, timezone_hint,

    // Conditions
    conditions, all_conditions,
    /// `{n}`
    condition_n,
    /// `{n}`
    group_n,
    all_of, any_of, not_this, holds_when, new_condition, add, new_all, new_any, new_not, of_transaction, of_history, of_session, of_others,
    up, down, turn_round, not_not, into_group, out_of_group, remove, about_what, show_fields, comparison, value, values, values_hint, list, choose,
    amount, amount_hint, currency, currency_hint, currency_optional, direction, any_direction, outgoing, incoming, same_direction, r#type, channel,
    country, counterparty, counterparty_country, device, ip, hour, weekday, metadata, metadata_key, metadata_hint, metadata_type, a_text, a_number,
    a_flag, count, sum, max, average, distinct, different, session_age, session_score, session_decision, session_none, any_flow, there_is_none,
    there_is_one, within, within_hint, only_those, same, with_blocked, score_hint, hour_hint, country_hint, word_hint, age_hint, any_hint,
    /// Monday to Sunday, separated by commas.
    days,

    // Comparisons
    is, is_not, one_of, none_of, in_list, at_least, above, at_most, below, from_hour, present, absent,

    // The editor
    save, check, cancel, update, as_json, json_hint, json_button, meanwhile, meanwhile_text,

    // The trial
    trial, trial_text, trial_stored, trial_stored_hint, trial_posted, trial_posted_hint, trial_button,
    /// `{transaction}`
    trial_result,
    trial_matched, trial_unmatched, trial_passed_over, trial_nothing, holds, holds_not, decisive, trial_none, trial_unknown,

    // Why an input is refused
    missing, no_values, empty_group,
    /// `{most}`
    too_deep,
    /// `{most}`
    too_many_conditions,
    /// `{most}`
    too_many_aggregates,
    bad_name, taken, bad_title, bad_priority, bad_weight, bad_timezone, bad_choice, no_flow, no_list, other_list, bad_ttl, bad_age, bad_within,
    bad_currency, bad_money, bad_whole, bad_score, bad_hour, bad_word, bad_country, bad_id, bad_ip, bad_number, bad_text, bad_key,
    /// `{reason}`
    other_fault,
    stale_mode, not_json,
}
