//! The words of the operators' dashboard, which never leave the server but for the few that an island is given: again one
//! struct, one `const` a language. Below it, how each code and state of the system reads.

mod bad_url;
mod en;
mod es;
mod pt_br;

use shared::{
    language::Language,
    risk::{CheckResult, Decision},
    role::Role,
    session::Status,
};

use super::fill;
use crate::dashboard::data::{Done, Refusal, Trouble};

super::page_words! {
    /// What the dashboard says.
    DashboardWords:

    // The frame
    skip,
    main,
    links,
    sessions,
    dossiers,
    unresolved,
    webhooks,
    api_keys,
    operators,
    signed_in_as,
    sign_out,
    /// Between the whole and the tenths of a number.
    decimal_mark,
    /// What a dash says.
    none,
    /// What the links to older and newer rows are called together.
    pages,
    older,
    newest,
    forbidden_title,
    /// `{role}`
    forbidden_text,
    missing_title,
    missing_text,
    trouble_title,
    elsewhere_text,
    late_text,
    /// `{kib}`
    large_text,
    slow_text,
    unknown_text,
    back,

    // Coming in
    sign_in,
    email,
    password,
    password_again,
    password_hint,
    set_up_title,
    set_up_text,
    create_administrator,
    invitation_title,
    /// `{email}`, `{role}`
    invitation_text,
    set_password,
    one_time_title,
    one_time_text,
    gone_title,
    gone_text,
    to_sign_in,
    to_sign_in_tab,
    ended_title,
    ended_text,

    // Links
    new_link,
    flow,
    customer_reference,
    reference_hint,
    language,
    any_language,
    timeout,
    timeout_hint,
    create_link,
    newest_sessions,
    no_links,
    link,
    link_hint,
    link_closed,
    link_hidden,
    see_session,
    qr_code,
    copy,
    copied,
    not_copied,

    // Sessions
    filter,
    all,
    waiting,
    search,
    search_hint,
    session,
    customer,
    status,
    risk,
    decision,
    created,
    expires,
    no_sessions,
    no_sessions_yet,
    dossier_empty,
    /// `{search}`
    not_found,
    of_customer,

    // A session
    /// `{status}`
    status_now,
    show,
    of_hundred,
    /// `{low}`
    score_low,
    /// `{low}`, `{high}`
    score_middle,
    /// `{high}`
    score_high,
    score_error,
    score_nothing,
    score_later,
    score_never,
    by_score,
    no_decision,
    new_decision,
    approve,
    reject,
    review,
    reason,
    reason_hint,
    decide,
    entered,
    nothing_entered,
    reveal,
    reveal_hint,
    revealed,
    consents,
    /// `{field}`, `{language}`
    consent,
    evidence,
    no_evidence,
    /// A file that answers no field.
    file,
    download,
    in_dossier,
    in_no_dossier,
    link_to_dossier,
    dossier_hint,
    unlink,
    checks,
    check,
    result,
    found,
    no_checks,
    running,
    deliveries,
    no_deliveries,
    next_try,
    /// `{n}`
    tries,
    try_number,
    time,
    duration,
    answer,
    timeline,
    /// `{n}`
    cut,
    facts,
    /// `{flow}`, `{version}`
    version,
    reference,
    expire_now,
    expire_follows,

    // Dossiers
    dossier,
    dossier_search_hint,
    no_dossier,
    unresolved_text,
    none_unresolved,

    // Settings
    shown_once,
    new_endpoint,
    url,
    url_hint,
    add_endpoint,
    secret,
    endpoint,
    no_endpoints,
    new_key,
    scopes,
    scope_create,
    scope_read,
    create_key,
    key,
    no_keys,
    last_used,
    never,
    session_api,
    session_api_on,
    session_api_off,
    turn_on,
    turn_off,
    new_operator,
    role,
    invite,
    invitation_link,
    added,
    state,
    active,
    invited,
    disabled,
    disable,
    disable_operator,
    disable_key,
    disable_endpoint,
    this_is_you,

    // States
    pending,
    processing,
    completed,
    expired,
    approved,
    in_review,
    rejected,
    passed,
    warning,
    failed,
    error,
    skipped,
    waits,
    delivered,
    not_delivered,
    admin,
    reviewer,
    agent,
    auditor,
    admin_may,
    reviewer_may,
    agent_may,
    auditor_may,

    // What checks are called, and what they find
    check_cpf,
    check_evidence,
    cpf_check_digits,
    cpf_repeated_digits,
    evidence_missing,
    evidence_small,
    evidence_unreadable,

    // What happened, and by whom
    session_created,
    session_submitted,
    session_completed,
    session_expired,
    session_revealed,
    session_reviewed,
    session_linked,
    session_unlinked,
    artifact_linked,
    artifact_unlinked,
    customer_revealed,
    by_customer,
    by_system,
    by_command_line,
    /// `{key}`
    by_key,

    // Why a form was not taken
    wrong_credentials,
    /// `{seconds}`
    too_many,
    unavailable,
    /// `{min}`
    short_password,
    /// `{max}`
    long_password,
    passwords_differ,
    bad_email,
    email_taken,
    unknown_flow,
    bad_reference,
    bad_timeout,
    bad_choice,
    bad_reason,
    url_malformed,
    /// `{max}`
    url_long,
    /// `{max}`
    url_long_name,
    /// `{max}`
    url_long_label,
    /// `{scheme}`
    url_scheme,
    url_user_info,
    url_no_host,
    url_port_zero,
    /// `{host}`
    url_not_public,
    /// `{host}`
    url_plain_http,
    no_scope,
    too_late,

    // What was done
    done_decided,
    done_expired,
    done_linked,
    done_unlinked,
    done_disabled,
    done_changed,
}

