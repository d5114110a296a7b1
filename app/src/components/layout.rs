//! The frame of every page that a customer sees: head, the company's name and logo, and the notice that the script failed.

use leptos::{nonce::use_nonce, prelude::*};
use shared::{flow::Branding, language::Language};

use crate::{components::icons::Lock, words::words};

/// What the server says about a page's head.
#[derive(Clone, Debug)]
pub struct Site {
    /// How Leptos finds the bundle.
    pub options: LeptosOptions,
    /// The folder of this build's files.
    pub pkg: String,
    /// The stylesheet with the company's colours. A page for no session has none.
    pub brand_css: Option<String>,
    /// A page without scripts.
    pub plain: bool,
    /// Without script, load this page again after some seconds (`3`), or another address (`10;url=…`).
    pub refresh: Option<String>,
    /// The page has an island.
    pub island: bool,
    /// The flow takes sample documents for real, which the page says.
    pub sandbox: bool,
}

/// A customer's page.
#[component]
pub fn CustomerPage(site: Site, language: Language, title: String, branding: Option<Branding>, children: Children) -> impl IntoView {
    let words = words(language).page;
    let Site { options, pkg, brand_css, plain, refresh, island, sandbox } = site;
    let meta = refresh.map(|content| view! { <meta http-equiv="refresh" content=content /> });
    view! {
        <!DOCTYPE html>
        <html lang=language.tag()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=format!("/{pkg}/main.css") />
                {brand_css.map(|href| view! { <link rel="stylesheet" href=href /> })}
                {if plain {
                    leptos::either::Either::Left(meta)
                } else {
                    leptos::either::Either::Right(view! {
                        <noscript>{meta}</noscript>
                        <script src=format!("/{pkg}/guard.js") nonce=use_nonce()></script>
                        {island.then(|| view! { <HydrationScripts options=options islands=true /> })}
                        {cfg!(debug_assertions).then(|| view! { <script src="/dev/reload.js" nonce=use_nonce()></script> })}
                    })
                }}
            </head>
            <body>
                <div class="page">
                    {branding.map(|branding| view! {
                        <header class="masthead">
                            {branding.logo_url.map(|url| view! { <img src=url alt="" /> })}
                            <span class="company"><bdi>{branding.company_name}</bdi></span>
                            <span class="secure"><Lock />{words.secure}</span>
                        </header>
                    })}
                    {sandbox.then(|| view! { <aside class="sandbox"><p>{words.sandbox}</p></aside> })}
                    <p class="notice" id="notice" role="status" hidden>{words.script_failed}</p>
                    {children()}
                </div>
            </body>
        </html>
    }
}
