//! What a customer sees once there is nothing more to fill in: checking, done, or too late.

use leptos::{either::EitherOf3, prelude::*};
use shared::{api::PublicSession, session::Status};

use crate::{
    components::{
        footer::Footer,
        icons::{Clock, Tick, Working},
    },
    words::{FlowWords, fill},
};

/// The heading of a status.
pub fn title(status: Status, words: &FlowWords) -> String {
    match status {
        Status::Pending | Status::Processing => &words.working_title,
        Status::Completed => &words.done_title,
        Status::Expired => &words.expired_title,
    }
    .to_string()
}

/// `2026-11-30T12:00:00Z` as people read it.
fn readable(rfc3339: &str, words: &FlowWords) -> String {
    let part = |range: std::ops::Range<usize>| rfc3339.get(range).unwrap_or_default();
    let month = part(5..7).parse::<usize>().ok().and_then(|month| words.months.split(',').nth(month.checked_sub(1)?)).unwrap_or_default();
    fill(&words.date_time, &[("day", part(8..10).trim_start_matches('0')), ("month", month), ("year", part(0..4)), ("time", part(11..16))])
}

/// The status of a session.
#[component]
pub fn StatusView(session: PublicSession, words: FlowWords) -> impl IntoView {
    let company = session.branding.company_name.clone();
    let text = match session.status {
        Status::Pending | Status::Processing => words.working_text.to_string(),
        Status::Completed => fill(&words.done_text, &[("company", &company)]),
        Status::Expired => fill(&words.expired_text, &[("company", &company), ("time", &readable(&session.expires_at, &words))]),
    };
    let (kind, icon) = match session.status {
        Status::Pending | Status::Processing => ("working", EitherOf3::A(view! { <Working /> })),
        Status::Completed => ("done", EitherOf3::B(view! { <Tick /> })),
        Status::Expired => ("expired", EitherOf3::C(view! { <Clock /> })),
    };
    view! {
        <main class="status" data-status=session.status.as_str()>
            <div class="mark" data-kind=kind>{icon}</div>
            <div class="lead" role="status"><h1 tabindex="-1">{title(session.status, &words)}</h1></div>
            <p>{text}</p>
        </main>
        <Footer branding=session.branding current=session.locale words switch=false />
    }
}