/// The words of a language.
pub fn words(language: Language) -> &'static DashboardWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

impl DashboardWords {
    /// How far a session is.
    pub const fn status_of(&self, status: Status) -> &'static str {
        match status {
            Status::Pending => self.pending,
            Status::Processing => self.processing,
            Status::Completed => self.completed,
            Status::Expired => self.expired,
        }
    }

    /// What an island says of each status, by its name.
    pub fn live_texts(&self) -> Vec<(String, String)> {
        let all = [Status::Pending, Status::Processing, Status::Completed, Status::Expired];
        all.map(|status| (status.as_str().to_owned(), fill(self.status_now, &[("status", self.status_of(status))]))).to_vec()
    }

    /// What was decided.
    pub const fn decision_of(&self, decision: Decision) -> &'static str {
        match decision {
            Decision::Approved => self.approved,
            Decision::Review => self.in_review,
            Decision::Rejected => self.rejected,
        }
    }

    /// What a check says.
    pub const fn result_of(&self, result: CheckResult) -> &'static str {
        match result {
            CheckResult::Passed => self.passed,
            CheckResult::Warning => self.warning,
            CheckResult::Failed => self.failed,
            CheckResult::Error => self.error,
            CheckResult::Skipped => self.skipped,
        }
    }

    /// What an operator is trusted with.
    pub const fn role_of(&self, role: Role) -> &'static str {
        match role {
            Role::Admin => self.admin,
            Role::Reviewer => self.reviewer,
            Role::Agent => self.agent,
            Role::Auditor => self.auditor,
        }
    }

    /// What that means.
    pub const fn role_may(&self, role: Role) -> &'static str {
        match role {
            Role::Admin => self.admin_may,
            Role::Reviewer => self.reviewer_may,
            Role::Agent => self.agent_may,
            Role::Auditor => self.auditor_may,
        }
    }

    /// How far a delivery is.
    pub fn delivery_of(&self, status: &str) -> String {
        match status {
            "PENDING" => self.waits,
            "DELIVERED" => self.delivered,
            "FAILED" => self.not_delivered,
            other => other,
        }
        .to_owned()
    }

    /// What a check is called.
    pub fn check_of(&self, name: &str) -> String {
        match name {
            "cpf" => self.check_cpf,
            "evidence" => self.check_evidence,
            other => other,
        }
        .to_owned()
    }

    /// What a reason code means; nothing for one that is not ours.
    pub fn reason_of(&self, code: &str) -> Option<&'static str> {
        Some(match code {
            "cpf.check_digits" => self.cpf_check_digits,
            "cpf.repeated_digits" => self.cpf_repeated_digits,
            "evidence.missing" => self.evidence_missing,
            "evidence.small" => self.evidence_small,
            "evidence.unreadable" => self.evidence_unreadable,
            _ => return None,
        })
    }

    /// What happened.
    pub fn action_of(&self, action: &str) -> String {
        match action {
            "session.created" => self.session_created,
            "session.submitted" => self.session_submitted,
            "session.completed" => self.session_completed,
            "session.expired" => self.session_expired,
            "session.revealed" => self.session_revealed,
            "session.reviewed" => self.session_reviewed,
            "session.linked" => self.session_linked,
            "session.unlinked" => self.session_unlinked,
            "artifact.linked" => self.artifact_linked,
            "artifact.unlinked" => self.artifact_unlinked,
            "customer.revealed" => self.customer_revealed,
            other => other,
        }
        .to_owned()
    }

    /// What it was about: a decision in words, everything else as it is.
    pub fn detail_of(&self, action: &str, detail: &str) -> String {
        let decision = if action == "session.reviewed" { detail.parse::<Decision>().ok() } else { None };
        decision.map_or_else(|| detail.to_owned(), |decision| self.decision_of(decision).to_owned())
    }

    /// Who did it.
    pub fn actor_of(&self, actor: &str) -> String {
        match actor.split_once(" key_") {
            Some((_, key)) => fill(self.by_key, &[("key", &format!("key_{key}"))]),
            None => match actor {
                "customer" => self.by_customer,
                "system" => self.by_system,
                "command-line" => self.by_command_line,
                other => other,
            }
            .to_owned(),
        }
    }

    /// Why a form was not taken, with what is allowed.
    pub fn refusal_of(&self, refusal: &Refusal) -> String {
        let plain = match refusal {
            Refusal::TooMany(seconds) => return fill(self.too_many, &[("seconds", &seconds.to_string())]),
            Refusal::ShortPassword(min) => return fill(self.short_password, &[("min", &min.to_string())]),
            Refusal::LongPassword(max) => return fill(self.long_password, &[("max", &max.to_string())]),
            Refusal::BadUrl(why) => return self.bad_url_of(why),
            Refusal::WrongCredentials => self.wrong_credentials,
            Refusal::Unavailable => self.unavailable,
            Refusal::PasswordsDiffer => self.passwords_differ,
            Refusal::BadEmail => self.bad_email,
            Refusal::EmailTaken => self.email_taken,
            Refusal::UnknownFlow => self.unknown_flow,
            Refusal::BadReference => self.bad_reference,
            Refusal::BadTimeout => self.bad_timeout,
            Refusal::BadChoice => self.bad_choice,
            Refusal::BadReason => self.bad_reason,
            Refusal::NoScope => self.no_scope,
            Refusal::TooLate => self.too_late,
        };
        plain.to_owned()
    }

    /// What stands in the way: a heading, and a sentence.
    pub fn trouble_of(&self, trouble: Trouble) -> (&'static str, String) {
        let text = match trouble {
            Trouble::Forbidden(role) => return (self.forbidden_title, fill(self.forbidden_text, &[("role", self.role_of(role))])),
            Trouble::Missing => return (self.missing_title, self.missing_text.to_owned()),
            Trouble::TooLarge(kib) => fill(self.large_text, &[("kib", &kib.to_string())]),
            Trouble::TooMany(seconds) => fill(self.too_many, &[("seconds", &seconds.to_string())]),
            Trouble::Elsewhere => self.elsewhere_text.to_owned(),
            Trouble::TooLate => self.late_text.to_owned(),
            Trouble::TooSlow => self.slow_text.to_owned(),
            Trouble::Unavailable => self.unavailable.to_owned(),
            Trouble::Unknown => self.unknown_text.to_owned(),
        };
        (self.trouble_title, text)
    }

    /// What was done.
    pub const fn done_of(&self, done: Done) -> &'static str {
        match done {
            Done::Decided => self.done_decided,
            Done::Expired => self.done_expired,
            Done::Linked => self.done_linked,
            Done::Unlinked => self.done_unlinked,
            Done::Disabled => self.done_disabled,
            Done::Changed => self.done_changed,
        }
    }
}
