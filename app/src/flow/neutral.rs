//! The pages without a company's branding: for a link to no session, and for errors. They have no script, and are the same for every link.

use leptos::prelude::*;
use shared::language::Language;

use crate::{
    components::{
        icons::{Attention, NoLink},
        layout::{CustomerPage, Site},
    },
    words::words,
};

/// The page of a link to no session: what happened, why that may be, and what somebody can do.
#[component]
pub fn UnknownPage(site: Site, language: Language) -> impl IntoView {
    let words = words(language).page;
    view! {
        <Neutral site language title=words.unknown_title>
            <div class="mark" data-kind="unknown"><NoLink /></div>
            <div class="lead"><h1 tabindex="-1">{words.unknown_title}</h1></div>
            <p>{words.unknown_why}</p>
            <div class="help">
                <h2>{words.unknown_help}</h2>
                <ul>
                    <li>{words.unknown_open}</li>
                    <li>{words.unknown_ask}</li>
                </ul>
            </div>
        </Neutral>
    }
}

/// The page of an error.
#[component]
pub fn TroublePage(site: Site, language: Language, text: &'static str) -> impl IntoView {
    let title = words(language).page.trouble_title;
    view! {
        <Neutral site language title>
            <div class="mark" data-kind="trouble"><Attention /></div>
            <div class="lead"><h1 tabindex="-1">{title}</h1></div>
            <p>{text}</p>
        </Neutral>
    }
}

#[component]
fn Neutral(site: Site, language: Language, title: &'static str, children: Children) -> impl IntoView {
    // Links, because there is no form whose buttons could change the language.
    let link = move |other: Language| {
        let current = (other == language).then_some("true");
        view! { <a href=format!("?lang={}", other.tag()) lang=other.tag() hreflang=other.tag() aria-current=current>{other.own_name()}</a> }
    };
    view! {
        <CustomerPage site language title=title.to_owned() branding=None>
            <main class="status">{children()}</main>
            <footer class="footer">
                <span class="languages" role="group" aria-label=words(language).page.language>{Language::ALL.map(link).collect_view()}</span>
            </footer>
        </CustomerPage>
    }
}
