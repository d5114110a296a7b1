//! The pages for anyone who is not signed in: signing in, the first administrator, invitations, reset links, one-time links.

use leptos::prelude::*;
use shared::{language::Language, role::Role};

use super::{
    form::{ErrorSummary, Refused, TextField},
    layout::EntranceLayout,
};
use crate::{
    components::layout::Site,
    words::{
        dashboard::{PageProblem, account_words, words},
        fill,
    },
};

/// What the page is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// E-mail and password; `next` is where to go after signing in.
    SignIn { next: String },
    /// The first administrator: e-mail and a new password, twice.
    SetUp,
    /// An invitation: a new password, twice.
    Invitation { email: String, role: Role },
    /// A link for a new password: the password, twice.
    Reset { email: String },
    /// A one-time link: one button.
    OneTime,
    /// A link that has expired or was already used.
    Gone,
    /// A form that was sent after its operator was signed out; `next` is where to go after signing in again.
    Ended { next: String },
    /// Something went wrong; `back` is the page that was left.
    Problem { problem: PageProblem, back: String },
}

/// A page with one form, which posts to the page's own address.
#[component]
pub fn EntrancePage(site: Site, language: Language, here: String, entrance: Entrance, refused: Refused) -> impl IntoView {
    let words = words(language);
    let (title, text, button) = match &entrance {
        Entrance::SignIn { .. } => (words.sign_in, None, words.sign_in),
        Entrance::SetUp => (words.set_up_title, Some(words.set_up_text.to_owned()), words.create_administrator),
        Entrance::Invitation { email, role } => {
            let text = fill(words.invitation_text, &[("email", email), ("role", words.role_of(*role))]);
            (words.invitation_title, Some(text), words.set_password)
        }
        Entrance::Reset { email } => {
            let account = account_words(language);
            (account.reset_title, Some(fill(account.reset_text, &[("email", email)])), words.set_password)
        }
        Entrance::OneTime => (words.one_time_title, Some(words.one_time_text.to_owned()), words.sign_in),
        Entrance::Gone => (words.gone_title, Some(words.gone_text.to_owned()), ""),
        Entrance::Ended { .. } => (words.ended_title, Some(words.ended_text.to_owned()), ""),
        Entrance::Problem { problem, .. } => {
            let (title, text) = words.problem_of(*problem);
            (title, Some(text), "")
        }
    };
    let asks_email = matches!(entrance, Entrance::SignIn { .. } | Entrance::SetUp);
    let makes_password = matches!(entrance, Entrance::SetUp | Entrance::Invitation { .. } | Entrance::Reset { .. });
    let hidden = match &entrance {
        Entrance::SignIn { next } => Some(("next", "off", next.clone())),
        // A password manager saves the password under this name.
        Entrance::Invitation { email, .. } | Entrance::Reset { email } => Some(("username", "username", email.clone())),
        _ => None,
    };
    let hidden = hidden.map(|(name, complete, value)| view! { <input type="hidden" name=name autocomplete=complete value=value /> });
    let email = asks_email.then(|| {
        view! { <TextField name="email" label=words.email kind="email" complete="username" required=true refused=refused.clone() language /> }
    });
    let password = (asks_email || makes_password).then(|| {
        let (hint, complete) = if makes_password { (words.password_hint, "new-password") } else { ("", "current-password") };
        view! { <TextField name="password" label=words.password kind="password" hint complete required=true refused=refused.clone() language /> }
    });
    let again = makes_password.then(|| {
        let (label, complete) = (words.password_again, "new-password");
        view! { <TextField name="password_again" label kind="password" complete required=true refused=refused.clone() language /> }
    });
    let content = match entrance {
        Entrance::Gone => view! { <p><a href="/dashboard/sign-in">{words.to_sign_in}</a></p> }.into_any(),
        Entrance::Problem { back, .. } => view! { <p><a href=back>{words.back}</a></p> }.into_any(),
        // In another tab: this one can still resend what was typed.
        Entrance::Ended { next } => {
            view! { <p><a href=format!("/dashboard/sign-in?next={next}") target="_blank" rel="noopener">{words.to_sign_in_tab}</a></p> }.into_any()
        }
        _ => view! {
            <form class="form" method="post" novalidate>
                {hidden}
                {email}
                {password}
                {again}
                <button class="button primary">{button}</button>
            </form>
        }
        .into_any(),
    };
    view! {
        <EntranceLayout site language here title>
            <h1>{title}</h1>
            <ErrorSummary refused=refused.clone() language />
            {text.map(|text| view! { <p class="quiet">{text}</p> })}
            {content}
        </EntranceLayout>
    }
}
