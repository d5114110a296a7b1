//! The list of everything that the dashboard says: one struct, which each language fills in, so that a missing text does not
//! compile. `{…}` is filled in when the page is drawn.

use crate::words::page_words;

page_words! {
    /// What the dashboard says.
    DashboardWords:

    // The frame
    skip, main, menu, links, sessions, dossiers, unresolved, webhooks, lists, api_keys, operators, signed_in_as, sign_out,
    /// Between a whole number and its tenths.
    decimal_mark,
    /// What screen readers say for a dash.
    none,
    /// The name of the links to older and newer rows.
    pages,
    older, newest, forbidden_title,
    /// `{role}`
    forbidden_text,
    missing_title, missing_text, problem_title, back,

    // Signing in
    sign_in, email, password, password_again, password_hint, set_up_title, set_up_text, create_administrator,
    invitation_title,
    /// `{email}`, `{role}`
    invitation_text,
    set_password, one_time_title, one_time_text, gone_title, gone_text, to_sign_in, to_sign_in_tab, ended_title,
    ended_text,

    // Links
    new_link, flow, customer_reference, reference_hint, language, any_language, timeout, timeout_hint, create_link,
    /// `{n}`
    flows_only,
    newest_sessions, no_links, link, link_hint, link_closed, link_hidden, see_session, see_link, qr_code, copy, copied, not_copied,

    // Sessions
    filter, all, waiting, search, search_hint, session, customer, status, risk, decision, created, expires, no_sessions,
    no_sessions_yet, dossier_empty,
    /// `{search}`
    not_found,
    of_customer,

    // A session
    /// `{at}`
    expired_at,
    /// `{status}`
    status_now,
    show, of_hundred,
    /// `{scores}`
    score_low,
    /// `{scores}`
    score_middle,
    /// `{scores}`
    score_high,
    score_decisive,
    finding_entered, finding_read,
    /// `{photo}`
    finding_on,
    /// `{distance}`
    finding_distance,
    score_error, unexamined_document, unexamined_selfie, unexamined_both, score_nothing, score_later, score_never, by_score, no_decision, no_decision_expired, new_decision, approve, reject, review,
    reason, reason_hint, decide, entered, nothing_entered, reveal, reveal_hint, revealed, consents,
    /// `{field}`, `{language}`
    consent,
    evidence, no_evidence,
    /// A file that answers no field.
    file,
    download, look_closer, close, open_in_tab, in_dossier, in_no_dossier, link_to_dossier, create_dossier, dossier_hint, unlink, checks, check, result, found, no_checks, no_checks_of_flow, no_checks_ran,
    running, deliveries, no_deliveries, next_try,
    /// `{n}`
    tries,
    try_number, time, duration, answer, timeline,
    /// `{n}`
    cut,
    /// `{n}`
    newest_only,
    facts,
    /// `{flow}`, `{version}`
    version,
    reference, expire_now, expire_follows,

    // Dossiers
    dossier, dossier_search_hint, no_dossier, unresolved_text, none_unresolved,

    // Settings
    shown_once, new_endpoint, url, url_hint, add_endpoint, secret, endpoint, no_endpoints, new_key, scopes, scope_create,
    scope_read, scope_transactions, scope_rules, create_key, key, no_keys, last_used, never, session_api, session_api_on, session_api_off, turn_on,
    turn_off, new_operator, role, invite, invitation_link, added, active, invited, disabled, disable,
    disable_operator, disable_key, disable_endpoint, this_is_you,

    // States
    pending, processing, completed, expired, approved, in_review, rejected, passed, warning, failed, error, skipped,
    sending,
    /// `{at}`, `{of}`
    retrying,
    delivered, undelivered, admin, reviewer, agent, auditor, admin_may, reviewer_may, agent_may, auditor_may,

    // What happened, and who did it
    session_created, session_submitted, session_completed, session_expired, session_revealed, session_reviewed,
    session_linked, session_unlinked, artifact_linked, artifact_unlinked, by_customer, by_system, by_visitor,
    by_command_line,
    /// `{key}`
    by_key,

    // Why a form was refused
    wrong_credentials,
    /// `{seconds}`
    too_many,
    unavailable,
    passwords_differ, bad_email, email_taken, unknown_flow, bad_reference, new_reference, no_reference, bad_timeout, bad_choice, bad_reason,
    url_malformed,
    /// `{max}`
    url_long,
    /// `{max}`
    url_long_name,
    /// `{max}`
    url_long_label,
    /// `{scheme}`
    url_scheme,
    url_user_info, url_no_host, url_port_zero,
    /// `{host}`
    url_not_public,
    /// `{host}`
    url_plain_http,
    no_scope, too_late, role_refused, from_elsewhere, done_before,
    /// `{kib}`
    form_large,
    form_slow, no_such_form,

    // What was done
    done_decided, done_expired, done_linked, done_unlinked, done_disabled, done_changed,;
    /// The words for what is recorded.
    records: &'static super::records::RecordWords
}
