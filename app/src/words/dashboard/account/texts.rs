//! The list of everything that the dashboard says about accounts.

use crate::words::page_words;

page_words! {
    /// What the dashboard says about accounts.
    AccountWords:

    // An operator's own account
    account, change_password, current_password, new_password, change, no_password, sign_ins, this_browser,
    unknown_browser, browser, began, source, end, end_others, end_others_follows, only_this,

    // Choosing a new password by a link
    reset_title,
    /// `{email}`
    reset_text,

    // One operator, for administrators
    operator, change_role, reset_link, make_reset_link, reset_follows, enable, history, what, who,
    /// `{n}`
    times,
    no_history, demo_hint, own_hint,

    // What happened
    event_signed_in, event_signed_out, event_sign_ins_ended, event_link_made, event_added, event_invited, event_disabled, event_enabled,
    event_password_changed, event_reset_linked, event_password_reset, event_role_changed, event_refused,
    event_sign_in_failed, event_sign_in_limited, event_sign_in_disabled,

    // Why a form was refused
    /// `{min}`
    short_password,
    /// `{max}`
    long_password,
    weak_spaces, weak_repeated, weak_own, weak_sequence, weak_date, weak_common, weak_words, wrong_password,
    last_administrator, number_hidden,

    // What was done
    done_enabled, done_role_changed, done_password_changed, done_sign_ins_ended,
}
