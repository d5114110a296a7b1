//! The frame of every page that an operator sees: head, navigation, the signed-in operator, and what was just done.

use leptos::{either::Either, nonce::use_nonce, prelude::*};
use shared::{
    language::Language,
    role::{May, Role},
};

use crate::{
    components::layout::Site,
    words::dashboard::{Done, account_words, done_of, rule_words, transaction_words, words},
};

/// What every page needs: its reader, its language and its address.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The operator's e-mail.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The language of the page.
    pub language: Language,
    /// How many artifacts are in no dossier, if the operator may see them. Counting ends at 100.
    pub unresolved: Option<u32>,
    /// How many transactions wait for a person, if the operator may see them. Counting ends at 100.
    pub waiting: Option<u32>,
    /// This page's path and query, to come back to it.
    pub here: String,
    /// What was just done; the page says it first.
    pub done: Option<Done>,
}

/// A part of the dashboard: where it is, who sees it, what it is called.
type Part = (&'static str, May, fn(Language) -> &'static str);

const PARTS: [Part; 11] = [
    ("/dashboard/links", May::SeeStatus, |language| words(language).links),
    ("/dashboard/sessions", May::SeeSessions, |language| words(language).sessions),
    ("/dashboard/customers", May::SeeSessions, |language| words(language).dossiers),
    (UNRESOLVED, May::SeeSessions, |language| words(language).unresolved),
    ("/dashboard/transactions", May::SeeSessions, |language| transaction_words(language).title),
    (QUEUE, May::SeeSessions, |language| transaction_words(language).queue),
    ("/dashboard/rules", May::SeeSettings, |language| rule_words(language).rules),
    ("/dashboard/lists", May::SeeSettings, |language| words(language).lists),
    ("/dashboard/webhooks", May::SeeSettings, |language| words(language).webhooks),
    ("/dashboard/api-keys", May::SeeSettings, |language| words(language).api_keys),
    ("/dashboard/operators", May::SeeSettings, |language| words(language).operators),
];

/// The transactions that wait for a person.
pub const QUEUE: &str = "/dashboard/transactions/queue";
const UNRESOLVED: &str = "/dashboard/unresolved";
const ACCOUNT: &str = "/dashboard/account";
/// The scripts of every page, in `public/`. Each says what it does.
const SCRIPTS: [&str; 5] = ["times", "photos", "typed", "progress", "editor"];
/// Counting what waits for somebody ends here.
const COUNTED: u32 = 100;

/// A page for operators who are signed in.
#[component]
pub fn DashboardPage(
    site: Site,
    viewer: Viewer,
    /// The title of the document; the page draws its own h1.
    #[prop(into)]
    title: String,
    /// After how many seconds a browser without script loads the page again, such as `10` or `5;url=…`.
    #[prop(optional_no_strip)]
    refresh: Option<String>,
    /// There is an island on it.
    #[prop(optional)]
    island: bool,
    children: Children,
) -> impl IntoView {
    let Viewer { email, role, language, unresolved, waiting, here, done } = viewer;
    let (name, domain) = email.split_at(email.rfind('@').unwrap_or_default());
    let (name, domain) = (name.to_owned(), domain.to_owned());
    let words = words(language);
    let path = here.split('?').next().unwrap_or_default().to_owned();
    let parts = PARTS.into_iter().filter(|(_, action, _)| role.may(*action)).map(|(address, _, name)| {
        // "page" for the page itself, "true" for what is within it.
        let current = match path.strip_prefix(address) {
            Some("") => Some("page"),
            Some(within) if within.starts_with('/') && path != QUEUE => Some("true"),
            _ => None,
        };
        let count = match address {
            UNRESOLVED => unresolved,
            QUEUE => waiting,
            _ => None,
        };
        let count = count.filter(|count| *count > 0).map(|count| {
            view! { <span class="count">{if count < COUNTED { count.to_string() } else { format!("{}+", COUNTED - 1) }}</span> }
        });
        view! { <li><a href=address aria-current=current>{name(language)}{count}</a></li> }
    });
    let parts = parts.collect_view();
    view! {
        <Document site language title refresh island>
            <a class="skip" href="#main">{words.skip}</a>
            <div class="shell">
                <aside class="side">
                    <Brand />
                    // On a narrow screen the rest opens from this button, without script too.
                    <button class="button menu" popovertarget="menu">{words.menu}</button>
                    <div class="parts" id="menu" popover="auto">
                        <nav aria-label=words.main><ul>{parts}</ul></nav>
                        <div class="account">
                            <p>
                                <span class="visually-hidden">{words.signed_in_as}" "</span>
                                <strong><bdi>{name}<wbr />{domain}</bdi></strong>
                                <span class="quiet">{words.role_of(role)}</span>
                            </p>
                            <a href=ACCOUNT aria-current=(path == ACCOUNT).then_some("page")>{account_words(language).account}</a>
                            <form method="post" action="/dashboard/sign-out"><button class="button">{words.sign_out}</button></form>
                            <Languages current=language back=here />
                        </div>
                    </div>
                </aside>
                <main class="main" id="main" tabindex="-1">
                    {done.map(|done| view! { <p class="done" role="status" tabindex="-1" autofocus>{done_of(done, language)}</p> })}
                    {children()}
                </main>
            </div>
        </Document>
    }
}

/// A page for anyone who is not signed in: one card.
#[component]
pub fn EntranceLayout(site: Site, language: Language, here: String, title: &'static str, children: Children) -> impl IntoView {
    view! {
        <Document site language title=title.to_owned() refresh=None island=false>
            <div class="entrance">
                <header><Brand /></header>
                <main class="card body">{children()}</main>
                <footer><Languages current=language back=here /></footer>
            </div>
        </Document>
    }
}

#[component]
fn Document(site: Site, language: Language, title: String, refresh: Option<String>, island: bool, children: Children) -> impl IntoView {
    let Site { options, pkg, plain, .. } = site;
    let scripts = island && site.island;
    let meta = refresh.map(|content| view! { <meta http-equiv="refresh" content=content /> });
    view! {
        <!DOCTYPE html>
        <html lang=language.tag()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{format!("{title} · Flow Sessions")}</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=format!("/{pkg}/dashboard.css") />
                {if plain {
                    Either::Left(meta)
                } else {
                    Either::Right(view! {
                        <noscript>{meta}</noscript>
                        {SCRIPTS.map(|script| view! { <script src=format!("/{pkg}/{script}.js") nonce=use_nonce() defer></script> })}
                        {scripts.then(|| view! { <HydrationScripts options=options islands=true /> })}
                        {cfg!(debug_assertions).then(|| view! { <script src="/dev/reload.js" nonce=use_nonce()></script> })}
                    })
                }}
            </head>
            <body>{children()}</body>
        </html>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! { <p class="brand"><img src="/icon.svg" alt="" width="24" height="24" />"Flow Sessions"</p> }
}

/// The languages, each by its own name.
#[component]
fn Languages(current: Language, back: String) -> impl IntoView {
    let button = |language: Language| {
        view! {
            <button name="language" value=language.tag() lang=language.tag() aria-pressed=(language == current).to_string()>
                {language.own_name()}
            </button>
        }
    };
    view! {
        <form method="post" action="/dashboard/language">
            <input type="hidden" name="back" value=back />
            <div class="languages" role="group" aria-label=words(current).language>{Language::ALL.map(button).collect_view()}</div>
        </form>
    }
}
