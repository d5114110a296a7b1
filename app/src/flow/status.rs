//! What a customer sees after the last step: we are checking, done, or expired. Only the server draws it. While the checks run,
//! `public/guard.js` asks for the status, and without script the page reloads itself.

use leptos::{either::EitherOf3, prelude::*};
use shared::{api::PublicSession, session::Status};

use crate::{
    components::{
        date,
        icons::{Clock, Tick, Working},
    },
    words::{PageWords, fill, words},
};

/// The heading for a status.
pub const fn title(status: Status, words: &PageWords) -> &'static str {
    match status {
        Status::Pending | Status::Processing => words.working_title,
        Status::Completed => words.done_title,
        Status::Expired => words.expired_title,
    }
}

/// The way back to the company's site.
#[derive(Clone, Debug)]
pub struct WayBack {
    /// The session's return URL.
    pub url: String,
    /// The address of this page without the redirect. `None`: the page does not go there by itself.
    pub stay: Option<String>,
}

/// The status of a session, and the link back to the company's site. A page that goes there by itself says so, and has a link that
/// stops it. In a frame the link leads out of the frame.
#[component]
pub fn StatusView(
    session: PublicSession,
    way_back: Option<WayBack>,
    /// The label of a file of the last step that opens only with a password.
    locked: Option<String>,
) -> impl IntoView {
    let words = words(session.locale).page;
    let company = session.branding.company_name;
    let text = match session.status {
        Status::Pending | Status::Processing => words.working_text.to_owned(),
        Status::Completed => fill(words.done_text, &[("company", &company)]),
        Status::Expired => fill(words.expired_text, &[("company", &company), ("time", &date::time(&session.expires_at, words))]),
    };
    let (kind, icon) = match session.status {
        Status::Pending | Status::Processing => ("working", EitherOf3::A(view! { <Working /> })),
        Status::Completed => ("done", EitherOf3::B(view! { <Tick /> })),
        Status::Expired => ("expired", EitherOf3::C(view! { <Clock /> })),
    };
    view! {
        <main class="status" data-status=session.status.as_str()>
            <div class="mark" data-kind=kind>{icon}</div>
            <div class="lead"><h1 tabindex="-1">{title(session.status, words)}</h1></div>
            <p>{text}</p>
            {locked.map(|label| view! { <p class="warning">{fill(words.pdf_password_sent, &[("label", &label)])}</p> })}
            {way_back.map(|WayBack { url, stay }| view! {
                <a class="button primary" id="return" href=url target="_top">{fill(words.go_back, &[("company", &company)])}</a>
                {stay.map(|stay| view! {
                    <p id="leaving"><span role="status">{fill(words.leaving, &[("company", &company)])}</span>" "<a href=stay>{words.stay}</a></p>
                })}
            })}
        </main>
    }
}
