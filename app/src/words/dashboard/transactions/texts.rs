//! The list of everything that the dashboard says about transactions.

use crate::words::page_words;

page_words! {
    /// What the dashboard says about transactions.
    TransactionWords:

    title, queue, transaction,

    // Statuses
    approved, review, awaiting_user, blocked,

    // What a transaction is
    amount, direction, incoming, outgoing, kind, channel, country, counterparty, counterparty_name, counterparty_country,
    device, ip, metadata, arrived, occurred, settled, origin, origin_api, origin_import, decided_by, no_rule,

    // The list
    by_status, more_filters, rule, any_rule, any_currency, since, until, currency, least, most, apply, clear, search_hint,
    /// `{search}`
    not_found,
    none, none_yet, of_customer,
    /// `{n}`
    looked_at,

    // The queue
    queue_text, queue_empty, open_first, first_page, next_page, next,

    // Why
    rules, no_rules, not_judged, decided, passed_over,
    /// `{version}`
    version,
    saw, holds, holds_not, tests, tests_text,

    // The session that it waits or waited for
    expired_block, expired_review, expired_release, others, no_others,
    /// `{decision}`, `{status}`
    decided_otherwise,
    session_decides, session_waits,

    // What happened
    by_rule, by_session, by_import, reason_rule, reason_approved, reason_rejected, reason_review, reason_expired,
    reason_operator, reason_limit, reason_return_url, reason_import,

    // Deciding
    approve, block, decide_next, final_text, nothing_to_decide, for_reviewers,

    // What is sealed
    sealed, revealed,

    // On a session's page and in a dossier
    of_session, waiting, none_waiting, all_of_customer,

    // Why a form was refused
    /// `{example}`
    bad_amount,
    no_currency, bad_day, not_in_review,
}
